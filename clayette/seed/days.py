"""Days of distribution: what is missing, what weighs less, who has collected."""

from decimal import Decimal
from functools import partial
from typing import Any

from clayette.demo.api import Person, wait_for
from clayette.demo.day import quiet_basket
from clayette.seed.town import Town

LIGHTER = Decimal("0.93")
GRAMS = Decimal("0.001")


def settle(town: Town, sale: str, *, missing: str, collected: int) -> None:
    """The product named did not come; of the first `collected` customers by name the baskets are weighed and validated,
    one more is weighed, but its refund not generated yet.
    """
    sale_id = town.facts[sale]
    wait_for("the orders to be settled", partial(_ready, town.admin, sale_id))
    baskets = _baskets(town.admin, sale_id)
    town.admin.do("POST", f"/sales/{sale_id}/missing-products", {"product_id": _product(town, sale_id, missing)})
    for basket in baskets[:collected]:
        _hand_over(town.admin, basket["basket_id"])
    for basket in baskets[collected:]:
        if _weigh(town.admin, basket["basket_id"])["to_refund_cents"]:
            break


def validate(town: Town, sale: str) -> None:
    """« Valider la distribution », once it is over."""
    sale_id = town.facts[sale]
    for basket in (basket for basket in _baskets(town.admin, sale_id) if basket["to_refund_cents"]):
        _refund(town.admin, basket)
    town.admin.do("POST", f"/sales/{sale_id}/validation")


def _ready(admin: Person, sale_id: str) -> bool:
    found = admin.get(f"/sales/{sale_id}/distribution")
    return bool(found["orders_settled"])


def _baskets(admin: Person, sale_id: str) -> list[dict[str, Any]]:
    return list(admin.get(f"/sales/{sale_id}/baskets")["items"])


def _product(town: Town, sale_id: str, name: str) -> str:
    offers = town.admin.get(f"/sales/{sale_id}/shop")["offers"]
    return next(str(offer["product_id"]) for offer in offers if offer["name"] == name)


def _hand_over(admin: Person, basket_id: str) -> None:
    basket = _weigh(admin, basket_id)
    if basket["state"] == "validated":
        return
    if basket["to_refund_cents"]:
        _refund(admin, basket)
        basket = quiet_basket(admin, basket_id)
    admin.do("POST", f"/baskets/{basket_id}/validation", {"version": basket["version"]})


def _weigh(admin: Person, basket_id: str) -> dict[str, Any]:
    basket = quiet_basket(admin, basket_id)
    lighter = [
        {"line_id": line["line_id"], "delivered": str((Decimal(line["ordered"]) * LIGHTER).quantize(GRAMS))}
        for line in basket["lines"]
        if line["weighed"] and line["by_weight"] and line["delivered"] == line["ordered"]
    ]
    if lighter and basket["state"] == "open":
        basket = admin.do("PATCH", f"/baskets/{basket_id}", {"version": basket["version"], "lines": lighter})
    return basket


def _refund(admin: Person, basket: dict[str, Any]) -> None:
    admin.do("POST", f"/baskets/{basket['basket_id']}/refund", {"version": basket["version"]})
