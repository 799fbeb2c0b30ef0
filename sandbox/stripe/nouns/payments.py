"""Payment intents and charges: what a customer's attempt to pay makes of a session."""

from typing import Any

from stripe.params import ChargeListParams, ChargeRetrieveParams, PaymentIntentListParams, PaymentIntentRetrieveParams

from sandbox.stripe import events, money
from sandbox.stripe.cards import Card
from sandbox.stripe.dispatch import Call, endpoint
from sandbox.stripe.errors import ApiError, Body
from sandbox.stripe.listing import PAGING, page
from sandbox.stripe.store import Tx, new_id


@endpoint("payment_intents.retrieve", "GET", "/v1/payment_intents/<intent_id>", PaymentIntentRetrieveParams)
def retrieve_intent(call: Call, intent_id: str) -> Body:
    """Show a payment intent."""
    return call.tx.get("payment_intent", intent_id, call.account, "intent")


@endpoint("payment_intents.list", "GET", "/v1/payment_intents", PaymentIntentListParams, f"{PAGING} created")
def list_intents(call: Call) -> Body:
    """List payment intents."""
    return page(call, "payment_intent")


@endpoint("charges.retrieve", "GET", "/v1/charges/<charge_id>", ChargeRetrieveParams)
def retrieve_charge(call: Call, charge_id: str) -> Body:
    """Show a charge."""
    return call.tx.get("charge", charge_id, call.account, "charge")


@endpoint("charges.list", "GET", "/v1/charges", ChargeListParams, f"{PAGING} created payment_intent transfer_group")
def list_charges(call: Call) -> Body:
    """List charges."""
    return page(call, "charge", "payment_intent transfer_group")


def attempt(tx: Tx, session_id: str, card: Card) -> Body:
    """Try a card on an open session; the intent returned has succeeded, waits for 3-D Secure, or wants another card."""
    session = open_session(tx, session_id)
    intent = _intent_of(tx, session)
    if card.refusal:
        return decline(tx, session, intent, card)
    if card.challenged:
        action = {"type": "redirect_to_url", "redirect_to_url": {"url": f"{session['url']}/3ds", "return_url": None}}
        waiting = {"status": "requires_action", "next_action": action, "_card": card.number}
        return tx.save(intent | waiting)
    return succeed(tx, session, intent, card)


def open_session(tx: Tx, session_id: str) -> Body:
    """Return a session that can still be paid; refuse one that is paid or over."""
    session = tx.get("checkout.session", session_id, param="session")
    if session["status"] != "open" or session["expires_at"] <= tx.now:
        raise ApiError("This Checkout Session is not open any more.", status=409, code="session_not_open")
    return session


def succeed(tx: Tx, session: Body, intent: Body, card: Card) -> Body:
    """Charge the session's total and tell."""
    charge = _charge(tx, intent, card)
    fee = charge["amount"] * tx.config.fee_basis_points // 10_000 + tx.config.fee_fixed_cents
    wait = tx.config.pending_seconds
    charge["balance_transaction"] = money.post(tx, "charge", charge["amount"], charge["id"], fee=fee, wait=wait)
    tx.add(charge)
    received = {"status": "succeeded", "amount_received": intent["amount"], "latest_charge": charge["id"]}
    intent |= received | {"payment_method": charge["payment_method"], "next_action": None, "last_payment_error": None}
    paid = {"status": "complete", "payment_status": "paid", "url": None, "payment_intent": intent["id"]}
    tx.save(session | paid)
    events.record(tx, "charge.succeeded", charge)
    events.record(tx, "payment_intent.succeeded", tx.save(intent))
    events.record(tx, "checkout.session.completed", session | paid)
    return intent


def decline(tx: Tx, session: Body, intent: Body, card: Card) -> Body:
    """Refuse the attempt and tell; the session stays open for another card."""
    error = {"type": "card_error", "code": card.refusal, "message": "Your card was declined."}
    intent |= {"status": "requires_payment_method", "next_action": None}
    if not card.challenged:  # a failed 3-D Secure step never becomes a charge
        charge = tx.add(_charge(tx, intent, card) | _failed(card))
        error |= {"charge": charge["id"], "decline_code": card.decline_code}
        intent["latest_charge"] = charge["id"]
    intent["last_payment_error"] = error
    tx.save(session | {"payment_intent": intent["id"]})
    events.record(tx, "payment_intent.payment_failed", tx.save(intent))
    return intent


def _failed(card: Card) -> Body:
    nothing = {"paid": False, "captured": False, "amount_captured": 0, "status": "failed"}
    return nothing | {"failure_code": card.refusal, "failure_message": "Your card was declined."}


def _intent_of(tx: Tx, session: Body) -> Body:
    if session["payment_intent"]:
        return tx.get("payment_intent", session["payment_intent"])
    intent = tx.add(_blank_intent(tx, session))
    session["payment_intent"] = intent["id"]
    tx.save(session)
    return intent


def _blank_intent(tx: Tx, session: Body) -> Body:
    intent_id = new_id("pi_3")
    wanted: Body = session["_intent"]
    return dict.fromkeys(_EMPTY_INTENT) | {
        "id": intent_id,
        "object": "payment_intent",
        "amount": session["amount_total"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic_async",
        "client_secret": f"{intent_id}_secret_{new_id('')}",
        "confirmation_method": "automatic",
        "created": tx.now,
        "currency": "eur",
        "description": wanted.get("description"),
        "livemode": False,
        "metadata": wanted["metadata"],
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
        "transfer_group": wanted.get("transfer_group"),
    }


def _charge(tx: Tx, intent: Body, card: Card) -> Body:
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return dict.fromkeys(_EMPTY_CHARGE) | {
        "id": new_id("ch_3"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"],
        "amount_refunded": 0,
        "billing_details": {"address": address, "email": None, "name": None, "phone": None, "tax_id": None},
        "calculated_statement_descriptor": "CLAYETTE",
        "captured": True,
        "created": tx.now,
        "currency": "eur",
        "description": intent["description"],
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "outcome": _outcome(card),
        "paid": True,
        "payment_intent": intent["id"],
        "payment_method": new_id("pm_1"),
        "payment_method_details": {"type": "card", "card": card.shown()},
        "radar_options": {},
        "refunded": False,
        "status": "succeeded",
        "transfer_group": intent["transfer_group"],
    }


def _outcome(card: Card) -> dict[str, Any]:
    refused = bool(card.refusal)
    return {
        "network_status": "declined_by_network" if refused else "approved_by_network",
        "reason": card.decline_code,
        "risk_level": "normal",
        "seller_message": "The bank declined the payment." if refused else "Payment complete.",
        "type": "issuer_declined" if refused else "authorized",
    }


_EMPTY_INTENT = """
    application application_fee_amount automatic_payment_methods canceled_at cancellation_reason customer
    customer_account last_payment_error latest_charge next_action on_behalf_of payment_method
    payment_record processing receipt_email review setup_future_usage shipping source
    statement_descriptor statement_descriptor_suffix transfer_data
""".split()  # noqa: SIM905 - as a list one name a line
_EMPTY_CHARGE = """
    application application_fee application_fee_amount balance_transaction customer
    failure_balance_transaction failure_code failure_message on_behalf_of receipt_email receipt_number
    receipt_url review shipping source source_transfer statement_descriptor statement_descriptor_suffix
    transfer transfer_data
""".split()  # noqa: SIM905 - as a list one name a line
