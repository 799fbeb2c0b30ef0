"""The day of the distribution: all baskets of a sale, and what is done to all of them at once (SPEC D1-D9)."""

import hashlib
import json
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from flask_babel import ngettext

from gateway.backend import ask
from gateway.web.forms import Form
from gateway.web.pages import Answer, ensure_known, go, is_partial, page, searched
from shared import clock

blp = Blueprint("day", __name__)
DAY = "/group/<int:number>/distributions/<uuid:sale_id>"
COMMITTED_WITHIN_SECONDS, LONG_AGO_SECONDS, MOST_DIGITS = 60, 3600, 12


@blp.get(DAY)
def baskets(number: int, sale_id: UUID) -> Answer:
    """All baskets in alphabetical order. htmx asks for the list alone: for a search, and to see what others settled."""
    ensure_known()
    search = searched()
    uncollected = request.args.get("uncollected") == "1"
    wanted = {"sale_id": sale_id, "search": search, "uncollected": uncollected}
    day = ask("distributions.distribution", {"sale_id": sale_id})
    shown = {"seen": _fingerprint(day), "at": int(clock.now().timestamp()), "of": day["counts"]["baskets"]}
    if is_partial() and request.args.get("seen") == shown["seen"]:
        return Response(status=204)
    news = {} if search or uncollected else _news(day)
    found = ask("distributions.baskets", wanted | news)["items"]
    facts = {"number": number, "day": day, "baskets": found, "search": search, "uncollected": uncollected}
    if is_partial():
        return _piece("day/_news.html" if news else "day/_baskets.html", shown=shown, **facts)
    return page("day/day.html", market=_market(number), shown=shown, **facts)


@blp.get(f"{DAY}/validation")
def validation_page(number: int, sale_id: UUID) -> Answer:
    """What « Valider la distribution » will do, and when producers are paid for it, before the button."""
    return _validation(number, sale_id, Form())


@blp.post(f"{DAY}/validation")
def validate(number: int, sale_id: UUID) -> Answer:
    ensure_known()
    form = Form.posted()
    if form.send("distributions.validate_distribution", {"sale_id": sale_id}) is None:
        return _validation(number, sale_id, form)
    return go(_path(number, sale_id), word=_("La distribution est validée. Merci !"))


@blp.get(f"{DAY}/missing")
def missing_page(number: int, sale_id: UUID) -> Answer:
    return _missing(number, sale_id, Form())


@blp.post(f"{DAY}/missing")
def missing(number: int, sale_id: UUID) -> Answer:
    """One product, to zero on all baskets and refunded (SPEC D4)."""
    ensure_known()
    form = Form.posted()
    done = form.send("distributions.missing_product", {"sale_id": sale_id, "product_id": form["product_id"]})
    if done is None:
        return _missing(number, sale_id, form)
    return go(_path(number, sale_id), word=_told(done))


@blp.get(f"{DAY}/declarations")
def declarations_page(number: int, sale_id: UUID) -> Answer:
    return _declarations(number, sale_id, Form())


@blp.post(f"{DAY}/declarations")
def confirm(number: int, sale_id: UUID) -> Answer:
    """What producers declared beforehand, confirmed by whoever settles (SPEC D4)."""
    ensure_known()
    form = Form.posted()
    wanted = {"sale_id": sale_id, "producer_id": form.text("producer_id"), "refund": True}
    done = form.send("distributions.confirm_declarations", wanted)
    if done is None:
        return _declarations(number, sale_id, form)
    return go(_path(number, sale_id), word=_told(done))


def _fingerprint(day: Any) -> str:
    """Of all that the list depends on, but for names and phones."""
    return hashlib.sha256(json.dumps(day, sort_keys=True).encode()).hexdigest()[:16]


def _news(day: Any) -> dict[str, int]:
    """What to ask for when the page has all rows already, and only some have changed since."""
    at, of = request.args.get("at", ""), request.args.get("of", "")
    if not (is_partial() and at.isdecimal() and len(at) <= MOST_DIGITS and of == str(day["counts"]["baskets"])):
        return {}
    missed = int(clock.now().timestamp()) - int(at) + COMMITTED_WITHIN_SECONDS
    return {"changed_within": missed} if 0 < missed <= LONG_AGO_SECONDS else {}


def _piece(template: str, **facts: Any) -> Answer:
    """The whole list goes where the list is, whichever part of it asked."""
    answer = page(template, **facts)
    if template == "day/_baskets.html":
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#baskets", "outerHTML"
    return answer


def _market(number: int) -> Any:
    return ask("markets.market", {"number": number})


def _path(number: int, sale_id: UUID) -> str:
    return f"/group/{number}/distributions/{sale_id}"


def _validation(number: int, sale_id: UUID, form: Form) -> Answer:
    ensure_known()
    day, payout = ask("distributions.distribution", {"sale_id": sale_id}), ask("payments.payout_date", {})
    return page("day/validation.html", form=form, number=number, market=_market(number), day=day, payout=payout)


def _missing(number: int, sale_id: UUID, form: Form) -> Answer:
    """Each product with on how many baskets it is, and how much of it is worth refunding."""
    ensure_known()
    wanted = {"sale_id": sale_id, "phones": False, "prices": True}
    found = ask("distributions.sign_off_sheet", wanted)
    return page(
        "day/missing.html", form=form, number=number, market=_market(number), day=found, products=_products(found)
    )


def _products(found: Any) -> list[dict[str, Any]]:
    products: dict[str, dict[str, Any]] = {}
    for basket in found["baskets"]:
        for line in basket["lines"]:
            each = products.setdefault(
                line["product_id"],
                {key: line[key] for key in ("product_id", "name", "producer_name")} | {"baskets": 0, "cents": 0},
            )
            if line["delivered_cents"] and basket["state"] == "open":
                each["baskets"] += 1
                each["cents"] += line["delivered_cents"]
    return sorted(products.values(), key=lambda each: (each["producer_name"], each["name"]))


def _declarations(number: int, sale_id: UUID, form: Form) -> Answer:
    ensure_known()
    lines = [line for line in ask("distributions.declarations", {"sale_id": sale_id})["items"] if line["declared"]]
    farms: dict[str, list[Any]] = {}
    for line in lines:
        farms.setdefault(line["producer_id"], []).append(line)
    day = ask("distributions.distribution", {"sale_id": sale_id})
    return page("day/declarations.html", form=form, number=number, market=_market(number), day=day, farms=farms)


def _told(done: Any) -> str:
    changed = ngettext("%(num)s panier ajusté", "%(num)s paniers ajustés", done["baskets"])
    refunds = ngettext("%(num)s remboursement généré", "%(num)s remboursements générés", done["refunds"])
    return f"{changed}, {refunds}."
