"""Lines: what is offered, wanted, priced, summed up (SPEC O6 O9)."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from shared.errors import Refusal
from shared.money import Cents, line_total, round_half_up, vat_within

PER_BASE = {
    "kg": ("kg", Decimal(1)),
    "g": ("kg", Decimal("0.001")),
    "l": ("l", Decimal(1)),
    "cl": ("l", Decimal("0.01")),
    "ml": ("l", Decimal("0.001")),
}


class ProductListedTwice(Refusal):
    """One line per product. details: lines [{product_id}]."""

    status = 422


class ProductNotInSale(Refusal):
    """No producer who takes part sells these here. details: lines [{product_id, name}]."""


class CartIsFull(Refusal):
    """details: most, the lines that a cart can hold."""

    status = 422


class ProductWithdrawn(Refusal):
    """The producer took these off sale. details: lines [{product_id, name}]."""


class QuantityMustBeWhole(Refusal):
    """Only what is sold by weight may be ordered in fractions. details: lines [{product_id, name, quantity}]."""

    status = 422


class PriceMoved(Refusal):
    """Prices are not those that the member saw. details: lines [{product_id, name, seen_cents, now_cents}]."""


class StockLacking(Refusal):
    """details: lines [{product_id, name, wanted, available}]."""


class OrderTooLarge(Refusal):
    """The total is beyond what can be charged at once. details: most_cents."""

    status = 422


class OrderTooSmall(Refusal):
    """The total is below what the card provider charges. details: least_cents."""

    status = 422


MOST_LINES = 300
LEAST_TOTAL_CENTS, MOST_TOTAL_CENTS = 50, 999_999_99


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A line as the member saw it."""

    product_id: UUID
    quantity: Decimal
    unit_price_cents: Cents


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A product in a sale. `price_cents` None: in no catalogue that takes part. `available` None: unlimited."""

    product_id: UUID
    producer_id: UUID
    name: str
    unit: str
    by_weight: bool
    weighed: bool
    vat_bp: int
    withdrawn: bool
    price_cents: Cents | None
    available: Decimal | None


def priced(wanted: Sequence[Wanted], offers: Mapping[UUID, Offer]) -> list[tuple[Wanted, Offer]]:
    """Each line with its offer, or refuse naming all lines at fault. Stock is not looked at: reserving decides."""
    ensure_once(wanted)
    lines = [(want, offers.get(want.product_id)) for want in wanted]
    _refuse(ProductWithdrawn, [_named(want, offer) for want, offer in lines if offer and offer.withdrawn])
    _refuse(
        ProductNotInSale, [_named(want, offer) for want, offer in lines if offer is None or offer.price_cents is None]
    )
    found = [(want, offers[want.product_id]) for want in wanted]
    _ensure_countable(found)
    _refuse(
        PriceMoved,
        [
            _named(want, offer) | {"seen_cents": want.unit_price_cents, "now_cents": offer.price_cents}
            for want, offer in found
            if want.unit_price_cents != offer.price_cents
        ],
    )
    return found


def ensure_known(lines: Iterable[Mapping[str, Any]], offers: Mapping[UUID, Offer]) -> None:
    """What a cart may hold: products that exist, each once, in quantities they are sold in. Offered or not is shown later."""
    wanted = [Wanted(product_id=line["product_id"], quantity=line["quantity"], unit_price_cents=0) for line in lines]
    ensure_once(wanted)
    _refuse(ProductNotInSale, [_named(want, None) for want in wanted if want.product_id not in offers])
    _ensure_countable([(want, offers[want.product_id]) for want in wanted])


def merged(
    before: Sequence[Mapping[str, Any]], changes: Iterable[Mapping[str, Any]], kept: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """A cart's lines after a change: changed ones stay in their place, new ones come last."""
    touched, new = {str(change["product_id"]) for change in changes}, {line["product_id"]: dict(line) for line in kept}
    stay = [new.pop(line["product_id"], None) if line["product_id"] in touched else dict(line) for line in before]
    lines = [line for line in stay if line is not None] + list(new.values())
    if len(lines) > MOST_LINES:
        raise CartIsFull("lines", most=MOST_LINES)
    return lines


def fits(quantity: Decimal, *, by_weight: bool) -> bool:
    return by_weight or quantity == quantity.to_integral_value()


def gross(want: Wanted) -> Cents:
    return line_total(want.unit_price_cents, want.quantity)


def ensure_chargeable(total: Cents) -> None:
    if total > MOST_TOTAL_CENTS:
        raise OrderTooLarge(most_cents=MOST_TOTAL_CENTS)
    if total < LEAST_TOTAL_CENTS:
        raise OrderTooSmall(least_cents=LEAST_TOTAL_CENTS)


def lacking(wanted: Iterable[tuple[Wanted, Offer]], reserved: set[UUID]) -> list[dict[str, Any]]:
    """The lines that could not be reserved, for StockLacking. An offer holds the stock as it is now."""
    return [
        _named(want, offer) | {"wanted": _text(want.quantity), "available": _text(offer.available or Decimal(0))}
        for want, offer in wanted
        if want.product_id not in reserved
    ]


def available(supplied: Decimal | None, delivered: Decimal, committed: Decimal) -> Decimal | None:
    """None is unlimited. A producer may count less on hand than is ordered; nobody can order then."""
    return None if supplied is None else max(Decimal(0), supplied - delivered - committed)


def line_state(want: Wanted, offer: Offer) -> str:
    """What a checkout would say of this line alone."""
    if offer.withdrawn:
        return ProductWithdrawn.code()
    if offer.price_cents is None:
        return ProductNotInSale.code()
    if offer.available is not None and offer.available < want.quantity:
        return StockLacking.code()
    return "ok" if want.unit_price_cents == offer.price_cents else PriceMoved.code()


def vat_by_rate(lines: Iterable[tuple[int, Cents]]) -> list[dict[str, Cents]]:
    """(vat_bp, gross) of each line → one group per rate; VAT is taken out of the group's gross (SPEC O9)."""
    groups = groupby(sorted(lines), key=lambda line: line[0])
    totals = [(vat_bp, sum(amount for _, amount in group)) for vat_bp, group in groups]
    return [
        {"vat_bp": vat_bp, "gross_cents": total, "vat_cents": vat_within(total, vat_bp)} for vat_bp, total in totals
    ]


def unit_price(price: Cents, unit: str, net_quantity: Decimal | None, net_unit: str | None) -> dict[str, Any] | None:
    """Per kilogram or litre; None where the content is not known by measure."""
    amount, measure = (Decimal(1), unit) if unit in PER_BASE else (net_quantity, net_unit)
    if not amount or measure not in PER_BASE:
        return None
    per, factor = PER_BASE[measure]
    return {"cents": round_half_up(price / (amount * factor)), "per": per}


def searchable(text: str) -> str:
    """Without case and accents, so that « oeuf » finds « Œufs »."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def ensure_once(wanted: Sequence[Wanted]) -> None:
    ids = [want.product_id for want in wanted]
    double = sorted({str(each) for each in ids if ids.count(each) > 1}) if len(set(ids)) < len(ids) else []
    _refuse(ProductListedTwice, [{"product_id": each} for each in double])


def _ensure_countable(lines: Iterable[tuple[Wanted, Offer]]) -> None:
    _refuse(
        QuantityMustBeWhole,
        [
            _named(want, offer) | {"quantity": _text(want.quantity)}
            for want, offer in lines
            if not fits(want.quantity, by_weight=offer.by_weight)
        ],
    )


def _refuse(refusal: type[Refusal], lines: list[dict[str, Any]]) -> None:
    if lines:
        raise refusal("lines", lines=lines)


def _named(want: Wanted, offer: Offer | None) -> dict[str, Any]:
    return {"product_id": str(want.product_id), "name": offer.name if offer else None}


def _text(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
