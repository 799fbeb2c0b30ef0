"""VENTES: taking part or not, order sheets, what cannot be delivered, labels of lots (SPEC S6, S7, D4, D5)."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from markupsafe import Markup

from gateway.backend import ask
from gateway.documents import codes, papers
from gateway.sheets import as_file
from gateway.web.day_papers import WHOLE_SHEET, label_form, label_options, label_sheets
from gateway.web.duty import needs
from gateway.web.farm import trouble_of
from gateway.web.forms import Form
from gateway.web.pages import Answer, Undo, ensure_known, go, page
from shared.errors import NotFound, Refused

blp = Blueprint("farm_sales", __name__)
SALE = "/producer/sales/<uuid:sale_id>"
PER_PAGE = 20


@blp.get("/producer")
def sales() -> Answer:
    ensure_known()
    farms = ask("catalogs.my_producers", {})["items"]
    if not farms:
        return page("farm_sales/welcome.html")
    after = request.args.get("after")
    found = ask("markets.producer_sales", {"limit": PER_PAGE} | ({"after": after} if after else {}))
    return page("farm_sales/sales.html", farms=farms, farm=farms[0], duty=needs(), **found)


@blp.post(f"{SALE}/participations/<uuid:catalog_id>")
def answer(sale_id: UUID, catalog_id: UUID) -> Answer:
    """« je participe » or not; once ordered from, the way to « je ne livre pas »."""
    ensure_known()
    form = Form.posted()
    args = {"sale_id": sale_id, "catalog_id": catalog_id}
    here = f"/producer#sale-{sale_id}"
    if form.flag("takes_part"):
        done, word = form.send("markets.participate", args), _("Vous participez : vos produits sont dans la vente.")
    else:
        done, word = form.send("markets.withdraw", args), _("C’est noté : vous ne participez pas à cette vente.")
    if done is not None:
        left = done["state"] == "withdrawn"
        return go(here, word=word, undo=Undo(request.path, {"takes_part": "1"}) if left else None)
    if form.code == "producer_has_orders":
        return go(f"/producer/sales/{sale_id}/not-delivering/{catalog_id}")
    return go(here, word=trouble_of(form), kind="trouble")


@blp.get(f"{SALE}/not-delivering/<uuid:catalog_id>")
def ask_not_delivering(sale_id: UUID, catalog_id: UUID) -> Answer:
    ensure_known()
    return _not_delivering(sale_id, catalog_id, Form())


@blp.post(f"{SALE}/not-delivering/<uuid:catalog_id>")
def not_deliver(sale_id: UUID, catalog_id: UUID) -> Answer:
    """« je ne livre pas »: not to be undone, so that it is said before what will happen."""
    ensure_known()
    form = Form.posted()
    args = {"sale_id": sale_id, "catalog_id": catalog_id, "not_delivering": True}
    if form.send("markets.withdraw", args) is None:
        return go(f"/producer#sale-{sale_id}", word=trouble_of(form), kind="trouble")
    word = _("C’est noté : vous ne livrez pas. Les clients sont prévenus et remboursés.")
    return go(f"/producer#sale-{sale_id}", word=word, kind="note")


@blp.get(SALE)
def sheet(sale_id: UUID) -> Answer:
    """What to pick, then what to label; as it stands until the closing, then final."""
    ensure_known()
    farm, sale = _farm_and_sale(sale_id)
    orders = ask("orders.order_sheet", {"sale_id": sale_id, "producer_id": farm["producer_id"]})
    takes_part = any(one["producer_id"] == farm["producer_id"] for one in sale["producers"])
    return page("farm_sales/sheet.html", farm=farm, sale=sale, sheet=orders, takes_part=takes_part)


@blp.get(f"{SALE}/<uuid:producer_id>/orders.pdf")
def sheet_pdf(sale_id: UUID, producer_id: UUID) -> Response:
    ensure_known()
    return papers.order_sheet(sale_id, producer_id)


@blp.get(f"{SALE}/<uuid:producer_id>/orders.<any(csv, xlsx):kind>")
def sheet_file(sale_id: UUID, producer_id: UUID, kind: str) -> Response:
    ensure_known()
    return as_file(ask("orders.export_order_sheet", {"sale_id": sale_id, "producer_id": producer_id}), kind)


@blp.get(f"{SALE}/declarations")
def declarations(sale_id: UUID) -> Answer:
    ensure_known()
    return _declarations(sale_id, Form())


@blp.post(f"{SALE}/declarations")
def declare(sale_id: UUID) -> Answer:
    """Shortages and real weights, all of them at once; the referent confirms."""
    ensure_known()
    form = Form.posted()
    typed = [name for name in form.values if name.startswith("line.") and form[name]]
    lines = [{"line_id": name.removeprefix("line."), "delivered": form.quantity(name)} for name in typed]
    body = {"sale_id": sale_id, "lines": lines, "missing_products": form.all("missing")}
    if form.send("distributions.declare", body) is None:
        form.errors = {_field_of(name, typed): sentence for name, sentence in form.errors.items()}
        return _declarations(sale_id, form)
    return go(f"/producer/sales/{sale_id}/declarations", word=_("C’est transmis au référent, qui le confirmera."))


@blp.get(f"{SALE}/labels")
def labels(sale_id: UUID) -> Answer:
    """Of lots: the basket's number large, for the organisation DURING (SPEC M6, D5)."""
    ensure_known()
    return _labels(sale_id, Form(**WHOLE_SHEET))


@blp.get(f"{SALE}/<uuid:farm>/labels.pdf")
def labels_pdf(sale_id: UUID, farm: UUID) -> Answer:
    """On sheets of labels that one buys."""
    ensure_known()
    form = label_form(producer_id=str(farm))
    options = label_options(form)
    return _labels(sale_id, form, farm) if options is None else papers.lot_labels(sale_id, options)


def _labels(sale_id: UUID, form: Form, wanted: UUID | None = None) -> Answer:
    farm, sale = _farm_and_sale(sale_id, wanted)
    found = ask("distributions.lot_labels", {"sale_id": sale_id, "producer_id": farm["producer_id"]})
    for lot in found["items"]:
        lot["qr"] = Markup(codes.drawing(lot["basket_id"]))  # noqa: S704 - it holds no text of people
    facts = {"labels": found["items"], "sheets": label_sheets()}
    return page("farm_sales/labels.html", form=form, farm=farm, sale=sale, **facts)


def _farm_and_sale(sale_id: UUID, wanted: UUID | None = None) -> tuple[Any, Any]:
    """Which of the reader's farms: the one asked for, else the one that takes part, else the first."""
    farms = ask("catalogs.my_producers", {})["items"]
    if not farms:
        raise Refused.of(NotFound(what="sale"))
    sale = ask("markets.sale", {"sale_id": sale_id})
    taking_part = {one["producer_id"] for one in sale["producers"]}
    asked = str(wanted or request.args.get("farm"))
    ordered = sorted(farms, key=lambda one: (one["producer_id"] != asked, one["producer_id"] not in taking_part))
    return ordered[0], sale


def _not_delivering(sale_id: UUID, catalog_id: UUID, form: Form) -> Answer:
    catalog = ask("catalogs.catalog", {"catalog_id": catalog_id})
    if not catalog["own"]:
        raise Refused.of(NotFound("catalog_id", what="catalog"))
    sale = ask("markets.sale", {"sale_id": sale_id})
    orders = ask("orders.order_sheet", {"sale_id": sale_id, "producer_id": catalog["producer_id"]})
    return page(
        "farm_sales/not_delivering.html", form=form, farm=catalog["producer"], catalog=catalog, sale=sale, sheet=orders
    )


def _declarations(sale_id: UUID, form: Form) -> Answer:
    farms = {farm["producer_id"]: farm for farm in ask("catalogs.my_producers", {})["items"]}
    if not farms:
        raise Refused.of(NotFound(what="sale"))
    sale = ask("markets.sale", {"sale_id": sale_id})
    lines = ask("distributions.declarations", {"sale_id": sale_id})["items"]
    own = [line for line in lines if line["producer_id"] in farms]
    products: dict[str, list[Any]] = defaultdict(list)
    for line in own:
        products[line["product_id"]].append(line)
    farm = farms[own[0]["producer_id"]] if own else next(iter(farms.values()))
    missing = form.all("missing") if form.refused else _all_missing(products)
    return page("farm_sales/declarations.html", form=form, farm=farm, sale=sale, products=products, missing=missing)


def _all_missing(products: dict[str, list[Any]]) -> list[str]:
    """Products declared as brought for nobody."""
    return [key for key, lines in products.items() if all(line["declared"] in {"0", "0.000"} for line in lines)]


def _field_of(name: str, typed: list[str]) -> str:
    """`lines.2.delivered` is the third field that was filled in."""
    parts = name.split(".")
    known = parts[0] == "lines" and len(parts) > 1 and parts[1].isdecimal() and int(parts[1]) < len(typed)
    return typed[int(parts[1])] if known else name
