"""Paid orders fill the baskets, and leave them when they are cancelled."""

from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from services.distributions import domain
from services.distributions.commands import settling
from services.distributions.commands.distribution import write_off
from services.distributions.commands.settling import Cause
from services.distributions.models import Basket, BasketLine, PaidOrder
from services.distributions.projections import history
from services.distributions.projections.absences import write_off_absent
from services.distributions.projections.keep import locked_sale
from services.distributions.sales import lock_baskets, purse_of
from shared import clock
from shared.events.orders import OrderCancelled, OrderConfirmed, OrderLine, SaleOrdersSettled
from shared.messaging.inbox import insert_or_skip


def order_confirmed(session: Session, event: OrderConfirmed) -> None:
    """Its lines go into the member's basket; several orders of one member and sale share it.

    What it brings is given back at once if it came too late to be handed over, or is of producers who do not deliver.
    """
    sale = locked_sale(session, event.sale_id, event.market_id, exclusively=False)
    changes = history.held(session, event.basket_id, counted=event.changes is not None)
    history.ensure_known(changes, event.changes or 0)
    history.begin(changes, event.amendment)
    if not insert_or_skip(
        session,
        PaidOrder.__table__,
        id=event.order_id,
        basket_id=event.basket_id,
        total_cents=event.total_cents,
        cancelled=False,
    ):
        return  # its cancellation came first
    basket = _basket(session, event)
    before, owed = settling.sums_of([basket]), purse_of(basket).owed_cents
    session.execute(insert(BasketLine), [_line(line, event) for line in event.lines])
    basket.state = domain.VALIDATED if sale.state == domain.VALIDATED else domain.OPEN
    _fill(basket, event)
    session.flush()
    settling.trail(session, Cause("order_added", None, clock.now()), before, [basket])
    if sale.state == domain.VALIDATED:
        _write_off_too_late(session, event, owed)
    write_off_absent(session, sale, changes)


def order_cancelled(session: Session, event: OrderCancelled) -> None:
    """The order was paid back whole: its lines leave, and with them what was given back of its payment before."""
    locked_sale(session, event.sale_id, event.market_id, exclusively=False)
    changes = history.held(session, event.basket_id)
    is_unknown = insert_or_skip(
        session,
        PaidOrder.__table__,
        id=event.order_id,
        basket_id=event.basket_id,
        total_cents=event.total_cents,
        cancelled=True,
        amendment=event.amendment or 0,
    )
    if not is_unknown:
        _end(session, event)
    history.order_ended(session, changes, event)


def sale_orders_settled(session: Session, event: SaleOrdersSettled) -> None:
    locked_sale(session, event.sale_id, event.market_id).orders_settled = True


def _end(session: Session, event: OrderCancelled) -> None:
    baskets = lock_baskets(session, Basket.id == event.basket_id)
    order = session.get(PaidOrder, event.order_id, with_for_update=True, populate_existing=True)
    if order is None or order.cancelled or not baskets:
        return
    before = settling.sums_of(baskets)
    baskets[0].refunded_cents -= order.refunded_cents
    order.cancelled, order.amendment = True, event.amendment or order.amendment
    session.flush()
    session.execute(
        delete(BasketLine).where(BasketLine.order_id == order.id), execution_options={"synchronize_session": False}
    )
    settling.sum_up(session, [baskets[0].id])
    settling.trail(session, Cause("order_cancelled", None, clock.now()), before, baskets)


def _fill(basket: Basket, event: OrderConfirmed) -> None:
    worth = sum(line.gross_cents for line in event.lines)
    basket.order_count += 1
    basket.ordered_cents += worth
    basket.due_cents += worth
    basket.paid_cents += event.total_cents
    basket.version += 1


def _write_off_too_late(session: Session, event: OrderConfirmed, owed: int) -> None:
    lines = settling.lines_where(session, BasketLine.order_id == event.order_id)
    write_off(session, lines, Cause("too_late", None, clock.now()), "too_late", owed)


def _basket(session: Session, event: OrderConfirmed) -> Basket:
    insert_or_skip(
        session,
        Basket.__table__,
        id=event.basket_id,
        number=event.basket_number,
        sale_id=event.sale_id,
        market_id=event.market_id,
        member_id=event.member_id,
        state=domain.OPEN,
        order_count=0,
        ordered_cents=0,
        due_cents=0,
        paid_cents=0,
        refunded_cents=0,
        version=0,
    )
    (basket,) = lock_baskets(session, Basket.id == event.basket_id)
    return basket


def _line(line: OrderLine, event: OrderConfirmed) -> dict[str, Any]:
    return {
        "id": line.line_id,
        "basket_id": event.basket_id,
        "order_id": event.order_id,
        "sale_id": event.sale_id,
        "product_id": line.product_id,
        "producer_id": line.producer_id,
        "name": line.name,
        "unit": line.unit,
        "by_weight": line.by_weight,
        "weighed": line.weighed,
        "unit_price_cents": line.unit_price_cents,
        "vat_bp": line.vat_bp,
        "ordered": line.quantity,
        "ordered_cents": line.gross_cents,
        "delivered": line.quantity,
        "delivered_cents": line.gross_cents,
    }
