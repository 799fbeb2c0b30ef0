"""The provider's list beside the journal: each amount on a balance as a row, and the facts that the list alone tells."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.payments import domain, ledger
from services.payments.commands.reconciliation import naming, settling
from services.payments.commands.reconciliation.naming import Named
from services.payments.models import Account, Entry, Movement
from services.payments.provider import BalanceEntry, Provider
from shared.db import Database
from shared.messaging.inbox import skipping_insert
from shared.money import Cents

CHUNK = 200
BEGINNING = datetime(2011, 1, 1, tzinfo=UTC)
MOST_LISTINGS = 3
"""A balance that moves while it is listed is listed again."""


@dataclass(frozen=True)
class Balance:
    """What lies on an account at the provider, and what its list summed up to when that was asked. `is_still`: it did not
    move while it was listed, so that the two can be compared.
    """

    held_cents: Cents
    listed_cents: Cents
    is_still: bool


def copy(
    db: Database, provider: Provider, account: Account | None, since: datetime | None
) -> tuple[Balance, list[str]]:
    """One balance, the platform's or a producer's. Answers what lies on it and the keys of what was heard only now."""
    name = ledger.connected(account.producer_id) if account else ledger.PROVIDER
    account_id = account.provider_id if account else None
    heard: list[str] = []
    before: Cents | None = None
    for _ in range(MOST_LISTINGS):
        with db.read() as session:
            start = since or _start(session, name)
        entries = provider.list_balance_transactions(start, account_id=account_id)
        for at in range(0, len(entries), CHUNK):
            heard += _take(db, provider, account, entries[at : at + CHUNK])
        held = provider.balance(account_id)
        with db.read() as session:
            listed = _total(session, name)
        is_still = held in {listed, before}
        if is_still:
            break
        before = held
    return Balance(held, listed, is_still), heard


def _total(session: Session, account: str) -> Cents:
    amounts = select(func.coalesce(func.sum(Movement.amount_cents), 0)).where(Movement.account == account)
    return int(session.execute(amounts).scalar_one())


def _start(session: Session, account: str) -> datetime:
    last = session.scalar(select(func.max(Movement.created_at)).where(Movement.account == account))
    return last - domain.OVERLAP if last else BEGINNING


def _take(db: Database, provider: Provider, account: Account | None, entries: Sequence[BalanceEntry]) -> list[str]:
    unheard: list[Named] = []
    for _ in range(2):  # of two charges for one payment, the second is known for what it is once the first is booked
        with db.read() as session:
            unbooked = _unbooked(session, _named(session, account, entries))
        for each in unbooked:
            settling.settle(db, provider, each)
        unheard += unbooked
    with db.write() as session:
        named = _named(session, account, entries)
        still = {each.key for each in _unbooked(session, named)}
        facts = [fact for each in named for fact in _facts(each)]
        known = _booked(session, (fact.key for fact in facts))
        ledger.book_many(session, [fact for fact in facts if fact.key not in known])
        _keep(session, named)
    return list(dict.fromkeys(each.key for each in unheard if each.key and each.key not in still))


def _named(session: Session, account: Account | None, entries: Sequence[BalanceEntry]) -> list[Named]:
    return naming.on_account(session, account, entries) if account else naming.on_platform(session, entries)


def _unbooked(session: Session, named: Sequence[Named]) -> list[Named]:
    booked = _booked(session, (each.key for each in named if each.key))
    return [each for each in named if each.key and each.key not in booked]


def _booked(session: Session, keys: Iterable[str]) -> set[str]:
    return set(session.scalars(select(Entry.key).where(Entry.key.in_(set(keys)))))


def _facts(named: Named) -> list[ledger.Fact]:
    """Fees, and what the operator moves between the platform's balance and the own bank: they begin at the provider."""
    entry, about = named.entry, (named.entry.created_at, named.sale_id, named.market_id, settling.CAUSE)
    facts = []
    if named.fee_key:
        postings = ledger.move(ledger.PROVIDER_FEES, ledger.PROVIDER, entry.fee_cents)
        facts.append(ledger.Fact(named.fee_key, postings, *about))
    kind = (named.key or "").partition(":")[0]
    other = {"provider_fee": ledger.PROVIDER_FEES} | dict.fromkeys(naming.OWN_BANK.values(), ledger.BANK)
    if named.key and kind in other and named.account == ledger.PROVIDER and entry.amount_cents:
        postings = ledger.move(ledger.PROVIDER, other[kind], entry.amount_cents)
        facts.append(ledger.Fact(named.key, postings, *about))
    return facts


def _keep(session: Session, named: Sequence[Named]) -> None:
    rows = {row["id"]: row for each in named for row in _movements(each) if row["amount_cents"]}
    known = session.scalars(select(Movement).where(Movement.id.in_(rows))).all()
    for row in known:
        wanted = rows.pop(row.id)
        if row.amount_cents != wanted["amount_cents"] or (not row.matched and row.entry_key != wanted["entry_key"]):
            row.amount_cents, row.entry_key, row.matched = wanted["amount_cents"], wanted["entry_key"], False
    if rows:
        session.execute(skipping_insert(Movement.__table__, session), list(rows.values()))


def _movements(named: Named) -> list[dict[str, Any]]:
    entry = named.entry
    row = {
        "id": entry.entry_id,
        "transaction_id": entry.entry_id,
        "account": named.account,
        "kind": entry.kind[:60],
        "source": entry.source,
        "entry_key": named.key[:120] if named.key else None,
        "amount_cents": entry.amount_cents,
        "created_at": entry.created_at,
        "matched": False,
    }
    fee = {"id": f"{entry.entry_id}:fee", "kind": "fee", "entry_key": named.fee_key, "amount_cents": -entry.fee_cents}
    return [row, row | fee]
