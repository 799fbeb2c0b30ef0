"""The base of the seven services: a database, a relay for its outbox, and the retry of events that failed."""

import inspect
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

import eventlet
from eventlet.event import Event as Signal
from marshmallow import Schema, fields
from nameko.extensions import DependencyProvider
from sqlalchemy import delete, text

from shared import clock
from shared.config import Config
from shared.db import Database
from shared.logs import Log
from shared.messaging import heartbeat, inbox, outbox, trace
from shared.messaging.entrypoints import due, due_outside, query
from shared.messaging.publisher import BatchPublisher
from shared.messaging.tables import idempotency_keys
from shared.messaging.tables import inbox as inbox_table

log = Log(__name__)
POLL_SECONDS = 0.5
TROUBLE_PAUSE_SECONDS = 1.0
EMBEDDED_KEEP_SECONDS = 600
KEEP_DAYS = 60


class DatabaseProvider(DependencyProvider):
    """Gives each worker the service's one Database, and sets what the worker works for."""

    def setup(self) -> None:
        config = self.container.config
        self.database = Database(config["DATABASE_URL"], max_workers=self.container.max_workers)

    def stop(self) -> None:
        self.database.close()

    def worker_setup(self, worker_ctx: Any) -> None:
        trace.correlation_id.set(worker_ctx.data.get("correlation_id"))
        trace.causation_id.set(None)

    def get_dependency(self, worker_ctx: Any) -> Database:
        return self.database


class Relay(DependencyProvider):
    """Publishes the outbox: woken by each commit, polling as a fall-back. Every replica runs one."""

    def __init__(self) -> None:
        self._signal = Signal()
        self._stopping = False
        self._sent: deque[tuple[float, list[Any]]] = deque()

    def start(self) -> None:
        provider = next(d for d in self.container.dependencies if isinstance(d, DatabaseProvider))
        self._db = provider.database
        self._db.on_commit = self.wake
        self._publisher = BatchPublisher(self.container.config["AMQP_URI"])
        self._thread = self.container.spawn_managed_thread(self._run)

    def stop(self) -> None:
        self._stopping = True
        self.wake()
        self._thread.wait()
        self._publisher.close()

    def wake(self) -> None:
        if not self._signal.ready():
            self._signal.send()

    def _run(self) -> None:
        again = True
        while not self._stopping:
            try:
                if again:
                    outbox.send_again(self._db)
                    again = False
                while outbox.relay_batch(self._db, self._publish):
                    pass
                heartbeat.beat(self.container.service_name)
            except Exception:
                log.exception("relay_waits", service=self.container.service_name)
                eventlet.sleep(TROUBLE_PAUSE_SECONDS)
            self._wait()

    def _wait(self) -> None:
        with eventlet.Timeout(POLL_SECONDS, exception=False):
            self._signal.wait()
        self._signal = Signal()

    def _publish(self, envelopes: list[dict[str, Any]]) -> set[str]:
        unroutable = self._publisher.publish(envelopes)
        if unroutable:
            log.warning("events_unroutable", ids=sorted(unroutable))
        if self._db.is_sqlite:
            self._forget_old([UUID(envelope["id"]) for envelope in envelopes])
        return unroutable

    def _forget_old(self, ids: list[Any]) -> None:
        self._sent.append((clock.monotonic(), ids))
        while self._sent[0][0] < clock.monotonic() - EMBEDDED_KEEP_SECONDS:
            outbox.forget(self._db, self._sent.popleft()[1])


class Service:
    """Subclass with a name; add entrypoints. `db` is a shared.db.Database."""

    name: ClassVar[str]
    db: Any = DatabaseProvider()
    relay = Relay()

    @query(Schema, Schema.from_dict({"service": fields.String()}))
    def ping(self, session: Any, _actor: Any, _args: Any) -> dict[str, str]:
        """Answers when the service, its database and the bus work."""
        session.execute(text("SELECT 1"))
        return {"service": self.name}

    @due_outside(every=timedelta(seconds=1))
    def retry_failed_events(self, db: Database) -> bool:
        inbox.retry_due(db, self._handlers())
        return False

    @due(every=timedelta(hours=1))
    def forget_old_rows(self, session: Any) -> bool:
        """Proofs of handling and kept answers, long after any double could come."""
        horizon = clock.now() - timedelta(days=KEEP_DAYS)
        session.execute(delete(inbox_table).where(inbox_table.c.handled_at < horizon))
        session.execute(delete(idempotency_keys).where(idempotency_keys.c.recorded_at < horizon))
        return False

    @classmethod
    def event_handlers(cls) -> dict[str, Callable[..., None]]:
        """{method name: handler(self, session, event)} of every @on method."""
        members = inspect.getmembers(cls, inspect.isfunction)
        return {name: method.handles for name, method in members if hasattr(method, "handles")}

    def _handlers(self) -> dict[str, inbox.Handler]:
        return {name: partial(handler, self) for name, handler in self.event_handlers().items()}


def container_config(service: str, config: Config) -> dict[str, Any]:
    """Nameko's configuration for one service."""
    return {
        "AMQP_URI": config.amqp_uri,
        "DATABASE_URL": config.database_of(service),
        "max_workers": config.max_workers,
        "HEARTBEAT": 30,
        "TRANSPORT_OPTIONS": {"max_retries": None, "interval_start": 0.2, "interval_step": 0.5, "interval_max": 5},
    }
