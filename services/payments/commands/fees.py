"""The provider's own fees: each is an entry, once, by the balance transaction that it was taken with."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.payments import ledger
from services.payments.models import Payment
from services.payments.provider import Payment as Made
from shared import clock
from shared.money import Cents


def charged(session: Session, payment: Payment, made: Made) -> None:
    """Of a capture whose answer carries it."""
    if made.entry_id is not None:
        at = made.paid_at or clock.now()
        book(session, made.entry_id, made.fee_cents, at=at, sale_id=payment.sale_id, market_id=payment.market_id)


def key(transaction_id: str) -> str:
    return f"provider_fee:{transaction_id}"


def book(
    session: Session,
    transaction_id: str,
    amount: Cents,
    *,
    at: datetime,
    sale_id: UUID | None = None,
    market_id: UUID | None = None,
) -> None:
    """Below zero for a fee that is given back."""
    postings = ledger.move(ledger.PROVIDER_FEES, ledger.PROVIDER, amount)
    ledger.book(session, key(transaction_id), postings, at=at, sale_id=sale_id, market_id=market_id)
