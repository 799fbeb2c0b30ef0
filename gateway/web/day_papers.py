"""Papers of the day, with their options in the address: the list to sign, the labels of lots (SPEC D5, M6)."""

from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Blueprint, request
from flask_babel import gettext as _

from gateway.backend import ask
from gateway.documents import papers
from gateway.documents.labels import SHEETS, options_of
from gateway.sheets import as_file
from gateway.web.day import DAY
from gateway.web.formats import quantity
from gateway.web.forms import Form
from gateway.web.pages import Answer, ensure_known, page
from shared.errors import Refused

blp = Blueprint("day_papers", __name__)
CHOICES = ("prices", "phones", "products", "signature", "notes")
CHOSEN_AT_FIRST = ("prices", "phones", "products", "signature")
LABEL_OPTIONS = ("producer_id", "sheet", "first")
WHOLE_SHEET = {"sheet": "3x8", "first": "1"}


@blp.get(f"{DAY}/sheet")
def sheet(number: int, sale_id: UUID) -> Answer:
    """« Liste d'émargement »: how it will be, its options, its files."""
    ensure_known()
    options = _options()
    found = ask("distributions.sign_off_sheet", {"sale_id": sale_id, **options})
    return page("day/sheet.html", number=number, sheet=found, form=_sheet_form(options), query=_query(options))


@blp.get(f"{DAY}/sheet.<any(csv, xlsx):kind>")
def sheet_file(number: int, sale_id: UUID, kind: str) -> Answer:
    ensure_known()
    return as_file(ask("distributions.sign_off_table", {"sale_id": sale_id, **_options()}), kind)


@blp.get(f"{DAY}/sheet.pdf")
def sheet_pdf(number: int, sale_id: UUID) -> Answer:
    ensure_known()
    return papers.sign_off(sale_id, _options())


@blp.get(f"{DAY}/labels")
def labels(number: int, sale_id: UUID) -> Answer:
    ensure_known()
    return _labels(number, sale_id, Form(**WHOLE_SHEET))


@blp.get(f"{DAY}/labels.pdf")
def labels_pdf(number: int, sale_id: UUID) -> Answer:
    """What was typed wrong is shown on the page that asks for it."""
    ensure_known()
    form = label_form()
    options = label_options(form)
    return _labels(number, sale_id, form) if options is None else papers.lot_labels(sale_id, options)


def label_form(**given: str) -> Form:
    """As asked for in the address."""
    return Form(**{name: request.args.get(name, "") for name in LABEL_OPTIONS} | given)


def label_options(form: Form) -> dict[str, Any] | None:
    """None when the form has a fault to show."""
    try:
        return options_of({name: form[name] for name in LABEL_OPTIONS})
    except Refused as refused:
        form.refuse(refused)
        return None


def label_sheets() -> list[tuple[str, str]]:
    """For a choice: name, and what stands on the package."""
    return [(name, _label_sheet(name)) for name in SHEETS]


def _label_sheet(name: str) -> str:
    found = SHEETS[name]
    size = f"{quantity(found.width)} × {quantity(found.height)}"
    return str(_("%(count)s par page, %(size)s mm", count=found.labels, size=size))


def _labels(number: int, sale_id: UUID, form: Form) -> Answer:
    market = ask("markets.market", {"number": number})
    found = ask("distributions.lot_labels", {"sale_id": sale_id})
    of_farm = groupby(found["items"], key=lambda lot: (lot["producer_id"], lot["producer_name"]))
    farms = [(producer_id, f"{name} ({len(list(lots))})") for (producer_id, name), lots in of_farm]
    facts: dict[str, Any] = {"farms": farms, "count": len(found["items"]), "sheets": label_sheets()}
    return page("day/labels.html", form=form, number=number, market=market, day=found, **facts)


def _options() -> dict[str, Any]:
    """As chosen on the page; at first, those of the services' own defaults."""
    chosen = request.args.getlist("show") if "layout" in request.args else list(CHOSEN_AT_FIRST)
    first = {"layout": "list", "font_size": "M"}
    return {name: request.args.get(name) or first[name] for name in first} | {name: name in chosen for name in CHOICES}


def _sheet_form(options: dict[str, Any]) -> Form:
    return Form(layout=options["layout"], font_size=options["font_size"], show=[n for n in CHOICES if options[n]])


def _query(options: dict[str, Any]) -> list[tuple[str, str]]:
    shown = [("show", name) for name in CHOICES if options[name]]
    return [("layout", options["layout"]), ("font_size", options["font_size"]), *shown]
