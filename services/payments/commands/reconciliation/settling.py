"""What happened at the provider and was never heard of here, as its webhook and its answer were lost: taken now."""

from collections.abc import Callable

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.payments import domain, ledger
from services.payments.commands import disputes, orders, orphans, payouts, refunds
from services.payments.commands.reconciliation.naming import Named, payment_id, uuid_of
from services.payments.models import Account, Payment, Payout, RefundPart, Transfer
from services.payments.provider import Provider, ProviderRefused, ProviderUnavailable
from services.payments.provider import Refund as Made
from shared import clock
from shared.db import Database

CAUSE = "reconciliation"


def settle(db: Database, provider: Provider, named: Named) -> None:
    """Take a transaction whose entry is not booked. What is of no kind that is taken is left to be compared."""
    kind = (named.key or "").partition(":")[0]
    if kind in DISPUTES:
        _ask(db, provider, named)
    elif kind in TAKE:
        with db.write() as session:
            TAKE[kind](session, named)


def wake_accounts(session: Session) -> None:
    """Producers' accounts change without a transaction: each is asked about by the timer."""
    known = update(Account).where(Account.provider_id.is_not(None)).values(try_at=clock.now(), tries=0)
    session.execute(known.execution_options(synchronize_session=False))


def ask_sent_payouts(db: Database, provider: Provider) -> None:
    """Whether they arrived is not in any list of transactions."""
    with db.read() as session:
        sent = session.scalars(select(Payout).where(Payout.status == domain.SENT).order_by(Payout.id)).all()
        opened = session.execute(select(Account.producer_id, Account.provider_id)).all()
    accounts = {row.producer_id: row.provider_id for row in opened}
    for row in sent:
        account_id = accounts.get(row.producer_id)
        if account_id and row.provider_id:
            made = provider.find_payout(account_id=account_id, payout_id=row.provider_id)
            with db.write() as session:
                payouts.told(session, payouts.payout_key(row), made.payout_id, made.status, cause=CAUSE)


def _charge(session: Session, named: Named) -> None:
    entry, paid_for = named.entry, payment_id(named.entry)
    if paid_for is not None:
        orders.capture(
            session, paid_for, entry.payment_intent, amount=entry.amount_cents, at=entry.created_at, cause=CAUSE
        )


def _orphan(session: Session, named: Named) -> None:
    entry = named.entry
    paid_for = session.get(Payment, payment_id(entry)) if payment_id(entry) else None
    orphans.found(
        session,
        entry.source or "",
        entry.payment_intent or "",
        entry.amount_cents,
        at=entry.created_at,
        payment_id=paid_for.id if paid_for else None,
    )


def _refund(session: Session, named: Named) -> None:
    part = _part(session, named)
    if part is None:
        return
    refunds.answered(session, part.id, Made(named.entry.source or "", "succeeded", part.amount_cents), cause=CAUSE)
    _book_what_failed(session, named, part, debit=True)


def _refund_returned(session: Session, named: Named) -> None:
    part = _part(session, named)
    if part is None:
        return
    refunds.answered(session, part.id, Made(named.entry.source or "", "failed", part.amount_cents), cause=CAUSE)
    _book_what_failed(session, named, part, debit=False)


def _book_what_failed(session: Session, named: Named, part: RefundPart, *, debit: bool) -> None:
    """Of a refund that we heard of only when it had failed, neither way was booked."""
    if part.status not in {domain.CREDITED, domain.FAILED} or named.key is None:
        return
    payment = session.get_one(Payment, part.payment_id)
    assert payment.sale_id is not None
    sale = ledger.sale(payment.sale_id)
    accounts = (sale, ledger.PROVIDER) if debit else (ledger.PROVIDER, sale)
    postings, at = ledger.move(*accounts, part.amount_cents), named.entry.created_at
    ledger.book(session, named.key, postings, at=at, sale_id=payment.sale_id, market_id=payment.market_id, cause=CAUSE)


def _orphan_refund(session: Session, named: Named) -> None:
    orphans.refunded(session, _name(named), named.entry.source or "")


def _orphan_returned(session: Session, named: Named) -> None:
    orphans.returned(session, _name(named))


def _transfer(session: Session, named: Named) -> None:
    transfer_id = uuid_of(_name(named))
    row = session.get(Transfer, transfer_id) if transfer_id else None
    if row is not None:
        payouts.transferred(session, row.id, named.entry.source or "")


def _payout(session: Session, named: Named) -> None:
    payouts.told(session, named.entry.key or "", named.entry.source or "", named.entry.status or "", cause=CAUSE)


def _payout_returned(session: Session, named: Named) -> None:
    payouts.told(session, named.entry.key or "", named.entry.source or "", "failed", cause=CAUSE)


def _ask(db: Database, provider: Provider, named: Named) -> None:
    with db.write() as session:
        disputes.heard(session, named.entry.source or "")
    try:
        disputes.ask(db, provider, named.entry.source or "")
    except (ProviderUnavailable, ProviderRefused):
        return  # the timer asks again


def _part(session: Session, named: Named) -> RefundPart | None:
    part_id = uuid_of(_name(named))
    return session.get(RefundPart, part_id) if part_id else None


def _name(named: Named) -> str:
    return (named.key or "").partition(":")[2]


DISPUTES = {"dispute", "dispute_won"}
TAKE: dict[str, Callable[[Session, Named], None]] = {
    "charge": _charge,
    "orphan": _orphan,
    "refund": _refund,
    "refund_returned": _refund_returned,
    "orphan_refund": _orphan_refund,
    "orphan_returned": _orphan_returned,
    "transfer": _transfer,
    "payout": _payout,
    "payout_returned": _payout_returned,
}
