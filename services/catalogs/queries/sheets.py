"""A catalogue as a sheet, and what an imported sheet would do to it."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalogs import domain, rights, sheets, views
from services.catalogs.models import Catalog, CatalogItem, Producer, Product, Stock
from services.catalogs.sheets import Entry, Plan
from services.catalogs.views import View
from shared.actor import Actor

Rows = Sequence[Sequence[str]]
Kept = dict[UUID, tuple[Product, Stock]]
"""A farm's products with their stocks, by product_id."""


def export_catalog(session: Session, actor: Actor, catalog_id: UUID) -> View:
    """The farm's own catalogue as a table in the actor's language."""
    farm, found = rights.own_catalog(session, actor, catalog_id)
    entries = entries_of(session, found, kept_products(session, farm))
    places = _places(session, found)
    chosen = sorted((each for each in entries if each.product_id in places), key=lambda each: places[each.product_id])
    return {"name": f"catalogue-{found.number}", **sheets.table(chosen, actor.language)}


def preview_import(session: Session, actor: Actor, catalog_id: UUID, rows: Rows, missing: str) -> View:
    """What the sheet would add, change, withdraw, and every fault in it. Nothing is written."""
    farm, found = rights.own_catalog(session, actor, catalog_id)
    kept = kept_products(session, farm)
    plan = sheets.plan(rows, entries_of(session, found, kept), missing=missing, language=actor.language)
    return _shown(plan) | {"catalog_id": catalog_id, "seen": seen(found, kept)}


def kept_products(session: Session, farm: Producer) -> Kept:
    """Of all the farm; locked in a writing transaction, in the order in which deliveries lock stocks."""
    asked = select(Product, Stock).join(Stock, Stock.product_id == Product.id).where(Product.producer_id == farm.id)
    if session.info.get("writes"):
        asked = asked.with_for_update(of=Stock)
    return {product.id: (product, stock) for product, stock in session.execute(asked.order_by(Product.id))}


def entries_of(session: Session, found: Catalog, kept: Kept) -> list[Entry]:
    """All products of the farm; those that the catalogue lists have a price."""
    listed = select(CatalogItem.product_id, CatalogItem.price_cents).where(CatalogItem.catalog_id == found.id)
    prices: dict[UUID, int] = dict(session.execute(listed).all())
    return [
        Entry(
            product_id=product.id,
            facts=domain.ProductFacts.of(product),
            price_cents=prices.get(product.id),
            on_hand=views.stock(stock)["on_hand"],
            withdrawn=product.withdrawn_at is not None,
        )
        for product, stock in kept.values()
    ]


def seen(found: Catalog, kept: Kept) -> str:
    """Other than before as soon as anything changed that a sheet could change: catalogue, products, stocks."""
    versions = [f"{each}:{product.version}:{stock.version}" for each, (product, stock) in sorted(kept.items())]
    return hashlib.sha256(f"{found.id}:{found.version}|{'|'.join(versions)}".encode()).hexdigest()


def _shown(plan: Plan) -> View:
    return {
        "counts": sheets.counts(plan),
        "rows": [
            {
                "row": row.number,
                "action": row.action,
                "product_id": row.after.product_id,
                "name": row.after.facts.name,
                "changes": [asdict(change) for change in row.changes],
            }
            for row in plan.rows
        ],
        "faults": [asdict(fault) for fault in plan.faults],
        "ignored_columns": plan.ignored,
    }


def _places(session: Session, found: Catalog) -> Any:
    """In the order of the catalogue."""
    asked = select(CatalogItem.product_id, CatalogItem.position).where(CatalogItem.catalog_id == found.id)
    return dict(session.execute(asked).all())
