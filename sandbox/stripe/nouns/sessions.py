"""Checkout sessions: a hosted page for one payment."""

from typing import Any
from urllib.parse import urlsplit

from stripe.params.checkout import (
    SessionCreateParams,
    SessionExpireParams,
    SessionListLineItemsParams,
    SessionListParams,
    SessionRetrieveParams,
)

from sandbox.stripe import events, money
from sandbox.stripe.dispatch import Call, endpoint
from sandbox.stripe.errors import ApiError, Body, bad_parameter
from sandbox.stripe.listing import PAGING, metadata, page
from sandbox.stripe.present import listed
from sandbox.stripe.store import Tx, new_id

_DAY = 24 * 3600
_HALF_HOUR = 1800
_LEAST_CENTS = 50
_MOST_LINES = 100
_KNOWN = """mode success_url cancel_url client_reference_id customer_email expires_at locale metadata submit_type
    currency allowed_payment_method_types ui_mode payment_intent_data.transfer_group payment_intent_data.metadata
    payment_intent_data.description line_items.quantity line_items.price_data.currency
    line_items.price_data.unit_amount line_items.price_data.product_data.name
    line_items.price_data.product_data.description line_items.price_data.product_data.metadata"""


@endpoint("checkout.sessions.create", "POST", "/v1/checkout/sessions", SessionCreateParams, _KNOWN)
def create(call: Call) -> Body:
    """Open a session; nothing is charged, and the payment intent comes with the first attempt."""
    params, tx = call.params, call.tx
    _ensure_complete(params)
    lines = [_line(item, index, tx.now) for index, item in enumerate(params["line_items"])]
    total = sum(line["amount_total"] for line in lines)
    if total < _LEAST_CENTS:
        message = "The Checkout Session's total amount due must add up to at least €0.50 eur"
        raise ApiError(message, code="amount_too_small")
    session_id = new_id("cs_test_", 58)
    money_in = {"amount_subtotal": total, "amount_total": total, "currency": "eur", "_lines": lines}
    session = _blank(params, tx.now) | money_in | {"id": session_id, "url": f"{call.base_url}/pay/{session_id}"}
    return tx.add(session, call.account)


@endpoint("checkout.sessions.retrieve", "GET", "/v1/checkout/sessions/<session_id>", SessionRetrieveParams)
def retrieve(call: Call, session_id: str) -> Body:
    """Show a session."""
    return call.tx.get("checkout.session", session_id, call.account, "session")


@endpoint(
    "checkout.sessions.list",
    "GET",
    "/v1/checkout/sessions",
    SessionListParams,
    f"{PAGING} created payment_intent status",
)
def index(call: Call) -> Body:
    """List sessions."""
    return page(call, "checkout.session", "payment_intent status")


@endpoint(
    "checkout.sessions.list_line_items",
    "GET",
    "/v1/checkout/sessions/<session_id>/line_items",
    SessionListLineItemsParams,
    "limit",
)
def line_items(call: Call, session_id: str) -> Body:
    """List a session's lines, all on one page."""
    session = call.tx.get("checkout.session", session_id, call.account, "session")
    return listed(f"/v1/checkout/sessions/{session_id}/line_items", session["_lines"])


@endpoint("checkout.sessions.expire", "POST", "/v1/checkout/sessions/<session_id>/expire", SessionExpireParams)
def expire(call: Call, session_id: str) -> Body:
    """Close an open session; a finished one is refused."""
    session = call.tx.get("checkout.session", session_id, call.account, "session")
    if session["status"] != "open":
        message = 'Only Checkout Sessions with a status in ["open"] can be expired. '
        raise ApiError(message + f"This Checkout Session has a status of {session['status']}.")
    return close(call.tx, session)


def close(tx: Tx, session: Body) -> Body:
    """Expire a session, cancel its payment intent if there is one, and tell."""
    session |= {"status": "expired", "url": None}
    if session["payment_intent"]:
        intent = tx.get("payment_intent", session["payment_intent"])
        tx.save(intent | {"status": "canceled", "canceled_at": tx.now, "next_action": None})
    tx.save(session)
    events.record(tx, "checkout.session.expired", session)
    return session


def close_overdue(tx: Tx) -> None:
    """Expire the open sessions whose time is over."""
    overdue = "json_extract(body, '$.status') = 'open' AND json_extract(body, '$.expires_at') <= ?"
    for session in tx.select(overdue, [tx.now]):
        close(tx, session)


def _ensure_complete(params: Body) -> None:
    if params.get("mode") != "payment":
        raise ApiError("The stand-in only imitates mode=payment", code="not_imitated", param="mode", saved=False)
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise ApiError("The stand-in only imitates ui_mode=hosted_page", code="not_imitated", saved=False)
    for name in ("line_items", "success_url"):
        if not params.get(name):
            raise bad_parameter(f"Missing required param: {name}.", name, "parameter_missing")
    if len(params["line_items"]) > _MOST_LINES:
        raise bad_parameter("You can have at most 100 line items.", "line_items")
    for name in ("success_url", "cancel_url"):
        if name in params and urlsplit(params[name]).scheme not in ("http", "https"):
            raise bad_parameter("Not a valid URL", name, "url_invalid")
    if "@" not in params.get("customer_email", "@"):
        raise bad_parameter(f"Invalid email address: {params['customer_email']}", "customer_email", "email_invalid")


def _expiry(params: Body, now: int) -> int:
    wanted: int = params.get("expires_at", now + _DAY)
    if not now + _HALF_HOUR <= wanted <= now + _DAY:
        message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation."
        raise bad_parameter(message, "expires_at")
    return wanted


def _line(item: Body, index: int, now: int) -> Body:
    where = f"line_items[{index}]"
    price, quantity = item.get("price_data"), item.get("quantity")
    if price is None or quantity is None:
        name = "price_data" if price is None else "quantity"
        raise bad_parameter(f"Missing required param: {where}[{name}].", f"{where}[{name}]", "parameter_missing")
    money.euro(price["currency"])
    if "unit_amount" not in price or "product_data" not in price:
        raise bad_parameter(f"{where}: unit_amount and product_data are needed", f"{where}[price_data]")
    if quantity < 1 or price["unit_amount"] < 0 or not price["product_data"]["name"]:
        raise bad_parameter(f"{where}: invalid quantity, unit_amount or name", where)
    return _line_body(price, quantity, now)


def _line_body(price: Body, quantity: int, now: int) -> Body:
    amount = price["unit_amount"] * quantity
    return {
        "id": new_id("li_"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": "eur",
        "description": price["product_data"]["name"],
        "metadata": {},
        "price": _price_body(price["unit_amount"], now),
        "quantity": quantity,
    }


def _price_body(cents: int, now: int) -> Body:
    kind = {"type": "one_time", "billing_scheme": "per_unit", "recurring": None, "tax_behavior": "unspecified"}
    return {
        "id": new_id("price_1"),
        "object": "price",
        "active": False,
        **kind,
        "created": now,
        "currency": "eur",
        "livemode": False,
        "metadata": {},
        "product": new_id("prod_", 14),
        "unit_amount": cents,
        "unit_amount_decimal": str(cents),
    }


def _blank(params: Body, now: int) -> Body:
    intent: Body = params.get("payment_intent_data", {})
    nothing: Body = dict.fromkeys(_EMPTY)
    given: Body = {name: params.get(name) for name in ("cancel_url", "client_reference_id", "customer_email", "locale")}
    email: Any = params.get("customer_email")
    return {
        **nothing,
        **given,
        "object": "checkout.session",
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "created": now,
        "custom_fields": [],
        "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        "customer_creation": "if_required",
        "customer_details": {"email": email, "name": None, "phone": None, "address": None} if email else None,
        "expires_at": _expiry(params, now),
        "livemode": False,
        "metadata": metadata(params.get("metadata")),
        "mode": "payment",
        "payment_method_collection": "if_required",
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": params.get("allowed_payment_method_types", ["card"]),
        "payment_status": "unpaid",
        "shipping_options": [],
        "status": "open",
        "submit_type": params.get("submit_type"),
        "success_url": params["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "_intent": {**intent, "metadata": metadata(intent.get("metadata"))},
    }


_EMPTY = """
    adaptive_pricing after_expiration allow_promotion_codes billing_address_collection client_secret
    collected_information consent consent_collection currency_conversion customer customer_account
    discounts invoice invoice_creation origin_context payment_intent payment_link
    payment_method_configuration_details permissions phone_number_collection recovered_from
    redirect_on_completion return_url saved_payment_method_options setup_intent
    shipping_address_collection shipping_cost subscription wallet_options
""".split()  # noqa: SIM905 - as a list one name a line
