"""The shop of a sale: offers by category, search and filters in the address, the basket always in view (SPEC O1)."""

from collections import defaultdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, request, session
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from gateway.backend import ask
from gateway.web import goods
from gateway.web.duty import needs
from gateway.web.forms import Form
from gateway.web.pages import Answer, Undo, go, is_partial, page
from gateway.web.session import cart_id
from shared.errors import Refused

blp = Blueprint("shop", __name__)
PER_PAGE = 24
MOST_OF_A_FARM = 500
OTHERS_SHOWN = 6
FILTERS = ("search", "group", "category", "producer_id")
SHOP = "/group/<int:number>/shop/<uuid:sale_id>"


@blp.get(SHOP)
def shop(number: int, sale_id: UUID) -> Answer:
    """A page of offers. A script asks for the offers alone, or for the next ones."""
    filters = {name: value for name in FILTERS if (value := request.args.get(name, "").strip())}
    organic = {"organic": "1"} if request.args.get("organic") else {}
    after = request.args.get("after")
    asked = filters | ({"organic": True} if organic else {}) | ({"after": after} if after else {})
    found = ask("orders.shop", asked | {"sale_id": sale_id, "limit": PER_PAGE, "shelves": not is_partial()})
    _ensure_of(found, number)
    cart = cart_of(sale_id)
    facts = {"shop": found, "cart": cart, "filters": filters | organic, "after": after, "in_cart": goods.in_cart(cart)}
    if is_partial():
        return page("shop/_more.html" if after else "shop/_offers.html", **facts)
    return page("shop/shop.html", shelves=_shelves(found["shelves"]), duty=needs(sale_id), **facts)


@blp.get(f"{SHOP}/now")
def now(number: int, sale_id: UUID) -> Answer:
    """What a shop that somebody looks at asks for from time to time, until the closing."""
    found = ask("orders.running_out", {"sale_id": sale_id, "at_most": goods.FEW})
    _ensure_of(found, number)
    return page("shop/_now.html", shop=found)


@blp.get(f"{SHOP}/products/<uuid:product_id>")
def product(number: int, sale_id: UUID, product_id: UUID) -> Answer:
    """All that one may want to know before buying: allergens, origin, storage, the farm's other goods."""
    facts = ask("catalogs.product", {"product_id": product_id})
    of_farm = {"sale_id": sale_id, "producer_id": facts["producer_id"], "limit": MOST_OF_A_FARM}
    found = ask("orders.shop", of_farm)
    _ensure_of(found, number)
    offer = next((each for each in found["offers"] if each["product_id"] == str(product_id)), None)
    others = [each for each in found["offers"] if each is not offer][:OTHERS_SHOWN]
    cart = cart_of(sale_id)
    template = "shop/_product.html" if is_partial() else "shop/product.html"
    shown = {"facts": facts, "offer": offer, "others": others, "in_cart": goods.in_cart(cart), "sheet": True}
    return page(template, shop=found, cart=cart, **shown)


@blp.post(f"{SHOP}/cart")
def change_cart(number: int, sale_id: UUID) -> Answer:
    """One line: the number typed, or one step more or less. Answers the stepper and the basket to a script."""
    form = Form.posted()
    line = {"product_id": form["product_id"], "quantity": _wanted(form), "unit_price_cents": form.integer("seen_cents")}
    body = {"cart_id": cart_id(sale_id), "sale_id": sale_id, "lines": [line]}
    cart = form.send("orders.change_cart", body)
    back = f"/group/{number}/{'checkout' if form['at'] == 'checkout' else 'shop'}/{sale_id}"
    if cart is None:
        word = form.trouble or next(iter(form.errors.values()))
        return go(back, word=word, kind="trouble")
    if is_partial():
        return _changed(number, cart, form)
    if form["was"] and Decimal(line["quantity"]) == 0:
        return go(back, word=_("%(product)s n’est plus dans votre panier.", product=form["name"]), undo=_put_back(form))
    return go(f"{back}#p-{form['product_id']}")


def cart_of(sale_id: UUID | str) -> Any:
    """The visit's cart in a sale; an empty one when nothing was put in yet, or when it was ordered."""
    nothing: dict[str, Any] = {"lines": [], "total_cents": 0, "order_id": None, "vat": []}
    if "visit" not in session:
        return nothing
    try:
        cart = ask("orders.cart", {"cart_id": cart_id(sale_id)})
    except Refused as refused:
        if refused.status != 404:
            raise
        return nothing
    if cart["sale_id"] != str(sale_id):
        return nothing
    return nothing | {"order_id": cart["order_id"]} if cart["order_id"] else cart


def _changed(number: int, cart: Any, form: Form) -> Answer:
    offer = {
        "product_id": form["product_id"],
        "name": form["name"],
        "price_cents": form.integer("seen_cents"),
        "unit": form["unit"],
        "available": form.text("available"),
    }
    shop = {"market_number": number, "sale_id": cart["sale_id"], "takes_orders": True}
    return page("shop/_changed.html", shop=shop, cart=cart, offer=offer, in_cart=goods.in_cart(cart), at=form["at"])


def _put_back(form: Form) -> Undo:
    """The line as it was."""
    kept = {name: form[name] for name in ("at", "product_id", "seen_cents", "name")}
    return Undo(request.path, kept | {"quantity": form["was"]})


def _wanted(form: Form) -> str:
    """What was typed, or a step from it by the buttons (which are there without a script too)."""
    typed = form.quantity("quantity") or "0"
    step = Decimal(form.quantity("step") or "1") if "quantity:more" in form.values else Decimal(0)
    step -= Decimal(form.quantity("step") or "1") if "quantity:less" in form.values else Decimal(0)
    try:
        return f"{max(Decimal(0), Decimal(typed) + step).normalize():f}" if step else str(typed)
    except ArithmeticError:
        return str(typed)


def _shelves(rows: list[Any]) -> dict[str, Any]:
    """What there is to choose from, in the order of the rows: groups with their categories, producers, how many are organic."""
    groups: dict[str, Any] = {}
    farms: dict[str, Any] = defaultdict(lambda: {"count": 0})
    for row in rows:
        group = groups.setdefault(row["category"].partition(".")[0], {"count": 0, "categories": defaultdict(int)})
        group["count"] += row["count"]
        group["categories"][row["category"]] += row["count"]
        farm = farms[row["producer_id"]]
        farm["name"], farm["count"] = row["producer_name"], farm["count"] + row["count"]
    return {
        "groups": groups,
        "producers": sorted(farms.items(), key=lambda pair: pair[1]["name"]),
        "organic": sum(row["organic"] for row in rows),
        "count": sum(row["count"] for row in rows),
    }


def _ensure_of(found: Any, number: int) -> None:
    if found["market_number"] != number:
        raise NotFound


def words_of(state: str) -> str:
    """What is wrong with a line of the cart."""
    told: dict[str, str] = {
        "price_moved": _("Le prix a changé"),
        "stock_lacking": _("Il n’en reste pas assez"),
        "product_withdrawn": _("Retiré de la vente"),
        "product_not_in_sale": _("N’est plus proposé"),
    }
    return told.get(state, "")
