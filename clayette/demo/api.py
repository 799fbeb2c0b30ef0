"""What the demo knows of the world: the gateway's API, the mails that were sent, the clock, the card terminal."""

import hashlib
import json
import time
import unicodedata
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests

PATIENCE_SECONDS = 120.0
TIMEOUT_SECONDS = 30


class DemoFailed(Exception):
    """The suite did not do what it promises."""


class World:
    """A running suite: its gateway at `url`, its mailbox as JSON at `mailbox`."""

    def __init__(self, url: str, mailbox: str) -> None:
        self.url = url.rstrip("/")
        self.mailbox = mailbox

    def now(self) -> datetime:
        return datetime.fromisoformat(_json(requests.get(f"{self.url}/dev/clock", timeout=TIMEOUT_SECONDS))["now"])

    def move_to(self, instant: datetime) -> None:
        _json(requests.post(f"{self.url}/dev/clock", json={"to": instant.isoformat()}, timeout=TIMEOUT_SECONDS))

    def mails(self, to: str) -> list[dict[str, Any]]:
        """Newest last."""
        found = _json(requests.get(self.mailbox, params={"to": to}, timeout=TIMEOUT_SECONDS))
        return list(found["items"])

    def wait_for_mail(self, to: str, words: str) -> dict[str, Any]:
        """The first mail to this address whose subject has these words."""

        def look() -> dict[str, Any] | None:
            return next((mail for mail in self.mails(to) if words.lower() in mail["subject"].lower()), None)

        mail: dict[str, Any] = wait_for(f"a mail to {to} about « {words} »", look)
        return mail

    def wait_until_ready(self) -> None:
        def ready() -> bool:
            try:
                return requests.get(f"{self.url}/readyz", timeout=TIMEOUT_SECONDS).ok
            except (requests.ConnectionError, requests.Timeout):
                return False

        wait_for("the suite to be ready", ready)


class Person:
    """Somebody with an account, acting through the API.

    With `email` given the person is one of the demo market: the same write carries the same key at every run, so that
    loading it again after an interruption does nothing twice.
    """

    def __init__(
        self,
        world: World,
        first_name: str,
        last_name: str,
        phone: str = "06 00 00 00 00",
        *,
        email: str = "",
        password: str = "",
    ) -> None:
        self.world = world
        self.name = f"{first_name} {last_name}"
        tag = uuid.uuid4().hex[:6]
        self.email = email or _address(f"{first_name}.{last_name}.{tag}")
        self.password = password or f"panier {tag} de {last_name}"
        self._facts = {"first_name": first_name, "last_name": last_name, "phone": phone, "language": "fr"}
        self._headers: dict[str, str] = {}
        self._repeatable = bool(email)

    def register(self) -> "Person":
        account = {"email": self.email, "password": self.password, **self._facts}
        if self._send("POST", "/accounts", account).status_code not in {201, 409}:
            raise DemoFailed(f"{self.name} cannot register")
        self._log_in()
        return self

    def _log_in(self) -> None:
        self._headers = {}
        session = self.do("POST", "/sessions", {"email": self.email, "password": self.password})
        self.id = session["account_id"]
        self._headers = {"Authorization": f"Bearer {session['token']}"}

    def get(self, path: str, **params: Any) -> Any:
        answer = self._fetch(path, params)
        if self._must_log_in(answer):
            self._log_in()
            answer = self._fetch(path, params)
        return _json(answer)

    def _must_log_in(self, answer: requests.Response) -> bool:
        """The moved clock has outlived the session, or the person had registered in an earlier run."""
        return answer.status_code == 401 and bool(self._headers or self._repeatable)

    def _fetch(self, path: str, params: dict[str, Any]) -> requests.Response:
        return requests.get(self._url(path), params=params, headers=self._headers, timeout=TIMEOUT_SECONDS)

    def do(self, method: str, path: str, body: Any = None) -> Any:
        """A write with an idempotency key; tried again with the same key while the suite is busy."""
        return _json(self._send(method, path, body))

    def refused(self, method: str, path: str, body: Any = None) -> str:
        """The code of the refusal that this must meet."""
        answer = self._send(method, path, body)
        if answer.ok:
            raise DemoFailed(f"{method} {path} should have been refused, but: {answer.text}")
        return str(answer.json()["code"])

    def upload(self, method: str, path: str, picture: bytes) -> Any:
        return _json(self._send(method, path, picture))

    def _send(self, method: str, path: str, body: Any = None) -> requests.Response:
        key = self._key(method, path, body)

        def send() -> tuple[requests.Response] | None:
            answer = self._write(method, path, body, key)
            if path != "/sessions" and self._must_log_in(answer):
                self._log_in()
                answer = self._write(method, path, body, key)
            return None if answer.status_code in {503, 504} else (answer,)  # a tuple: a refusal is falsy by itself

        answer: requests.Response = wait_for(f"{method} {path}", send)[0]
        return answer

    def _key(self, method: str, path: str, body: Any) -> str:
        if not self._repeatable or path == "/sessions":  # a session of long ago opens no door
            return uuid.uuid4().hex
        said = body if isinstance(body, bytes) else json.dumps(body, sort_keys=True).encode()
        return hashlib.sha256(f"{self.email} {method} {path} ".encode() + said).hexdigest()

    def _write(self, method: str, path: str, body: Any, key: str) -> requests.Response:
        headers = self._headers | {"Idempotency-Key": key}
        content = {"data": body} if isinstance(body, bytes) else {"json": body}
        return requests.request(method, self._url(path), headers=headers, timeout=TIMEOUT_SECONDS, **content)

    def verify(self) -> None:
        """Follow the link of the verification mail."""
        mail = self.world.wait_for_mail(self.email, "adresse")
        token = mail["text"].split("token=")[1].split()[0].strip(">)")
        self.do("POST", "/accounts/verification", {"token": token})

    def _url(self, path: str) -> str:
        return f"{self.world.url}/api/v1{path}"


class Card:
    """Pays at the stand-in of the card provider, as a person would on its page."""

    GOOD, DECLINED, SECURE = "4242424242424242", "4000000000000002", "4000002500003155"

    @staticmethod
    def pay(page: str, number: str = GOOD) -> str:
        """`page`: the hosted payment page. Answers succeeded or declined."""
        terminal = page.replace("/pay/", "/test/pay/", 1)
        return str(_json(requests.post(terminal, json={"card": number}, timeout=TIMEOUT_SECONDS))["status"])

    @staticmethod
    def onboard(page: str, account: str) -> None:
        _json(requests.post(f"{_base(page)}/test/onboard/{account}", json={}, timeout=TIMEOUT_SECONDS))

    @staticmethod
    def books(page: str) -> dict[str, Any]:
        """The provider's own books, for comparison with ours."""
        books: dict[str, Any] = _json(requests.get(f"{_base(page)}/test/books", timeout=TIMEOUT_SECONDS))
        return books


def wait_for(what: str, look: Callable[[], Any]) -> Any:
    """Ask until the answer is truthy; the suite has PATIENCE_SECONDS."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > until:
            raise DemoFailed(f"waited {PATIENCE_SECONDS:.0f} s in vain for {what}")
        time.sleep(0.2)


def _address(name: str) -> str:
    plain = unicodedata.normalize("NFD", name.lower()).encode("ascii", "ignore").decode()
    return f"{plain.replace(' ', '-')}@example.org"


def _base(page: str) -> str:
    parts = urlsplit(page)
    return f"{parts.scheme}://{parts.netloc}"


def _json(answer: requests.Response) -> Any:
    if not answer.ok:
        raise DemoFailed(f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:500]}")
    return answer.json()
