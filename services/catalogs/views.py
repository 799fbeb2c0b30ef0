"""Rows as the answers that show them. What only the farm itself sees is added by `own`."""

from decimal import Decimal
from typing import Any

from services.catalogs import domain
from services.catalogs.models import Catalog, Producer, Product, Stock

View = dict[str, Any]
PUBLIC_PRODUCT = (
    "name",
    "description",
    "category",
    "unit",
    "net_quantity",
    "net_unit",
    "organic",
    "weighed",
    "allergens",
    "ingredients",
    "storage",
    "origin",
    "photo_id",
    "version",
)
PUBLIC_PRODUCER = (
    "name",
    "commune",
    "postcode",
    "latitude",
    "longitude",
    "presentation",
    "grows",
    "labels",
    "siret",
    "vat_exempt",
    "phone",
    "email",
    "photo_ids",
    "version",
)


def producer(row: Producer, *, own: bool) -> View:
    return {"producer_id": row.id, **{name: getattr(row, name) for name in PUBLIC_PRODUCER}, "own": own}


def directory_card(row: Producer) -> View:
    """What a list of farms shows: no phone, no e-mail."""
    shown = ("name", "commune", "postcode", "latitude", "longitude", "presentation", "grows", "labels")
    return {
        "producer_id": row.id,
        **{name: getattr(row, name) for name in shown},
        "photo_id": row.photo_ids[0] if row.photo_ids else None,
    }


def product(row: Product, farm: Producer) -> View:
    """What a customer must be able to read before buying."""
    return {
        "product_id": row.id,
        "producer_id": row.producer_id,
        **{name: getattr(row, name) for name in PUBLIC_PRODUCT},
        "by_weight": domain.by_weight(row.unit),
        "vat_bp": domain.vat_of(row.vat_bp, vat_exempt=farm.vat_exempt),
        "withdrawn": row.withdrawn_at is not None,
    }


def own_product(row: Product, farm: Producer, kept: Stock) -> View:
    return {**product(row, farm), "goods_vat_bp": row.vat_bp, "stock": stock(kept)}


def stock(row: Stock) -> View:
    """More handed out than there was is shown as nothing left."""
    on_hand = None if row.on_hand is None else max(row.on_hand, Decimal(0))
    return {"product_id": row.product_id, "on_hand": on_hand, "version": row.version}


def catalog_card(row: Catalog, item_count: int) -> View:
    return {
        "catalog_id": row.id,
        "number": row.number,
        "producer_id": row.producer_id,
        "name": row.name,
        "item_count": item_count,
        "changed_at": row.changed_at,
        "version": row.version,
    }


def priced(shown: View, price_cents: int) -> View:
    per = domain.unit_price(price_cents, shown["unit"], shown["net_quantity"], shown["net_unit"])
    return {**shown, "price_cents": price_cents, "unit_price": per}
