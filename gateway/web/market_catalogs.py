"""CATALOGUES of a market: those that serve it, « Chercher » by number, the directory (SPEC C5, C6)."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request
from flask_babel import gettext as _

from gateway.backend import ask
from gateway.web.administration import administered
from gateway.web.formats import GROUPS
from gateway.web.forms import Form
from gateway.web.pages import Answer, go, is_partial, page, searched
from shared.errors import Refused

blp = Blueprint("market_catalogs", __name__)
SECTION = "catalogs"
SUGGESTED = 6
DISTANCES = (10, 20, 50, 100, 200)


@blp.get("/group/<int:number>/catalogs")
def catalogs(number: int) -> Answer:
    """With ?number=, what that number stands for; without it, suggestions near the market. A script that searches among
    those that serve it asks for these alone.
    """
    market, search = administered(number, SECTION), searched()
    linked = ask("markets.linked_catalogs", {"market_id": market["market_id"], "search": search})
    if is_partial():
        return page("market_catalogs/_linked.html", market=market, linked=linked, search=search)
    form = Form(number=request.args.get("number", "").strip())
    found = _find(form, market) if form["number"] else None
    suggested = None if form["number"] else _directory(market, within_km=100, limit=SUGGESTED, but=_known(market))
    facts = {"linked": linked, "search": search, "form": form, "found": found, "suggested": suggested}
    return page("market_catalogs/catalogs.html", market=market, **facts)


@blp.get("/group/<int:number>/catalogs/directory")
def directory(number: int) -> Answer:
    """« Découvrir les producteurs du réseau »: by name, by what they grow and how far from a place they are."""
    market = administered(number, SECTION)
    asked = {name: request.args.get(name, "").strip() for name in ("name", "near", "grows", "within_km")}
    form = Form(**asked | {"within_km": asked["within_km"] or "50"})
    found: Any = {"items": [], "communes": [], "next": None}
    try:
        more = form.body("grows", "name") | ({"after": request.args["after"]} if request.args.get("after") else {})
        found = ask("catalogs.producers", _where(form, market) | more)
    except Refused as refused:
        form.refuse(refused)
    facts = {"found": found, "groups": list(GROUPS), "distances": DISTANCES, "known": set(_known(market))}
    return page("market_catalogs/directory.html", market=market, form=form, asked=asked, **facts)


@blp.post("/group/<int:number>/catalogs")
def link(number: int) -> Answer:
    market, form = administered(number, SECTION), Form.posted()
    answer = form.send("markets.link_catalog", {"market_id": market["market_id"], "number": form.integer("number")})
    if answer is None:
        word = form.trouble or next(iter(form.errors.values()))
        return go(f"/group/{number}/catalogs", word=word, kind="trouble")
    return go(f"/group/{number}/catalogs", word=_("Le catalogue est relié à votre marché."))


@blp.get("/group/<int:number>/catalogs/<uuid:catalog_id>/removal")
def ask_removal(number: int, catalog_id: UUID) -> Answer:
    """What will happen, before the button."""
    return _removal(administered(number, SECTION), catalog_id, Form())


@blp.post("/group/<int:number>/catalogs/<uuid:catalog_id>/removal")
def unlink(number: int, catalog_id: UUID) -> Answer:
    market, form = administered(number, SECTION), Form.posted()
    body = {"market_id": market["market_id"], "catalog_id": catalog_id}
    if form.send("markets.unlink_catalog", body) is None:
        return _removal(market, catalog_id, form)
    return go(f"/group/{number}/catalogs", word=_("Le catalogue ne sert plus ce marché."))


def _removal(market: Any, catalog_id: UUID, form: Form) -> Answer:
    linked = ask("markets.linked_catalogs", {"market_id": market["market_id"]})["items"]
    found = next((each for each in linked if each["catalog_id"] == str(catalog_id)), None)
    if found is None:
        return go(f"/group/{market['number']}/catalogs", word=_("Le catalogue ne sert plus ce marché."), kind="note")
    return page("market_catalogs/removal.html", market=market, catalog=found, form=form)


def _find(form: Form, market: Any) -> Any:
    try:
        return ask("markets.find_catalog", {"market_id": market["market_id"], "number": form.integer("number")})
    except Refused as refused:
        form.refuse(refused)
    return None


def _directory(market: Any, **asked: Any) -> Any:
    try:
        return ask("catalogs.producers", _around(market) | asked)
    except Refused:
        return {"items": [], "communes": [], "next": None}


def _where(form: Form, market: Any) -> dict[str, Any]:
    """A farm that is asked for by its name may be anywhere, unless a place is named too."""
    if form["name"] and not form["near"]:
        return {}
    around = {"near": form["near"]} if form["near"] else _around(market)
    return around | {"within_km": form.integer("within_km")}


def _around(market: Any) -> dict[str, Any]:
    """The market's own place: its point, or its commune."""
    place = market["place"]
    if place["latitude"] is None:
        return {"near": f"{place['postcode']} {place['commune']}"}
    return {"latitude": place["latitude"], "longitude": place["longitude"]}


def _known(market: Any) -> list[str]:
    return [producer["producer_id"] for producer in market["producers"]][:500]
