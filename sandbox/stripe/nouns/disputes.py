"""Disputes: a bank takes a payment back. Opened and closed by a test or by a card made for it."""

from stripe.params import DisputeListParams, DisputeRetrieveParams

from sandbox.stripe import events, money
from sandbox.stripe.dispatch import Call, endpoint
from sandbox.stripe.errors import ApiError, Body
from sandbox.stripe.listing import PAGING, page
from sandbox.stripe.store import Tx, new_id

_WEEK = 7 * 24 * 3600


@endpoint("disputes.retrieve", "GET", "/v1/disputes/<dispute_id>", DisputeRetrieveParams)
def retrieve(call: Call, dispute_id: str) -> Body:
    """Show a dispute."""
    return call.tx.get("dispute", dispute_id, call.account, "dispute")


@endpoint("disputes.list", "GET", "/v1/disputes", DisputeListParams, f"{PAGING} created charge payment_intent")
def index(call: Call) -> Body:
    """List disputes."""
    return page(call, "dispute", "charge payment_intent")


def start(tx: Tx, charge_id: str, reason: str = "fraudulent") -> Body:
    """Take what is left of the charge, and a fee if set, off the balance and tell."""
    charge = tx.get("charge", charge_id)
    if charge["disputed"] or not charge["paid"]:
        raise ApiError(f"Charge {charge_id} cannot be disputed.", code="bad_state")
    dispute = _blank(tx.now, charge, reason)
    entry = money.post(tx, "adjustment", -dispute["amount"], dispute["id"], fee=tx.config.dispute_fee_cents)
    dispute["balance_transactions"] = [tx.get("balance_transaction", entry)]
    tx.save(charge | {"disputed": True, "_dispute_is_open": True})
    events.record(tx, "charge.dispute.created", tx.add(dispute))
    events.record(tx, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def finish(tx: Tx, dispute_id: str, outcome: str) -> Body:
    """Close a dispute as `won` (the money comes back) or `lost`, and tell."""
    dispute = tx.get("dispute", dispute_id)
    if outcome not in ("won", "lost") or dispute["status"] != "needs_response":
        raise ApiError("An open dispute is won or lost, once.", code="bad_state")
    dispute |= {"status": outcome, "is_charge_refundable": outcome == "won"}
    if outcome == "won":
        entry = money.post(tx, "adjustment", dispute["amount"], dispute_id)
        dispute["balance_transactions"] += [tx.get("balance_transaction", entry)]
        tx.save(tx.get("charge", dispute["charge"]) | {"_dispute_is_open": False})
        events.record(tx, "charge.dispute.funds_reinstated", tx.save(dispute))
    events.record(tx, "charge.dispute.closed", tx.save(dispute))
    return dispute


def _blank(now: int, charge: Body, reason: str) -> Body:
    eligibility: Body = {"enhanced_eligibility": {}, "has_evidence": False, "past_due": False, "submission_count": 0}
    card = {"brand": "visa", "case_type": "chargeback", "network": "visa", "network_reason_code": "83"}
    return {
        "id": new_id("du_1"),
        "object": "dispute",
        "amount": charge["amount_captured"] - charge["amount_refunded"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": now,
        "currency": "eur",
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}},
        "evidence_details": eligibility | {"due_by": now + _WEEK, "submission_method": "not_submitted"},
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "network_reason_code": "83",
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {"card": card, "type": "card"},
        "reason": reason,
        "status": "needs_response",
    }
