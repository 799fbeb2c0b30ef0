"""Balances and the entries that they are the sum of."""

from stripe.params import BalanceRetrieveParams, BalanceTransactionListParams, BalanceTransactionRetrieveParams

from sandbox.stripe import money
from sandbox.stripe.dispatch import Call, endpoint
from sandbox.stripe.errors import Body
from sandbox.stripe.listing import PAGING, page


@endpoint("balance.retrieve", "GET", "/v1/balance", BalanceRetrieveParams)
def retrieve(call: Call) -> Body:
    """Show the balance of the platform or of the connected account."""
    return {
        "object": "balance",
        "available": [_part(money.available(call.tx, call.account))],
        "livemode": False,
        "pending": [_part(money.pending(call.tx, call.account))],
        "refund_and_dispute_prefunding": {"available": [_part(0)], "pending": [_part(0)]},
    }


def _part(amount: int) -> Body:
    return {"amount": amount, "currency": "eur", "source_types": {"card": amount}}


@endpoint(
    "balance_transactions.list",
    "GET",
    "/v1/balance_transactions",
    BalanceTransactionListParams,
    f"{PAGING} created type source currency",
)
def index(call: Call) -> Body:
    """List the entries of the account."""
    return page(call, "balance_transaction", "type source currency")


@endpoint(
    "balance_transactions.retrieve",
    "GET",
    "/v1/balance_transactions/<entry_id>",
    BalanceTransactionRetrieveParams,
)
def retrieve_entry(call: Call, entry_id: str) -> Body:
    """Show one entry."""
    return call.tx.get("balance_transaction", entry_id, call.account)
