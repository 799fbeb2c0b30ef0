"""Notices with their unread count, and which mails a person wants."""

from typing import Any

from flask import Blueprint, g, request
from flask_babel import gettext as _

from gateway.backend import ask
from gateway.rpc import ServiceUnavailable
from gateway.web.forms import Form
from gateway.web.pages import Answer, ensure_known, go, local, page

blp = Blueprint("notices", __name__)


@blp.get("/notices")
def notices() -> Answer:
    ensure_known()
    after = request.args.get("after")
    found = ask("notifications.my_notices", {"limit": 30} | ({"after": after} if after else {}))
    return page("notices/notices.html", **found)


@blp.get("/notices/unread")
def unread() -> Answer:
    """The number on the bell. Nothing when notifications is away: the page around it must not suffer."""
    count = 0
    if g.get("account_id"):
        try:
            count = ask("notifications.my_notices", {"limit": 1})["unread"]
        except ServiceUnavailable:
            count = 0
    return page("notices/_unread.html", count=count)


@blp.post("/notices/read")
def mark_read() -> Answer:
    """One, and on to its page; or all."""
    ensure_known()
    which = request.form.get("notice_id")
    ask("notifications.mark_read", {"notice_ids": [which] if which else None})
    return go(local(request.form.get("path"), "/notices"))


@blp.get("/account/preferences")
def preferences_page() -> Answer:
    ensure_known()
    return _preferences(ask("notifications.preferences", {}))


@blp.post("/account/preferences")
def preferences() -> Answer:
    ensure_known()
    form = Form.posted()
    wanted = set(form.all("opening"))
    markets = [{"market_id": each, "opening": each in wanted} for each in form.all("market_id")]
    changes: dict[str, Any] = {"pickup_4h": form.flag("pickup_4h")} | ({"markets": markets} if markets else {})
    if form.send("notifications.change_preferences", changes) is None:
        return _preferences(ask("notifications.preferences", {}), form)
    return go("/account/preferences", word=_("C’est enregistré."))


def _preferences(known: dict[str, Any], form: Form | None = None) -> Answer:
    chosen = [each["market_id"] for each in known["markets"] if each["opening"]]
    form = form or Form(pickup_4h="1" if known["pickup_4h"] else "", opening=chosen)
    return page("account/preferences.html", form=form, markets=known["markets"])
