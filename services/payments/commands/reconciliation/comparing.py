"""Amount by amount: what the provider lists against what the journal has. Every difference is a row and is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, exists, or_, select
from sqlalchemy.orm import Session

from services.payments import domain, ledger
from services.payments.commands.reconciliation.mirror import Balance
from services.payments.models import (
    Dispute,
    Entry,
    Mismatch,
    Movement,
    Orphan,
    Payment,
    Payout,
    Posting,
    RefundPart,
    Transfer,
)
from shared import clock
from shared.messaging.inbox import skipping_insert
from shared.money import Cents


@dataclass(frozen=True)
class Difference:
    """`subject`: the movement, else the entry, else `balance`."""

    account: str
    subject: str
    kind: str
    provider_cents: Cents
    ledger_cents: Cents
    transaction_id: str | None = None
    entry_key: str | None = None

    @property
    def cents(self) -> Cents:
        return self.provider_cents - self.ledger_cents

    @property
    def name(self) -> str:
        parts = (self.account, self.kind, self.transaction_id, self.entry_key)
        return " ".join(part for part in parts if part)


@dataclass(frozen=True)
class Comparison:
    differences: list[Difference]
    in_flight: list[Difference]


def compare(session: Session, mark: UUID, balances: Mapping[str, Balance]) -> Comparison:
    """`mark`: an id made before the provider was asked; `balances`: by the journal's account. Another run may have
    listed more by now, so a balance is held against the list of its own moment, and one that kept moving against none.
    """
    differences: list[Difference] = []
    in_flight: list[Difference] = []
    waiting = pending_keys(session)
    for movement, booked in _unmatched(session):
        is_young = movement.created_at > clock.now() - domain.AT_MOST_IN_FLIGHT
        is_awaited = booked is None and movement.entry_key in waiting and is_young
        (in_flight if is_awaited else differences).append(_of_movement(movement, booked or 0))
    for row in _entries_alone(session):
        (in_flight if row.id > mark else differences).append(_of_entry(row))
    for account, each in balances.items():
        if each.is_still and each.held_cents != each.listed_cents:
            differences.append(Difference(account, "balance", "balance", each.held_cents, each.listed_cents))
    return Comparison(differences, in_flight)


def keep(session: Session, run_id: UUID, differences: Iterable[Difference]) -> int:
    """Write down those that are new, follow those that are known, resolve those that are gone; how many are new."""
    found = {(each.account, each.subject): each for each in differences}
    now = clock.now()
    still = select(Mismatch).where(Mismatch.resolved_at.is_(None)).order_by(Mismatch.id)
    for row in session.scalars(still.with_for_update()):
        same = found.pop((row.account, row.subject), None)
        if same is None:
            row.resolved_at = now
        else:
            row.provider_cents, row.ledger_cents = same.provider_cents, same.ledger_cents
    new = [_row(run_id, each, now) for each in found.values()]
    if new:
        session.execute(skipping_insert(Mismatch.__table__, session), new)
    return len(new)


def pending_keys(session: Session) -> set[str]:
    """Entries that rows here wait for: asked for at the provider, or paid there, and not told."""
    parts = session.scalars(select(RefundPart.id).where(RefundPart.status == domain.PENDING))
    transfers = session.scalars(select(Transfer.id).where(Transfer.status == domain.PENDING))
    paying = session.execute(select(Payout.id, Payout.attempt).where(Payout.status == domain.PAYING))
    awaited = session.scalars(select(Payment.id).where(Payment.status == domain.AWAITING))
    asked = session.scalars(select(Dispute.id).where(Dispute.try_at.is_not(None)))
    orphans = session.scalars(select(Orphan.charge_id).where(Orphan.status == domain.PENDING))
    return {
        *(f"refund:{each}" for each in parts),
        *(f"transfer:{each}" for each in transfers),
        *(f"payout:{row.id}:{row.attempt}" for row in paying),
        *(f"charge:{each}" for each in awaited),
        *(f"{kind}:{each}" for each in asked for kind in ("dispute", "dispute_won")),
        *(f"orphan_refund:{each}" for each in orphans),
    }


def _unmatched(session: Session) -> list[tuple[Movement, Cents | None]]:
    """Movements without their posting, with what is booked instead; those that have it are marked on the way. They are
    locked: marked meanwhile by another run, a movement would look like a second one for its entry.
    """
    of = and_(Posting.entry_id == Entry.id, Posting.account == Movement.account)
    beside = select(Movement, Posting.amount_cents).outerjoin(Entry, Entry.key == Movement.entry_key)
    beside = beside.outerjoin(Posting, of).where(Movement.matched.is_(False)).order_by(Movement.created_at, Movement.id)
    rows = session.execute(beside.with_for_update(of=Movement)).all()
    keys = {movement.entry_key for movement, _ in rows if movement.entry_key}
    matched = select(Movement.account, Movement.entry_key).where(Movement.matched, Movement.entry_key.in_(keys))
    taken = {(row.account, row.entry_key) for row in session.execute(matched)}
    left: list[tuple[Movement, Cents | None]] = []
    for movement, booked in rows:
        this = (movement.account, movement.entry_key)
        if this not in taken and booked == movement.amount_cents:
            movement.matched = True
            taken.add(this)
        else:
            left.append((movement, None if this in taken else booked))
    session.flush()
    return left


def _entries_alone(session: Session) -> list[Row[Any]]:
    """Postings on a balance at the provider that no movement there stands for."""
    held = or_(Posting.account == ledger.PROVIDER, Posting.account.startswith(ledger.CONNECTED))
    listed = exists().where(Movement.entry_key == Entry.key, Movement.account == Posting.account)
    columns = (Entry.id, Entry.key, Entry.kind, Posting.account, Posting.amount_cents)
    alone = select(*columns).join(Posting, Posting.entry_id == Entry.id).where(held, ~listed)
    return list(session.execute(alone.order_by(Entry.at, Entry.id, Posting.account)))


def _of_movement(movement: Movement, booked: Cents) -> Difference:
    return Difference(
        account=movement.account,
        subject=movement.id,
        kind=movement.kind,
        provider_cents=movement.amount_cents,
        ledger_cents=booked,
        transaction_id=movement.transaction_id,
        entry_key=movement.entry_key,
    )


def _of_entry(row: Any) -> Difference:
    return Difference(row.account, row.key, row.kind, 0, row.amount_cents, entry_key=row.key)


def _row(run_id: UUID, each: Difference, now: datetime) -> dict[str, Any]:
    return {
        "id": clock.new_id(),
        "reconciliation_id": run_id,
        "account": each.account,
        "subject": each.subject,
        "transaction_id": each.transaction_id,
        "entry_key": each.entry_key,
        "kind": each.kind,
        "provider_cents": each.provider_cents,
        "ledger_cents": each.ledger_cents,
        "found_at": now,
    }
