"""Charges that no payment of ours accounts for, as an order paid twice: booked when they are found, given back whole."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.payments import domain, ledger, work
from services.payments.models import Orphan
from services.payments.provider import Provider, ProviderRefused, ProviderUnavailable
from shared import clock
from shared.db import Database
from shared.logs import Log
from shared.messaging.inbox import insert_or_skip
from shared.money import Cents

log = Log(__name__)


def found(
    session: Session, charge_id: str, intent: str, amount: Cents, *, at: datetime, payment_id: UUID | None
) -> None:
    now = clock.now()
    facts = {"charge_id": charge_id, "payment_intent": intent, "payment_id": payment_id, "amount_cents": amount}
    if insert_or_skip(session, Orphan.__table__, **facts, status=domain.PENDING, found_at=now, try_at=now):
        ledger.book(session, f"orphan:{charge_id}", ledger.move(ledger.PROVIDER, ledger.ORPHANS, amount), at=at)
        log.warning("orphan_charge_found", charge=charge_id, payment_id=payment_id, amount_cents=amount)


def refund(db: Database, provider: Provider) -> bool:
    """Give one back; after a try without an answer look first whether it was done."""
    with db.write() as session:
        row = work.claim(session, Orphan)
    if row is None:
        return False
    asked = {"payment_intent": row.payment_intent, "key": key(row.charge_id)}
    try:
        made = provider.find_refund(**asked) if row.tries > 1 else None
        made = made or provider.refund(**asked, amount_cents=row.amount_cents)
    except ProviderUnavailable:
        with db.write() as session:
            work.later(session.get_one(Orphan, row.charge_id, with_for_update=True))
    except ProviderRefused as refused:
        with db.write() as session:
            _failed(session.get_one(Orphan, row.charge_id, with_for_update=True), refused.code)
    else:
        with db.write() as session:
            refunded(session, row.charge_id, made.refund_id)
    return True


def key(charge_id: str) -> str:
    return f"orphan_refund:{charge_id}"


def refunded(session: Session, charge_id: str, refund_id: str) -> None:
    row = session.get(Orphan, charge_id, with_for_update=True)
    if row is None:
        return
    postings = ledger.move(ledger.ORPHANS, ledger.PROVIDER, row.amount_cents)
    if ledger.book(session, key(charge_id), postings, at=clock.now()):
        row.status, row.refund_id, row.error = domain.SUCCEEDED, refund_id, None
        work.done(row)


def returned(session: Session, charge_id: str) -> None:
    """The bank sent the refund back: a person must act."""
    row = session.get(Orphan, charge_id, with_for_update=True)
    if row is None:
        return
    refunded(session, charge_id, row.refund_id or "")
    postings = ledger.move(ledger.PROVIDER, ledger.ORPHANS, row.amount_cents)
    if ledger.book(session, f"orphan_returned:{charge_id}", postings, at=clock.now()):
        _failed(row, "returned")


def _failed(row: Orphan, error: str) -> None:
    row.status, row.error = domain.FAILED, error[:80]
    work.done(row)
    log.warning("orphan_not_refunded", charge=row.charge_id, error=error)
