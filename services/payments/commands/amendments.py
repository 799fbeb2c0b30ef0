"""Money back for what was taken off a paid basket before closing, and for orders that were cancelled (SPEC O8 S5)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.payments.commands import refunds, voids
from services.payments.models import Payment
from shared.events.orders import OrderAmended, OrderCancelled


def order_amended(session: Session, event: OrderAmended) -> None:
    """If the cancellation of its basket was heard first, all goes back with that, also what is still to be heard of it.

    The payments are locked before that is looked at: a cancellation that is under way is waited for.
    """
    if event.refund_id is None:
        return
    payments = select(Payment.id).where(Payment.basket_id == event.basket_id).order_by(Payment.id)
    session.execute(payments.with_for_update())
    is_void = voids.is_void(session, [order.order_id for order in event.orders])
    amount = 0 if is_void else event.refund_cents
    refunds.begin(session, event, event.refund_id, amount, reason="amended", funded_by=event.funded_by)


def order_cancelled(session: Session, event: OrderCancelled) -> None:
    refunds.begin(
        session,
        event,
        voids.refund_of(event.order_id),
        event.total_cents,
        reason=event.reason,
        order_id=event.order_id,
    )
