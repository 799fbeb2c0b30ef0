"""How goods are shown: their drawing when there is no photo, by how much a button changes a quantity, what is left."""

import re
from decimal import Decimal
from typing import Any

from flask import Flask

ICONS = {
    "vegetables": "carrot",
    "fruit": "apple",
    "dairy": "milk",
    "eggs": "egg",
    "meat": "beef",
    "fish": "fish",
    "bakery": "croissant",
    "grocery": "wheat",
    "sweet": "candy",
    "drinks": "wine",
    "plants": "flower-2",
    "home": "house",
}
OF_CATEGORY = {
    "vegetables.herbs": "sprout",
    "vegetables.leafy": "leaf",
    "fruit.nuts": "nut",
    "fruit.stone": "cherry",
    "fruit.berries": "cherry",
    "meat.cured": "ham",
    "fish.shellfish": "shell",
    "bakery.bread": "wheat",
    "grocery.pasta": "soup",
    "grocery.prepared": "soup",
    "grocery.preserves": "soup",
    "drinks.juice": "cup-soda",
    "drinks.soft": "cup-soda",
    "drinks.infusions": "cup-soda",
    "vegetables.pulses": "bean",
}
STEPS = {"kg": "0.5", "l": "0.5", "g": "100", "cl": "25", "ml": "100"}
DEAR_CENTS = 1000
FEW = 5
COMMON = {"la", "le", "les", "l", "de", "du", "des", "d", "et", "à", "aux", "au", "ferme", "gaec", "earl", "the", "of"}


def register(app: Flask) -> None:
    app.jinja_env.filters.update(goods_icon=icon_of, goods_group=group_of, initials=initials)
    app.jinja_env.globals.update(step_of=step_of, few_left=few_left, few=FEW)


def icon_of(category: str) -> str:
    return OF_CATEGORY.get(category) or ICONS.get(group_of(category), "shopping-basket")


def group_of(category: str) -> str:
    """The group, if pages have a ground for it."""
    group = category.partition(".")[0]
    return group if group in ICONS else "grocery"


def step_of(unit: str, price_cents: int | None) -> str:
    """A kilogram of cheese is dear: less at a time."""
    if unit in {"kg", "l"} and (price_cents or 0) >= DEAR_CENTS:
        return "0.1"
    return STEPS.get(unit, "1")


def few_left(available: str | None) -> bool:
    """Worth saying: « plus que 3 »."""
    return available is not None and Decimal(available) <= FEW


def initials(name: str) -> str:
    """Of a farm's name, without the words that all farms share: « Les Jardins du Moulin » is JM."""
    words = [word for word in re.split(r"[\s’'-]+", name) if word.lower() not in COMMON and word]
    return "".join(word[0].upper() for word in (words or [name])[:2])


def in_cart(cart: dict[str, Any]) -> dict[str, str]:
    """{product_id: quantity}."""
    return {line["product_id"]: line["quantity"] for line in cart["lines"]}
