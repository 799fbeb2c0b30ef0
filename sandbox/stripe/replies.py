"""Idempotency keys: the first answer is kept for a day and given again, unless the parameters differ."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sandbox.stripe.errors import ApiError, Body
from sandbox.stripe.store import Tx

_LIFETIME = 24 * 3600


@dataclass(frozen=True)
class Asked:
    """A request as its key remembers it."""

    account: str
    key: str
    endpoint: str
    fingerprint: str


def fingerprint(pairs: list[tuple[str, str]]) -> str:
    """Digest of the parameters, whatever their order."""
    return hashlib.sha256(json.dumps(sorted(pairs)).encode()).hexdigest()


class InFlight:
    """The keys of the requests that are running now; a killed process leaves none."""

    def __init__(self) -> None:
        """Begin with none."""
        self.keys: set[tuple[str, str]] = set()
        self.lock = threading.Lock()

    @contextmanager
    def holding(self, asked: Asked | None) -> Iterator[None]:
        """Refuse a second request with a key that the first has not answered yet."""
        if asked is None:
            yield
            return
        held = (asked.account, asked.key)
        with self.lock:
            if held in self.keys:
                raise _in_use()
            self.keys.add(held)
        try:
            yield
        finally:
            self.keys.discard(held)


def _in_use() -> ApiError:
    message = "There is currently another in-progress request using this Idempotent Key. Please try again later."
    return ApiError(message, status=409, kind="idempotency_error", code="idempotency_key_in_use", saved=False)


def find(tx: Tx, asked: Asked) -> tuple[int, Body] | None:
    """Return the answer given before to the same request; refuse the key for another request."""
    tx.db.execute("DELETE FROM replies WHERE created < ?", (tx.now - _LIFETIME,))
    sql = "SELECT endpoint, fingerprint, status, body FROM replies WHERE account = ? AND key = ?"
    row = tx.db.execute(sql, (asked.account, asked.key)).fetchone()
    if row is None:
        return None
    if row[0] != asked.endpoint:
        raise _mismatch(asked, f"for the same API endpoint they were first used for ('{row[0]}')")
    if row[1] != asked.fingerprint:
        raise _mismatch(asked, "with the same parameters they were first used with")
    return int(row[2]), json.loads(row[3])


def _mismatch(asked: Asked, how: str) -> ApiError:
    advice = f"Try using a key other than '{asked.key}' if you meant to execute a different request."
    message = f"Keys for idempotent requests can only be used {how}. {advice}"
    return ApiError(message, kind="idempotency_error", saved=False)


def keep(tx: Tx, asked: Asked, status: int, body: Body) -> None:
    """Remember the answer, in the transaction of its effect."""
    row = (asked.account, asked.key, asked.endpoint, asked.fingerprint, status, json.dumps(body), tx.now)
    tx.db.execute("INSERT INTO replies VALUES (?, ?, ?, ?, ?, ?, ?)", row)
