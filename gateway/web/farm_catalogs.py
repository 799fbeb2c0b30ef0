"""CATALOGUES of a farm: names, prices, spreadsheets; and `/catalog/<number>`, where a market takes one (SPEC C3, C6)."""

import base64
import json
import zlib
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, request
from flask_babel import gettext as _

from gateway.backend import ask
from gateway.errors import Problem, fault_sentence, sentence
from gateway.sheets import MOST_SHEET_BYTES, as_file, rows_of
from gateway.web.farm import FORM_ROOM, own_catalog, own_farm
from gateway.web.formats import euros
from gateway.web.forms import Form
from gateway.web.pages import Answer, ensure_known, go, page

blp = Blueprint("farm_catalogs", __name__)
FARM = "/producer/<uuid:producer_id>/catalogs"
ONE = f"{FARM}/<uuid:catalog_id>"
MOST_PRODUCTS = 200
MOST_UNPACKED = 8 * 1024 * 1024


@blp.url_value_preprocessor
def make_room_for_sheets(endpoint: str | None, _values: Any) -> None:
    """A sheet waits in the page of its preview, packed."""
    if endpoint == "farm_catalogs.import_sheet":
        request.max_content_length = request.max_form_memory_size = MOST_SHEET_BYTES + FORM_ROOM


@blp.get("/catalog/<int:number>")
def catalog(number: int) -> Answer:
    """Public; an administrator chooses the market here and confirms."""
    return _public(number, Form())


@blp.post("/catalog/<int:number>")
def link(number: int) -> Answer:
    ensure_known()
    form = Form.posted()
    linked = form.send("markets.link_catalog", {"number": number} | form.body("market_id"))
    if linked is None:
        return _public(number, form)
    market = ask("markets.market", {"market_id": linked["market_id"]})
    return go(
        f"/group/{market['number']}/catalogs", word=_("Le catalogue est relié à %(market)s.", market=market["name"])
    )


@blp.get(FARM)
def catalogs(producer_id: UUID) -> Answer:
    ensure_known()
    return page("farm_catalogs/catalogs.html", farm=own_farm(producer_id), form=Form())


@blp.post(FARM)
def create(producer_id: UUID) -> Answer:
    ensure_known()
    form = Form.posted()
    made = form.send("catalogs.create_catalog", {"producer_id": producer_id, "name": form["name"]})
    if made is None:
        return page("farm_catalogs/catalogs.html", farm=own_farm(producer_id), form=form)
    word = _("Le catalogue n° %(number)s est créé.", number=made["number"])
    return go(f"/producer/{producer_id}/catalogs/{made['catalog_id']}", word=word)


@blp.get(ONE)
def prices(producer_id: UUID, catalog_id: UUID) -> Answer:
    ensure_known()
    found = own_catalog(producer_id, catalog_id)
    known = {f"price.{item['product_id']}": euros(item["price_cents"]) for item in found["items"]}
    return _prices(producer_id, found, Form(name=found["name"], version=found["version"], **known))


@blp.post(ONE)
def change(producer_id: UUID, catalog_id: UUID) -> Answer:
    """What has a price is in the catalogue; what has none is not."""
    ensure_known()
    form = Form.posted()
    priced = [name for name in form.values if name.startswith("price.") and form[name]]
    items = [{"product_id": name.removeprefix("price."), "price_cents": form.cents(name)} for name in priced]
    emptied = [name.removeprefix("price.") for name in form.values if name.startswith("price.") and not form[name]]
    body = {"catalog_id": catalog_id, "name": form["name"], "set_items": items, "remove_items": emptied}
    if form.send("catalogs.change_catalog", body | {"version": form.integer("version") or None}) is None:
        form.errors = {_field_of(name, priced): told for name, told in form.errors.items()}
        return _prices(producer_id, own_catalog(producer_id, catalog_id), form)
    return go(f"/producer/{producer_id}/catalogs/{catalog_id}", word=_("Les prix sont enregistrés."))


@blp.get(f"{ONE}/export.<any(csv, xlsx):kind>")
def export(producer_id: UUID, catalog_id: UUID, kind: str) -> Response:
    ensure_known()
    return as_file(ask("catalogs.export_catalog", {"catalog_id": catalog_id}), kind)


@blp.get(f"{ONE}/import")
def ask_sheet(producer_id: UUID, catalog_id: UUID) -> Answer:
    ensure_known()
    return page("farm_catalogs/import.html", catalog=own_catalog(producer_id, catalog_id), form=Form(missing="keep"))


@blp.post(f"{ONE}/import")
def import_sheet(producer_id: UUID, catalog_id: UUID) -> Answer:
    """First the file: its preview. Then what the preview kept: all of it is written, or nothing."""
    ensure_known()
    form = Form.posted()
    rows = _rows(form)
    if rows is None:
        return page("farm_catalogs/import.html", catalog=own_catalog(producer_id, catalog_id), form=form)
    asked = {"catalog_id": catalog_id, "missing": form.text("missing") or "keep", "rows": rows}
    if form["seen"]:
        done = form.send("catalogs.apply_import", asked | {"seen": form["seen"]})
        if done is not None:
            word = _("Importé : %(added)s créés, %(changed)s modifiés.", **{k: done[k] for k in ("added", "changed")})
            return go(f"/producer/{producer_id}/catalogs/{catalog_id}", word=word)
    preview = _preview(form, asked)
    facts = {"preview": preview, "rows": _pack(rows)}
    template = "farm_catalogs/preview.html" if preview else "farm_catalogs/import.html"
    return page(template, catalog=own_catalog(producer_id, catalog_id), form=form, **facts)


def _public(number: int, form: Form) -> Answer:
    found = ask("catalogs.catalog", {"number": number})
    markets = ask("markets.my_markets", {})["administered"] if g.get("account_id") else []
    if len(markets) == 1:
        form.values.setdefault("market_id", markets[0]["market_id"])
    return page("farm_catalogs/catalog.html", catalog=found, markets=markets, form=form)


def _prices(producer_id: UUID, found: Any, form: Form) -> Answer:
    asked = {"producer_id": producer_id, "limit": MOST_PRODUCTS, "withdrawn": False}
    products = ask("catalogs.products", asked)["items"]
    unit_prices = {item["product_id"]: item["unit_price"] for item in found["items"]}
    return page("farm_catalogs/prices.html", catalog=found, products=products, unit_prices=unit_prices, form=form)


def _field_of(name: str, priced: list[str]) -> str:
    """`set_items.2.price_cents` is the third price that was typed."""
    parts = name.split(".")
    known = parts[0] == "set_items" and len(parts) > 1 and parts[1].isdecimal() and int(parts[1]) < len(priced)
    return priced[int(parts[1])] if known else name


def _preview(form: Form, asked: dict[str, Any]) -> Any:
    preview = form.send("catalogs.preview_import", asked)
    if preview is not None:
        for fault in preview["faults"]:
            fault["message"] = fault_sentence(fault["message"], g.language, fault["details"])
    return preview


def _rows(form: Form) -> list[list[str]] | None:
    """Of the file sent, or of the preview; None when it cannot be read, told at its field."""
    sent = request.files.get("file")
    try:
        if sent is not None and sent.filename:
            return rows_of(sent.read())
        return _unpack(form["rows"])
    except Problem as problem:
        form.fault("file", sentence(problem.code, g.language, problem.details))
        form.status = problem.status
        return None


def _pack(rows: list[list[str]]) -> str:
    return base64.b64encode(zlib.compress(json.dumps(rows).encode())).decode()


def _unpack(packed: str) -> list[list[str]]:
    """As packed by us, unless somebody else did: then it unfolds to 8 MB at the most."""
    try:
        unfolded = zlib.decompressobj().decompress(base64.b64decode(packed), MOST_UNPACKED)
        rows: list[list[str]] = json.loads(unfolded)
    except (ValueError, zlib.error):
        raise Problem(422, "sheet_unreadable", field="file") from None
    return rows
