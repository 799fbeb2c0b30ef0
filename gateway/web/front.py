"""The front page: find a market by commune or postcode, nearest first (SPEC M5). And the language of the pages."""

from typing import Any

from flask import Blueprint, current_app, g, request, session

from gateway.auth import LANGUAGES
from gateway.backend import ask
from gateway.web import maps
from gateway.web.forms import Form
from gateway.web.pages import Answer, go, is_partial, local, page
from gateway.web.session import forget_identity
from shared import clock
from shared.errors import Refused
from shared.geo import Point

blp = Blueprint("front", __name__)
MAP_SECONDS = 60.0


@blp.get("/")
def front() -> Answer:
    """Without a search: the map of the country, and one's own markets."""
    near = request.args.get("near", "").strip()
    found, form = (None, Form()) if not near else _search(near)
    facts = {"near": near, "found": found, "form": form, "map": _map(found)}
    if is_partial():
        return page("front/_found.html", **facts)
    mine = ask("markets.my_markets", {})["joined"] if g.get("account_id") else []
    return page("front/front.html", mine=mine, **facts)


@blp.post("/language")
def language() -> Answer:
    """For this browser; with an account, for its mails too."""
    chosen = request.form.get("language")
    if chosen in LANGUAGES:
        session.permanent, session["language"] = True, chosen
        if g.get("account_id"):
            ask("accounts.change_me", {"language": chosen})
            forget_identity()
    return go(local(request.form.get("next")))


def _search(near: str) -> tuple[Any, Form]:
    form = Form(near=near)
    try:
        return ask("markets.search_markets", {"near": near}), form
    except Refused as refused:
        form.refuse(refused)
    return None, form


def _map(found: Any) -> Any:
    if found is None:
        return maps.france(_everywhere())
    known = [each for each in found["communes"][:1] if each["latitude"] is not None]
    if not known:
        return None
    return maps.around(Point(known[0]["latitude"], known[0]["longitude"]), found["items"])


def _everywhere() -> Any:
    """All markets' points, asked for once a minute."""
    kept = current_app.extensions.setdefault("market-map", {"until": 0.0, "items": []})
    if kept["until"] < clock.monotonic():
        kept["items"] = ask("markets.market_map", {})["items"]
        kept["until"] = clock.monotonic() + MAP_SECONDS
    return kept["items"]
