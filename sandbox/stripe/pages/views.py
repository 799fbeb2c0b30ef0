"""The pages' routes. They work without scripts, and only send the browser to addresses that the API was given.

A form is read before its transaction begins, since reading waits for the network.
"""

from urllib.parse import urlsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from sandbox.stripe.cards import card
from sandbox.stripe.dispatch import desk
from sandbox.stripe.errors import ApiError, Body
from sandbox.stripe.nouns import accounts
from sandbox.stripe.pages import till
from sandbox.stripe.store import Tx

pages = Blueprint("pages", __name__, template_folder="templates", static_folder="static", static_url_path="/_static")

SUGGESTED = (
    ("4242 4242 4242 4242", "Paiement accepté"),
    ("4000 0000 0000 0002", "Paiement refusé"),
    ("4000 0025 0000 3155", "Avec 3-D Secure"),
)
_REASONS = {
    "insufficient_funds": "Provision insuffisante. Essayez une autre carte.",
    "expired_card": "Votre carte a expiré.",
    "incorrect_number": "Ce numéro de carte n’est pas valable ici.",
    "incorrect_cvc": "Le code de sécurité est faux.",
    "payment_intent_authentication_failure": "Votre banque n’a pas pu vous identifier.",
}


@pages.app_template_filter("euros")
def euros(cents: int) -> str:
    """1230 is 12,30 €."""
    return f"{cents // 100},{cents % 100:02d} €"


@pages.get("/pay/<session_id>")
def show(session_id: str) -> AnyResponse:
    """The payment page; a session that is paid or over says so."""
    with desk().store.transaction() as tx:
        session = tx.get("checkout.session", session_id)
        if session["status"] == "complete":
            return redirect(till.success_url(tx, session_id), 303)
        return _payment_page(tx, session)


@pages.post("/pay/<session_id>")
def submit(session_id: str) -> AnyResponse:
    """Try the card that was typed or chosen."""
    number = request.form.get("card", "")
    with desk().store.transaction() as tx:
        session = tx.get("checkout.session", session_id)
        if session["status"] != "open":
            return _told(tx, session)
        try:
            intent = till.pay(tx, session_id, card(number))
        except ApiError as error:
            return _payment_page(tx, session, error.error.get("code"))
        if intent["status"] == "succeeded":
            return redirect(till.success_url(tx, session_id), 303)
        if intent["status"] == "requires_action":
            return redirect(f"/pay/{session_id}/3ds", 303)
        return _payment_page(tx, session, _reason(intent))


def _told(tx: Tx, session: Body) -> AnyResponse:
    """Send on who has paid already, and tell who comes too late."""
    if session["status"] == "complete":
        return redirect(till.success_url(tx, session["id"]), 303)
    return _payment_page(tx, session)


@pages.route("/pay/<session_id>/3ds", methods=["GET", "POST"])
def challenge(session_id: str) -> AnyResponse:
    """The bank's page: the holder says yes or no."""
    answer = request.form.get("answer")
    with desk().store.transaction() as tx:
        session = tx.get("checkout.session", session_id)
        if session["status"] != "open" or not _waits(tx, session):
            return redirect(f"/pay/{session_id}", 303)
        if request.method == "GET":
            return _page("challenge.html", 200, session["success_url"], session=session)
        intent = till.answer_challenge(tx, session_id, approved=answer == "approve")
        if intent["status"] == "succeeded":
            return redirect(till.success_url(tx, session_id), 303)
        return _payment_page(tx, session, _reason(intent))


@pages.route("/onboarding/<token>", methods=["GET", "POST"])
def onboarding(token: str) -> AnyResponse:
    """The page where a producer gives name and bank; a link is good for one visit, within five minutes."""
    answer = request.form.get("answer", "later")
    with desk().store.transaction() as tx:
        link = tx.get("account_link", token)
        if request.method == "POST":
            return _onboarded(tx, link, answer)
        if link["visited"] or link["expires_at"] <= tx.now:
            return redirect(link["refresh_url"], 303)
        tx.save(link | {"visited": True})
        account = tx.get("account", link["account"])
        return _page("onboarding.html", 200, link["return_url"], link["refresh_url"], link=link, account=account)


def _onboarded(tx: Tx, link: Body, answer: str) -> AnyResponse:
    if answer != "later":
        accounts.settle(tx, link["account"], answer)
    return redirect(link["return_url"], 303)


def _waits(tx: Tx, session: Body) -> bool:
    intent = tx.find(session["payment_intent"] or "")
    return intent is not None and intent["status"] == "requires_action"


def _reason(intent: Body) -> str:
    error = intent["last_payment_error"]
    return str(error.get("decline_code") or error["code"])


def _payment_page(tx: Tx, session: Body, reason: str | None = None) -> Response:
    over = session["status"] != "open" or session["expires_at"] <= tx.now
    message = reason and _REASONS.get(reason, "Votre carte a été refusée. Essayez une autre carte.")
    status = 410 if over else 402 if reason else 200
    names = {"session": session, "lines": session["_lines"], "over": over, "message": message, "cards": SUGGESTED}
    return _page("payment.html", status, session["success_url"], session["cancel_url"], **names)


def _page(template: str, status: int, *leads_to: str | None, **names: object) -> Response:
    response = make_response(render_template(template, **names), status)
    origins = {"{0.scheme}://{0.netloc}".format(urlsplit(url)) for url in leads_to if url}
    policy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    response.headers["Content-Security-Policy"] = f"{policy}; form-action 'self' {' '.join(sorted(origins))}"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
