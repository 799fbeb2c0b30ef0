"""Where each kind of mail and notice leads to: one page, as a path of the suite's public address."""

from typing import Any
from uuid import UUID


def path_of(kind: str, *, market_number: int | None, sale_id: UUID | None, facts: dict[str, Any]) -> str:
    named = {name: facts.get(f"{name}_id") for name in ("order", "market")}
    return PATHS[kind].format(number=market_number, sale=sale_id, token=facts.get("token"), **named)


def unsubscribe_path(token: str) -> str:
    return f"/api/v1/unsubscribe/{token}"


_MARKET = "/group/{number}"
_BALANCE = "/balances/{market}"
_ORDER = "/orders/{order}"
_MY_ORDERS = "/orders"
_DISTRIBUTION = "/group/{number}/distributions/{sale}"
_DISTRIBUTIONS = "/group/{number}/distributions"
_DUTY = "/group/{number}/duty/{sale}"
_PRODUCER_SALE = "/producer/sales/{sale}"
_PRODUCER_PAYOUTS = "/producer/payouts"

PATHS = {
    "verification": "/verify?token={token}",
    "password_reset": "/reset?token={token}",
    "invitation": "/invitations/{token}",
    "order_confirmed": _ORDER,
    "order_changed": _MY_ORDERS,
    "order_cancelled": _ORDER,
    "sale_refunded": _MY_ORDERS,
    "order_expired": _MARKET,
    "late_payment_refused": _ORDER,
    "payment_failed": _ORDER,
    "refund": _MY_ORDERS,
    "refund_failed": _DISTRIBUTION,
    "balance_due": _BALANCE,
    "credit": _BALANCE,
    "sale_opened": _MARKET,
    "sale_closing": _MARKET,
    "duty_vacancies": _DUTY,
    "duty_reminder": _DUTY,
    "duty_cancelled": _MARKET,
    "sale_rescheduled": _MARKET,
    "sale_cancelled": _PRODUCER_SALE,
    "sale_blocked": _DISTRIBUTIONS,
    "sale_invitation": "/producer#sale-{sale}",
    "order_sheet": _PRODUCER_SALE,
    "pickup_reminder": _MY_ORDERS,
    "pickup_reminder_4h": _MY_ORDERS,
    "basket_settled": _MY_ORDERS,
    "basket_not_collected": _MY_ORDERS,
    "distribution_to_validate": _DISTRIBUTION,
    "producer_not_delivering": _DISTRIBUTION,
    "payment_account": _PRODUCER_PAYOUTS,
    "payment_account_missing": _PRODUCER_PAYOUTS,
    "payout_sent": _PRODUCER_PAYOUTS,
    "payout_failed": _PRODUCER_PAYOUTS,
    "payout_held": _PRODUCER_PAYOUTS,
    "dispute_opened": _DISTRIBUTION,
    "dispute_closed": _DISTRIBUTION,
    "dispute_loss": _PRODUCER_PAYOUTS,
    "ledger_mismatch": "/",
    "role_granted": _MARKET,
    "referent_appointed": _DISTRIBUTION,
    "catalog_linked": _MARKET,
    "catalog_unlinked": _MARKET,
    "participation_confirmed": _DISTRIBUTION,
    "participation_withdrawn": _DISTRIBUTION,
}
