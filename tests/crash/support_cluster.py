"""The suite as it is run for real: replicas of every service as processes, gunicorn, RabbitMQ, PostgreSQL.

Between the services and the servers stand proxies that can be cut. Everything ends with the pytest process.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from sqlalchemy import create_engine, make_url, text

from clayette import migrations
from clayette.demo.api import World
from shared import clock
from shared.config import Config
from shared.db import Database
from shared.events import SERVICES
from tests.support import databases

ROOT = Path(__file__).parents[2]
REPLICAS = 2
FEW = {"MAX_WORKERS": "4", "GATEWAY_WORKERS": "2", "GATEWAY_THREADS": "16"}


class Process:
    """One process of the suite, which can be killed without a word and started again as it was."""

    def __init__(self, name: str, words: list[str], env: dict[str, str], log: Path) -> None:
        self.name, self.kills = name, 0
        self._words, self._env, self._log = words, env, log
        self._popen: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._popen is not None
        return self._popen.pid

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._popen = subprocess.Popen(
                [*_dies_with_its_parent(), *self._words],
                cwd=ROOT,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """SIGKILL, to the whole of it: nothing is tidied up."""
        if self._popen is None:
            return
        self.kills += 1
        with suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()

    def kill_a_child(self) -> None:
        """One worker of several, chosen by chance; whoever started it starts another."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        if children:
            with suppress(ProcessLookupError):
                os.kill(int(random.choice(children)), signal.SIGKILL)

    def is_alive(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    def errors(self) -> list[str]:
        return [line for line in self._log.read_text().splitlines() if '"level": "ERROR"' in line]


class Cluster:
    """`gateway`, `stripe` and `mailbox` are addresses; `clock` moves for every process of the suite and for the test."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.tag = folder, uuid.uuid4().hex[:8]
        self.ports = {name: _free_port() for name in ("gateway", "stripe", "smtp", "mailbox", "bus", *SERVICES)}
        self.gateway, self.stripe, self.mailbox = (self._address(name) for name in ("gateway", "stripe", "mailbox"))
        self.world = World(self.gateway, f"{self.mailbox}/dev/mailbox.json")
        self.processes: dict[str, Process] = {}
        self.databases: dict[str, Database] = {}
        self.broker = os.environ["AMQP_URI"]  # not by way of the proxy
        self._proxy: subprocess.Popen[str] | None = None

    # life

    def start(self) -> None:
        self._make_databases()
        self._start_proxies()
        self._add("mailbox", ["mailbox"])
        self._add("stripe", ["stripe"])
        for number in range(1, REPLICAS + 1):
            for service in SERVICES:
                self._add(f"{service}-{number}", [service])
        self._add("gateway", ["gateway"])
        self.wait_until_ready()

    def stop(self) -> None:
        for process in self.processes.values():
            process.kill()
        if self._proxy is not None:
            self._proxy.kill()
            self._proxy.wait()
        for db in self.databases.values():
            databases.drop(db)

    def wait_until_ready(self) -> None:
        for name in ("mailbox", "stripe"):
            _wait_for_port(self.ports["smtp" if name == "mailbox" else name])
        self.world.wait_until_ready()

    def add_replica(self, service: str) -> Process:
        number = 1 + sum(name.startswith(f"{service}-") for name in self.processes)
        return self._add(f"{service}-{number}", [service])

    def replicas(self, *services: str) -> list[Process]:
        return [
            process for name, process in self.processes.items() if name.rpartition("-")[0] in (services or SERVICES)
        ]

    def _add(self, name: str, names: list[str]) -> Process:
        words = [sys.executable, "-m", "clayette", "run", *names]
        process = Process(name, words, self._environment(names[0]), self.folder / f"{name}.log")
        process.start()
        self.processes[name] = process
        return process

    def _environment(self, name: str) -> dict[str, str]:
        url = make_url(os.environ["DATABASE_URL"].replace("{service}", "X"))
        url = url.set(host="127.0.0.1", port=self.ports.get(name, 0), database=f"crash_{self.tag}_X")
        far = urlsplit(self.broker)
        amqp = self.broker.replace(f"@{far.hostname}:{far.port}/", f"@127.0.0.1:{self.ports['bus']}/")
        assert amqp != self.broker, "AMQP_URI must name host and port"
        return (
            {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
            | FEW
            | {
                "AMQP_URI": amqp,
                "DATABASE_URL": url.render_as_string(hide_password=False).replace("_X", "_{service}"),
                "PUBLIC_URL": self.gateway,
                "SECRET_KEY": "of these tests alone",
                "CLAYETTE_CLOCK_FILE": str(self.folder / "clock"),
                "GATEWAY_BIND": self.gateway.removeprefix("http://"),
                "STRIPE_API_KEY": "sk_test_clayette",
                "STRIPE_API_BASE": self.stripe,
                "STRIPE_WEBHOOK_SECRET": "whsec_clayette",
                "STRIPE_PORT": str(self.ports["stripe"]),
                "STRIPE_DB": str(self.folder / "stripe.sqlite"),
                "SMTP_URL": f"smtp://127.0.0.1:{self.ports['smtp']}",
                "MAILBOX_SMTP_PORT": str(self.ports["smtp"]),
                "MAILBOX_WEB_PORT": str(self.ports["mailbox"]),
                "MAILBOX_DB": str(self.folder / "mailbox.sqlite"),
            }
        )

    def _make_databases(self) -> None:
        url = make_url(os.environ["DATABASE_URL"].replace("{service}", "X")).set(database=f"crash_{self.tag}_X")
        config = Config(database_url=url.render_as_string(hide_password=False).replace("_X", "_{service}"))
        on_server(*(f'CREATE DATABASE "crash_{self.tag}_{service}"' for service in SERVICES))
        self.databases = {service: Database(config.database_of(service), max_workers=1) for service in SERVICES}
        migrations.upgrade((), config)

    def _start_proxies(self) -> None:
        server = make_url(os.environ["DATABASE_URL"].replace("{service}", "X"))
        broker = urlsplit(self.broker)
        ways = [f"bus={self.ports['bus']}:{broker.hostname}:{broker.port}"]
        ways += [f"{name}={self.ports[name]}:{server.host}:{server.port or 5432}" for name in SERVICES]
        self._proxy = subprocess.Popen(
            [*_dies_with_its_parent(), sys.executable, str(Path(__file__).with_name("support_proxy.py")), *ways],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        _wait_for_port(self.ports["bus"])

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
        clock.move_to(clock.now() + step)

    def move_to(self, instant: datetime) -> None:
        clock.move_to(instant)

    # what can be asked of the stand-ins

    def stand_in(self, path: str, **body: Any) -> dict[str, Any]:
        ask = requests.post if body else requests.get
        answer = ask(f"{self.stripe}/test/{path}", timeout=30, **({"json": body} if body else {}))
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def _address(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"


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


def on_server(*statements: str) -> None:
    url = make_url(os.environ["DATABASE_URL"].replace("{service}", "X")).set(database="postgres")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def _dies_with_its_parent() -> list[str]:
    """So that a killed test run leaves nothing behind."""
    found = shutil.which("setpriv")
    return [found, "--pdeathsig", "KILL"] if found else []


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _wait_for_port(port: int) -> None:
    def answers() -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return False
        return True

    until(f"port {port}", answers, 30)
