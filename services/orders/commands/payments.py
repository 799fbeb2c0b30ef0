"""What a captured payment does to its order: confirm it whole, or refuse the payment whole (SPEC O4).

A top-up is confirmed with all that it adds to and takes from its basket, or not at all (SPEC O8).
"""

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from services.orders import domain
from services.orders.commands import baskets, stock
from services.orders.commands.numbers import next_number
from services.orders.loading import lines_of, quantities_of, sale_times, shared_sale
from services.orders.models import Basket, Order, Sale
from shared import clock
from shared.events.orders import LatePaymentRefused, OrderConfirmed
from shared.events.payments import PaymentSucceeded
from shared.messaging import outbox


def payment_succeeded(session: Session, paid: PaymentSucceeded) -> None:
    sale = session.scalars(shared_sale(paid.sale_id)).one()
    basket, order = _held(session, paid)
    payment = domain.Payment(payment_id=paid.payment_id, amount_cents=paid.amount_cents, captured_at=paid.captured_at)
    state = domain.OrderState(
        status=order.status,
        total_cents=order.total_cents,
        expires_at=order.expires_at,
        payment_id=order.payment_id,
        outdated=order.amends not in (None, basket.amendment),
    )
    what = domain.verdict(state, sale_times(sale), payment, clock.now())
    if what == domain.RESERVE_AGAIN:
        what = domain.CONFIRM if _reserve_again(session, order) else domain.REFUSE
    if what == domain.CONFIRM:
        _confirm(session, sale, order, basket, paid)
    elif what == domain.REFUSE:
        outbox.record(session, _refused(order, paid))


def _held(session: Session, paid: PaymentSucceeded) -> Row[Basket, Order]:
    """The basket and its order, ours until the end. Raises when the order is unknown: the event is then tried again."""
    asked = select(Basket, Order).join(Order, Order.basket_id == Basket.id).where(Order.id == paid.order_id)
    return session.execute(asked.with_for_update(key_share=True)).one()


def _reserve_again(session: Session, order: Order) -> bool:
    """All lines or none."""
    quantities = quantities_of(session, [order.id])
    if freed := domain.freed(baskets.lowered_by(order)):
        stock.hold(session, {*quantities, *freed})
    reserved = stock.reserve(session, quantities)
    if len(reserved) == len(quantities):
        return True
    stock.release(session, {product_id: quantities[product_id] for product_id in reserved})
    return False


def _confirm(session: Session, sale: Sale, order: Order, basket: Basket, paid: PaymentSucceeded) -> None:
    domain.ensure_next(order.status, domain.CONFIRMED)
    lines = lines_of(session, [order.id])[order.id]
    order.status, order.confirmed_at, order.ended_at = domain.CONFIRMED, clock.now(), None
    order.payment_id = paid.payment_id
    is_top_up, changes = order.amends is not None, basket.amendment
    amendment = baskets.count_change(basket) if is_top_up else None
    basket.version += not is_top_up
    sale.settled_at = None  # sheets that were final are told again, with this order
    if basket.number is None:
        basket.number = next_number(session, f"basket:{order.sale_id}")
    outbox.record(
        session,
        OrderConfirmed(
            order_id=order.id,
            basket_id=basket.id,
            basket_number=basket.number,
            sale_id=order.sale_id,
            market_id=order.market_id,
            member_id=order.member_id,
            total_cents=order.total_cents,
            confirmed_at=order.confirmed_at,
            lines=[baskets.fact_of(line) for line in lines],
            amendment=amendment,
            changes=changes,
        ),
    )
    if is_top_up:
        _amend(session, order, basket)


def _amend(session: Session, order: Order, basket: Basket) -> None:
    """What the top-up takes from the basket goes with what it adds."""
    lowered = baskets.lowered_by(order)
    baskets.lower(session, lowered)
    session.flush()  # the order is read as confirmed
    changed = {order.id, *(line.order_id for line in lowered)}
    baskets.tell_amended(session, basket, order.market_id, changed, paid_cents=order.total_cents, refund_cents=0)


def _refused(order: Order, paid: PaymentSucceeded) -> LatePaymentRefused:
    return LatePaymentRefused(
        order_id=order.id,
        payment_id=paid.payment_id,
        basket_id=order.basket_id,
        sale_id=order.sale_id,
        market_id=order.market_id,
        member_id=order.member_id,
        amount_cents=paid.amount_cents,
    )
