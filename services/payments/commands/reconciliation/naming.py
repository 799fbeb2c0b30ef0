"""Which entry of the journal a balance transaction should have, by the ids and keys that its source carries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.payments import domain, ledger
from services.payments.commands import disputes, fees
from services.payments.models import Account, Dispute, Payment, Payout, Transfer
from services.payments.provider import BalanceEntry

FEES = {"stripe_fee", "stripe_fx_fee", "tax_fee", "network_cost"}
RETURNED = {"refund_failure", "payment_failure_refund", "payment_reversal"}
PAYOUT_RETURNED = {"payout_failure", "payout_cancel"}
OWN_BANK = {"payout": "withdrawal", "topup": "topup"} | dict.fromkeys(PAYOUT_RETURNED, "withdrawal_returned")


@dataclass(frozen=True)
class Named:
    """A transaction with the key of its entry, None if we cannot tell, and the sale and market that it concerns."""

    entry: BalanceEntry
    account: str
    key: str | None
    sale_id: UUID | None = None
    market_id: UUID | None = None

    @property
    def fee_key(self) -> str | None:
        return fees.key(self.entry.entry_id) if self.entry.fee_cents and self.account == ledger.PROVIDER else None


def on_platform(session: Session, entries: Sequence[BalanceEntry]) -> list[Named]:
    payments = _payments(session, entries)
    disputed = _disputes(session, entries)
    return [_platform(entry, payments, disputed) for entry in entries]


def on_account(session: Session, account: Account, entries: Sequence[BalanceEntry]) -> list[Named]:
    transfers = _transfers(session, entries)
    payouts = _payouts(session, account.producer_id)
    name = ledger.connected(account.producer_id)
    return [Named(entry, name, _connected(entry, transfers, payouts)) for entry in entries]


def payment_id(entry: BalanceEntry) -> UUID | None:
    return uuid_of(entry.reference)


def _platform(entry: BalanceEntry, payments: dict[UUID, Payment], disputed: dict[str, Dispute]) -> Named:
    if entry.kind in {"charge", "payment"}:
        return _charge(entry, payments)
    if entry.kind == "adjustment" and entry.source:
        about = disputed.get(entry.source)
        key = disputes.entry_key(entry.source, entry.amount_cents)
        sale, market = (about.sale_id, about.market_id) if about else (None, None)
        return Named(entry, ledger.PROVIDER, key, sale, market)
    return Named(entry, ledger.PROVIDER, _simple(entry))


def _charge(entry: BalanceEntry, payments: dict[UUID, Payment]) -> Named:
    """Of a payment, or one that carries our mark and no payment of ours accounts for."""
    known = payments.get(payment_id(entry) or UUID(int=0))
    if known is not None and (known.status != domain.SUCCEEDED or known.payment_intent == entry.payment_intent):
        return Named(entry, ledger.PROVIDER, f"charge:{known.id}", known.sale_id, known.market_id)
    return Named(entry, ledger.PROVIDER, f"orphan:{entry.source}" if _is_ours(entry) else None)


def _is_ours(entry: BalanceEntry) -> bool:
    """Both words of a page that we opened: others may call something of theirs `reference` too, and keep their money."""
    return bool(entry.reference) and (entry.key or "").startswith(f"checkout:{entry.reference}:")


def _simple(entry: BalanceEntry) -> str | None:
    if entry.kind in FEES:
        return fees.key(entry.entry_id)
    if entry.kind in OWN_BANK:
        return f"{OWN_BANK[entry.kind]}:{entry.source}"
    if entry.key is None:
        return None
    kind, _, name = entry.key.partition(":")
    if entry.kind in RETURNED:
        return f"{kind.replace('_refund', '')}_returned:{name}"
    if entry.kind == "transfer":
        return ":".join(entry.key.split(":")[:2])  # without the number of the attempt
    return entry.key


def _connected(entry: BalanceEntry, transfers: dict[str, UUID], payouts: dict[str, UUID]) -> str | None:
    if entry.kind == "payment" and entry.transfer in transfers:
        return f"transfer:{transfers[entry.transfer or '']}"
    if entry.key is None or entry.kind not in PAYOUT_RETURNED | {"payout"}:
        return None
    *words, attempt = entry.key.split(":") if entry.key.count(":") > 2 else [*entry.key.split(":"), "1"]
    of = ":".join(words)
    if of not in payouts:
        return None
    return f"{'payout' if entry.kind == 'payout' else 'payout_returned'}:{payouts[of]}:{attempt}"


def _payments(session: Session, entries: Iterable[BalanceEntry]) -> dict[UUID, Payment]:
    ids = {found for entry in entries if (found := payment_id(entry))}
    return {row.id: row for row in session.scalars(select(Payment).where(Payment.id.in_(ids)))} if ids else {}


def _disputes(session: Session, entries: Iterable[BalanceEntry]) -> dict[str, Dispute]:
    ids = {entry.source for entry in entries if entry.kind == "adjustment" and entry.source}
    return {row.id: row for row in session.scalars(select(Dispute).where(Dispute.id.in_(ids)))} if ids else {}


def _transfers(session: Session, entries: Iterable[BalanceEntry]) -> dict[str, UUID]:
    made = {entry.transfer for entry in entries if entry.transfer}
    rows = session.execute(select(Transfer.provider_id, Transfer.id).where(Transfer.provider_id.in_(made)))
    return {row.provider_id: row.id for row in rows if row.provider_id}


def _payouts(session: Session, producer_id: UUID) -> dict[str, UUID]:
    """By the key at the provider, without the attempt: one a week."""
    rows = session.execute(select(Payout.paid_on, Payout.id).where(Payout.producer_id == producer_id))
    return {f"payout:{producer_id}:{paid_on}": payout_id for paid_on, payout_id in rows}


def uuid_of(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
