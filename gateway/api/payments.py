"""Paying for an order, the provider's webhook, a sale's ledger, producers' payment accounts and payouts."""

import time
from typing import Any
from uuid import UUID

from flask import Response, request

from gateway.api import Blueprint
from gateway.backend import ask, command, query, reply
from services.payments import schemas
from shared.errors import Refused

blp = Blueprint("payments", __name__, description="Payments, refunds, ledger, payment accounts and payouts")
Args = dict[str, Any]
READY_PAUSES = (0.1, 0.2, 0.4, 0.6, 0.7)
"""Seconds between tries while an order placed a moment ago is on its way to payments."""


@blp.route("/orders/<uuid:order_id>/payment", methods=["POST"])
@blp.response(200, schemas.Checkout)
def checkout(order_id: UUID) -> Response:
    """Open the provider's payment page for the caller's own order. Asked again, it is the same page."""
    return reply(_when_ready("payments.checkout", {"order_id": order_id}))


@blp.route("/orders/<uuid:order_id>/payment")
@blp.response(200, schemas.Payment)
def payment(order_id: UUID) -> Response:
    return query("payments.payment", {"order_id": order_id})


@blp.route("/webhooks/stripe", methods=["POST"])
@blp.response(200, schemas.Received)
@blp.doc(security=[])
def stripe_webhook() -> Response:
    """For the card provider: signed over the raw body, taken once."""
    payload = request.get_data(as_text=False).decode("utf-8", "replace")
    return reply(ask("payments.webhook", {"payload": payload, "signature": request.headers.get("Stripe-Signature")}))


@blp.route("/sales/<uuid:sale_id>/ledger")
@blp.response(200, schemas.Ledger)
def sale_ledger(sale_id: UUID) -> Response:
    """All entries of a sale and the sum per account, for the market's administrators."""
    return query("payments.sale_ledger", {"sale_id": sale_id})


@blp.route("/sales/<uuid:sale_id>/payouts")
@blp.response(200, schemas.SalePayouts)
def sale_payouts(sale_id: UUID) -> Response:
    """How much each producer of a sale is paid and when, for the market's administrators."""
    return query("payments.sale_payouts", {"sale_id": sale_id})


@blp.route("/payout-date")
@blp.arguments(schemas.PayoutDateQuery, location="query")
@blp.response(200, schemas.PayoutDate)
def payout_date(args: Args) -> Response:
    """When producers are paid for a distribution validated now or at `validated_at`."""
    return query("payments.payout_date", args)


@blp.route("/markets/<uuid:market_id>/refunds/attention")
@blp.response(200, schemas.Refunds)
def refunds_needing_attention(market_id: UUID) -> Response:
    """Refunds that failed or wait for a payment, for the market's administrators."""
    return query("payments.refunds_needing_attention", {"market_id": market_id})


@blp.route("/refunds/<uuid:refund_id>/retry", methods=["POST"])
@blp.response(200, schemas.Refund)
def retry_refund(refund_id: UUID) -> Response:
    """Ask again for what failed, over the payments as they are now."""
    return command("payments.retry_refund", {"refund_id": refund_id})


@blp.route("/producers/<uuid:producer_id>/payment-account", methods=["POST"])
@blp.response(200, schemas.OpenedAccount)
def open_account(producer_id: UUID) -> Response:
    """Open the farm's account at the provider, or go on with it: the answer links to its page, for one visit."""
    return reply(ask("payments.open_account", {"producer_id": producer_id}))


@blp.route("/producers/<uuid:producer_id>/payment-account")
@blp.response(200, schemas.PaymentAccount)
def account_state(producer_id: UUID) -> Response:
    return query("payments.account_state", {"producer_id": producer_id})


@blp.route("/producers/<uuid:producer_id>/payouts")
@blp.arguments(schemas.PageQuery, location="query")
@blp.response(200, schemas.Payouts)
def my_payouts(args: Args, producer_id: UUID) -> Response:
    """The farm's payouts, newest first, and what it is owed beside them."""
    return query("payments.my_payouts", args | {"producer_id": producer_id})


@blp.route("/payouts/<uuid:payout_id>")
@blp.response(200, schemas.Payout)
def payout(payout_id: UUID) -> Response:
    return query("payments.payout", {"payout_id": payout_id})


def _when_ready(method: str, args: Args) -> Any:
    for pause in READY_PAUSES:
        try:
            return ask(method, args)
        except Refused as refused:
            if refused.code != "payment_not_ready":
                raise
        time.sleep(pause)
    return ask(method, args)
