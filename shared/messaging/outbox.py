"""Events leave through the outbox: recorded in the transaction of the fact, published right after its commit."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from shared import clock
from shared.db import Database
from shared.events import Event
from shared.messaging import trace
from shared.messaging.tables import outbox

BATCH = 200
WAITING, SENT, UNROUTABLE = "waiting", "sent", "unroutable"


def record(session: Session, *events: Event) -> None:
    """Tell `events` if, and only if, the transaction of `session` commits."""
    rows = [_row(event) for event in events]
    if rows:
        session.execute(insert(outbox), rows)
        session.info.setdefault("events", []).extend(events)


def envelope(event: Event) -> dict[str, Any]:
    """CloudEvents 1.0, structured mode, with the correlation and causation of this worker."""
    data = event.dump()
    event_id = clock.new_id()
    return {
        "specversion": "1.0",
        "id": str(event_id),
        "source": f"/services/{event.emitter()}",
        "type": event.wire_name(),
        "subject": data[event.subject],
        "time": clock.now().isoformat(),
        "datacontenttype": "application/json",
        "dataschema": f"/schemas/{event.wire_name()}",
        "data": data,
        "correlationid": trace.correlation_id.get() or str(event_id),
        "causationid": trace.causation_id.get() or trace.correlation_id.get() or str(event_id),
    }


def _row(event: Event) -> dict[str, Any]:
    wire = envelope(event)
    return {"id": UUID(wire["id"]), "type": event.wire_name(), "envelope": wire, "recorded_at": clock.now()}


Publish = Any
"""Callable[[Sequence[dict]], set[str]]: publishes envelopes, waits for the broker's confirms, answers the ids of
those that no queue took. Raises when the broker is gone; then nothing counts as published."""


def relay_batch(db: Database, publish: Publish) -> int:
    """Publish up to BATCH waiting events in the order they were recorded; answers how many there were.

    PostgreSQL: the rows are deleted in the transaction that publishes them (replicas skip each other's rows), so a
    crash in the middle publishes again and the inboxes drop the doubles. SQLite must not wait inside a
    transaction, and its bus forgets: rows are marked as sent and kept until they are old.
    """
    return _relay_and_keep(db, publish) if db.is_sqlite else _relay_and_delete(db, publish)


def _relay_and_delete(db: Database, publish: Publish) -> int:
    with db.write() as session:
        claimed = select(outbox.c.id).where(outbox.c.state == WAITING).order_by(outbox.c.id)
        claimed = claimed.limit(BATCH).with_for_update(skip_locked=True)
        taken = delete(outbox).where(outbox.c.id.in_(claimed)).returning(outbox)
        rows = sorted(session.execute(taken).all(), key=lambda row: row.id)
        unroutable = publish([row.envelope for row in rows]) if rows else set()
        kept = [dict(row._mapping) | {"state": UNROUTABLE} for row in rows if str(row.id) in unroutable]
        if kept:
            session.execute(insert(outbox), kept)
    return len(rows)


def _relay_and_keep(db: Database, publish: Publish) -> int:
    with db.read() as session:
        waiting = select(outbox).where(outbox.c.state == WAITING).order_by(outbox.c.id).limit(BATCH)
        rows = session.execute(waiting).all()
    if not rows:
        return 0
    unroutable = publish([row.envelope for row in rows])
    with db.write() as session:
        _mark(session, [row.id for row in rows if str(row.id) not in unroutable], SENT)
        _mark(session, [row.id for row in rows if str(row.id) in unroutable], UNROUTABLE)
    return len(rows)


def _mark(session: Session, ids: Sequence[Any], state: str) -> None:
    if ids:
        session.execute(update(outbox).where(outbox.c.id.in_(ids)).values(state=state))


def send_again(db: Database) -> None:
    """At start: what the bus may have forgotten, or could not route before, waits for the relay again."""
    states = (SENT, UNROUTABLE) if db.is_sqlite else (UNROUTABLE,)
    with db.write() as session:
        session.execute(update(outbox).where(outbox.c.state.in_(states)).values(state=WAITING))


def forget(db: Database, ids: Sequence[Any]) -> None:
    """Delete events that were sent so long ago that the embedded bus has delivered them."""
    with db.write() as session:
        session.execute(delete(outbox).where(outbox.c.id.in_(ids), outbox.c.state == SENT))
