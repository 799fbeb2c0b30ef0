"""Trouble ordered by a test: the next N calls of an endpoint meet it.

A plan is {"call": "refunds.create", "mode": …, "times": 1}. Modes:
`drop_before` the connection is cut and nothing is done; `drop_after` it is cut after the effect; `http_500` and
`http_429` answered at the door, nothing done and no key kept; `slow` waits `seconds` first; `refuse` a final refusal
with `code` and `status` (402 and `card_declined` by default), kept by the key; `fail_later` a refund or payout that is
accepted and fails afterwards.
"""

import time
from dataclasses import dataclass
from typing import Any

from sandbox.stripe.errors import ApiError, Body
from sandbox.stripe.store import Tx

MODES = ("drop_before", "drop_after", "http_500", "http_429", "slow", "refuse", "fail_later")


@dataclass(frozen=True)
class Trouble:
    """What is in store for one call; `mode` empty for nothing."""

    mode: str = ""
    seconds: float = 0.0
    code: str = "card_declined"
    status: int = 402

    def at_the_door(self) -> None:
        """Wait or refuse before anything runs, outside any transaction."""
        if self.mode == "slow":
            time.sleep(self.seconds)
        if self.mode == "http_500":
            raise ApiError("An unknown error occurred", status=500, kind="api_error", saved=False)
        if self.mode == "http_429":
            raise ApiError("Too many requests", status=429, code="rate_limit", saved=False)

    def inside(self) -> None:
        """Refuse in the endpoint's place."""
        if self.mode == "refuse":
            kind = "card_error" if self.status == 402 else "invalid_request_error"
            raise ApiError(f"Refused: {self.code}", status=self.status, kind=kind, code=self.code)


def take(tx: Tx, call: str) -> Trouble:
    """Use up one round of the first plan for this call."""
    plans: list[Body] = tx.setting("failures") or []
    for plan in plans:
        if plan["call"] == call:
            plan["times"] -= 1
            tx.set("failures", [kept for kept in plans if kept["times"] > 0])
            return Trouble(**{key: plan[key] for key in ("mode", "seconds", "code", "status") if key in plan})
    return Trouble()


def arm(tx: Tx, plan: Body) -> list[Body]:
    """Add a plan and return all that are armed."""
    if plan.get("mode") not in MODES or not isinstance(plan.get("call"), str):
        raise ApiError(f"A plan needs a call and a mode of {', '.join(MODES)}", code="bad_plan")
    plans = [*(tx.setting("failures") or []), {"times": 1, **plan}]
    tx.set("failures", plans)
    return plans


def cut(environ: Any) -> None:
    """Close the client's connection without an answer, under werkzeug's or eventlet's server."""
    wrapped = environ.get("eventlet.input")
    connection = environ.get("werkzeug.socket") or (wrapped.get_socket() if wrapped else None)
    if connection is not None:
        connection.shutdown(2)
