"""What became of the money that was asked to be given back, and whether producers have been paid."""

from uuid import UUID

from sqlalchemy.orm import Session

from services.distributions.commands import settling
from services.distributions.commands.settling import Cause
from services.distributions.models import Basket, Refund
from services.distributions.projections.keep import locked_sale
from services.distributions.sales import lock_baskets
from shared import clock
from shared.events.payments import PayoutSent, RefundFailed, RefundSucceeded

REQUESTED, SUCCEEDED, FAILED = "requested", "succeeded", "failed"


def refund_succeeded(session: Session, event: RefundSucceeded) -> None:
    refund = _waiting(session, event.refund_id)
    if refund is not None:
        refund.state = SUCCEEDED


def refund_failed(session: Session, event: RefundFailed) -> None:
    """The money is still here: the basket has something to refund again, and somebody must ask anew."""
    refund = _waiting(session, event.refund_id)
    if refund is None:
        return
    (basket,) = lock_baskets(session, Basket.id == refund.basket_id)
    before = settling.sums_of([basket])
    refund.state = FAILED
    basket.refunded_cents -= refund.amount_cents
    basket.version += 1
    settling.trail(session, Cause("refund_failed", None, clock.now()), before, [basket])


def payout_sent(session: Session, event: PayoutSent) -> None:
    """From now on no basket of these sales can be reopened."""
    for paid in sorted(event.sales, key=lambda paid: paid.sale_id):
        sale = locked_sale(session, paid.sale_id, paid.market_id)
        sale.money_sent_at = sale.money_sent_at or clock.now()


def _waiting(session: Session, refund_id: UUID) -> Refund | None:
    """None for a refund that payments gave for reasons of its own, or whose end is known already."""
    refund = session.get(Refund, refund_id, with_for_update=True)
    return refund if refund is not None and refund.state == REQUESTED else None
