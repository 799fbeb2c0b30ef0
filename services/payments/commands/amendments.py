"""Money back for what was taken off a paid basket before closing, and for orders that were cancelled (SPEC O8 S5)."""

from uuid import UUID, uuid5

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from services.payments.commands import refunds
from services.payments.models import Payment, Refund
from shared.events.orders import OrderAmended, OrderCancelled


def order_amended(session: Session, event: OrderAmended) -> None:
    """If the cancellation of its basket was heard first, all goes back with that, also what is still to be heard of it.

    The payments are locked before that is looked at: a cancellation that is under way is waited for.
    """
    if event.refund_id is None:
        return
    payments = select(Payment.id).where(Payment.basket_id == event.basket_id).order_by(Payment.id)
    session.execute(payments.with_for_update())
    cancellations = [_of_cancelled(order.order_id) for order in event.orders]
    is_void = session.scalar(select(exists().where(Refund.id.in_(cancellations))))
    amount = 0 if is_void else event.refund_cents
    refunds.begin(session, event, event.refund_id, amount, reason="amended", order_id=None)


def order_cancelled(session: Session, event: OrderCancelled) -> None:
    refunds.begin(
        session,
        event,
        _of_cancelled(event.order_id),
        event.total_cents,
        reason=event.reason,
        order_id=event.order_id,
    )


def _of_cancelled(order_id: UUID) -> UUID:
    return uuid5(order_id, "cancelled")
