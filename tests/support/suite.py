"""Real nameko containers in the test process, on the in-process bus or on the broker that AMQP_URI names."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clayette.processes import Running
from gateway.app import create_app
from gateway.rpc import RpcClient
from shared.config import Config
from tests.support import databases
from tests.support.bus import empty_queues
from tests.support.listener import Listener

PATIENCE_SECONDS = 60.0
"""Many suites share the machine while tests run: one of them may not get a turn for ten seconds."""


class Suite:
    """Running services with fresh databases, an RPC client and an HTTP test client of the gateway."""

    def __init__(self, names: tuple[str, ...], folder: Path) -> None:
        self.databases = {name: databases.fresh(name, folder) for name in names}
        self.config = _Config(self.databases)
        empty_queues(self.config.amqp_uri)
        self.running = Running(names, self.config)
        self.bus = Listener(self.config.amqp_uri, names)
        self.rpc = RpcClient(self.config.amqp_uri, timeout=PATIENCE_SECONDS)
        self.app = create_app(self.config, self.rpc)
        self.http = self.app.test_client()

    def call(self, method: str, account_id: Any = None, key: str | None = None, **args: Any) -> Any:
        """An RPC as the gateway would make it."""
        from gateway.backend import plain

        actor = {"account_id": str(account_id) if account_id else None, "language": "fr"}
        return self.rpc.call(method, headers={}, actor=actor, args=plain(args), idempotency_key=key)

    def stop(self) -> None:
        self.rpc.close()
        self.bus.close()
        self.running.stop()
        for db in self.databases.values():
            databases.drop(db)


class _Config(Config):
    def __init__(self, dbs: dict[str, Any]) -> None:
        object.__setattr__(self, "_dbs", dbs)
        super().__init__(amqp_uri=os.environ.get("AMQP_URI", "memory://localhost/"))

    def database_of(self, service: str) -> str:
        url: str = self._dbs[service].url.render_as_string(hide_password=False)  # type: ignore[attr-defined]
        return url


@pytest.fixture
def suite(tmp_path: Path) -> Iterator[Callable[..., Suite]]:
    """`suite("orders", "payments")`: these services run for real until the test ends."""
    started: list[Suite] = []

    def start(*names: str) -> Suite:
        started.append(Suite(names, tmp_path))
        return started[-1]

    yield start
    for one in started:
        one.stop()
