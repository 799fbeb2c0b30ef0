"""One basket: what was handed over, what is given back for it, validated; then the next customer (SPEC D2, D7-D9).

One form with all lines; what stood there before is posted beside it, so that only what changed is sent.
"""

import hashlib
import re
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint
from flask_babel import gettext as _

from gateway.backend import ask
from gateway.web.formats import money, quantity
from gateway.web.forms import Form
from gateway.web.pages import Answer, ensure_known, go, page

blp = Blueprint("baskets", __name__)
BASKET = "/baskets/<uuid:basket_id>"
GRAMS = Decimal(1000)
BESIDE = {
    "refund": "distributions.refund",
    "not_collected": "distributions.mark_not_collected",
    "collected": "distributions.mark_collected",
    "reopen": "distributions.reopen_basket",
    "give_back": "distributions.refund_not_collected",
}
"""What a button does beside the lines, once what was typed in them is kept: its name → the RPC."""


@blp.get(BASKET)
def basket(basket_id: UUID) -> Answer:
    return _show(basket_id, Form())


@blp.post(BASKET)
def settle(basket_id: UUID) -> Answer:
    """`do`: update, settle (adjust, refund, validate), missing:<line>, or one of BESIDE."""
    ensure_known()
    form = Form.posted()
    do = form["do"] or "update"
    if do.startswith("missing:"):
        line_id = do.partition(":")[2]
        form.values["grams:" + line_id if f"grams:{line_id}" in form.values else "line:" + line_id] = "0"
    for name in [name for name in form.values if name.endswith((":less", ":more"))]:
        _step(form, name)
        do = "update"
    lines = _changed(form)
    found = _adjust(basket_id, form, lines) if lines else None
    if form.refused:
        return _conflict(basket_id, form, lines) if form.code == "version_conflict" else _show(basket_id, form)
    if do == "settle":
        return _validate(basket_id, form, found)
    if do in BESIDE:
        return _beside(basket_id, form, do, found)
    return go(f"/baskets/{basket_id}", word=_("Le panier est à jour.") if found else None)


@blp.get(f"{BASKET}/trail")
def trail(basket_id: UUID) -> Answer:
    """Who changed what, and when (SPEC D9)."""
    ensure_known()
    found = ask("distributions.basket", {"basket_id": basket_id})
    day = ask("distributions.distribution", {"sale_id": found["sale_id"]})
    items = ask("distributions.trail", {"basket_id": basket_id})["items"]
    return page("day/trail.html", basket=found, day=day, items=items)


def _show(basket_id: UUID, form: Form) -> Answer:
    """Three RPCs; after a refused write too, which then is a fourth."""
    ensure_known()
    found = ask("distributions.basket", {"basket_id": basket_id})
    day = ask("distributions.distribution", {"sale_id": found["sale_id"]})
    market = ask("markets.market", {"market_id": day["market_id"]})
    farms: dict[str, list[Any]] = {}
    for line in found["lines"]:
        farms.setdefault(line["producer_name"], []).append(line)
    return page("day/basket.html", form=form, basket=found, day=day, market=market, farms=farms)


def _adjust(basket_id: UUID, form: Form, lines: list[Any]) -> Any:
    wanted = {"basket_id": basket_id, "version": form.integer("version"), "lines": lines}
    found = _send(form, "distributions.adjust", wanted)
    form.errors = {_field(form, lines, path): text for path, text in form.errors.items()}
    return found


def _field(form: Form, lines: list[Any], path: str) -> str:
    """Of what was refused: `lines.2.delivered` → the field in which it was typed."""
    place = path.split(".")[1:2]
    line_id = lines[int(place[0])]["line_id"] if place and place[0].isdecimal() else ""
    return next((f"{kind}:{line_id}" for kind in ("line", "grams") if f"{kind}:{line_id}" in form.values), path)


def _validate(basket_id: UUID, form: Form, found: Any) -> Answer:
    """The amount on the button is what is given back: when it is another one now, the basket is shown again instead."""
    found = found or ask("distributions.basket", {"basket_id": basket_id})
    if str(found["version"]) != form["version"] and not _changed(form):
        return _conflict(basket_id, form, [])
    if str(found["to_refund_cents"]) != form["told_cents"]:
        amount = money(found["to_refund_cents"])
        word = _("Le panier est à jour : %(amount)s à rembourser. Vérifiez, puis validez.", amount=amount)
        return go(f"/baskets/{basket_id}", word=word, kind="note")
    for method in ("refund",) * bool(found["to_refund_cents"]) + ("validate_basket",):
        wanted = {"basket_id": basket_id, "version": found["version"]}
        found = _send(form, f"distributions.{method}", wanted)
        if found is None:
            return go(f"/baskets/{basket_id}", word=_why(form), kind="trouble")
    return _on(found)


def _on(found: Any) -> Answer:
    word = _("Panier %(number)s validé.", number=found["number"])
    following = found["next_basket_id"]
    return go(f"/baskets/{following}" if following else f"/baskets/{found['basket_id']}", word=word)


def _beside(basket_id: UUID, form: Form, do: str, found: Any) -> Answer:
    version = found["version"] if found else form.integer("version")
    if _send(form, BESIDE[do], {"basket_id": basket_id, "version": version}) is None:
        if form.code == "version_conflict":
            return _conflict(basket_id, form, [])
        return go(f"/baskets/{basket_id}", word=_why(form), kind="trouble")
    return go(f"/baskets/{basket_id}", word=_("C’est enregistré."))


def _conflict(basket_id: UUID, form: Form, lines: list[Any]) -> Answer:
    """Somebody else was faster: what stood there, what stands there now, what was typed (SPEC D8)."""
    found = ask("distributions.basket", {"basket_id": basket_id})
    last = ask("distributions.trail", {"basket_id": basket_id})["items"][-1:]
    typed = {str(each["line_id"]): each["delivered"] for each in lines}
    form.status = 412
    rows = [_compared(line, form[f"before:{line['line_id']}"], typed.get(line["line_id"])) for line in found["lines"]]
    told = [row for row in rows if row["differs"] or row["typed"] is not None]
    return page("day/conflict.html", status=412, basket=found, rows=told, last=last[0] if last else None)


def _compared(line: Any, before: str, typed: str | None) -> dict[str, Any]:
    return {
        "line": line,
        "before": _shown(before, line["unit"]),
        "typed": typed,
        "shown": None if typed is None else _shown(typed, line["unit"]),
        "differs": before != "" and _differs(before, line["delivered"]),
    }


def _shown(text: str, unit: str) -> str:
    number = _number(text)
    return text if number is None else quantity(number, unit)


def _changed(form: Form) -> list[dict[str, Any]]:
    """The lines whose number is another than before; weights are typed in grams."""
    lines = []
    for name in form.values:
        kind, _colon, line_id = name.partition(":")
        if kind not in {"line", "grams"} or ":" in line_id:
            continue
        delivered = _delivered(form, name)
        if _differs(delivered, form[f"before:{line_id}"]):
            lines.append({"line_id": line_id, "delivered": delivered})
    return lines


def _delivered(form: Form, name: str) -> Any:
    kind = name.partition(":")[0]
    typed = form.quantity(name)
    number = _number(typed)
    return f"{number / GRAMS:f}" if kind == "grams" and number is not None else typed or "0"


def _step(form: Form, name: str) -> None:
    field, _colon, way = name.rpartition(":")
    number = _number(form.quantity(field)) or Decimal(0)
    form.values[field] = f"{max(Decimal(0), number + (1 if way == 'more' else -1)):f}"


def _differs(one: Any, other: Any) -> bool:
    return _number(one) != _number(other) if _number(one) is not None else str(one) != str(other)


def _number(text: Any) -> Decimal | None:
    return Decimal(str(text)) if re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,9})?", str(text)) else None


def _send(form: Form, method: str, wanted: dict[str, Any]) -> Any:
    """Each step of one click has a key of its own, made from the form's."""
    return form.send(method, wanted, key=hashlib.sha256(f"{form.key}:{method}".encode()).hexdigest()[:32])


def _why(form: Form) -> str:
    return form.trouble or next(iter(form.errors.values()))
