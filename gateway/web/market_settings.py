"""PARAMÈTRES of a market: texts, logo, place, organisation, registration, limits and fees (SPEC M4, M6, M8)."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from flask import Blueprint, request
from flask_babel import gettext as _

from gateway.backend import ask
from gateway.web.administration import administered
from gateway.web.farm import put_back
from gateway.web.forms import Form, put
from gateway.web.pages import Answer, Undo, go, page
from shared.fields import MOST_PHOTO_BYTES

blp = Blueprint("market_settings", __name__)
SECTION = "settings"
PLACE = ("name", "address", "postcode", "commune", "latitude", "longitude")
ZONES = ("Europe/", "America/", "Indian/", "Pacific/", "Atlantic/", "Africa/")
FORM_ROOM = 64 * 1024
"""For what a form posts beside its picture."""


@dataclass(frozen=True)
class Part:
    """`shown`: what the form starts with; `read`: what it changes."""

    shown: Callable[[dict[str, Any]], dict[str, Any]]
    read: Callable[[Form, dict[str, Any]], dict[str, Any]]


@blp.url_value_preprocessor
def make_room_for_a_logo(endpoint: str | None, _values: Any) -> None:
    if endpoint == "market_settings.set_logo":
        request.max_content_length = MOST_PHOTO_BYTES + FORM_ROOM


@blp.get("/group/<int:number>/settings")
def settings(number: int) -> Answer:
    return page("market_settings/settings.html", market=administered(number, SECTION), form=Form(), tab="settings")


@blp.get("/group/<int:number>/settings/<any(texts, place, organisation, rules):part>")
def show(number: int, part: str) -> Answer:
    market = administered(number, SECTION)
    return _page(part, market, Form(version=market["settings"]["version"], **PARTS[part].shown(market["settings"])))


@blp.post("/group/<int:number>/settings/<any(texts, place, organisation, rules):part>")
def change(number: int, part: str) -> Answer:
    """With the version that was shown: what somebody else changed meanwhile is not overwritten."""
    market, form = administered(number, SECTION), Form.posted()
    known = {"market_id": market["market_id"], "version": form.integer("version")}
    if form.send("markets.change_market", PARTS[part].read(form, market["settings"]) | known) is None:
        if form.code == "version_conflict":
            _offer_again(form)
        return _page(part, market, form)
    path = f"/group/{number}/settings" + ("" if part == "texts" else f"/{part}")
    return go(path, word=_("C’est enregistré."))


@blp.post("/group/<int:number>/settings/logo")
def set_logo(number: int) -> Answer:
    market, form = administered(number, SECTION), Form.posted()
    picture = request.files.get("logo")
    content = picture.read() if picture else b""
    if not content:
        form.fault("logo", _("Choisissez une image."))
    else:
        body = {"market_id": market["market_id"], "content": base64.b64encode(content).decode()}
        if form.send("markets.set_logo", body) is not None:
            return go(f"/group/{number}/settings", word=_("Le logo est défini."))
        form.errors = {"logo": next(iter(form.errors.values()), form.trouble)}
    return page("market_settings/settings.html", market=market, form=form, tab="settings")


@blp.post("/group/<int:number>/settings/logo/removal")
def remove_logo(number: int) -> Answer:
    """Undone by the same button the other way round."""
    market, form = administered(number, SECTION), Form.posted()
    back, known = f"/group/{number}/settings", {"market_id": market["market_id"]}
    if form["restore"]:
        args = known | {"logo_id": form["restore"]}
        return put_back("markets.restore_logo", args, back, _("Le logo est de nouveau là."))
    ask("markets.remove_logo", known)
    undo = Undo(request.path, {"restore": market["logo_id"]}) if market["logo_id"] else None
    return go(back, word=_("Le logo est retiré."), kind="note", undo=undo)


def _offer_again(form: Form) -> None:
    """Told that it would overwrite, one may send it again."""
    form.values["version"] = form.details["current"]
    form.errors = {}
    form.trouble = _(
        "Quelqu’un d’autre a modifié ces paramètres entre-temps. Ce que vous avez saisi est gardé : enregistrez de nouveau"
        " pour que cela vaille."
    )


def _page(part: str, market: Any, form: Form) -> Answer:
    zones = sorted(name for name in available_timezones() if name.startswith(ZONES)) if part == "rules" else []
    return page(f"market_settings/{part}.html", market=market, form=form, tab=part, zones=zones)


def _texts(form: Form, _before: dict[str, Any]) -> dict[str, Any]:
    """Emptied is emptied: these may be left without a word."""
    texts = {name: form[name] for name in ("welcome", "contact_name")}
    return form.body("name", "kind") | texts | {name: form.text(name) for name in ("contact_email", "contact_phone")}


def _place_shown(market: dict[str, Any]) -> dict[str, Any]:
    place = market["place"]
    return {f"place.{name}": "" if place[name] is None else str(place[name]) for name in PLACE}


def _place(form: Form, before: dict[str, Any]) -> dict[str, Any]:
    """Without coordinates, the commune's; those of the place before do not follow to another commune."""
    body: dict[str, Any] = {"place": {}}
    shown = _place_shown(before)
    moved = any(form[f"place.{name}"] != shown[f"place.{name}"] for name in ("postcode", "commune"))
    for name in (f"place.{each}" for each in PLACE):
        is_coordinate = name.endswith("itude")
        value = form.quantity(name) if is_coordinate else form.text(name)
        if value is not None and not (moved and is_coordinate and form[name] == shown[name]):
            put(body, name, value)
    return body


def _percent_shown(basis_points: int) -> str:
    return f"{basis_points / 100:g}".replace(".", ",")


def _rules_shown(market: dict[str, Any]) -> dict[str, Any]:
    kept = ("registration", "time_zone", "reservation_minutes", "unvalidated_limit")
    rates = {name: _percent_shown(market[name]) for name in ("payment_fee_bp", "commission_bp")}
    return {name: market[name] for name in kept} | rates


def _rules(form: Form, _before: dict[str, Any]) -> dict[str, Any]:
    """Per cent with two decimals are hundredths, as cents of a euro are."""
    numbers = {name: form.integer(name) for name in ("reservation_minutes", "unvalidated_limit")}
    rates = {name: form.cents(name) for name in ("payment_fee_bp", "commission_bp")}
    return form.body("registration", "time_zone") | numbers | rates


def _organisation(form: Form, _before: dict[str, Any]) -> dict[str, Any]:
    return form.body("organisation_mode") | {"reminder_hours": form.integer("reminder_hours")}


PARTS = {
    "texts": Part(
        lambda market: {
            name: market[name] for name in ("name", "kind", "welcome", "contact_name", "contact_email", "contact_phone")
        },
        _texts,
    ),
    "place": Part(_place_shown, _place),
    "organisation": Part(
        lambda market: {name: market[name] for name in ("organisation_mode", "reminder_hours")}, _organisation
    ),
    "rules": Part(_rules_shown, _rules),
}
