"""The couriers that deliver events: signed, again until answered, and badly when a test asks for it."""

import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import requests
import stripe

from sandbox.stripe.config import Config
from sandbox.stripe.events import conditions, webhook_url
from sandbox.stripe.store import Store, Tx

log = logging.getLogger(__name__)

_TIMEOUT = (3, 15)
_ATTEMPTS = 40


@dataclass(frozen=True)
class _Parcel:
    seq: int
    attempts: int
    url: str
    payload: str


class Courier:
    """A few threads (green ones where eventlet has patched `threading`) that deliver and do the due jobs."""

    def __init__(self, store: Store, config: Config, chores: Callable[[Tx], None]) -> None:
        """Prepare; nothing runs before `start`. `chores` does what is due by itself."""
        self.store = store
        self.chores = chores
        self.config = config
        self.bell = threading.Condition()
        self.stopped = False
        store.ring = self.wake
        self.carried: set[int] = set()
        self.threads = [threading.Thread(target=self._work, daemon=True) for _ in range(config.couriers)]

    def start(self) -> None:
        """Begin, with whatever an earlier process left undelivered."""
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """End after the deliveries that are under way."""
        self.stopped = True
        for thread in self.threads:
            thread.join(timeout=5)

    def wake(self) -> None:
        """Say that there may be something to deliver."""
        with self.bell:
            self.bell.notify()

    def _work(self) -> None:
        http = requests.Session()
        http.trust_env = False
        while not self.stopped:
            try:
                parcel = self._take()
                if parcel is None:
                    self._rest()
                    continue
                self._finish(parcel, self._deliver(http, parcel))
            except Exception:  # the thread must outlive a bug; the log tells it
                log.exception("courier_failed")
                time.sleep(1)

    def _rest(self) -> None:
        with self.bell:
            self.bell.wait(timeout=0.1)

    def _take(self) -> _Parcel | None:
        with self.store.transaction() as tx:
            self.chores(tx)
            how, url = conditions(tx), webhook_url(tx)
            if how["paused"] or not url:
                return None
            order = "seq DESC" if how["reorder"] else "seq"
            sql = f"SELECT seq, attempts, event_id FROM deliveries WHERE state = 'due' AND due <= ? ORDER BY {order}"  # noqa: S608 - two orders of our own
            rows = tx.db.execute(sql + " LIMIT 10", (time.time(),)).fetchall()
            for seq, attempts, event_id in rows:
                if seq not in self.carried:
                    self.carried.add(seq)
                    return _Parcel(seq, attempts, url, json.dumps(tx.find(event_id), indent=2))
        return None

    def _deliver(self, http: requests.Session, parcel: _Parcel) -> str:
        signature = stripe.WebhookSignature.generate_signature_header(parcel.payload, self.config.webhook_secret)
        headers = {"Stripe-Signature": signature, "Content-Type": "application/json; charset=utf-8"}
        try:
            answer = http.post(
                parcel.url, parcel.payload.encode(), headers=headers, timeout=_TIMEOUT, allow_redirects=False
            )
        except requests.RequestException as error:
            return type(error).__name__
        return str(answer.status_code)

    def _finish(self, parcel: _Parcel, answer: str) -> None:
        attempts = parcel.attempts + 1
        pause = min(self.config.retry_seconds * 2**parcel.attempts, self.config.retry_ceiling_seconds)
        state = "done" if answer[0] == "2" else "dead" if attempts >= _ATTEMPTS else "due"
        with self.store.transaction() as tx:
            sql = "UPDATE deliveries SET state = ?, attempts = ?, due = ?, answer = ? WHERE seq = ?"
            tx.db.execute(sql, (state, attempts, time.time() + pause, answer, parcel.seq))
        self.carried.discard(parcel.seq)
