"""A paid basket: held for a change, its lines lowered, the change counted and told."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import case, delete, literal, select, update
from sqlalchemy.orm import Session

from services.orders import domain
from services.orders.commands import stock
from services.orders.domain import Lowered
from services.orders.loading import by_product, paid_lines, sale_times, standing
from services.orders.models import Basket, Line, Order
from shared import clock
from shared.db import Quantity
from shared.errors import NotFound, VersionConflict
from shared.events.orders import AmendedOrder, OrderAmended, OrderLine
from shared.messaging import outbox
from shared.money import Cents

FACTS = tuple(OrderLine.__dataclass_fields__)


def changeable(session: Session, sale_id: UUID, member_id: UUID) -> Any:
    """The member's standing in a sale that takes orders and in which the member has a basket."""
    sale = standing(session, sale_id, member_id)
    if sale.basket_id is None:
        raise NotFound(what="basket")
    domain.ensure_takes_orders(sale_times(sale), clock.now())
    return sale


def hold(session: Session, basket_id: UUID, version: int | None) -> Basket:
    """The basket as it is now, ours until the end; `version` None is any."""
    basket = session.get_one(Basket, basket_id, with_for_update={"key_share": True})
    if version not in (None, basket.version):
        raise VersionConflict(current=basket.version)
    return basket


def ensure_no_top_up(session: Session, basket: Basket) -> None:
    """It would be paid against a basket that is no longer the one that it was reckoned with."""
    pending = select(Order.id, Order.expires_at).where(
        Order.basket_id == basket.id, Order.status == domain.PLACED, Order.amends.is_not(None)
    )
    if top_up := session.execute(pending).first():
        raise domain.TopUpPending(order_id=str(top_up.id), expires_at=top_up.expires_at.isoformat())


def lowered_by(order: Order) -> list[Lowered]:
    return [Lowered.load(kept) for kept in order.lowers or ()]


def lower(session: Session, lowered: Sequence[Lowered]) -> None:
    """Two statements however many lines; their stock is free."""
    if not lowered:
        return
    less = {line.line_id: line for line in lowered if line.quantity}
    gone = [line.line_id for line in lowered if not line.quantity]
    if less:
        quantities = {key: literal(line.quantity, Quantity()) for key, line in less.items()}
        quantity = case(quantities, value=Line.line_id)
        cents = case({key: line.gross_cents for key, line in less.items()}, value=Line.line_id)
        changed = update(Line).where(Line.line_id.in_(less)).values(quantity=quantity, gross_cents=cents)
        session.execute(changed.execution_options(synchronize_session=False))
    if gone:
        session.execute(delete(Line).where(Line.line_id.in_(gone)).execution_options(synchronize_session=False))
    stock.release(session, domain.freed(lowered))


def tell_amended(
    session: Session, basket: Basket, market_id: UUID, changed: set[UUID], *, paid_cents: Cents, refund_cents: Cents
) -> None:
    """After the change has been counted. `changed`: orders whose lines were lowered or added."""
    lines = paid_lines(session, basket.id)
    by_order: dict[UUID, list[OrderLine]] = defaultdict(list)
    for line in reversed(lines):
        by_order[line.order_id].append(fact_of(line))
    assert basket.number is not None
    outbox.record(
        session,
        OrderAmended(
            basket_id=basket.id,
            basket_number=basket.number,
            amendment=basket.amendment,
            sale_id=basket.sale_id,
            market_id=market_id,
            member_id=basket.member_id,
            orders=[AmendedOrder(order_id=order_id, lines=by_order[order_id]) for order_id in sorted(changed)],
            total_cents=sum(line.gross_cents for line in lines),
            refund_id=uuid5(basket.id, f"amendment:{basket.amendment}") if refund_cents else None,
            refund_cents=refund_cents,
            paid_cents=paid_cents,
            lines=by_product(lines),
            funded_by=list(session.scalars(select(Order.id).where(*_paid(basket)).order_by(Order.id))),
        ),
    )


def _paid(basket: Basket) -> tuple[Any, ...]:
    return Order.basket_id == basket.id, Order.status == domain.CONFIRMED


def count_change(basket: Basket) -> int:
    basket.version += 1
    basket.amendment += 1
    return basket.amendment


def fact_of(line: Any) -> OrderLine:
    return OrderLine(**{name: getattr(line, name) for name in FACTS})
