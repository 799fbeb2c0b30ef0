"""The suite as it is run for real: each service as processes of its own, gunicorn, RabbitMQ, PostgreSQL, the stand-ins.

Needs AMQP_URI and DATABASE_URL (scripts/on-cluster). Loads no service and no green threads, so that a browser's test can
start one. Everything ends with the process that started it.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from sqlalchemy import URL, create_engine, make_url, text

from clayette.demo.api import World, wait_for
from shared.events import SERVICES
from tests.flows.embedded import ROOT, free_port

FEW = {"MAX_WORKERS": "4", "GATEWAY_WORKERS": "2", "GATEWAY_THREADS": "16"}
STAND_INS = ("mailbox", "stripe")
STOP_SECONDS = 90


class Process:
    """One process of the suite, which can be ended in order or without a word, and started again as it was."""

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
                [*dies_with_its_parent(), *self._words],
                cwd=ROOT,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def terminate(self) -> None:
        """SIGTERM: it ends what it is at."""
        os.kill(self.pid, signal.SIGTERM)

    def ended(self) -> int:
        """How it ended, once it has."""
        assert self._popen is not None
        return self._popen.wait(STOP_SECONDS)

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
    """`url`, `stripe`: the gateway's and the card provider's addresses; `mailbox`: the mails as JSON.

    `start()`, `terminate()` (SIGTERM; the stand-ins of outside services stay) and `start()` again; `kill()` leaves nothing.
    """

    prefix = "cluster"

    def __init__(self, folder: Path, replicas: Mapping[str, int]) -> None:
        """`replicas`: processes of a service, one where it is not named."""
        self.folder, self.tag = folder, uuid.uuid4().hex[:8]
        self.ports = {name: free_port() for name in ("gateway", "stripe", "smtp", "mailbox")}
        self.url, self.stripe = self._address("gateway"), self._address("stripe")
        self.mailbox = f"{self._address('mailbox')}/dev/mailbox.json"
        self.world = World(self.url, self.mailbox)
        self.processes: dict[str, Process] = {}
        self.counts = {service: replicas.get(service, 1) for service in SERVICES}

    def start(self) -> None:
        if not self.processes:
            self.make_databases()
            self.add_processes()
        for process in self.processes.values():
            if not process.is_alive():
                process.start()
        self.wait_until_ready()

    def terminate(self) -> None:
        running = [process for name, process in self.processes.items() if name not in STAND_INS]
        for process in running:
            process.terminate()
        ends = {process.name: process.ended() for process in running}
        assert not any(ends.values()), ends

    def kill(self) -> None:
        for process in self.processes.values():
            process.kill()
        on_server(*(f'DROP DATABASE IF EXISTS "{self.database(service)}" WITH (FORCE)' for service in SERVICES))

    def wait_until_ready(self) -> None:
        for name in STAND_INS:
            wait_for_port(self.ports["smtp" if name == "mailbox" else name])
        self.world.wait_until_ready()

    def make_databases(self) -> None:
        on_server(*(f'CREATE DATABASE "{self.database(service)}"' for service in SERVICES))
        words = [sys.executable, "-m", "clayette", "migrate"]
        subprocess.run(words, cwd=ROOT, env=self.environment("migrate"), check=True, capture_output=True)

    def add_processes(self) -> None:
        for name in STAND_INS:
            self.add(name, name)
        for service, count in self.counts.items():
            for number in range(1, count + 1):
                self.add(f"{service}-{number}", service)
        self.add("gateway", "gateway")

    def add(self, name: str, what: str) -> Process:
        words = [sys.executable, "-m", "clayette", "run", what]
        self.processes[name] = Process(name, words, self.environment(what), self.folder / f"{name}.log")
        return self.processes[name]

    def database(self, service: str) -> str:
        return f"{self.prefix}_{self.tag}_{service}"

    def bus(self) -> str:
        """As the processes reach it."""
        return os.environ["AMQP_URI"]

    def server(self, _name: str) -> URL:
        """Of the databases, as the process that is named so reaches it."""
        return database_server()

    def environment(self, name: str) -> dict[str, str]:
        """Of the process that is named so, with one database per service."""
        return (
            {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG"}}
            | FEW
            | {
                "AMQP_URI": self.bus(),
                "DATABASE_URL": template(self.server(name).set(database=self.database("X"))),
                "PUBLIC_URL": self.url,
                "SECRET_KEY": "of these tests alone",
                "CLAYETTE_CLOCK_FILE": str(self.folder / "clock"),
                "GATEWAY_BIND": self.url.removeprefix("http://"),
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

    def _address(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"


def database_server() -> URL:
    return make_url(os.environ["DATABASE_URL"].replace("{service}", "X"))


def template(url: URL) -> str:
    """As DATABASE_URL: a database's name ends with its service's."""
    return url.render_as_string(hide_password=False).replace("_X", "_{service}")


def on_server(*statements: str) -> None:
    engine = create_engine(database_server().set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def dies_with_its_parent() -> list[str]:
    """So that a killed test run leaves nothing behind."""
    found = shutil.which("setpriv")
    return [found, "--pdeathsig", "KILL"] if found else []


def wait_for_port(port: int) -> None:
    def answers() -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return False
        return True

    wait_for(f"port {port}", answers)
