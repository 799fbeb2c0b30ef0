"""Transfers from the platform to a connected account, and their reversals."""

from stripe.params import (
    TransferCreateParams,
    TransferListParams,
    TransferRetrieveParams,
    TransferReversalCreateParams,
    TransferReversalListParams,
    TransferReversalRetrieveParams,
)

from sandbox.stripe import events, money
from sandbox.stripe.dispatch import Call, endpoint
from sandbox.stripe.errors import ApiError, Body, bad_parameter
from sandbox.stripe.listing import PAGING, metadata, page
from sandbox.stripe.present import listed
from sandbox.stripe.store import PLATFORM, Tx, new_id

_KNOWN = "amount currency destination description metadata source_transaction transfer_group"


@endpoint("transfers.create", "POST", "/v1/transfers", TransferCreateParams, _KNOWN)
def create(call: Call) -> Body:
    """Move money at once; without a source charge only as much as is available."""
    tx, params = call.tx, call.params
    money.euro(params["currency"])
    if "amount" not in params:
        raise bad_parameter("Missing required param: amount.", "amount", "parameter_missing")
    amount = money.positive(params["amount"])
    destination = _destination(tx, params["destination"])
    source = _source(tx, params, amount)
    transfer = tx.add(_blank(tx.now, amount, params, source))
    transfer["balance_transaction"] = money.post(tx, "transfer", -amount, transfer["id"])
    transfer["destination_payment"] = _arrive(tx, transfer, destination["id"])
    events.record(tx, "transfer.created", tx.save(transfer))
    return transfer


@endpoint("transfers.retrieve", "GET", "/v1/transfers/<transfer_id>", TransferRetrieveParams)
def retrieve(call: Call, transfer_id: str) -> Body:
    """Show a transfer."""
    return call.tx.get("transfer", transfer_id, call.account, "transfer")


@endpoint("transfers.list", "GET", "/v1/transfers", TransferListParams, f"{PAGING} created destination transfer_group")
def index(call: Call) -> Body:
    """List transfers."""
    return page(call, "transfer", "destination transfer_group")


@endpoint(
    "transfers.reversals.create",
    "POST",
    "/v1/transfers/<transfer_id>/reversals",
    TransferReversalCreateParams,
    "amount description metadata",
)
def reverse(call: Call, transfer_id: str) -> Body:
    """Take back up to what is left of a transfer, as far as the account still has it."""
    tx, transfer = call.tx, call.tx.get("transfer", transfer_id, call.account, "transfer")
    left = transfer["amount"] - transfer["amount_reversed"]
    if left == 0:
        raise ApiError(f"Transfer {transfer_id} is already fully reversed.", code="transfer_already_reversed")
    amount = money.positive(call.params.get("amount", left))
    if amount > left:
        words = f"({money.in_words(amount)}) is greater than unreversed amount on transfer ({money.in_words(left)})"
        raise ApiError(f"Reversal amount {words}", param="amount")
    money.ensure_funds(tx, transfer["destination"], amount)
    reversal = tx.add(_reversal(tx, transfer, amount, call.params))
    _take_back(tx, transfer, reversal)
    return reversal


@endpoint(
    "transfers.reversals.list", "GET", "/v1/transfers/<transfer_id>/reversals", TransferReversalListParams, PAGING
)
def list_reversals(call: Call, transfer_id: str) -> Body:
    """List a transfer's reversals."""
    call.tx.get("transfer", transfer_id, call.account, "transfer")
    return page(call, "transfer_reversal", among={"transfer": [transfer_id]})


@endpoint(
    "transfers.reversals.retrieve",
    "GET",
    "/v1/transfers/<transfer_id>/reversals/<reversal_id>",
    TransferReversalRetrieveParams,
)
def retrieve_reversal(call: Call, transfer_id: str, reversal_id: str) -> Body:
    """Show a reversal."""
    call.tx.get("transfer", transfer_id, call.account, "transfer")
    return call.tx.get("transfer_reversal", reversal_id, call.account)


def _destination(tx: Tx, account_id: str) -> Body:
    found = tx.find(account_id)
    if found is None or found["object"] != "account":
        raise ApiError(f"No such destination: '{account_id}'", code="resource_missing", param="destination")
    if found["capabilities"].get("transfers") != "active":
        message = "Your destination account needs to have at least one of the following capabilities enabled: transfers"
        raise ApiError(message, code="insufficient_capabilities_for_transfer")
    return found


def _source(tx: Tx, params: Body, amount: int) -> Body | None:
    if "source_transaction" not in params:
        money.ensure_funds(tx, PLATFORM, amount)
        return None
    charge = tx.get("charge", params["source_transaction"], PLATFORM, "source_transaction")
    sums = "kind = 'transfer' AND json_extract(body, '$.source_transaction') = ?"
    sent = sum(each["amount"] - each["amount_reversed"] for each in tx.select(sums, [charge["id"]]))
    if sent + amount > charge["amount_captured"]:
        message = "Cannot create transfers that sum to more than the amount of the charge that is their source."
        raise ApiError(message, param="amount")
    if params.get("transfer_group", charge["transfer_group"]) != charge["transfer_group"]:
        raise ApiError("The transfer_group of the source_transaction is another one.", param="transfer_group")
    return charge


def _arrive(tx: Tx, transfer: Body, account: str) -> str:
    payment_id = new_id("py_1")
    entry = money.post(tx, "payment", transfer["amount"], payment_id, account=account)
    amounts = {"amount": transfer["amount"], "amount_captured": transfer["amount"], "amount_refunded": 0}
    states = {"captured": True, "paid": True, "refunded": False, "disputed": False, "status": "succeeded"}
    payment = {"id": payment_id, "object": "charge", "created": tx.now, "currency": "eur", "livemode": False}
    origin = {"source_transfer": transfer["id"], "balance_transaction": entry, "payment_intent": None}
    tx.add(payment | amounts | states | origin | {"metadata": {}, "transfer_group": None}, account)
    return payment_id


def _take_back(tx: Tx, transfer: Body, reversal: Body) -> None:
    reversals = [reversal, *transfer["reversals"]["data"]][:10]
    transfer["amount_reversed"] += reversal["amount"]
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    transfer["reversals"] = listed(f"/v1/transfers/{transfer['id']}/reversals", reversals)
    events.record(tx, "transfer.reversed", tx.save(transfer))


def _reversal(tx: Tx, transfer: Body, amount: int, params: Body) -> Body:
    reversal_id = new_id("trr_1")
    refund_id = _returned(tx, transfer, amount, reversal_id)
    return {
        "id": reversal_id,
        "object": "transfer_reversal",
        "amount": amount,
        "balance_transaction": money.post(tx, "transfer_refund", amount, reversal_id),
        "created": tx.now,
        "currency": "eur",
        "destination_payment_refund": refund_id,
        "metadata": metadata(params.get("metadata")),
        "source_refund": None,
        "transfer": transfer["id"],
    }


def _returned(tx: Tx, transfer: Body, amount: int, reversal_id: str) -> str:
    """The refund, on the connected account, of the payment that the transfer became there."""
    payment, refund_id = transfer["destination_payment"], new_id("pyr_1")
    entry = money.post(tx, "payment_refund", -amount, refund_id, account=transfer["destination"])
    facts = {"amount": amount, "charge": payment, "balance_transaction": entry, "transfer_reversal": reversal_id}
    blank = dict.fromkeys(("payment_intent", "reason", "receipt_number", "source_transfer_reversal"))
    origin = {"id": refund_id, "object": "refund", "created": tx.now, "currency": "eur", "status": "succeeded"}
    tx.add({**blank, **origin, **facts, "metadata": {}}, transfer["destination"])
    return refund_id


def _blank(now: int, amount: int, params: Body, source: Body | None) -> Body:
    transfer_id = new_id("tr_1")
    return {
        "id": transfer_id,
        "object": "transfer",
        "amount": amount,
        "amount_reversed": 0,
        "balance_transaction": None,
        "created": now,
        "currency": "eur",
        "description": params.get("description"),
        "destination": params["destination"],
        "destination_payment": None,
        "livemode": False,
        "metadata": metadata(params.get("metadata")),
        "reversals": listed(f"/v1/transfers/{transfer_id}/reversals", []),
        "reversed": False,
        "source_transaction": source["id"] if source else None,
        "source_type": "card",
        "transfer_group": params.get("transfer_group", source["transfer_group"] if source else None),
    }
