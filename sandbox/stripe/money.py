"""Balances: the sum of an account's balance transactions, as at the provider."""

from sandbox.stripe.errors import ApiError, Body, bad_parameter
from sandbox.stripe.store import PLATFORM, Tx, new_id

_CATEGORIES = {
    "payment": "charge",
    "payment_refund": "refund",
    "payout_failure": "payout_reversal",
    "transfer_refund": "transfer_reversal",
    "stripe_fee": "fee",
}


def euro(currency: str) -> str:
    """Refuse any currency but the euro, the only one imitated."""
    if currency.lower() != "eur":
        raise bad_parameter(f"Invalid currency: {currency}. The stand-in only knows eur.", "currency")
    return "eur"


def positive(amount: int) -> int:
    """Refuse an amount of zero or less, with the provider's code."""
    if amount < 1:
        message = "This value must be greater than or equal to 1."
        raise bad_parameter(message, "amount", "parameter_invalid_integer")
    return amount


def post(
    tx: Tx, kind: str, amount: int, source: str | None, *, account: str = PLATFORM, fee: int = 0, wait: int = 0
) -> str:
    """Move `amount` (signed) on the account's balance, spendable after `wait` seconds, and return the entry's id."""
    details = [{"amount": fee, "currency": "eur", "type": "stripe_fee", "application": None, "description": "Fees"}]
    entry: Body = {
        "id": new_id("txn_"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": tx.now + wait,
        "balance_type": "payments",
        "created": tx.now,
        "currency": "eur",
        "description": None,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": details if fee else [],
        "net": amount - fee,
        "reporting_category": _category(kind, amount),
        "source": source,
        "status": "pending" if wait else "available",
        "type": kind,
    }
    tx.add(entry, account)
    return str(entry["id"])


def _category(kind: str, amount: int) -> str:
    if kind == "adjustment":
        return "dispute_reversal" if amount > 0 else "dispute"
    return _CATEGORIES.get(kind, kind)


def available(tx: Tx, account: str) -> int:
    """What the account may transfer or pay out now; what it owes counts at once."""
    sql = "SELECT COALESCE(SUM(net), 0) FROM objects WHERE account = ? AND net IS NOT NULL AND "
    row = tx.db.execute(sql + "(available_on <= ? OR net < 0)", (account, tx.now)).fetchone()
    return int(row[0])


def pending(tx: Tx, account: str) -> int:
    """What the account will be able to spend later."""
    sql = "SELECT COALESCE(SUM(net), 0) FROM objects WHERE account = ? AND net > 0 AND available_on > ?"
    return int(tx.db.execute(sql, (account, tx.now)).fetchone()[0])


def ensure_funds(tx: Tx, account: str, amount: int) -> None:
    """Refuse to spend more than is there."""
    if amount > available(tx, account):
        message = "You have insufficient available funds in your Stripe account."
        raise ApiError(message, code="balance_insufficient", param="amount")


def in_words(cents: int) -> str:
    """Amount as the provider writes it in refusals: €12.30."""
    return f"€{cents // 100}.{cents % 100:02d}"
