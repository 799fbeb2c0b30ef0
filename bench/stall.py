"""An open sale as orders knows it, written straight into its tables."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from services.catalogs.taxonomy import CATEGORIES
from services.orders import domain
from services.orders.models import Catalog, CatalogItem, Market, Participation, Producer, Product, Sale, StockLevel
from shared import clock
from shared.db import Database

PLAIN = {
    "description": "",
    "unit": "piece",
    "by_weight": False,
    "weighed": False,
    "organic": True,
    "allergens": [],
    "vat_bp": 550,
    "withdrawn": False,
    "version": 1,
}
PLENTY = 10_000_000
PLACE = {"name": "Halle", "address": "1 place de la Mairie", "postcode": "33880", "commune": "Cambes"}


def open_sale(db: Database, *, farms: int, products: int, price_cents: int) -> tuple[UUID, list[UUID]]:
    """Market 1 with one sale; products of all categories spread over the farms, none of which runs out."""
    catalogs = [clock.new_id() for _ in range(farms)]
    goods = [clock.new_id() for _ in range(products)]
    owner = {product: catalogs[index % farms] for index, product in enumerate(goods)}
    sale_id = _plan(db)
    with db.write() as session:
        for model, rows in {
            Producer: [
                _named(each, f"Ferme {n}") | {"commune": "Cambes", "version": 1} for n, each in enumerate(catalogs)
            ],
            Catalog: [{"id": each, "producer_id": each, "version": 1} for each in catalogs],
            Participation: [
                {"sale_id": sale_id, "catalog_id": each, "producer_id": each, "active": True, "version": 1}
                for each in catalogs
            ],
            Product: [_product(each, owner[each], n) for n, each in enumerate(goods)],
            CatalogItem: [
                {"catalog_id": owner[each], "product_id": each, "price_cents": price_cents} for each in goods
            ],
            StockLevel: [{"product_id": each, "supplied": PLENTY, "version": 1} for each in goods],
        }.items():
            session.execute(insert(model), rows)
    return sale_id, goods


def _plan(db: Database) -> UUID:
    market, sale, now = clock.new_id(), clock.new_id(), clock.now()
    terms = {"time_zone": "Europe/Paris", "registration": "open", "reservation_minutes": 35}
    times = {"opens_at": now, "opened_at": now, "closes_at": now + timedelta(days=1)}
    times |= {"starts_at": now + timedelta(days=2), "ends_at": now + timedelta(days=2, hours=3)}
    with db.write() as session:
        session.execute(insert(Market), {"id": market, "number": 1, "name": "Bench", "version": 1} | terms)
        session.execute(insert(Sale), {"id": sale, "market_id": market, "place": PLACE, "version": 1} | times)
    return sale


def _product(product_id: UUID, producer_id: UUID, number: int) -> dict[str, Any]:
    category = list(CATEGORIES)[number % len(CATEGORIES)]
    return _named(product_id, f"Produit {number}") | PLAIN | {"producer_id": producer_id, "category": category}


def _named(row_id: UUID, name: str) -> dict[str, Any]:
    return {"id": row_id, "name": name, "searchable": domain.searchable(name)}
