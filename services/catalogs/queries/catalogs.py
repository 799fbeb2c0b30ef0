"""Reads of catalogs: showcases, catalogues and the taxonomy for everybody; products and stock for the farm."""

import base64
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.catalogs import domain, rights, taxonomy, views
from services.catalogs.models import Catalog, CatalogItem, Photo, Producer, Product, Stock
from services.catalogs.views import View
from shared.actor import Actor
from shared.errors import InvalidInput, NotFound


def producer(session: Session, actor: Actor, producer_id: UUID) -> View:
    """The public showcase, with its catalogues."""
    farm = session.get(Producer, producer_id)
    if farm is None:
        raise NotFound("producer_id", what="producer")
    own = rights.acts_for(session, actor, producer_id)
    listed = cards(session, Catalog.producer_id == producer_id)
    return {**views.producer(farm, own=own), "catalogs": listed}


def photo(session: Session, photo_id: UUID, *, small: bool) -> View:
    wanted = func.coalesce(Photo.small, Photo.content) if small else Photo.content
    content = session.scalar(select(wanted).where(Photo.id == photo_id, Photo.removed_at.is_(None)))
    if content is None:
        raise NotFound("photo_id", what="photo")
    return {"photo_id": photo_id, "content": base64.b64encode(content).decode()}


def my_producers(session: Session, actor: Actor) -> View:
    mine = select(Producer).where(Producer.id.in_(rights.farms_of(actor))).order_by(Producer.id)
    return {"items": [views.producer(farm, own=True) for farm in session.scalars(mine)]}


def product(session: Session, actor: Actor, product_id: UUID) -> View:
    """All that a customer may read about a product, withdrawn or not; its farm sees the stock too."""
    row = session.get(Product, product_id)
    if row is None:
        raise NotFound("product_id", what="product")
    farm = session.get_one(Producer, row.producer_id)
    if not rights.acts_for(session, actor, farm.id):
        return views.product(row, farm)
    return views.own_product(row, farm, session.get_one(Stock, product_id))


def products(
    session: Session,
    actor: Actor,
    producer_id: UUID,
    *,
    limit: int,
    after: UUID | None = None,
    search: str | None = None,
    withdrawn: bool | None = None,
) -> View:
    """The farm's own products, oldest first. `withdrawn`: only those, or only the others; None: both."""
    farm = rights.own_producer(session, actor, producer_id)
    asked = select(Product, Stock).join(Stock, Stock.product_id == Product.id).where(Product.producer_id == producer_id)
    if after is not None:
        asked = asked.where(Product.id > after)
    if search:
        asked = asked.where(Product.search_name.contains(domain.searchable(search), autoescape=True))
    if withdrawn is not None:
        asked = asked.where(Product.withdrawn_at.is_not(None) if withdrawn else Product.withdrawn_at.is_(None))
    rows = session.execute(asked.order_by(Product.id).limit(limit + 1)).all()
    items = [views.own_product(row, farm, stock) for row, stock in rows[:limit]]
    return {"items": items, "next": items[-1]["product_id"] if len(rows) > limit else None}


def stock(row: Stock) -> View:
    return views.stock(row)


def catalog(session: Session, actor: Actor, catalog_id: UUID | None = None, number: int | None = None) -> View:
    """By id or by number. Others than the farm see what is on sale; the farm sees all, with stock."""
    if (catalog_id is None) == (number is None):
        raise InvalidInput("catalog_id", errors={"catalog_id": "Either catalog_id or number."})
    which = Catalog.number == number if catalog_id is None else Catalog.id == catalog_id
    found = session.scalar(select(Catalog).where(which))
    if found is None:
        raise NotFound("catalog_id" if number is None else "number", what="catalog")
    farm = session.get_one(Producer, found.producer_id)
    own = rights.acts_for(session, actor, farm.id)
    items = _items(session, found, farm, own=own)
    return {
        **views.catalog_card(found, len(items)),
        "own": own,
        "producer": views.producer(farm, own=own),
        "items": items,
    }


def my_catalogs(session: Session, actor: Actor, producer_id: UUID | None = None) -> View:
    """Of all farms that the actor acts for, or of one."""
    if producer_id is not None:
        rights.own_producer(session, actor, producer_id)
        return {"items": cards(session, Catalog.producer_id == producer_id)}
    return {"items": cards(session, Catalog.producer_id.in_(rights.farms_of(actor)))}


def categories() -> View:
    """The choices that a form offers, each in both languages."""
    return {
        "groups": [
            _choice(group.code, group.fr, group.en)
            | {
                "categories": [
                    _choice(category.code, category.fr, category.en) | {"vat_bp": category.vat_bp}
                    for category in group.categories
                ]
            }
            for group in taxonomy.GROUPS
        ],
        "units": [
            _choice(code, *names) | {"by_weight": domain.by_weight(code)} for code, names in taxonomy.UNITS.items()
        ],
        "allergens": [_choice(code, *names) for code, names in taxonomy.ALLERGENS.items()],
        "labels": [_choice(code, *names) for code, names in taxonomy.LABELS.items()],
        "content_units": [*domain.PER_BASE, "piece"],
        "vat_rates": list(domain.VAT_RATES),
    }


def _choice(code: str, fr: str, en: str) -> View:
    return {"code": code, "fr": fr, "en": en}


def cards(session: Session, which: Any) -> Sequence[View]:
    """Counts what is on sale, as the public page of the catalogue shows it."""
    on_sale = (
        select(CatalogItem.catalog_id, func.count().label("count"))
        .join(Product, Product.id == CatalogItem.product_id)
        .where(Product.withdrawn_at.is_(None))
        .group_by(CatalogItem.catalog_id)
        .subquery()
    )
    counts = (
        select(Catalog, func.coalesce(on_sale.c.count, 0))
        .outerjoin(on_sale, on_sale.c.catalog_id == Catalog.id)
        .where(which)
        .order_by(Catalog.number)
    )
    return [views.catalog_card(row, count) for row, count in session.execute(counts)]


def _items(session: Session, found: Catalog, farm: Producer, *, own: bool) -> list[View]:
    asked = (
        select(CatalogItem.price_cents, Product, Stock)
        .join(Product, Product.id == CatalogItem.product_id)
        .join(Stock, Stock.product_id == Product.id)
        .where(CatalogItem.catalog_id == found.id)
        .order_by(CatalogItem.position)
    )
    if not own:
        asked = asked.where(Product.withdrawn_at.is_(None))
    return [
        views.priced(views.own_product(row, farm, stock) if own else views.product(row, farm), price)
        for price, row, stock in session.execute(asked)
    ]
