"""What a person does on the payment page, without the page."""

from urllib.parse import quote

from sandbox.stripe.cards import Card, card
from sandbox.stripe.errors import ApiError, Body
from sandbox.stripe.nouns import disputes, payments
from sandbox.stripe.store import Tx


def pay(tx: Tx, session_id: str, with_card: Card) -> Body:
    """Try a card; return the payment intent."""
    intent = payments.attempt(tx, session_id, with_card)
    if with_card.disputed and intent["status"] == "succeeded":
        disputes.start(tx, intent["latest_charge"])
    return intent


def answer_challenge(tx: Tx, session_id: str, *, approved: bool) -> Body:
    """Pass or fail the 3-D Secure step that the session waits for; return the payment intent."""
    session = payments.open_session(tx, session_id)
    intent = tx.get("payment_intent", session["payment_intent"] or "")
    if intent["status"] != "requires_action":
        raise ApiError("This payment does not wait for 3-D Secure.", status=409, code="bad_state")
    used = card(intent["_card"])
    if approved:
        return payments.succeed(tx, session, intent, used)
    return payments.decline(tx, session, intent, used.unapproved())


def success_url(tx: Tx, session_id: str) -> str:
    """Where a customer who has paid is sent."""
    url: str = tx.get("checkout.session", session_id)["success_url"]
    return url.replace("{CHECKOUT_SESSION_ID}", quote(session_id))
