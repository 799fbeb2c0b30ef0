"""What a captured payment does to its order: confirm it whole, or refuse the payment whole (SPEC O4)."""

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from services.orders import domain
from services.orders.commands import stock
from services.orders.commands.numbers import next_number
from services.orders.loading import lines_of, quantities_of, sale_times, shared_sale
from services.orders.models import Basket, Line, Order, Sale
from shared import clock
from shared.events.orders import LatePaymentRefused, OrderConfirmed, OrderLine
from shared.events.payments import PaymentSucceeded
from shared.messaging import outbox

LINE = tuple(OrderLine.__dataclass_fields__)


def payment_succeeded(session: Session, paid: PaymentSucceeded) -> None:
    sale = session.scalars(shared_sale(paid.sale_id)).one()
    order, basket = _held(session, paid)
    payment = domain.Payment(payment_id=paid.payment_id, amount_cents=paid.amount_cents, captured_at=paid.captured_at)
    state = domain.OrderState(
        status=order.status, total_cents=order.total_cents, expires_at=order.expires_at, payment_id=order.payment_id
    )
    what = domain.verdict(state, sale_times(sale), payment, clock.now())
    if what == domain.RESERVE_AGAIN:
        what = domain.CONFIRM if _reserve_again(session, order) else domain.REFUSE
    if what == domain.CONFIRM:
        _confirm(session, sale, order, basket, paid)
    elif what == domain.REFUSE:
        outbox.record(session, _refused(order, paid))


def _held(session: Session, paid: PaymentSucceeded) -> Row[Order, Basket]:
    """The order and its basket, ours until the end. Raises when the order is unknown: the event is then tried again."""
    asked = select(Order, Basket).join(Basket, Basket.id == Order.basket_id).where(Order.id == paid.order_id)
    return session.execute(asked.with_for_update(key_share=True)).one()


def _reserve_again(session: Session, order: Order) -> bool:
    """All lines or none."""
    quantities = quantities_of(session, [order.id])
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
            lines=[_fact(line) for line in lines],
        ),
    )


def _fact(line: Line) -> OrderLine:
    return OrderLine(**{name: getattr(line, name) for name in LINE})


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
