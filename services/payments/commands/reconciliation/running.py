"""A reconciliation from beginning to end: each night by itself, or when an operator asks."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.payments import domain, ledger, work
from services.payments.commands import orphans
from services.payments.commands.reconciliation import comparing, mirror, settling
from services.payments.commands.reconciliation.comparing import Comparison, Difference
from services.payments.commands.reconciliation.mirror import Balance
from services.payments.models import Account, Orphan, Reconciliation
from services.payments.provider import Provider, ProviderRefused, ProviderUnavailable
from shared import clock
from shared.db import Database
from shared.events.payments import LedgerMismatchFound, Mismatch
from shared.logs import Log
from shared.messaging import outbox
from shared.messaging.inbox import insert_or_skip
from shared.money import Cents

log = Log(__name__)


@dataclass(frozen=True)
class Report:
    """`heard`: keys of entries that were booked only now. `pending`: rows that wait for the provider, by kind. `orphans`:
    charges that are given back, or were not yet.
    """

    reconciliation_id: UUID
    provider_cents: Cents
    ledger_cents: Cents
    heard: list[str]
    in_flight: list[Difference]
    pending: dict[str, int]
    orphans: list[Orphan]
    differences: list[Difference]

    @property
    def differs(self) -> bool:
        return bool(self.differences) or any(each.status == domain.FAILED for each in self.orphans)


def nightly(db: Database, provider: Provider) -> bool:
    """The night's run, by whichever replica claims it; late if nobody ran at three, and again after a crash."""
    night = domain.last_night(clock.now())
    with db.write() as session:
        if session.scalar(select(Reconciliation.id).where(Reconciliation.nightly_on == night)) is None:
            _begin(session, nightly_on=night, try_at=clock.now())
        row = work.claim(session, Reconciliation)
        if row is None:
            return False
        row.try_at = clock.now() + domain.RUN_LEASE
    try:
        _run(db, provider, row, None)
    except (ProviderUnavailable, ProviderRefused) as error:
        log.warning("reconciliation_waits_for_provider", night=str(night), error=str(error))
        with db.write() as session:
            work.later(session.get_one(Reconciliation, row.id, with_for_update=True))
    return False


def run(db: Database, provider: Provider, since: datetime | None = None) -> Report:
    """Now. `since`: list the provider's transactions from there, instead of from a few days before the last one known."""
    with db.write() as session:
        run_id = _begin(session)
        row = session.get_one(Reconciliation, run_id)
    return _run(db, provider, row, since)


def _begin(session: Session, **facts: object) -> UUID:
    run_id = clock.new_id()
    insert_or_skip(session, Reconciliation.__table__, id=run_id, started_at=clock.now(), **facts)
    return run_id


def _run(db: Database, provider: Provider, row: Reconciliation, since: datetime | None) -> Report:
    mark = clock.new_id()
    settling.ask_sent_payouts(db, provider)
    balances, heard = _copy(db, provider, since)
    while orphans.refund(db, provider):
        pass
    with db.write() as session:
        settling.wake_accounts(session)
        comparison = comparing.compare(session, mark, balances)
        new = comparing.keep(session, row.id, comparison.differences)
        done = session.get_one(Reconciliation, row.id, with_for_update=True)
        _finish(session, done, balances[ledger.PROVIDER].held_cents, comparison)
        if comparison.differences and (new or done.nightly_on):
            outbox.record(session, _told(done, comparison.differences))
        report = _report(session, done, heard, comparison)
    _log(report)
    return report


def _copy(db: Database, provider: Provider, since: datetime | None) -> tuple[dict[str, Balance], list[str]]:
    with db.read() as session:
        opened = select(Account).where(Account.provider_id.is_not(None)).order_by(Account.producer_id)
        accounts = list(session.scalars(opened))
    balances: dict[str, Balance] = {}
    heard: list[str] = []
    for account in (None, *accounts):
        name = ledger.connected(account.producer_id) if account else ledger.PROVIDER
        balances[name], keys = mirror.copy(db, provider, account, since)
        heard += keys
    return balances, heard


def _finish(session: Session, row: Reconciliation, held: Cents, comparison: Comparison) -> None:
    row.finished_at = clock.now()
    row.provider_cents, row.ledger_cents = held, ledger.balance(session, ledger.PROVIDER)
    row.in_flight_cents = sum(each.cents for each in comparison.in_flight)
    row.difference_cents = sum(each.cents for each in comparison.differences)
    work.done(row)


def _report(session: Session, row: Reconciliation, heard: list[str], comparison: Comparison) -> Report:
    found = [key.partition(":")[2] for key in heard if key.startswith("orphan:")]
    named = select(Orphan).where(Orphan.charge_id.in_(found) | (Orphan.status != domain.SUCCEEDED))
    waiting = Counter(key.partition(":")[0] for key in comparing.pending_keys(session))
    return Report(
        reconciliation_id=row.id,
        provider_cents=row.provider_cents,
        ledger_cents=row.ledger_cents,
        heard=heard,
        in_flight=comparison.in_flight,
        pending=dict(waiting),
        orphans=list(session.scalars(named.order_by(Orphan.charge_id))),
        differences=comparison.differences,
    )


def _told(row: Reconciliation, differences: list[Difference]) -> LedgerMismatchFound:
    return LedgerMismatchFound(
        reconciliation_id=row.id,
        day=row.nightly_on or domain.last_night(row.started_at),
        difference_cents=row.difference_cents,
        mismatches=[
            Mismatch(subject=each.name, provider_cents=each.provider_cents, ledger_cents=each.ledger_cents)
            for each in differences
        ],
    )


def _log(report: Report) -> None:
    figures = {"heard": len(report.heard), "in_flight": len(report.in_flight), "orphans": len(report.orphans)}
    log.info("reconciled", reconciliation_id=report.reconciliation_id, **figures)
    for each in report.differences:
        cents = {"provider_cents": each.provider_cents, "ledger_cents": each.ledger_cents}
        log.warning("ledger_mismatch", what=each.name, **cents)
