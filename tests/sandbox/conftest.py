"""A stand-in on a free port, its client (the real SDK), and a receiver for its webhooks."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import eventlet
import pytest
import requests
import stripe
from eventlet import wsgi
from flask import Flask, request

from sandbox.stripe import Config, create_app, stop

ROOT = Path(__file__).parents[2]
SECRET = "whsec_of_the_tests"
LINE = {"quantity": 2, "price_data": {"currency": "eur", "unit_amount": 610, "product_data": {"name": "Pain"}}}


def wait_for(what: Callable[[], Any], seconds: float = 8.0) -> Any:
    """Return the first true answer; fail when there is none in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if answer := what():
            return answer
        time.sleep(0.02)
    pytest.fail("did not happen in time")


@dataclass
class Inbox:
    """What the receiver got: (signature, payload, event) each; `answers` are the statuses of the next deliveries."""

    url: str = ""
    letters: list[tuple[str, bytes, dict[str, Any]]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def kinds(self) -> list[str]:
        return [event["type"] for _, _, event in self.letters]

    def wait(self, kind: str, count: int = 1) -> list[dict[str, Any]]:
        wait_for(lambda: self.kinds().count(kind) >= count)
        return [event for _, _, event in self.letters if event["type"] == kind]


@dataclass
class StandIn:
    url: str
    inbox: Inbox | None = None

    @property
    def api(self) -> Any:
        return self.client().v1

    def client(self, key: str = "sk_test_sandbox", retries: int = 0) -> stripe.StripeClient:
        http = stripe.RequestsClient(timeout=10)
        addresses = {"api": self.url}
        return stripe.StripeClient(key, base_addresses=addresses, max_network_retries=retries, http_client=http)

    def ask(self, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> dict[str, Any]:
        answer = requests.request(method, f"{self.url}/test/{path}", json=body or {}, timeout=10)
        return answer.json()

    def session(self, **more: Any) -> Any:
        wanted = {"mode": "payment", "line_items": [LINE], "success_url": "http://shop.test/ok", **more}
        return self.api.checkout.sessions.create(wanted)

    def paid(self, card: str = "4242424242424242", **more: Any) -> Any:
        session = self.session(**more)
        self.ask(f"pay/{session.id}", {"card": card})
        return self.api.checkout.sessions.retrieve(session.id)

    def account(self, state: str = "active") -> str:
        account = self.api.accounts.create({"type": "express", "capabilities": {"transfers": {"requested": True}}})
        self.ask(f"onboard/{account.id}", {"state": state})
        return account.id


def serve(app: Flask) -> tuple[str, Callable[[], None]]:
    """Serve as the embedded set-up does: eventlet's server, green threads."""
    listener = eventlet.listen(("127.0.0.1", 0))
    server = eventlet.spawn(wsgi.server, listener, app, log_output=False, debug=False)
    return f"http://127.0.0.1:{listener.getsockname()[1]}", server.kill


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """A receiver of webhooks that keeps what it gets."""
    box = Inbox()
    app = Flask("receiver")

    @app.post("/hook")
    def receive() -> tuple[str, int]:
        status = box.answers.pop(0) if box.answers else 200
        box.letters.append((request.headers["Stripe-Signature"], request.get_data(), request.get_json()))
        return "", status

    url, end = serve(app)
    box.url = f"{url}/hook"
    yield box
    end()


@pytest.fixture
def start(inbox: Inbox) -> Iterator[Callable[..., StandIn]]:
    """Start stand-ins with settings of one's own, in this process."""
    ends: list[Callable[[], None]] = []

    def start_one(**settings: Any) -> StandIn:
        usual = {"webhook_url": inbox.url, "webhook_secret": SECRET, "payout_seconds": 0.05, "retry_seconds": 0.05}
        app = create_app(Config(**{**usual, **settings}))
        url, end = serve(app)
        ends.extend([end, lambda: stop(app)])
        return StandIn(url, inbox)

    yield start_one
    for end in ends:
        end()


@pytest.fixture
def stand_in(start: Callable[..., StandIn]) -> StandIn:
    return start()


@dataclass
class OwnProcess:
    """The stand-in as a process of its own (threads, werkzeug's server) that can be killed and started again."""

    db: Path
    webhook_url: str
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> StandIn:
        where = ["--port", str(self.port), "--db", str(self.db), "--payout-seconds", "0.05"]
        hooks = ["--webhook-url", self.webhook_url, "--webhook-secret", SECRET]
        command = [sys.executable, "-m", "sandbox.stripe", *where, *hooks]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet)
        stand_in = StandIn(f"http://127.0.0.1:{self.port}")
        wait_for(lambda: _answers(stand_in.url), 20)
        return stand_in

    def kill(self) -> None:
        if self.process is not None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/health", timeout=1).ok
    except requests.RequestException:
        return False


@pytest.fixture
def own_process(tmp_path: Path, inbox: Inbox) -> Iterator[OwnProcess]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = OwnProcess(tmp_path / "stripe.sqlite", inbox.url, port)
    yield process
    process.kill()
