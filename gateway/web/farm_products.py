"""PRODUITS: the grid that saves as one goes, and the form of one product (SPEC C2, C4)."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request
from flask_babel import gettext as _

from gateway.backend import ask
from gateway.web.farm import FORM_ROOM, form_of, keep_photo, own_farm
from gateway.web.formats import category_name, euros, group_name, percent, unit_name
from gateway.web.forms import Form
from gateway.web.pages import Answer, Undo, ensure_known, go, page
from services.catalogs import taxonomy
from shared.errors import NotFound, Refused
from shared.fields import MOST_PHOTO_BYTES
from shared.tables import number

blp = Blueprint("farm_products", __name__)
FARM = "/producer/<uuid:producer_id>/products"
PER_PAGE = 200
TEXTS = ("description", "ingredients", "storage", "origin")
RATES = sorted({category.vat_bp for category in taxonomy.CATEGORIES.values()} | {0, 210})
FACTS = {"name", "unit", "category", "vat_bp"}


@blp.url_value_preprocessor
def make_room_for_photos(endpoint: str | None, _values: Any) -> None:
    if endpoint == "farm_products.set_photo":
        request.max_content_length = MOST_PHOTO_BYTES + FORM_ROOM


@blp.get(FARM)
def products(producer_id: UUID) -> Answer:
    """With the prices of one catalogue: the one asked for, else the largest."""
    ensure_known()
    farm = own_farm(producer_id)
    search, after = request.args.get("search", "").strip(), request.args.get("after")
    withdrawn = bool(request.args.get("withdrawn"))
    asked = {"producer_id": producer_id, "limit": PER_PAGE, "withdrawn": withdrawn}
    found = ask(
        "catalogs.products", asked | ({"search": search} if search else {}) | ({"after": after} if after else {})
    )
    catalog = _catalog_of(farm)
    prices = {item["product_id"]: item for item in catalog["items"]} if catalog else {}
    shown = {"search": search, "withdrawn": withdrawn, "catalog": catalog, "prices": prices}
    return page("farm_products/products.html", farm=farm, **found, **shown, **choices())


@blp.post(f"{FARM}/<uuid:product_id>/cell")
def save_cell(producer_id: UUID, product_id: UUID) -> Response:
    """One cell of the grid: {"shown": …}, or 422 with the sentence of what is wrong. Only its script asks."""
    ensure_known()
    form = Form.posted()
    column = form["column"]
    method, args = _cell(form, column, product_id)
    saved = form.send(method, args)
    if saved is None:
        told = form.trouble or next(iter(form.errors.values()), "")
        answer = jsonify({"sentence": told})
        answer.status_code = form.status
        return answer
    return jsonify(_shown(column, saved, product_id))


@blp.get(f"{FARM}/new")
def new(producer_id: UUID) -> Answer:
    ensure_known()
    farm = own_farm(producer_id)
    card = max(farm["catalogs"], key=lambda each: each["item_count"], default=None)
    form = Form(unit="kg", catalog_id=card["catalog_id"] if card else "", catalog_name=card["name"] if card else "")
    return page("farm_products/product.html", form=form, farm=farm, product=None, **choices())


@blp.post(f"{FARM}/new")
def add(producer_id: UUID) -> Answer:
    ensure_known()
    form = Form.posted()
    added = form.send(
        "catalogs.add_product", _facts(form) | {"producer_id": producer_id, "on_hand": form.quantity("on_hand")}
    )
    if added is None:
        return page("farm_products/product.html", form=form, farm=_as_typed(producer_id), product=None, **choices())
    path = f"/producer/{producer_id}/products"
    if form["price"] and not _set_price(form, added["product_id"]):
        word = _("Le produit est créé, mais pas son prix : %(why)s", why=_why(form))
        return go(f"{path}/{added['product_id']}", word=word, kind="trouble")
    return go(path, word=_("« %(product)s » est créé.", product=added["name"]))


@blp.get(f"{FARM}/<uuid:product_id>")
def product(producer_id: UUID, product_id: UUID) -> Answer:
    ensure_known()
    farm = own_farm(producer_id)
    found = _own_product(producer_id, product_id)
    catalog = _catalog_of(farm)
    item = next((one for one in catalog["items"] if one["product_id"] == str(product_id)), None) if catalog else None
    return page(
        "farm_products/product.html", form=_form_of(found, catalog, item), farm=farm, product=found, **choices()
    )


@blp.post(f"{FARM}/<uuid:product_id>")
def change(producer_id: UUID, product_id: UUID) -> Answer:
    """The facts, then the stock and the price when they were changed."""
    ensure_known()
    form = Form.posted()
    done = form.send("catalogs.change_product", _facts(form) | {"product_id": product_id})
    if done and form["on_hand"] != form["was_on_hand"]:
        done = form.send("catalogs.set_stock", {"product_id": product_id, "on_hand": form.quantity("on_hand")})
    if done and form["price"] and form["price"] != form["was_price"]:
        done = _set_price(form, product_id)
    if not done:
        shown = {"product_id": str(product_id), "photo_id": form["photo_id"], "withdrawn": form.flag("withdrawn")}
        kept = shown | {"name": form["name"], "category": form["category"]}
        return page("farm_products/product.html", form=form, farm=_as_typed(producer_id), product=kept, **choices())
    return go(f"/producer/{producer_id}/products", word=_("« %(product)s » est à jour.", product=form["name"]))


@blp.post(f"{FARM}/<uuid:product_id>/photo")
def set_photo(producer_id: UUID, product_id: UUID) -> Answer:
    ensure_known()
    back = f"/producer/{producer_id}/products/{product_id}"
    return keep_photo("catalogs.set_product_photo", {"product_id": product_id}, back)


@blp.post(f"{FARM}/<uuid:product_id>/withdrawal")
def withdraw(producer_id: UUID, product_id: UUID) -> Answer:
    """Undone by the same button the other way round."""
    ensure_known()
    path = f"/producer/{producer_id}/products"
    if request.form.get("restore"):
        back = ask("catalogs.restore_product", {"product_id": product_id})
        return go(path, word=_("« %(product)s » est de nouveau en vente.", product=back["name"]))
    gone = ask("catalogs.withdraw_product", {"product_id": product_id})
    word = _("« %(product)s » n’est plus en vente. Il reste parmi les produits retirés.", product=gone["name"])
    return go(path, word=word, undo=Undo(f"{path}/{product_id}/withdrawal", {"restore": "1"}))


def choices() -> dict[str, Any]:
    return {
        "units": [(code, unit_name(code)) for code in taxonomy.UNITS],
        "contents": [(code, unit_name(code)) for code in ("g", "kg", "ml", "cl", "l", "piece")],
        "categories": [
            {
                "group": group_name(group.code),
                "choices": [(one.code, category_name(one.code)) for one in group.categories],
            }
            for group in taxonomy.GROUPS
        ],
        "rates": [(rate, percent(rate)) for rate in RATES],
        "allergens": list(taxonomy.ALLERGENS),
    }


def _catalog_of(farm: Any) -> Any:
    cards = farm["catalogs"]
    asked = next((card for card in cards if card["catalog_id"] == request.args.get("catalog")), None)
    card = asked or max(cards, key=lambda each: each["item_count"], default=None)
    return ask("catalogs.catalog", {"catalog_id": card["catalog_id"]}) if card else None


def _own_product(producer_id: UUID, product_id: UUID) -> Any:
    found = ask("catalogs.product", {"product_id": product_id})
    if found["producer_id"] != str(producer_id):
        raise Refused.of(NotFound("product_id", what="product"))
    return found


def _form_of(product: Any, catalog: Any, item: Any) -> Form:
    on_hand = _typed(product["stock"]["on_hand"])
    price = euros(item["price_cents"]) if item else ""
    facts = product | {"vat_bp": product["goods_vat_bp"], "net_quantity": _typed(product["net_quantity"])}
    kept = {"on_hand": on_hand, "was_on_hand": on_hand, "price": price, "was_price": price}
    of = {"catalog_id": catalog["catalog_id"], "catalog_name": catalog["name"]} if catalog else {}
    return form_of(facts | kept | of | {"unit_price": item["unit_price"] if item else None})


def _typed(quantity: str | None) -> str:
    """As one types it: without zeros at the end."""
    return number(None if quantity is None else Decimal(quantity))


def _facts(form: Form) -> dict[str, Any]:
    perhaps = {"net_quantity": form.quantity("net_quantity") or None}
    perhaps |= {"net_unit": form.text("net_unit") if form["net_quantity"] else None}
    texts = {name: form[name] for name in ("name", "category", "unit", *TEXTS)}
    flags = {name: form.flag(name) for name in ("organic", "weighed")}
    rate = {"vat_bp": form.integer("vat_bp")} if form["vat_bp"] else {}
    return texts | perhaps | flags | rate | {"allergens": form.all("allergens")}


def _as_typed(producer_id: UUID) -> dict[str, Any]:
    """What the page of a refused form needs of its farm: nothing has to be asked for it."""
    return {"producer_id": str(producer_id)}


def _set_price(form: Form, product_id: UUID | str) -> bool:
    items = [{"product_id": product_id, "price_cents": form.cents("price")}]
    if form.send("catalogs.change_catalog", {"catalog_id": form["catalog_id"], "set_items": items}) is not None:
        return True
    form.errors = {"price" if "price" in name else name: sentence for name, sentence in form.errors.items()}
    return False


def _why(form: Form) -> str:
    return form.trouble or next(iter(form.errors.values()), "")


def _cell(form: Form, column: str, product_id: UUID) -> tuple[str, dict[str, Any]]:
    of = {"product_id": product_id}
    if column == "stock":
        return "catalogs.set_stock", of | {"on_hand": form.quantity("value") or None}
    if column == "price" and not form["value"]:
        return "catalogs.change_catalog", {"catalog_id": form["catalog_id"], "remove_items": [str(product_id)]}
    if column == "price":
        items = [of | {"price_cents": form.cents("value")}]
        return "catalogs.change_catalog", {"catalog_id": form["catalog_id"], "set_items": items}
    if column not in FACTS:
        raise Refused.of(NotFound(what="page"))
    return "catalogs.change_product", of | {column: form.integer("value") if column == "vat_bp" else form["value"]}


def _shown(column: str, saved: Any, product_id: UUID) -> dict[str, Any]:
    """How the cell reads now that it is kept."""
    if column == "stock":
        return {"value": _typed(saved["on_hand"])}
    if column == "price":
        item = next((one for one in saved["items"] if one["product_id"] == str(product_id)), None)
        return {"value": euros(item["price_cents"]) if item else ""}
    return {"value": saved["goods_vat_bp"] if column == "vat_bp" else saved[column]}
