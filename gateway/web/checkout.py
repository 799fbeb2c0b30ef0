"""From the basket to the payment page: three blocks on one page (SPEC O1-O6)."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from flask import Blueprint, g
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from gateway.backend import ask
from gateway.web.forms import Form
from gateway.web.orders import to_payment
from gateway.web.pages import Answer, ensure_known, go, page
from gateway.web.session import cart_id
from gateway.web.shop import cart_of, words_of

blp = Blueprint("checkout", __name__)
CHECKOUT = "/group/<int:number>/checkout/<uuid:sale_id>"
SOLD = ("ok", "price_moved", "stock_lacking")


@blp.get(CHECKOUT)
def checkout(number: int, sale_id: UUID) -> Answer:
    return _checkout(number, sale_id, Form())


@blp.post(CHECKOUT)
def order(number: int, sale_id: UUID) -> Answer:
    """Reserve everything, then on to the payment page; or show by line what has changed."""
    ensure_known()
    form = Form.posted()
    placed = form.send("orders.place", {"cart_id": cart_id(sale_id)})
    if placed is None:
        return _checkout(number, sale_id, form)
    return to_payment(placed["order_id"])


@blp.post(f"{CHECKOUT}/agreement")
def agree(number: int, sale_id: UUID) -> Answer:
    """The member has seen what changed: take present prices, what is left, and out with what is gone."""
    lines = [line for line in cart_of(sale_id)["lines"] if line["state"] != "ok"]
    changes = [{"product_id": line["product_id"], "quantity": _possible(line)} for line in lines]
    if changes:
        form = Form.posted()
        form.send("orders.change_cart", {"cart_id": cart_id(sale_id), "sale_id": sale_id, "lines": changes})
    return go(f"/group/{number}/checkout/{sale_id}", word=_("Votre panier est à jour."))


def _possible(line: dict[str, Any]) -> str:
    if line["state"] not in SOLD:
        return "0"
    return str(line["available"] if line["state"] == "stock_lacking" else line["quantity"])


def _checkout(number: int, sale_id: UUID, form: Form) -> Answer:
    sale = ask("markets.sale", {"sale_id": sale_id})
    if sale["market_number"] != number:
        raise NotFound
    cart = cart_of(sale_id)
    farms: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for line in cart["lines"]:
        farms[line["producer_name"], line["producer_id"]].append(line | {"trouble": words_of(line["state"])})
    wrong = [line for line in cart["lines"] if line["state"] != "ok"]
    facts = {
        "sale": sale,
        "cart": cart,
        "farms": farms,
        "wrong": wrong,
        "known": bool(g.get("account_id")),
    }
    return page("shop/checkout.html", form=form, **facts)
