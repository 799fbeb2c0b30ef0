"""A member has changed a paid order before closing (SPEC O8): its lines here become those that are told."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.distributions import domain
from services.distributions.commands import funding, settling
from services.distributions.commands.settling import Cause
from services.distributions.models import Basket, BasketLine, PaidOrder, Refund
from services.distributions.projections import history
from services.distributions.projections.absences import write_off_absent
from services.distributions.projections.keep import locked_sale
from services.distributions.sales import lock_baskets
from shared import clock
from shared.events.orders import OrderAmended, OrderLine
from shared.messaging.inbox import insert_or_skip


class OrderNotToldYet(LookupError):
    """The change came before its order: it is tried again."""


def order_amended(session: Session, event: OrderAmended) -> None:
    """Orders are told whole, so that the newest change of each wins; each change's refund counts by itself."""
    sale = locked_sale(session, event.sale_id, event.market_id, exclusively=False)
    changes = history.held(session, event.basket_id)
    baskets = lock_baskets(session, Basket.id == event.basket_id)
    orders = _orders(session, event)
    history.ensure_known(changes, event.amendment - 1)
    history.complete(changes, event.amendment)
    if not baskets:
        return  # all its orders were cancelled before they were known
    before = settling.sums_of(baskets)
    newer = {told.order_id: told.lines for told in event.orders if orders[told.order_id].amendment < event.amendment}
    open_orders = [key for key in newer if not orders[key].cancelled and sale.state != domain.VALIDATED]
    traces = _lower(session, open_orders, {line.line_id: line for key in open_orders for line in newer[key]})
    for key in newer:
        orders[key].amendment = event.amendment
    _give_back(session, event, baskets[0], is_living=any(not order.cancelled for order in orders.values()))
    session.flush()
    (basket,) = settling.sum_up(session, [baskets[0].id])
    settling.trail(session, Cause("order_amended", event.member_id, clock.now()), before, [basket], {basket.id: traces})
    write_off_absent(session, sale, changes)


def _orders(session: Session, event: OrderAmended) -> dict[UUID, PaidOrder]:
    ids = [told.order_id for told in event.orders]
    known = select(PaidOrder).where(PaidOrder.id.in_(ids)).execution_options(populate_existing=True)
    orders = {order.id: order for order in session.scalars(known)}
    if len(orders) < len(ids):
        raise OrderNotToldYet(event.basket_id)
    return orders


def _lower(session: Session, orders: list[UUID], told: Mapping[UUID, OrderLine]) -> list[dict[str, Any]]:
    """What has been weighed or found missing already stays so, as far as it is still ordered; answers the trace."""
    lines = settling.lines_where(session, BasketLine.order_id.in_(orders))
    traces = [_trace(line, told.get(line.id)) for line in lines]
    for line in lines:
        if line.id in told:
            _take(line, told[line.id])
    gone = [line.id for line in lines if line.id not in told]
    session.flush()
    session.execute(delete(BasketLine).where(BasketLine.id.in_(gone)), execution_options={"synchronize_session": False})
    return [trace for trace in traces if trace["before"] != trace["after"]]


def _take(line: BasketLine, told: OrderLine) -> None:
    line.delivered = domain.delivered_of_less(line.delivered, line.ordered, told.quantity, weighed=line.weighed)
    line.ordered, line.ordered_cents = told.quantity, told.gross_cents
    line.delivered_cents = domain.delivered_cents(settling.terms_of(line), line.delivered)
    if line.declared is not None and not line.weighed:
        line.declared = min(line.declared, line.ordered)


def _trace(line: BasketLine, told: OrderLine | None) -> dict[str, Any]:
    return {
        "line_id": str(line.id),
        "name": line.name,
        "unit": line.unit,
        "before": domain.plain(line.ordered),
        "after": domain.plain(told.quantity) if told else "0",
        "before_cents": line.ordered_cents,
        "after_cents": told.gross_cents if told else 0,
    }


def _give_back(session: Session, event: OrderAmended, basket: Basket, *, is_living: bool) -> None:
    """Payments does it. Of orders that are cancelled by now all is given back in any case."""
    is_new = event.refund_id is not None and insert_or_skip(
        session,
        Refund.__table__,
        id=event.refund_id,
        basket_id=basket.id,
        amount_cents=event.refund_cents,
        reason="amended",
        state="requested",
        requested_at=clock.now(),
        requested_by=event.member_id,
    )
    if is_new and is_living:
        basket.refunded_cents += event.refund_cents
        session.flush()
        funding.fall(session, {basket.id: event.refund_cents})
