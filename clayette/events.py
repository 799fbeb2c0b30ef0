"""What an operator sees of events that could not be digested or routed, over all services' databases."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from shared.config import Config
from shared.db import Database
from shared.events import SERVICES
from shared.messaging import inbox, outbox
from shared.messaging.tables import failed_events
from shared.messaging.tables import outbox as outbox_table


def _databases(config: Config) -> Iterator[tuple[str, Database]]:
    for service in SERVICES:
        db = Database(config.database_of(service))
        yield service, db
        db.close()


def troubled(config: Config, *, all_failed: bool) -> list[dict[str, Any]]:
    """Dead events (with `all_failed` also those still being retried) and unroutable ones; oldest first."""
    rows: list[dict[str, Any]] = []
    for service, db in _databases(config):
        with db.read() as session:
            failed = select(failed_events)
            failed = failed if all_failed else failed.where(failed_events.c.dead.is_(True))
            rows += [_failed(service, row) for row in session.execute(failed)]
            lost = select(outbox_table).where(outbox_table.c.state == outbox.UNROUTABLE)
            rows += [_unroutable(service, row) for row in session.execute(lost)]
    return sorted(rows, key=lambda row: row["since"])


def show(config: Config, event_id: UUID) -> list[dict[str, Any]]:
    """Every trace of one event: envelope, error, attempts, by handler."""
    return [row for row in troubled(config, all_failed=True) if row["id"] == str(event_id)]


def replay(config: Config, event_id: UUID) -> int:
    """Try again now, wherever it failed or was not routed; answers in how many places."""
    count = 0
    for _service, db in _databases(config):
        with db.write() as session:
            count += inbox.replay(session, event_id)
            lost = (outbox_table.c.id == event_id) & (outbox_table.c.state == outbox.UNROUTABLE)
            again = update(outbox_table).where(lost).values(state=outbox.WAITING)
            count += session.execute(again).rowcount  # type: ignore[attr-defined]
    return count


def line(row: dict[str, Any]) -> str:
    last = row["error"].strip().splitlines()[-1]
    return f"{row['id']}  {row['type']:<24} {row['where']:<40} {row['state']:<10} attempts {row['attempts']}  {last}"


def in_full(row: dict[str, Any]) -> str:
    return json.dumps(row, indent=2, ensure_ascii=False, default=str)


def _failed(service: str, row: Any) -> dict[str, Any]:
    return {
        "id": str(row.event_id),
        "type": row.type,
        "where": f"{service}.{row.handler}",
        "state": "dead" if row.dead else "retrying",
        "attempts": row.attempts,
        "since": row.first_failed_at,
        "retry_at": row.retry_at,
        "error": row.error,
        "envelope": row.envelope,
    }


def _unroutable(service: str, row: Any) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "type": row.type,
        "where": f"{service}.outbox",
        "state": "unroutable",
        "attempts": 1,
        "since": row.recorded_at,
        "retry_at": None,
        "error": "no queue took it",
        "envelope": row.envelope,
    }
