"""Paying for an order, the provider's webhook, a sale's ledger, producers' payment accounts and payouts."""

from typing import Any
from uuid import UUID

from flask import Response, request
from marshmallow import fields

from gateway.api import Blueprint
from gateway.backend import ask, ask_when_ready, command, query, reply
from services.orders.schemas import Voiding
from services.payments import schemas

blp = Blueprint("payments", __name__, description="Payments, refunds, ledger, payment accounts and payouts")
Args = dict[str, Any]


@blp.route("/orders/<uuid:order_id>/payment", methods=["POST"])
@blp.response(200, schemas.Checkout)
def checkout(order_id: UUID) -> Response:
    """Open the provider's payment page for the caller's own order. Asked again, it is the same page."""
    return reply(ask_when_ready("payments.checkout", {"order_id": order_id}))


@blp.route("/orders/<uuid:order_id>/payment")
@blp.response(200, schemas.Payment)
def payment(order_id: UUID) -> Response:
    return query("payments.payment", {"order_id": order_id})


@blp.route("/me/balances")
@blp.response(200, schemas.MyBalances)
def my_balances() -> Response:
    """What the caller owes or has in each market: a credit above zero, a balance due below."""
    return query("payments.my_balances", {})


@blp.route("/markets/<uuid:market_id>/balance/payment", methods=["POST"])
@blp.response(200, schemas.BalancePage)
def pay_balance(market_id: UUID) -> Response:
    """Open the provider's payment page for the caller's balance due. Asked again, it is the same page."""
    return reply(ask("payments.pay_balance", {"market_id": market_id}))


@blp.route("/markets/<uuid:market_id>/balances")
@blp.arguments(schemas.PageQuery, location="query")
@blp.response(200, schemas.MemberBalances)
def market_balances(args: Args, market_id: UUID) -> Response:
    """Members who owe or have something, for the market's administrators. Pages: send `next` back as `after`."""
    return query("payments.market_balances", args | {"market_id": market_id})


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


class SaleRefunds(schemas.SaleRefunds):
    """`orders`: how far the cancellation of the sale is, and who the members of the failed refunds are."""

    orders = fields.Nested(Voiding)


@blp.route("/sales/<uuid:sale_id>/refunds")
@blp.response(200, SaleRefunds)
def sale_refunds(sale_id: UUID) -> Response:
    """How far the refunds of a sale are, for the market's administrators and the sale's referent.

    Of a cancelled sale, `paid_to_void` and `voided` orders give one refund each, under the reasons member and sale_cancelled.
    """
    found = ask("payments.sale_refunds", {"sale_id": sale_id})
    failed = [each["basket_id"] for each in found["failed"]]
    return reply(found | {"orders": ask("orders.voiding", {"sale_id": sale_id, "basket_ids": failed})})


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


@blp.route("/markets/<uuid:market_id>/disputes")
@blp.response(200, schemas.Disputes)
def market_disputes(market_id: UUID) -> Response:
    """Charges that customers' banks took back, and who bears those that are lost, for the market's administrators."""
    return query("payments.market_disputes", {"market_id": market_id})


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
