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

SUCCEEDED, FAILED = "succeeded", "failed"


def refund_succeeded(session: Session, event: RefundSucceeded) -> None:
    _ended(session, event.refund_id, SUCCEEDED)


def refund_failed(session: Session, event: RefundFailed) -> None:
    """It stays asked for: an administrator has payments try the same refund again, so that it is never given twice."""
    _ended(session, event.refund_id, FAILED)


def payout_sent(session: Session, event: PayoutSent) -> None:
    """From now on no basket of these sales can be reopened."""
    for paid in sorted(event.sales, key=lambda paid: paid.sale_id):
        sale = locked_sale(session, paid.sale_id, paid.market_id)
        sale.money_sent_at = sale.money_sent_at or clock.now()


def _ended(session: Session, refund_id: UUID, state: str) -> None:
    """Refunds that payments gives for reasons of its own are not known here. No new version: the provider's word changes
    nothing that a référent decides on, so the change under their hands goes through.
    """
    refund = session.get(Refund, refund_id, with_for_update=True)
    if refund is None:
        return
    refund.state = state
    (basket,) = lock_baskets(session, Basket.id == refund.basket_id)
    cause = Cause(f"refund_{state}", None, clock.now())
    settling.trail(session, cause, settling.sums_of([basket]), [basket])
