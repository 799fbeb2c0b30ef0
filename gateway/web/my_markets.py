"""« Mes marchés », and opening a market (SPEC P4, M1)."""

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _

from gateway.backend import ask
from gateway.web.forms import Form
from gateway.web.pages import Answer, ensure_known, go, page
from shared.errors import Refused

blp = Blueprint("my_markets", __name__)
SUGGESTED = 6
TEXTS = ("name", "kind", "organisation_mode", "welcome", "contact_name", "contact_email", "contact_phone")
PLACE = ("place.name", "place.address", "place.postcode", "place.commune")


@blp.get("/markets")
def mine() -> Answer:
    """With producers near the place that is typed, or else near the first of one's markets."""
    ensure_known()
    markets = ask("markets.my_markets", {})
    near = request.args.get("near", "").strip()[:80]
    near = near or next((_commune(market["place"]) for market in markets["administered"]), "")
    return page("my_markets/markets.html", markets=markets, near=near, suggested=_suggested(near))


@blp.get("/markets/new")
def new() -> Answer:
    ensure_known()
    return page("my_markets/new.html", form=Form())


@blp.post("/markets/new")
def create() -> Answer:
    """What is not answered is preset by the kind of market and its place."""
    ensure_known()
    form = Form.posted()
    market = form.send("markets.create_market", form.body(*TEXTS, *PLACE))
    if market is None:
        return page("my_markets/new.html", form=form)
    return go(f"/group/{market['number']}/settings", word=_("%(market)s est créé.", market=market["name"]))


def _suggested(near: str) -> Any:
    if not near:
        return None
    try:
        return ask("catalogs.producers", {"near": near, "within_km": 100, "limit": SUGGESTED})
    except Refused:
        return {"items": [], "communes": [], "next": None}


def _commune(place: dict[str, Any]) -> str:
    return f"{place['postcode']} {place['commune']}"
