"""What tests and the demo ask of the stand-in: to pay, to onboard, to misbehave, and to show its books."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from sandbox.stripe import events, failures, money
from sandbox.stripe.cards import card
from sandbox.stripe.chores import do_due
from sandbox.stripe.dispatch import base_url, desk
from sandbox.stripe.errors import Body
from sandbox.stripe.nouns import accounts, disputes
from sandbox.stripe.pages import till
from sandbox.stripe.present import public
from sandbox.stripe.store import PLATFORM, Tx

control = Blueprint("control", __name__, url_prefix="/test")

_KINDS = "charge refund transfer transfer_reversal payout dispute balance_transaction account event"


def _wanted() -> Body:
    body: Any = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}


@control.post("/pay/<session_id>")
def pay(session_id: str) -> Response:
    """Pay a session as a person would: {"card": …, "approve": false to fail the 3-D Secure step}.

    Answers {"status": succeeded | declined, "payment_intent": id, "redirect_url": where the browser would go}.
    """
    wanted = _wanted()
    with desk().store.transaction() as tx:
        intent = till.pay(tx, session_id, card(wanted.get("card", "4242424242424242")))
        if intent["status"] == "requires_action":
            intent = till.answer_challenge(tx, session_id, approved=wanted.get("approve", True))
        paid = intent["status"] == "succeeded"
        url = till.success_url(tx, session_id) if paid else f"{base_url()}/pay/{session_id}"
    status = "succeeded" if paid else "declined"
    return jsonify({"status": status, "payment_intent": intent["id"], "redirect_url": url})


@control.post("/onboard/<account_id>")
def onboard(account_id: str) -> Response:
    """Put an account into {"state": active | asked | pending | restricted | rejected}."""
    wanted = _wanted()
    with desk().store.transaction() as tx:
        shown = public(accounts.settle(tx, account_id, wanted.get("state", "active")), tx.now)
    return jsonify(shown)


@control.post("/disputes")
def dispute() -> Response:
    """Open a dispute on {"charge": id}."""
    wanted = _wanted()
    with desk().store.transaction() as tx:
        shown = public(disputes.start(tx, wanted.get("charge", "")), tx.now)
    return jsonify(shown)


@control.post("/disputes/<dispute_id>")
def close_dispute(dispute_id: str) -> Response:
    """Close a dispute with {"outcome": won | lost}."""
    wanted = _wanted()
    with desk().store.transaction() as tx:
        shown = public(disputes.finish(tx, dispute_id, wanted.get("outcome", "lost")), tx.now)
    return jsonify(shown)


@control.post("/fees")
def fee() -> Response:
    """Take {"amount": cents} off the platform's balance, as the provider does for its accounts by the month."""
    wanted = _wanted()
    with desk().store.transaction() as tx:
        entry = money.post(tx, "stripe_fee", -money.positive(int(wanted.get("amount", 0))), None)
        shown = public(tx.get("balance_transaction", entry), tx.now)
    return jsonify(shown)


@control.route("/webhooks", methods=["GET", "POST"])
def webhooks() -> Response:
    """Change how webhooks travel: paused, delay (seconds), duplicate (extra copies), reorder, drop (the next n), url."""
    wanted = _wanted()
    with desk().store.transaction() as tx:
        shown = events.change_conditions(tx, wanted)
        counts = tx.db.execute("SELECT state, COUNT(*) FROM deliveries GROUP BY state").fetchall()
    return jsonify(shown | {"deliveries": dict(counts)})


@control.post("/deliver/<event_id>")
def deliver(event_id: str) -> Response:
    """Deliver an event once more, as soon as possible."""
    with desk().store.transaction() as tx:
        tx.get("event", event_id)
        events.enqueue(tx, event_id)
    return jsonify({"queued": event_id})


@control.route("/fail", methods=["GET", "POST", "DELETE"])
def fail() -> Response:
    """Arm a failure ({"call", "mode", "times"}, see `failures`), show what is armed, or disarm all."""
    wanted = _wanted()
    with desk().store.transaction() as tx:
        if request.method == "DELETE":
            tx.set("failures", [])
        plans = failures.arm(tx, wanted) if request.method == "POST" else tx.setting("failures")
    return jsonify({"armed": plans or []})


@control.post("/tick")
def tick() -> Response:
    """Do now what is due by the clock, without waiting for a courier to look."""
    with desk().store.transaction() as tx:
        do_due(tx)
    return jsonify({"now": tx.now})


@control.get("/books")
def books() -> Response:
    """Everything that concerns money, oldest first, each with its owner, and the balance of each account in cents.

    Among the charges are the payments (`py_…`) that transfers become on the connected accounts.
    """
    with desk().store.transaction() as tx:
        shown = {f"{kind}s": public(tx.owned(kind), tx.now) for kind in _KINDS.split()}
        ids = [PLATFORM, *(account["id"] for account in shown["accounts"])]
        balances = {account: _balance(tx, account) for account in ids}
    return jsonify({**shown, "balances": balances, "platform": PLATFORM})


def _balance(tx: Tx, account: str) -> Body:
    return {"available": money.available(tx, account), "pending": money.pending(tx, account)}
