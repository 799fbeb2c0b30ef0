"""Payouts from an account's balance to its bank."""

from stripe.params import PayoutCreateParams, PayoutListParams, PayoutRetrieveParams

from sandbox.stripe import events, jobs, money
from sandbox.stripe.dispatch import Call, endpoint
from sandbox.stripe.errors import ApiError, Body
from sandbox.stripe.listing import PAGING, metadata, page
from sandbox.stripe.store import PLATFORM, Tx, new_id

_DAY = 24 * 3600
_KNOWN = "amount currency description metadata method statement_descriptor"


@endpoint("payouts.create", "POST", "/v1/payouts", PayoutCreateParams, _KNOWN)
def create(call: Call) -> Body:
    """Send available money to the bank; whether it arrives is told later."""
    tx, account = call.tx, call.account
    money.euro(call.params["currency"])
    amount = money.positive(call.params["amount"])
    bank = _bank(tx, account)
    money.ensure_funds(tx, account, amount)
    payout = tx.add(_blank(tx.now, amount, call.params, bank) | {"_account": account}, account)
    payout["balance_transaction"] = money.post(tx, "payout", -amount, payout["id"], account=account)
    events.record(tx, "payout.created", tx.save(payout), account)
    jobs.later(tx, "payout_fails" if call.fails_later else "payout_arrives", payout["id"])
    return payout


@endpoint("payouts.retrieve", "GET", "/v1/payouts/<payout_id>", PayoutRetrieveParams)
def retrieve(call: Call, payout_id: str) -> Body:
    """Show a payout of the account."""
    return call.tx.get("payout", payout_id, call.account, "payout")


@endpoint("payouts.list", "GET", "/v1/payouts", PayoutListParams, f"{PAGING} created status")
def index(call: Call) -> Body:
    """List payouts of the account."""
    return page(call, "payout", "status")


def arrive(tx: Tx, payout_id: str) -> None:
    """The bank has the money."""
    payout = tx.get("payout", payout_id)
    payout["status"] = "paid"
    events.record(tx, "payout.paid", tx.save(payout), payout["_account"])


def fail(tx: Tx, payout_id: str) -> None:
    """The bank refuses: the money is on the balance again."""
    payout = tx.get("payout", payout_id)
    back = money.post(tx, "payout_failure", payout["amount"], payout_id, account=payout["_account"])
    words = {"failure_code": "account_closed", "failure_message": "The bank account has been closed."}
    payout |= {"status": "failed", "failure_balance_transaction": back, **words}
    events.record(tx, "payout.failed", tx.save(payout), payout["_account"])


def _bank(tx: Tx, account: str) -> str:
    if account == PLATFORM:
        return "ba_1SandboxPlatformBank000000"
    body = tx.get("account", account)
    banks = body["external_accounts"]["data"]
    if not body["payouts_enabled"] or not banks:
        message = "Cannot create payouts: this account has payouts disabled, or no bank account in that currency."
        raise ApiError(message, code="payouts_not_allowed")
    return str(banks[0]["id"])


def _blank(now: int, amount: int, params: Body, bank: str) -> Body:
    return {
        "id": new_id("po_1"),
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": now + _DAY,
        "automatic": False,
        "balance_transaction": None,
        "created": now,
        "currency": "eur",
        "description": params.get("description"),
        "destination": bank,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": metadata(params.get("metadata")),
        "method": params.get("method", "standard"),
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": params.get("statement_descriptor"),
        "status": "pending",
        "trace_id": {"status": "pending", "value": None},
        "type": "bank_account",
    }
