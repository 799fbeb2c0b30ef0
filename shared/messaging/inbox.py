"""Events arrive through the inbox: effect and proof of handling in one transaction, failures kept and retried."""

import traceback
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy import Row, and_, delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shared import clock
from shared.db import Database
from shared.events import BY_NAME, Event
from shared.logs import Log
from shared.messaging import trace
from shared.messaging.tables import failed_events, inbox

log = Log(__name__)
Handler = Callable[[Session, Any], None]

BACK_OFF = [timedelta(seconds=s) for s in (1, 5, 30, 120, 600, 3600, 6 * 3600)]
"""Pauses after each failure; after the last one the event is dead and waits for an operator."""


def insert_or_skip(session: Session, table: Any, **values: Any) -> bool:
    """INSERT … ON CONFLICT DO NOTHING; True when the row is new. Waits for a concurrent insert of the same key."""
    return bool(session.execute(skipping_insert(table, session), values).rowcount)  # type: ignore[attr-defined]


def skipping_insert(table: Any, session: Session) -> Any:
    """INSERT … ON CONFLICT DO NOTHING in the words of the session's database, for one row or many."""
    return _skipping_insert(table, session.get_bind().dialect.name)


@cache
def _skipping_insert(table: Any, dialect_name: str) -> Any:
    return _insert(table, dialect_name).on_conflict_do_nothing()


def keep_newest(session: Session, model: Any, key: dict[str, Any], version: int, *also: Any, **facts: Any) -> bool:
    """Insert the row, or overwrite an older version of it (where `also` holds); False when what is kept is as new."""
    table, facts = model.__table__, {**facts, "version": version}
    insert = _insert(table, session.get_bind().dialect.name).values(**key, **facts)
    older = and_(table.c.version < version, *also)
    kept = insert.on_conflict_do_update(index_elements=list(key), set_=facts, where=older)
    return bool(session.execute(kept).rowcount)  # type: ignore[attr-defined]


def _insert(table: Any, dialect_name: str) -> Any:
    from sqlalchemy.dialects import postgresql, sqlite

    return (postgresql if dialect_name == "postgresql" else sqlite).insert(table)


def digest(db: Database, name: str, handle: Handler, wire: dict[str, Any]) -> None:
    """Handle one arrived event once.

    Raises only when the database cannot be reached: then the broker keeps the event. Any other failure is
    recorded and retried from the table, so that the events behind it go on.
    """
    try:
        event_id = UUID(wire["id"])
    except (KeyError, TypeError, ValueError):
        log.warning("event_without_id_dropped", handler=name)
        return
    try:
        with db.write() as session:
            _once(session, name, handle, wire, event_id)
    except Exception as error:
        if database_is_down(error):
            raise
        log.exception("event_failed", handler=name, event_id=str(event_id))
        with db.write() as session:
            _keep(session, name, wire, event_id, error)


def _once(session: Session, name: str, handle: Handler, wire: dict[str, Any], event_id: UUID) -> None:
    if insert_or_skip(session, inbox, event_id=event_id, handler=name, handled_at=clock.now()):
        trace.correlation_id.set(wire.get("correlationid"))
        trace.causation_id.set(str(event_id))
        handle(session, _parse(wire))


def _parse(wire: dict[str, Any]) -> Event:
    if wire.get("specversion") != "1.0" or wire.get("type") not in BY_NAME:
        message = f"not an event of ours: {wire.get('type')!r}"
        raise ValidationError(message)
    return BY_NAME[wire["type"]].load(wire["data"])


def _keep(session: Session, name: str, wire: dict[str, Any], event_id: UUID, error: Exception) -> None:
    """Record a failure; a repeated one counts up and waits longer. A failure already kept by a double stays."""
    text = "".join(traceback.format_exception(error))[-8000:]
    now = clock.now()
    is_new = insert_or_skip(
        session,
        failed_events,
        event_id=event_id,
        handler=name,
        type=str(wire.get("type"))[:80],
        envelope=wire,
        attempts=1,
        error=text,
        first_failed_at=now,
        retry_at=now + BACK_OFF[0],
        dead=False,
    )
    if not is_new:
        _count_up(session, name, event_id, text)


def _count_up(session: Session, name: str, event_id: UUID, text: str) -> None:
    this = (failed_events.c.event_id == event_id) & (failed_events.c.handler == name)
    attempts = session.execute(select(failed_events.c.attempts).where(this).with_for_update()).scalar_one()
    dead = attempts >= len(BACK_OFF)
    retry_at = None if dead else clock.now() + BACK_OFF[attempts]
    session.execute(
        update(failed_events).where(this).values(attempts=attempts + 1, error=text, retry_at=retry_at, dead=dead)
    )


def retry_due(db: Database, handlers: dict[str, Handler]) -> int:
    """Try again what is due; answers how many were tried."""
    with db.read() as session:
        due = select(failed_events).where(failed_events.c.dead.is_(False), failed_events.c.retry_at <= clock.now())
        rows = session.execute(due.order_by(failed_events.c.retry_at).limit(100)).all()
    for row in rows:
        _retry(db, row, handlers)
    return len(rows)


def _retry(db: Database, row: Row[Any], handlers: dict[str, Handler]) -> None:
    this = (failed_events.c.event_id == row.event_id) & (failed_events.c.handler == row.handler)
    try:
        with db.write() as session:
            claimed = session.execute(
                delete(failed_events).where(this, failed_events.c.attempts == row.attempts)
            ).rowcount  # type: ignore[attr-defined]
            if claimed:
                _once(session, row.handler, handlers[row.handler], row.envelope, row.event_id)
    except Exception as error:
        if database_is_down(error):
            raise
        with db.write() as session:
            _keep(session, row.handler, row.envelope, row.event_id, error)


def database_is_down(error: Exception) -> bool:
    """The connection failed, not the statement: the same work may succeed later without anybody's help."""
    return isinstance(error, DBAPIError) and (error.connection_invalidated or error.orig is None or _lost(error))


def _lost(error: DBAPIError) -> bool:
    kind = type(error.orig).__name__
    code = getattr(error.orig, "pgcode", None)
    return kind in {"OperationalError", "InterfaceError"} and (code is None or code[:2] in {"57", "08", "53", "40"})


def replay(session: Session, event_id: UUID) -> int:
    """An operator's word: dead events with this id are tried again at once; answers how many handlers had failed."""
    again = update(failed_events).where(failed_events.c.event_id == event_id)
    return session.execute(again.values(dead=False, retry_at=clock.now())).rowcount  # type: ignore[attr-defined,no-any-return]
