"""Events, written with the change that they tell, and the conditions under which they travel."""

import time

import stripe

from sandbox.stripe.errors import ApiError, Body
from sandbox.stripe.present import public
from sandbox.stripe.store import PLATFORM, Tx, new_id

CALM: Body = {"paused": False, "delay": 0.0, "duplicate": 0, "reorder": False, "drop": 0, "url": None}
_GATHER_SECONDS = 0.4


def record(tx: Tx, kind: str, body: Body, account: str = PLATFORM, previous: Body | None = None) -> Body:
    """Write the event and its deliveries, in the transaction of the change that it tells."""
    data: Body = {"object": public(body, tx.now)}
    if previous:
        data["previous_attributes"] = previous
    event: Body = {
        "id": new_id("evt_"),
        "object": "event",
        "api_version": stripe.api_version,
        "created": tx.now,
        "data": data,
        "livemode": False,
        "pending_webhooks": 1 if webhook_url(tx) else 0,
        "request": {"id": tx.origin.request_id, "idempotency_key": tx.origin.idempotency_key},
        "type": kind,
    }
    if account != PLATFORM:
        event["account"] = account
    tx.add(event, account)
    _send_off(tx, event["id"])
    return event


def conditions(tx: Tx) -> Body:
    """How webhooks travel at present; see CALM for the names."""
    return {**CALM, **(tx.setting("webhooks") or {})}


def webhook_url(tx: Tx) -> str | None:
    """Where events are sent, None for nowhere."""
    return conditions(tx)["url"] or tx.config.webhook_url


def change_conditions(tx: Tx, wanted: Body) -> Body:
    """Set some of the conditions and return all."""
    unknown = wanted.keys() - CALM.keys()
    if unknown:
        raise ApiError(f"Webhooks have no condition {', '.join(sorted(unknown))}", code="bad_condition")
    tx.set("webhooks", {**conditions(tx), **wanted})
    tx.post_soon()
    return conditions(tx)


def _send_off(tx: Tx, event_id: str) -> None:
    if not webhook_url(tx):
        return
    how = conditions(tx)
    if how["drop"]:
        tx.set("webhooks", {**how, "drop": how["drop"] - 1})
        enqueue(tx, event_id, state="dropped")
        return
    wait = how["delay"] + (_GATHER_SECONDS if how["reorder"] else 0.0)
    for _ in range(1 + how["duplicate"]):
        enqueue(tx, event_id, wait=wait)


def enqueue(tx: Tx, event_id: str, *, wait: float = 0.0, state: str = "due") -> None:
    """Put one delivery of an event on the list."""
    row = (event_id, time.time() + wait, state)
    tx.db.execute("INSERT INTO deliveries (event_id, due, state) VALUES (?, ?, ?)", row)
    tx.post_soon()
