"""Catalogues: named selections of a farm's products, each with its own prices."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.catalogs import domain, rights, telling
from services.catalogs.models import Catalog, CatalogItem, Product
from shared import clock
from shared.actor import Actor
from shared.messaging import outbox
from shared.messaging.inbox import insert_or_skip
from shared.messaging.tables import sequences

NUMBERS = "catalog_numbers"
Said = dict[str, Any]


def create_catalog(session: Session, actor: Actor, producer_id: UUID, name: str, items: Sequence[Said] = ()) -> Catalog:
    producer = rights.own_producer(session, actor, producer_id)
    selection = domain.selection(_prices(items), _product_ids(session, producer.id))
    now = clock.now()
    catalog = Catalog(
        id=clock.new_id(),
        number=_next_number(session),
        producer_id=producer.id,
        name=name,
        created_at=now,
        changed_at=now,
        version=1,
    )
    session.add(catalog)
    session.flush()
    outbox.record(session, telling.catalog_changed(catalog, write_items(session, catalog.id, selection)))
    return catalog


def change_catalog(
    session: Session,
    actor: Actor,
    catalog_id: UUID,
    *,
    version: int | None = None,
    name: str | None = None,
    items: Sequence[Said] | None = None,
    set_items: Sequence[Said] = (),
    remove_items: Sequence[UUID] = (),
) -> Catalog:
    """`items` replaces the whole selection; `set_items` and `remove_items` then change single ones."""
    producer, catalog = rights.own_catalog(session, actor, catalog_id)
    rights.ensure_version(catalog.version, version)
    own_ids = _product_ids(session, producer.id)
    base = present_items(session, catalog_id) if items is None else domain.selection(_prices(items), own_ids)
    selection = domain.selection(domain.patched(base, _prices(set_items), remove_items), own_ids)
    catalog.name = name or catalog.name
    catalog.version += 1
    catalog.changed_at = clock.now()
    session.execute(delete(CatalogItem).where(CatalogItem.catalog_id == catalog_id))
    outbox.record(session, telling.catalog_changed(catalog, write_items(session, catalog_id, selection)))
    return catalog


def _prices(items: Sequence[Said]) -> list[domain.Price]:
    return [domain.Price(item["product_id"], item["price_cents"]) for item in items]


def present_items(session: Session, catalog_id: UUID) -> list[domain.Price]:
    rows = select(CatalogItem.product_id, CatalogItem.price_cents).where(CatalogItem.catalog_id == catalog_id)
    return [domain.Price(*row) for row in session.execute(rows.order_by(CatalogItem.position))]


def _product_ids(session: Session, producer_id: UUID) -> set[UUID]:
    return set(session.scalars(select(Product.id).where(Product.producer_id == producer_id)))


def write_items(session: Session, catalog_id: UUID, selection: Sequence[domain.Price]) -> list[CatalogItem]:
    rows = [
        CatalogItem(catalog_id=catalog_id, product_id=item.product_id, position=position, price_cents=item.price_cents)
        for position, item in enumerate(selection)
    ]
    session.add_all(rows)
    return rows


def _next_number(session: Session) -> int:
    """Taken in the transaction of the catalogue: without gaps, and never given again."""
    insert_or_skip(session, sequences, name=NUMBERS, last=0)
    take = update(sequences).where(sequences.c.name == NUMBERS).values(last=sequences.c.last + 1)
    return int(session.execute(take.returning(sequences.c.last)).scalar_one())
