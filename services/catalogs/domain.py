"""Rules of catalogs: who a farm is in law, what a product may be, what its price is per kilogram or litre."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any

from services.catalogs.taxonomy import ALLERGENS, CATEGORIES, GROUPS, LABELS, UNITS
from shared.errors import Refusal
from shared.money import Cents, round_half_up

VAT_RATES = (0, 210, 550, 1000, 2000)
SIRET_DIGITS = 14
LA_POSTE = "356000000"

PER_BASE = {
    "kg": ("kg", Decimal(1)),
    "g": ("kg", Decimal("0.001")),
    "l": ("l", Decimal(1)),
    "cl": ("l", Decimal("0.01")),
    "ml": ("l", Decimal("0.001")),
}
"""Measured units: the unit in which the law wants the price, and how much of it one is."""

GROWABLE = {group.code for group in GROUPS} | CATEGORIES.keys()


class SiretInvalid(Refusal):
    """Fourteen digits whose check digit does not fit."""

    status = 422


MOST_FARM_PHOTOS = 8


class TooManyPhotos(Refusal):
    """details["most"]."""


def ensure_room_for_photo(count: int) -> None:
    if count >= MOST_FARM_PHOTOS:
        raise TooManyPhotos("photo", most=MOST_FARM_PHOTOS)


class UnknownChoice(Refusal):
    """A code that is not on the list. details["value"]."""

    status = 422


class VatRateNotAllowed(Refusal):
    """details["rates"]: those that exist, in basis points."""

    status = 422


class ContentNotAllowed(Refusal):
    """A product sold by measure (kg, l…) is its own content: net_quantity is for pieces, jars, bottles…"""

    status = 422


class ContentNeeded(Refusal):
    """A unit of content without a quantity, or a quantity of pieces that is not whole."""

    status = 422


class OnlyWeightIsWeighed(Refusal):
    """`weighed` is for products ordered in kg or g: the ordered weight is an estimate."""

    status = 422


class WholeNumberNeeded(Refusal):
    """Products counted by the piece are counted in whole numbers."""

    status = 422


class UnknownProducts(Refusal):
    """Not products of this farm. details["product_ids"]."""

    status = 422


class ProductListedTwice(Refusal):
    """details["product_ids"]."""

    status = 422


@dataclass(frozen=True, kw_only=True)
class UnitPrice:
    """`per`: kg, l, or piece."""

    cents: Cents
    per: str


@dataclass(frozen=True, kw_only=True)
class ProductFacts:
    """What a producer says about a product. `net_quantity` `net_unit` is what one `unit` holds: a jar of 250 g."""

    name: str
    category: str
    unit: str
    vat_bp: int
    description: str = ""
    net_quantity: Decimal | None = None
    net_unit: str | None = None
    organic: bool = False
    weighed: bool = False
    allergens: list[str] = field(default_factory=list)
    ingredients: str = ""
    storage: str = ""
    origin: str = ""

    @classmethod
    def of(cls, row: object) -> "ProductFacts":
        return cls(**{each.name: getattr(row, each.name) for each in fields(cls)})

    @property
    def by_weight(self) -> bool:
        return by_weight(self.unit)


@dataclass(frozen=True)
class Price:
    product_id: Any
    price_cents: Cents


def new_product(*, vat_bp: int | None = None, category: str, **said: Any) -> ProductFacts:
    """The rate is that of the category unless said otherwise."""
    _ensure_choices("category", [category], CATEGORIES)
    rate = CATEGORIES[category].vat_bp if vat_bp is None else vat_bp
    return _checked(ProductFacts(category=category, vat_bp=rate, **said))


def changed_product(facts: ProductFacts, **changes: Any) -> ProductFacts:
    return _checked(replace(facts, **changes))


def _checked(facts: ProductFacts) -> ProductFacts:
    _ensure_choices("category", [facts.category], CATEGORIES)
    _ensure_choices("unit", [facts.unit], UNITS)
    _ensure_choices("allergens", facts.allergens, ALLERGENS)
    if facts.vat_bp not in VAT_RATES:
        raise VatRateNotAllowed("vat_bp", rates=list(VAT_RATES))
    if facts.weighed and facts.unit not in ("kg", "g"):
        raise OnlyWeightIsWeighed("weighed")
    return replace(facts, net_unit=_content_unit(facts), allergens=_in_order(facts.allergens, ALLERGENS))


def _content_unit(facts: ProductFacts) -> str | None:
    """The content's unit; pieces when only a number is given (six eggs)."""
    if facts.net_quantity is None:
        if facts.net_unit is not None:
            raise ContentNeeded("net_quantity")
        return None
    if facts.by_weight:
        raise ContentNotAllowed("net_quantity")
    unit = facts.net_unit or "piece"
    _ensure_choices("net_unit", [unit], {*PER_BASE, "piece"})
    if unit == "piece" and facts.net_quantity != int(facts.net_quantity):
        raise ContentNeeded("net_quantity")
    return unit


def by_weight(unit: str) -> bool:
    """Quantities may have three decimals: sold by measure, not by the piece."""
    return unit in PER_BASE


def vat_of(vat_bp: int, *, vat_exempt: bool) -> int:
    """A farm that owes no VAT charges none, whatever the rate of the product."""
    return 0 if vat_exempt else vat_bp


def unit_price(price: Cents, unit: str, net_quantity: Decimal | None, net_unit: str | None) -> UnitPrice | None:
    """Price per kg or l (per piece for a lot of pieces); None when nothing is known about the content."""
    amount, measure = (Decimal(1), unit) if by_weight(unit) else (net_quantity, net_unit)
    if amount is None or measure is None:
        return None
    per, factor = PER_BASE.get(measure, ("piece", Decimal(1)))
    return UnitPrice(cents=round_half_up(price / (amount * factor)), per=per)


def ensure_countable(on_hand: Decimal | None, unit: str) -> None:
    if on_hand is not None and not by_weight(unit) and on_hand != int(on_hand):
        raise WholeNumberNeeded("on_hand")


def siret(text: str) -> str:
    """The fourteen digits without spaces, or refuse."""
    digits = "".join(text.split())
    if len(digits) != SIRET_DIGITS or not (digits.isascii() and digits.isdigit()):
        raise SiretInvalid("siret")
    if not (_luhn(digits) or _of_la_poste(digits)):
        raise SiretInvalid("siret")
    return digits


def _luhn(digits: str) -> bool:
    doubled = (int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _of_la_poste(digits: str) -> bool:
    """Its thousands of offices outgrew the check digit: there, the plain sum is a multiple of five."""
    return digits.startswith(LA_POSTE) and sum(map(int, digits)) % 5 == 0


def producer_facts(said: dict[str, Any]) -> dict[str, Any]:
    """Checks what is said about a farm; unsaid facts stay unsaid."""
    facts = dict(said)
    if facts.get("siret") is not None:
        facts["siret"] = siret(facts["siret"])
    for name, choices in (("grows", GROWABLE), ("labels", LABELS)):
        if name in facts:
            _ensure_choices(name, facts[name], choices)
            facts[name] = list(dict.fromkeys(facts[name]))
    return facts


def ensure_growable(code: str) -> None:
    _ensure_choices("grows", [code], GROWABLE)


def selection(items: Iterable[Price], own_ids: set[Any]) -> list[Price]:
    """A catalogue's items in the order given: each product once, all of the same farm."""
    items = list(items)
    ids = [item.product_id for item in items]
    strange = [str(product_id) for product_id in ids if product_id not in own_ids]
    if strange:
        raise UnknownProducts("items", product_ids=strange)
    double = sorted({str(product_id) for product_id in ids if ids.count(product_id) > 1})
    if double:
        raise ProductListedTwice("items", product_ids=double)
    return items


def patched(items: Iterable[Price], put: Iterable[Price], remove: Iterable[Any]) -> list[Price]:
    """`put` replaces prices in place and appends what is new; `remove` takes out."""
    prices = {item.product_id: item for item in items}
    prices |= {item.product_id: item for item in put}
    gone = set(remove)
    return [item for product_id, item in prices.items() if product_id not in gone]


def searchable(text: str) -> str:
    """Without case and accents, so that « oeuf » finds « Œufs »."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(char for char in plain if not unicodedata.combining(char))


def _ensure_choices(name: str, values: Iterable[str], choices: Iterable[str]) -> None:
    known = set(choices)
    for value in values:
        if value not in known:
            raise UnknownChoice(name, value=value)


def _in_order(values: Iterable[str], order: Iterable[str]) -> list[str]:
    chosen = set(values)
    return [value for value in order if value in chosen]
