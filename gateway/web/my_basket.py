"""My basket of a sale as it stands; changing or cancelling it until closing, told in full before it is done (SPEC O8)."""

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from flask import Blueprint
from flask_babel import gettext as _

from gateway.backend import ask
from gateway.rpc import ServiceUnavailable
from gateway.web.forms import ELSEWHERE, Form
from gateway.web.orders import to_payment
from gateway.web.pages import Answer, ensure_known, go, page
from shared.errors import Refused

blp = Blueprint("my_basket", __name__)
BASKET = "/sales/<uuid:sale_id>/basket"


@blp.get(BASKET)
def basket(sale_id: UUID) -> Answer:
    ensure_known()
    found = ask("orders.my_basket", {"sale_id": sale_id})
    return _basket(sale_id, found, Form(**_quantities(found["lines"])))


@blp.post(BASKET)
def change(sale_id: UUID) -> Answer:
    """A step more or less and « voir ce qui change » only reckon; what was seen so, and not more, can then be done."""
    ensure_known()
    form = Form.posted()
    wanted = _wanted(form)
    asked = {"sale_id": sale_id, "version": form.integer("version"), "lines": wanted}
    if form["act"] == "do" and form["seen"] == _said(wanted):
        changed = form.send("orders.amend_basket", asked)
        return _basket(sale_id, None, form) if changed is None else _done(sale_id, changed)
    preview = _previewed(form, asked)
    return _basket(sale_id, None, form, preview=preview, seen=_said(wanted) if preview else "")


@blp.get(f"{BASKET}/cancellation")
def ask_to_cancel(sale_id: UUID) -> Answer:
    """The refund is the one that the service reckons for a basket with nothing left in it."""
    ensure_known()
    found = ask("orders.my_basket", {"sale_id": sale_id})
    told = ask("orders.preview_basket", {"sale_id": sale_id, "version": found["version"], "lines": []})
    sale = ask("markets.sale", {"sale_id": sale_id})
    return page("my_basket/cancellation.html", form=Form(), basket=found, preview=told, sale=sale)


@blp.post(f"{BASKET}/cancellation")
def cancel(sale_id: UUID) -> Answer:
    ensure_known()
    form = Form.posted()
    asked = {"sale_id": sale_id, "version": form.integer("version")}
    if form.send("orders.cancel_basket", asked) is None:
        word = form.trouble or next(iter(form.errors.values()))
        return go(f"/sales/{sale_id}/basket/cancellation", word=word, kind="trouble")
    return go("/orders", word=_("Votre commande est annulée. Ce que vous aviez payé vous est remboursé."))


def _previewed(form: Form, asked: dict[str, Any]) -> Any:
    """Without the form's key, which is kept for the change itself."""
    try:
        return ask("orders.preview_basket", asked)
    except Refused as refused:
        if refused.status in ELSEWHERE:
            raise
        form.refuse(refused)
    except ServiceUnavailable:
        form.unanswered()
    return None


def _done(sale_id: UUID, changed: dict[str, Any]) -> Answer:
    """What costs more waits for its payment; all else is done."""
    if top_up := _top_up(changed):
        return to_payment(top_up["order_id"])
    if not changed["lines"]:
        return go("/orders", word=_("Votre commande est annulée."))
    return go(f"/sales/{sale_id}/basket", word=_("C’est fait : votre panier est changé."))


def _basket(
    sale_id: UUID, found: dict[str, Any] | None, form: Form, *, preview: dict[str, Any] | None = None, seen: str = ""
) -> Answer:
    found = found or ask("orders.my_basket", {"sale_id": sale_id})
    top_up = _top_up(found)
    facts = {
        "basket": found,
        "sale": ask("markets.sale", {"sale_id": sale_id}),
        "top_up": top_up,
        "may_change": bool(found["can_change_until"]) and top_up is None,
        "preview": preview,
        "seen": seen,
    }
    return page("my_basket/basket.html", form=form, **facts)


def _top_up(basket: dict[str, Any]) -> dict[str, Any] | None:
    return next((order for order in basket["pending"] if order["top_up"]), None)


def _quantities(lines: list[Any]) -> dict[str, str]:
    return {f"quantity.{line['product_id']}": line["quantity"] for line in lines}


def _wanted(form: Form) -> list[dict[str, Any]]:
    """Each line as typed, or a step from it by the buttons; written back, so that the page shows what was reckoned."""
    lines = []
    for index, product_id in enumerate(form.all("product_id")):
        name = f"lines.{index}.quantity"
        quantity = _stepped(form, name, form[f"step.{product_id}"])
        form.values[name] = form.values[f"quantity.{product_id}"] = quantity
        line = {"product_id": product_id, "quantity": quantity, "unit_price_cents": form.integer(f"price.{product_id}")}
        lines.append(line)
    return lines


def _stepped(form: Form, name: str, step: str) -> str:
    typed = str(form.quantity(name) or "0")
    way = (f"{name}:more" in form.values) - (f"{name}:less" in form.values)
    try:
        return f"{max(Decimal(0), Decimal(typed) + way * Decimal(step)).normalize():f}" if way else typed
    except InvalidOperation:
        return typed


def _said(lines: list[dict[str, Any]]) -> str:
    """What a preview was of: doing is only for the same."""
    return " ".join(f"{line['product_id']}:{line['quantity']}:{line['unit_price_cents']}" for line in lines)
