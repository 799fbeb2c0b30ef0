"""Notices, mail preferences, the unsubscribe links of mails, and mails that did not arrive."""

from typing import Any
from uuid import UUID

from flask import Response, g, request
from markupsafe import Markup, escape

from gateway.api import Blueprint
from gateway.backend import ask, command, query, reply
from gateway.errors import sentence
from services.notifications import schemas

blp = Blueprint("notifications", __name__, description="Notices, mail preferences and deliveries")
Args = dict[str, Any]


@blp.route("/my/notices")
@blp.arguments(schemas.Page, location="query")
@blp.response(200, schemas.Notices)
def my_notices(args: Args) -> Response:
    return query("notifications.my_notices", args)


@blp.route("/my/notices/read", methods=["POST"])
@blp.arguments(schemas.MarkRead)
@blp.response(200, schemas.Unread)
def mark_read(args: Args) -> Response:
    return command("notifications.mark_read", args)


@blp.route("/my/preferences")
@blp.response(200, schemas.Preferences)
def preferences() -> Response:
    return query("notifications.preferences")


@blp.route("/my/preferences", methods=["PATCH"])
@blp.arguments(schemas.ChangePreferences)
@blp.response(200, schemas.Preferences)
def change_preferences(args: Args) -> Response:
    return command("notifications.change_preferences", args)


@blp.route("/unsubscribe/<token>")
@blp.response(200, schemas.Subscription)
def subscription(token: str) -> Response:
    """What the link is about. Looking changes nothing; a browser is shown a button."""
    return _answer(ask("notifications.subscription", {"token": token}), ask_first=True)


@blp.route("/unsubscribe/<token>", methods=["POST"])
@blp.response(200, schemas.Subscription)
def unsubscribe(token: str) -> Response:
    """RFC 8058 one-click: mail programs post `List-Unsubscribe=One-Click` here, without log-in or cookie."""
    return _answer(ask("notifications.unsubscribe", {"token": token}), ask_first=False)


@blp.route("/markets/<uuid:market_id>/deliveries")
@blp.arguments(schemas.Page, location="query")
@blp.response(200, schemas.DeliveryPage)
def deliveries(args: Args, market_id: UUID) -> Response:
    return query("notifications.deliveries", args | {"market_id": market_id})


def _answer(subscription: Args, *, ask_first: bool) -> Response:
    """JSON, or for a browser a page so small that it needs no style."""
    if request.accept_mimetypes.best_match(["application/json", "text/html"]) != "text/html":
        return reply(subscription)
    g.language = subscription["language"]
    asks = ask_first and subscription["subscribed"]
    text = _say("unsubscribe_question" if asks else "unsubscribe_done", market=subscription["market"])
    return Response(
        PAGE.format(language=g.language, text=text, form=FORM.format(label=_say("unsubscribe_button")) if asks else ""),
        mimetype="text/html",
    )


def _say(code: str, **details: Any) -> Markup:
    return escape(sentence(code, g.language, details))


FORM = Markup(
    '<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">'
    "<p><button>{label}</button></p></form>"
)
PAGE = Markup(
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Clayette</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="robots" content="noindex"></head><body><main><h1>Clayette</h1><p>{text}</p>{form}</main></body></html>'
)
