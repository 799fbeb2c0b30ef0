"""Sending in three steps: claim by lease (committed), hand over to the mail server, commit the result.

No lock is held while the server is spoken to. A worker that dies leaves its lease behind; when it ends, another worker
sends again. Only a crash in the instant between the server's word and our commit of it can send a mail twice: so each
result is committed at once, and the commit is tried again while the database is away.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import eventlet
from sqlalchemy import case, select, update
from sqlalchemy.orm import Session as Db

from services.notifications import domain, mailer
from services.notifications.letters import envelope, links, writing
from services.notifications.letters.world import NotKnownYet, World, load
from services.notifications.models import Account, Delivery
from services.notifications.tokens import signing_secret
from shared import clock
from shared.config import Config
from shared.db import Database
from shared.events.notifications import DeliveryBounced
from shared.logs import Log
from shared.messaging import inbox, outbox

log = Log(__name__)
BATCH = 50
LEASE = timedelta(minutes=5)
STOP_AFTER_SECONDS = 120
COMMIT_PAUSE_SECONDS = 0.5
COMMIT_PATIENCE_SECONDS = 100


@dataclass(frozen=True)
class _Batch:
    claim: UUID
    taken_at: float
    deliveries: Sequence[Delivery]
    world: World
    secret: str

    def is_stale(self) -> bool:
        """Long before another worker may take the rows."""
        return clock.monotonic() - self.taken_at > STOP_AFTER_SECONDS


def send_batch(db: Database, config: Config) -> bool:
    """Send what is due over one connection; True when there may be more."""
    with db.read() as session:
        if session.scalar(select(Delivery.id).where(*_is_due()).limit(1)) is None:
            return False
    try:
        with mailer.connected(config.smtp_url) as connection:
            return _send_claimed(db, config, connection)
    except mailer.ServerDown as trouble:
        log.warning("mail_server_down", error=str(trouble))
        with db.write() as session:
            _postpone_all(session, str(trouble))
        return False


def _send_claimed(db: Database, config: Config, connection: mailer.Mailer) -> bool:
    with db.write() as session:
        batch = _claim(session)
    for delivery in batch.deliveries:
        if batch.is_stale():
            break
        try:
            _send_one(db, config, connection, batch, delivery)
        except mailer.ServerDown as trouble:
            # it may be this very mail that upsets the server: it steps back, so that the others get their turn
            _commit(db, _failed_for_now, delivery, str(trouble))
            _commit(db, _release, batch)
            return False
    _commit(db, _release, batch)
    return len(batch.deliveries) == BATCH


def _is_due() -> tuple[Any, ...]:
    return Delivery.state == domain.WAITING, Delivery.due_at <= clock.now()


def _claim(session: Db) -> _Batch:
    due = select(Delivery).where(*_is_due()).order_by(Delivery.priority, Delivery.due_at).limit(BATCH)
    deliveries = session.scalars(due.with_for_update(skip_locked=True)).all()
    claim, now = clock.new_id(), clock.now()
    for delivery in deliveries:
        delivery.claim, delivery.due_at = claim, now + LEASE
        delivery.first_tried_at = delivery.first_tried_at or now
    return _Batch(claim, clock.monotonic(), deliveries, load(session, deliveries), signing_secret(session))


def _send_one(db: Database, config: Config, connection: mailer.Mailer, batch: _Batch, delivery: Delivery) -> None:
    try:
        if _is_worthless(delivery, batch.world):
            _commit(db, _dropped, delivery)
            return
        connection.send(_write(config, batch, delivery))
    except mailer.NotNow as trouble:
        _commit(db, _failed_for_now, delivery, str(trouble))
    except NotKnownYet as missing:
        _commit(db, _failed_for_now, delivery, f"not known yet: {missing}")
    except (mailer.Refused, ValueError) as refusal:
        _commit(db, _bounced, delivery, str(refusal))
    else:
        _commit(db, _sent, delivery)


def _is_worthless(delivery: Delivery, world: World) -> bool:
    if not envelope.address(delivery, world.account(delivery)):
        return True
    return domain.is_moot(delivery.kind, world.circumstances(delivery), clock.now())


def _write(config: Config, batch: _Batch, delivery: Delivery) -> Any:
    url = None
    if domain.KINDS[delivery.kind].optional and delivery.account_id and delivery.market_id:
        token = domain.sign(domain.Subscription(delivery.account_id, delivery.market_id), batch.secret)
        url = config.public_url.rstrip("/") + links.unsubscribe_path(token)
    letter = writing.letter(delivery, batch.world, config.public_url, url)
    return envelope.message(delivery, letter, batch.world, config.mail_from, url)


def _commit(db: Database, save: Callable[..., Any], *args: Any) -> None:
    """What the mail server said must not be forgotten because the database restarts at this moment."""
    patience_ends = clock.monotonic() + COMMIT_PATIENCE_SECONDS
    while True:
        try:
            with db.write() as session:
                save(session, *args)
        except Exception as error:
            if not inbox.database_is_down(error) or clock.monotonic() > patience_ends:
                raise
            eventlet.sleep(COMMIT_PAUSE_SECONDS)
        else:
            return


def _sent(session: Db, delivery: Delivery) -> None:
    values: dict[str, Any] = {"state": domain.SENT, "sent_at": clock.now(), "error": None, "claim": None}
    _settle(session, delivery, values | _without_secret(delivery))


def _dropped(session: Db, delivery: Delivery) -> None:
    _settle(session, delivery, {"state": domain.DROPPED, "claim": None} | _without_secret(delivery))


def _bounced(session: Db, delivery: Delivery, reason: str) -> None:
    values = {"state": domain.BOUNCED, "error": reason, "claim": None, "attempts": delivery.attempts + 1}
    if _settle(session, delivery, values | _without_secret(delivery)):
        account = session.get(Account, delivery.account_id) if delivery.account_id else None
        outbox.record(
            session,
            DeliveryBounced(
                delivery_id=delivery.id,
                account_id=delivery.account_id,
                market_id=delivery.market_id,
                kind=delivery.kind,
                email=envelope.address(delivery, account) or "",
                reason=reason,
            ),
        )


def _failed_for_now(session: Db, delivery: Delivery, reason: str) -> None:
    attempts, first = delivery.attempts + 1, delivery.first_tried_at or clock.now()
    due_at = domain.next_try(attempts, first, clock.now())
    if due_at is None:
        _bounced(session, delivery, reason)
    else:
        _settle(session, delivery, {"attempts": attempts, "due_at": due_at, "error": reason, "claim": None})


def _settle(session: Db, delivery: Delivery, values: dict[str, Any]) -> bool:
    """False when the row was settled by somebody else meanwhile (the account was deleted)."""
    this = update(Delivery).where(Delivery.id == delivery.id, Delivery.state == domain.WAITING)
    return bool(session.execute(this.values(**values)).rowcount)  # type: ignore[attr-defined]


def _without_secret(delivery: Delivery) -> dict[str, Any]:
    return {"facts": {}} if domain.KINDS[delivery.kind].secret else {}


def _release(session: Db, batch: _Batch) -> None:
    """What was claimed and not spoken of to the server is due again."""
    mine = update(Delivery).where(Delivery.claim == batch.claim, Delivery.state == domain.WAITING)
    session.execute(mine.values(claim=None, due_at=clock.now()))


def _postpone_all(session: Db, reason: str) -> None:
    """The server takes nothing: everything due waits, and what has waited for a day is given up."""
    now = clock.now()
    first_tried_at = case((Delivery.first_tried_at.is_(None), now), else_=Delivery.first_tried_at)
    later = case(
        *((Delivery.attempts == tried, now + pause) for tried, pause in enumerate(domain.BACK_OFF)),
        else_=now + domain.BACK_OFF[-1],
    )
    overdue = select(Delivery).where(*_is_due(), Delivery.first_tried_at <= now - domain.GIVE_UP_AFTER)
    for delivery in session.scalars(overdue.with_for_update(skip_locked=True)).all():
        _bounced(session, delivery, reason)
    session.execute(
        update(Delivery)
        .where(*_is_due())
        .values(first_tried_at=first_tried_at, attempts=Delivery.attempts + 1, due_at=later, error=reason)
    )
