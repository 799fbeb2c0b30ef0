"""Signing up, logging in, and what a person sees and changes of the own account."""

from typing import Any

from flask import Blueprint, g, request
from flask_babel import gettext as _

from gateway.backend import ask
from gateway.rpc import ServiceUnavailable
from gateway.web import session
from gateway.web.devices import device_of
from gateway.web.forms import Form
from gateway.web.pages import Answer, ensure_known, go, local, page
from shared.errors import Refused

blp = Blueprint("account", __name__)
FACTS = ("first_name", "last_name", "phone")


@blp.get("/log-in")
def log_in_page() -> Answer:
    if g.get("account_id"):
        return go(local(request.args.get("next")))
    return page("account/log_in.html", form=Form(next=local(request.args.get("next"))))


@blp.post("/log-in")
def log_in() -> Answer:
    form = Form.posted()
    opened = _open_session(form)
    if opened is None:
        return page("account/log_in.html", form=form)
    session.open_for(opened)
    return go(local(form["next"]))


@blp.post("/log-out")
def log_out() -> Answer:
    if g.get("session_id"):
        ask("accounts.log_out", {"session_id": g.session_id})
    session.end()
    return go("/", word=_("Vous êtes déconnecté."))


@blp.get("/sign-up")
def sign_up_page() -> Answer:
    return page("account/sign_up.html", form=Form(next=local(request.args.get("next"))))


@blp.post("/sign-up")
def sign_up() -> Answer:
    """Opens the account and logs in; done twice with the same password, the second time is a log-in."""
    form = Form.posted()
    wanted = form.body("email", "first_name", "last_name", "phone") | {"password": request.form.get("password", "")}
    account = form.send("accounts.register", wanted | {"language": g.language, "address": request.remote_addr or ""})
    if account is None and form.code != "email_taken":
        return page("account/sign_up.html", form=form)
    again = Form.posted()
    opened = _open_session(again)
    if opened is None:
        return page("account/sign_up.html", form=form if form.refused else again)
    session.open_for(opened)
    word = _("Bienvenue ! Un message vous attend pour confirmer votre adresse e-mail.")
    return go(local(form["next"]), word=word if account else None)


@blp.get("/verify")
def verify_page() -> Answer:
    """A button, because mail programs follow links to look at them, and the link works once."""
    return page("account/verify.html", form=Form(token=request.args.get("token", "")))


@blp.post("/verify")
def verify() -> Answer:
    form = Form.posted()
    if form.send("accounts.verify_email", {"token": form["token"]}) is None:
        return page("account/verify.html", form=form)
    return go("/", word=_("Votre adresse e-mail est confirmée."))


@blp.get("/reset")
def reset_page() -> Answer:
    token = request.args.get("token")
    return page("account/reset.html" if token else "account/ask_reset.html", form=Form(token=token or ""))


@blp.post("/reset/ask")
def ask_reset() -> Answer:
    form = Form.posted()
    if form.send("accounts.request_reset", form.body("email") | {"address": request.remote_addr or ""}) is None:
        return page("account/ask_reset.html", form=form)
    return page("account/reset_asked.html", email=form["email"])


@blp.post("/reset")
def reset() -> Answer:
    form = Form.posted()
    if form.send("accounts.reset_password", {"token": form["token"], "password": _typed("password")}) is None:
        return page("account/reset.html", form=form)
    return go("/log-in", word=_("Votre nouveau mot de passe est enregistré. Connectez-vous."))


@blp.get("/account")
def account_page() -> Answer:
    ensure_known()
    me = ask("accounts.me", {})
    return page("account/account.html", form=Form(**me), me=me)


@blp.post("/account")
def change() -> Answer:
    ensure_known()
    form = Form.posted()
    changes = {name: form.text(name) for name in (*FACTS, "second_email") if name in form.values}
    if form["version"]:
        changes["version"] = form.integer("version")
    if form.send("accounts.change_me", changes) is None:
        return page("account/account.html", form=form, me=ask("accounts.me", {}))
    session.forget_identity()
    return go("/account", word=_("C’est enregistré."))


@blp.post("/account/verification")
def send_verification() -> Answer:
    ensure_known()
    ask("accounts.request_verification", {})
    return go("/account", word=_("Un nouveau message de confirmation est parti."))


@blp.get("/account/sessions")
def sessions_page() -> Answer:
    ensure_known()
    return page("account/sessions.html", sessions=ask("accounts.sessions", {})["items"], current=g.session_id)


@blp.post("/account/sessions")
def revoke() -> Answer:
    ensure_known()
    ask("accounts.log_out", {"session_id": request.form.get("session_id", "")})
    return go("/account/sessions", word=_("Cet appareil est déconnecté."))


@blp.get("/account/deletion")
def delete_page() -> Answer:
    ensure_known()
    return page("account/delete.html", form=Form())


@blp.post("/account/deletion")
def delete() -> Answer:
    ensure_known()
    form = Form.posted()
    if form.send("accounts.delete_me", {"password": _typed("password")}) is None:
        return page("account/delete.html", form=form)
    session.end()
    return go("/", word=_("Votre compte est supprimé."))


def _open_session(form: Form) -> Any:
    """A wrong pair is told above the form, not at one of its fields."""
    wanted = {
        "email": form["email"],
        "password": _typed("password"),
        "label": device_of(request.user_agent.string or ""),
    }
    try:
        return ask("accounts.log_in", wanted | {"address": request.remote_addr or ""})
    except Refused as refused:
        if refused.code == "wrong_credentials":
            refused.field = None
        form.refuse(refused)
    except ServiceUnavailable:
        form.unanswered()
    return None


def _typed(name: str) -> str:
    """A password as it was typed, blanks and all."""
    return request.form.get(name, "")
