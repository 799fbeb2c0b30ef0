"""Monday: what each producer's sales have left available goes to the producer's account, and from there to the bank.

A payout collects unpaid shares, is transferred sale by sale, then paid out; each step is tried until it is done. A step
that the provider refuses is tried again under a new key; one without an answer under the same, after a look whether it
was done.
"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, select, update
from sqlalchemy.orm import Session

from services.payments import domain, ledger, work
from services.payments.commands import settlement
from services.payments.models import Account, Payout, Settlement, Share, Transfer
from services.payments.provider import Provider, ProviderRefused, ProviderUnavailable
from shared import clock
from shared.db import Database
from shared.events.distributions import DistributionReopened
from shared.events.payments import PayoutFailed, PayoutSale, PayoutSent
from shared.messaging import outbox
from shared.messaging.inbox import insert_or_skip
from shared.money import Cents


def run(session: Session) -> bool:
    """Start the payout of one producer who is owed money by the latest Monday run, caught up if it is late."""
    monday = domain.last_run(clock.now())
    producer_id: UUID | None = session.scalar(_owed(monday))
    if producer_id is None:
        return False
    _start(session, producer_id, monday)
    return True


def reopened(session: Session, event: DistributionReopened) -> None:
    """The sale's shares wait for its next validation. A payout of them that has not begun at the provider is undone."""
    settled = settlement.locked(session, event.sale_id, event.market_id)
    settled.reopened_round = max(settled.reopened_round, event.round)
    begun = select(Transfer.payout_id).where(Transfer.sale_id == event.sale_id, Transfer.status == domain.PENDING)
    for payout_id in session.scalars(begun).all():
        _undo(session, payout_id)


def transfer(db: Database, provider: Provider) -> bool:
    """Send one transfer to its producer's account."""
    with db.write() as session:
        row = work.claim(session, Transfer)
        account = session.get_one(Account, row.producer_id) if row else None
    if row is None or account is None or account.provider_id is None:
        return False
    asked: dict[str, Any] = {"sale_id": str(row.sale_id), "key": transfer_key(row)}
    try:
        made = provider.find_transfer(**asked) if row.tries > 1 else None
        made = made or provider.transfer(**asked, account_id=account.provider_id, amount_cents=row.amount_cents)
    except (ProviderUnavailable, ProviderRefused) as error:
        _not_done(db, Transfer, row, error)
    else:
        with db.write() as session:
            transferred(session, row.id, made.transfer_id)
    return True


def pay(db: Database, provider: Provider) -> bool:
    """Send one payout, whose transfers are all there, to its producer's bank."""
    with db.write() as session:
        row = work.claim(session, Payout)
        account = session.get_one(Account, row.producer_id) if row else None
    if row is None or account is None or account.provider_id is None:
        return False
    asked: dict[str, Any] = {"account_id": account.provider_id, "key": payout_key(row)}
    try:
        since = row.created_at - timedelta(days=1)
        made = provider.find_payout_by_key(**asked, since=since) if row.tries > 1 else None
        made = made or provider.payout(**asked, amount_cents=row.amount_cents)
    except (ProviderUnavailable, ProviderRefused) as error:
        _not_done(db, Payout, row, error)
    else:
        with db.write() as session:
            told(session, payout_key(row), made.payout_id, made.status)
    return True


def transfer_key(row: Transfer) -> str:
    return f"transfer:{row.id}" + (f":{row.attempt}" if row.attempt > 1 else "")


def payout_key(row: Payout) -> str:
    return f"payout:{row.producer_id}:{row.paid_on}" + (f":{row.attempt}" if row.attempt > 1 else "")


def told(session: Session, key: str, provider_id: str, status: str, cause: str | None = None) -> None:
    """What the provider says of a payout, at once or by webhook, in whatever order."""
    row = _locked_by_key(session, key)
    if row is None:
        return
    if row.status == domain.PAYING:
        _sent(session, row, provider_id, cause)
    if status == "paid" and row.status == domain.SENT:
        row.status = domain.ARRIVED
    if status in {"failed", "canceled"} and domain.may_become("payout", row.status, domain.PAYING):
        _returned(session, row, status, cause)


def _owed(monday: date) -> Select[Any]:
    """The next producer with a positive balance that is due and can be paid (SPEC F5, F6)."""
    has_payout = exists().where(Payout.producer_id == Share.producer_id, Payout.paid_on == monday)
    return (
        select(Share.producer_id)
        .join(Settlement, Settlement.sale_id == Share.sale_id)
        .join(Account, Account.producer_id == Share.producer_id)
        .where(*payable(monday), Account.active, Account.active_since <= domain.run_at(monday), ~has_payout)
        .group_by(Share.producer_id)
        .having(func.sum(Share.amount_cents) > 0)
        .order_by(Share.producer_id)
        .limit(1)
    )


def payable(monday: date) -> tuple[Any, ...]:
    """Of shares joined with the settlements of their sales."""
    return (
        Share.payout_id.is_(None),
        Share.pay_on <= monday,
        Settlement.round > Settlement.reopened_round,
        Settlement.short.is_(False),
    )


def _start(session: Session, producer_id: UUID, monday: date) -> None:
    """Attach the producer's due shares to a payout; a replica that was quicker leaves nothing to attach."""
    shares = _due_shares(session, producer_id, monday)
    by_sale: dict[UUID, Cents] = {}
    for each in shares:
        by_sale[each.sale_id] = by_sale.get(each.sale_id, 0) + each.amount_cents
    payout_id, amount = clock.new_id(), sum(by_sale.values())
    if amount <= 0 or not insert_or_skip(
        session,
        Payout.__table__,
        id=payout_id,
        producer_id=producer_id,
        paid_on=monday,
        amount_cents=amount,
        status=domain.TRANSFERRING,
        created_at=clock.now(),
    ):
        return
    for each in shares:
        each.payout_id = payout_id
    markets = {each.sale_id: each.market_id for each in shares}
    session.add_all(
        Transfer(
            id=clock.new_id(),
            payout_id=payout_id,
            producer_id=producer_id,
            sale_id=sale_id,
            market_id=markets[sale_id],
            amount_cents=amount,
            status=domain.PENDING,
            try_at=clock.now(),
        )
        for sale_id, amount in domain.net_transfers(by_sale).items()
    )


def _due_shares(session: Session, producer_id: UUID, monday: date) -> list[Share]:
    """Locked: first the sales, in the order of their ids, so that none is reopened meanwhile."""
    mine = select(Share.sale_id).where(Share.producer_id == producer_id, Share.payout_id.is_(None))
    sales = select(Settlement.sale_id).where(Settlement.sale_id.in_(mine)).order_by(Settlement.sale_id)
    for sale_id in session.scalars(sales.with_for_update()).all():
        settlement.weigh(session, sale_id)
    session.flush()
    due = select(Share).join(Settlement, Settlement.sale_id == Share.sale_id)
    due = due.where(Share.producer_id == producer_id, *payable(monday)).order_by(Share.id)
    return list(session.scalars(due.with_for_update(of=Share)))


def _undo(session: Session, payout_id: UUID) -> None:
    """Give up a payout of which the provider knows nothing yet: the next run collects its shares anew."""
    payout = session.get_one(Payout, payout_id, with_for_update=True)
    of_it = select(Transfer).where(Transfer.payout_id == payout_id).order_by(Transfer.id)
    transfers = session.scalars(of_it.with_for_update()).all()
    if any(each.tries for each in transfers):
        return
    for each in transfers:
        session.delete(each)
    shares = update(Share).where(Share.payout_id == payout_id).values(payout_id=None)
    session.execute(shares.execution_options(synchronize_session=False))
    session.flush()
    session.delete(payout)


def transferred(session: Session, transfer_id: UUID, provider_id: str) -> None:
    payout_id = session.execute(select(Transfer.payout_id).where(Transfer.id == transfer_id)).scalar_one()
    payout = session.get_one(Payout, payout_id, with_for_update=True)
    row = session.get_one(Transfer, transfer_id, with_for_update=True)
    if row.status != domain.PENDING:
        return
    row.status, row.provider_id, row.error = domain.SENT, provider_id, None
    work.done(row)
    ledger.book(
        session,
        f"transfer:{row.id}",
        ledger.move(ledger.connected(row.producer_id), ledger.PROVIDER, row.amount_cents),
        at=clock.now(),
        sale_id=row.sale_id,
        market_id=row.market_id,
    )
    session.flush()
    waiting = select(Transfer.id).where(Transfer.payout_id == payout.id, Transfer.status != domain.SENT).limit(1)
    if session.scalar(waiting) is None:
        payout.status, payout.try_at, payout.error = domain.PAYING, clock.now(), None


def _not_done(db: Database, model: type[Any], seen: Any, error: Exception) -> None:
    """Later again. A refusal is told, once until it is overcome, and needs another key."""
    with db.write() as session:
        payout = session.get_one(Payout, seen.id if model is Payout else seen.payout_id, with_for_update=True)
        row = payout if model is Payout else session.get_one(model, seen.id, with_for_update=True)
        if row.status not in {domain.PENDING, domain.PAYING} or row.attempt != seen.attempt:
            return
        work.again(row, domain.back_off(row.tries))
        if isinstance(error, ProviderRefused):
            row.attempt += 1
            _tell_failure(session, payout, error.code, is_known=payout.error is not None)
            row.error = payout.error = error.code[:80]


def _sent(session: Session, row: Payout, provider_id: str, cause: str | None) -> None:
    row.status, row.provider_id, row.error, row.sent_at = domain.SENT, provider_id, None, clock.now()
    work.done(row)
    ledger.book(
        session,
        f"payout:{row.id}:{row.attempt}",
        ledger.move(ledger.producer(row.producer_id), ledger.connected(row.producer_id), row.amount_cents),
        at=clock.now(),
        cause=cause,
    )
    outbox.record(
        session,
        PayoutSent(
            payout_id=row.id,
            producer_id=row.producer_id,
            amount_cents=row.amount_cents,
            paid_on=row.paid_on,
            sales=_sales(session, row.id),
        ),
    )


def _returned(session: Session, row: Payout, error: str, cause: str | None) -> None:
    """The bank sent it back to the producer's account: it is tried again with the next run."""
    ledger.book(
        session,
        f"payout_returned:{row.id}:{row.attempt}",
        ledger.move(ledger.connected(row.producer_id), ledger.producer(row.producer_id), row.amount_cents),
        at=clock.now(),
        cause=cause,
    )
    row.status, row.provider_id, row.error = domain.PAYING, None, error
    row.attempt += 1
    row.try_at = domain.next_run(clock.now())
    _tell_failure(session, row, error, is_known=False)


def _tell_failure(session: Session, payout: Payout, error: str, *, is_known: bool) -> None:
    if not is_known:
        outbox.record(
            session,
            PayoutFailed(
                payout_id=payout.id, producer_id=payout.producer_id, amount_cents=payout.amount_cents, error=error
            ),
        )


def _sales(session: Session, payout_id: UUID) -> list[PayoutSale]:
    sums = select(Share.sale_id, Share.market_id, func.sum(Share.amount_cents).label("amount"))
    sums = sums.where(Share.payout_id == payout_id).group_by(Share.sale_id, Share.market_id).order_by(Share.sale_id)
    return [
        PayoutSale(sale_id=row.sale_id, market_id=row.market_id, amount_cents=int(row.amount))
        for row in session.execute(sums)
    ]


def _locked_by_key(session: Session, key: str) -> Payout | None:
    """The payout whose present attempt has this key."""
    try:
        _, producer_id, paid_on, *_attempt = key.split(":")
        which = (Payout.producer_id == UUID(producer_id), Payout.paid_on == date.fromisoformat(paid_on))
    except ValueError:
        return None
    row = session.scalar(select(Payout).where(*which).with_for_update())
    return row if row is not None and payout_key(row) == key else None
