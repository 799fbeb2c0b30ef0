"""Refunds of a charge, whole or in part."""

from stripe.params import RefundCreateParams, RefundListParams, RefundRetrieveParams, RefundUpdateParams

from sandbox.stripe import events, jobs, money
from sandbox.stripe.dispatch import Call, endpoint
from sandbox.stripe.errors import ApiError, Body, bad_parameter
from sandbox.stripe.listing import PAGING, metadata, page
from sandbox.stripe.store import Tx, new_id


@endpoint("refunds.create", "POST", "/v1/refunds", RefundCreateParams, "charge payment_intent amount metadata reason")
def create(call: Call) -> Body:
    """Give back up to what is left of the charge; cards are refunded at once, even into a negative balance."""
    tx, charge = call.tx, _charge_of(call)
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = money.positive(call.params.get("amount", left)) if left else 0
    _ensure_left(charge, amount, left)
    refund = tx.add(_blank(tx.now, charge, amount, call.params))
    refund["balance_transaction"] = money.post(tx, "refund", -amount, refund["id"])
    tx.save(refund)
    _take_from(tx, charge, amount, refund)
    if call.fails_later:
        jobs.later(tx, "refund_fails", refund["id"])
    return refund


@endpoint("refunds.retrieve", "GET", "/v1/refunds/<refund_id>", RefundRetrieveParams)
def retrieve(call: Call, refund_id: str) -> Body:
    """Show a refund."""
    return call.tx.get("refund", refund_id, call.account, "refund")


@endpoint("refunds.update", "POST", "/v1/refunds/<refund_id>", RefundUpdateParams, "metadata")
def update(call: Call, refund_id: str) -> Body:
    """Change the metadata."""
    refund = call.tx.get("refund", refund_id, call.account, "refund")
    refund["metadata"] = metadata(call.params.get("metadata"), refund["metadata"])
    events.record(call.tx, "refund.updated", refund)
    return call.tx.save(refund)


@endpoint("refunds.list", "GET", "/v1/refunds", RefundListParams, f"{PAGING} created charge payment_intent")
def index(call: Call) -> Body:
    """List refunds."""
    return page(call, "refund", "charge payment_intent")


def fail(tx: Tx, refund_id: str) -> None:
    """The bank sends the money back: it is on the balance again, and the charge may be refunded anew."""
    refund = tx.get("refund", refund_id)
    if refund["status"] != "succeeded":
        return
    returned = money.post(tx, "refund_failure", refund["amount"], refund_id)
    outcome = {"status": "failed", "failure_reason": "lost_or_stolen_card", "failure_balance_transaction": returned}
    tx.save(refund | outcome)
    charge = tx.get("charge", refund["charge"])
    left = charge["amount_refunded"] - refund["amount"]
    tx.save(charge | {"amount_refunded": left, "refunded": False})
    events.record(tx, "refund.updated", refund | outcome, previous={"status": "succeeded"})
    events.record(tx, "refund.failed", refund | outcome)


def _charge_of(call: Call) -> Body:
    params = call.params
    if "charge" in params:
        charge = call.tx.get("charge", params["charge"], call.account, "charge")
    elif "payment_intent" in params:
        intent = call.tx.get("payment_intent", params["payment_intent"], call.account, "payment_intent")
        if intent["status"] != "succeeded":
            message = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
            raise ApiError(message, code="payment_intent_unexpected_state", param="payment_intent")
        charge = call.tx.get("charge", intent["latest_charge"])
    else:
        message = "One of the following params should be provided for this request: payment_intent or charge."
        raise bad_parameter(message, "payment_intent", "parameter_missing")
    if not charge["paid"]:
        raise ApiError(f"Charge {charge['id']} has failed and cannot be refunded.", code="charge_not_refundable")
    return charge


def _ensure_left(charge: Body, amount: int, left: int) -> None:
    if charge["disputed"] and charge.get("_dispute_is_open", True):
        raise ApiError(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    if left == 0:
        raise ApiError(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if amount > left:
        words = f"({money.in_words(amount)}) is greater than unrefunded amount on charge ({money.in_words(left)})"
        raise ApiError(f"Refund amount {words}", param="amount")


def _take_from(tx: Tx, charge: Body, amount: int, refund: Body) -> None:
    before = charge["amount_refunded"]
    charge["amount_refunded"] = before + amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    tx.save(charge)
    events.record(tx, "refund.created", refund)
    events.record(tx, "charge.refunded", charge, previous={"amount_refunded": before})


def _blank(now: int, charge: Body, amount: int, params: Body) -> Body:
    details = {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
    return {
        "id": new_id("re_3"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "customer": None,
        "destination_details": {"card": details, "type": "card"},
        "failure_balance_transaction": None,
        "metadata": metadata(params.get("metadata")),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "pending_reason": None,
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
