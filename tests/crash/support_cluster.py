"""The suite as it is run for real, two of every service, with proxies between it and the servers that can be cut."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from sqlalchemy import URL, select

from services.notifications.models import Delivery
from shared import clock
from shared.config import Config
from shared.db import Database
from shared.events import SERVICES
from tests.flows.embedded import free_port
from tests.support import cluster
from tests.support.cluster import Process, dies_with_its_parent, wait_for_port

REPLICAS = 2
BATCH_SECONDS = 3


class Cluster(cluster.Cluster):
    """`clock` moves for every process of the suite and for the test."""

    prefix = "crash"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, dict.fromkeys(SERVICES, REPLICAS))
        self.ports |= {name: free_port() for name in ("bus", *SERVICES)}
        self.databases: dict[str, Database] = {}
        self.broker = os.environ["AMQP_URI"]  # not by way of the proxy
        self._proxy: subprocess.Popen[str] | None = None

    # life

    def start(self) -> None:
        self._start_proxies()
        super().start()

    def kill(self) -> None:
        for db in self.databases.values():
            db.close()
        super().kill()
        if self._proxy is not None:
            self._proxy.kill()
            self._proxy.wait()

    def make_databases(self) -> None:
        super().make_databases()
        config = Config(database_url=cluster.template(cluster.database_server().set(database=self.database("X"))))
        self.databases = {service: Database(config.database_of(service), max_workers=1) for service in SERVICES}

    def add_replica(self, service: str) -> Process:
        number = 1 + sum(name.startswith(f"{service}-") for name in self.processes)
        process = self.add(f"{service}-{number}", service)
        process.start()
        return process

    def replicas(self, *services: str) -> list[Process]:
        return [
            process for name, process in self.processes.items() if name.rpartition("-")[0] in (services or SERVICES)
        ]

    def bus(self) -> str:
        far = urlsplit(self.broker)
        near = self.broker.replace(f"@{far.hostname}:{far.port}/", f"@127.0.0.1:{self.ports['bus']}/")
        assert near != self.broker, "AMQP_URI must name host and port"
        return near

    def server(self, name: str) -> URL:
        there = cluster.database_server()
        return there.set(host="127.0.0.1", port=self.ports[name]) if name in SERVICES else there

    def _start_proxies(self) -> None:
        server = cluster.database_server()
        broker = urlsplit(self.broker)
        ways = [f"bus={self.ports['bus']}:{broker.hostname}:{broker.port}"]
        ways += [f"{name}={self.ports[name]}:{server.host}:{server.port or 5432}" for name in SERVICES]
        self._proxy = subprocess.Popen(
            [*dies_with_its_parent(), sys.executable, str(Path(__file__).with_name("support_proxy.py")), *ways],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        wait_for_port(self.ports["bus"])

    # trouble

    @contextmanager
    def cut_off(self, *names: str) -> Iterator[None]:
        """Nobody reaches the broker ("bus"), or the database of a service."""
        for name in names:
            self._tell_proxy(f"cut {name}")
        try:
            yield
        finally:
            for name in names:
                self._tell_proxy(f"heal {name}")

    def _tell_proxy(self, line: str) -> None:
        assert self._proxy is not None
        assert self._proxy.stdin is not None
        assert self._proxy.stdout is not None
        self._proxy.stdin.write(line + "\n")
        self._proxy.stdin.flush()
        assert self._proxy.stdout.readline() == "done\n"

    # time

    def move(self, step: timedelta) -> None:
        self.move_to(clock.now() + step)

    def move_to(self, instant: datetime) -> None:
        """Between two batches of mails: to whom the clock is moved meanwhile, its lease is over in the middle of sending,
        and another replica sends the same mails. A replica that was killed with a batch is not waited for.
        """
        ends = time.monotonic() + BATCH_SECONDS
        while self._is_sending() and time.monotonic() < ends:
            time.sleep(0.1)
        clock.move_to(instant)

    def _is_sending(self) -> bool:
        leased = (Delivery.state == "waiting", Delivery.claim.is_not(None), Delivery.due_at > clock.now())
        with self.databases["notifications"].read() as session:
            return session.scalar(select(Delivery.id).where(*leased).limit(1)) is not None

    # what can be asked of the stand-ins

    def stand_in(self, path: str, **body: Any) -> dict[str, Any]:
        ask = requests.post if body else requests.get
        answer = ask(f"{self.stripe}/test/{path}", timeout=30, **({"json": body} if body else {}))
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


class Stopwatch:
    """Says on standard output (shown with `pytest -s`, or when the test fails) how long each part took."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def lap(self, what: str) -> None:
        now = time.monotonic()
        print(f"{now - self._since:6.1f} s  {what}")  # noqa: T201 - pytest shows it
        self._since = now


def until(what: str, look: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Ask until the answer is truthy."""
    ends = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < ends, f"waited {seconds:.0f} s in vain for {what}"
        time.sleep(0.2)
