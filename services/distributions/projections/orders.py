"""Paid orders fill the baskets; producers who do not deliver empty their part of them."""

from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from services.distributions import domain
from services.distributions.commands import settling
from services.distributions.commands.distribution import open_lines, write_off
from services.distributions.commands.settling import Cause
from services.distributions.models import Basket, BasketLine, Distribution, NonDelivery, PaidOrder
from services.distributions.projections.keep import locked_sale
from services.distributions.sales import lock_baskets, purse_of
from shared import clock
from shared.events.markets import ParticipationWithdrawn
from shared.events.orders import OrderCancelled, OrderConfirmed, OrderLine, SaleOrdersSettled
from shared.messaging.inbox import insert_or_skip


def order_confirmed(session: Session, event: OrderConfirmed) -> None:
    """Its lines go into the member's basket; several orders of one member and sale share it."""
    sale = locked_sale(session, event.sale_id, event.market_id, exclusively=False)
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
    _write_off_undelivered(session, sale, event, owed)


def order_cancelled(session: Session, event: OrderCancelled) -> None:
    """The order was paid back whole: its lines leave, and with them what was given back of its payment before."""
    locked_sale(session, event.sale_id, event.market_id, exclusively=False)
    if insert_or_skip(
        session,
        PaidOrder.__table__,
        id=event.order_id,
        basket_id=event.basket_id,
        total_cents=event.total_cents,
        cancelled=True,
    ):
        return
    baskets = lock_baskets(session, Basket.id == event.basket_id)
    order = session.get(PaidOrder, event.order_id, with_for_update=True, populate_existing=True)
    if order is None or order.cancelled or not baskets:
        return
    before = settling.sums_of(baskets)
    baskets[0].refunded_cents -= order.refunded_cents
    order.cancelled = True
    session.flush()
    session.execute(
        delete(BasketLine).where(BasketLine.order_id == order.id), execution_options={"synchronize_session": False}
    )
    settling.sum_up(session, [baskets[0].id])
    settling.trail(session, Cause("order_cancelled", None, clock.now()), before, baskets)


def sale_orders_settled(session: Session, event: SaleOrdersSettled) -> None:
    locked_sale(session, event.sale_id, event.market_id).orders_settled = True


def participation_withdrawn(session: Session, event: ParticipationWithdrawn) -> None:
    """« Je ne livre pas »: the producer's lines go to zero and are refunded, also those that arrive later."""
    if not event.not_delivering:
        return
    locked_sale(session, event.sale_id, event.market_id)
    insert_or_skip(session, NonDelivery.__table__, sale_id=event.sale_id, producer_id=event.producer_id)
    lines = open_lines(session, event.sale_id, BasketLine.producer_id == event.producer_id)
    write_off(session, lines, Cause("not_delivering", None, clock.now()), "not_delivering")


def _fill(basket: Basket, event: OrderConfirmed) -> None:
    worth = sum(line.gross_cents for line in event.lines)
    basket.order_count += 1
    basket.ordered_cents += worth
    basket.due_cents += worth
    basket.paid_cents += event.total_cents
    basket.version += 1


def _write_off_undelivered(session: Session, sale: Distribution, event: OrderConfirmed, owed: int) -> None:
    """Paid too late to be handed over, or partly from producers who do not deliver: that part is given back."""
    reason, which, still_owed = "too_late", [BasketLine.order_id == event.order_id], owed
    if sale.state != domain.VALIDATED:
        still_owed = 0
        absent = session.scalars(select(NonDelivery.producer_id).where(NonDelivery.sale_id == event.sale_id)).all()
        if not absent:
            return
        reason, which = "not_delivering", [*which, BasketLine.producer_id.in_(absent)]
    write_off(session, settling.lines_where(session, *which), Cause(reason, None, clock.now()), reason, still_owed)


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
