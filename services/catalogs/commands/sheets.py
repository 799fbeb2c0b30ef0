"""Importing a sheet into a catalogue: what was previewed, and all of it or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.catalogs import domain, rights, sheets, telling
from services.catalogs.commands.catalogs import present_items, write_items
from services.catalogs.commands.products import set_on_hand
from services.catalogs.models import Catalog, CatalogItem, Producer, Product, Stock
from services.catalogs.queries import sheets as reads
from services.catalogs.schemas.catalogs import MOST_ITEMS
from services.catalogs.sheets import Entry, Plan
from shared import clock
from shared.actor import Actor
from shared.errors import Refusal
from shared.events import Event
from shared.messaging import outbox


class SheetHasFaults(Refusal):
    """Nothing is written. details["faults"]: as the preview tells them."""

    status = 422


class ChangedSincePreview(Refusal):
    """Somebody changed the catalogue, a product or a stock, or another sheet comes than was previewed."""

    status = 412


class CatalogTooLong(Refusal):
    """details["most"] products."""


def apply_import(
    session: Session, actor: Actor, catalog_id: UUID, rows: Sequence[Sequence[str]], missing: str, seen: str
) -> dict[str, Any]:
    producer, catalog = rights.own_catalog(session, actor, catalog_id)
    kept = reads.kept_products(session, producer)
    if seen != reads.seen(catalog, kept):
        raise ChangedSincePreview("seen")
    plan = sheets.plan(rows, reads.entries_of(session, catalog, kept), missing=missing, language=actor.language)
    if plan.faults:
        raise SheetHasFaults("rows", faults=[asdict(fault) for fault in plan.faults])

    products = _write_products(session, producer, kept, plan)
    _write_catalog(session, catalog, plan, products)
    return sheets.counts(plan) | {"catalog_id": catalog_id, "version": catalog.version}


def _write_products(session: Session, producer: Producer, kept: reads.Kept, plan: Plan) -> dict[int, UUID]:
    """Each product that the sheet adds or changes, with its stock, told; answers the new ids by row."""
    made = {row.number: _new_product(producer, row.after) for row in plan.rows if row.before is None}
    session.add_all(made.values())
    session.flush()
    events: list[Event] = []
    for row in plan.rows:
        if row.before is None:
            events += _first_facts(session, producer, made[row.number], row.after)
        elif row.changes and row.before.product_id:
            events += _changed_facts(producer, *kept[row.before.product_id], row.before, row.after)
    session.flush()
    outbox.record(session, *events)
    return {number: product.id for number, product in made.items()}


def _new_product(producer: Producer, wanted: Entry) -> Product:
    return Product(
        id=clock.new_id(),
        producer_id=producer.id,
        added_at=clock.now(),
        version=1,
        search_name=domain.searchable(wanted.facts.name),
        **asdict(wanted.facts),
    )


def _first_facts(session: Session, producer: Producer, product: Product, wanted: Entry) -> list[Event]:
    stock = Stock(product_id=product.id, supplied=wanted.on_hand, delivered=Decimal(0), version=1)
    session.add(stock)
    told: list[Event] = [telling.stock_set(stock, producer.id, None), telling.product_changed(product, producer)]
    return [*told, *_withdrawn(producer, product, wanted)] if wanted.withdrawn else told


def _changed_facts(producer: Producer, product: Product, stock: Stock, before: Entry, wanted: Entry) -> list[Event]:
    told: list[Event] = []
    if wanted.facts != before.facts:
        for name, value in asdict(wanted.facts).items():
            setattr(product, name, value)
        product.search_name = domain.searchable(wanted.facts.name)
        product.version += 1
        told.append(telling.product_changed(product, producer))
    if wanted.withdrawn != before.withdrawn:
        told += _withdrawn(producer, product, wanted)
    if wanted.on_hand != before.on_hand:
        change = set_on_hand(stock, wanted.on_hand)
        told.append(telling.stock_set(stock, producer.id, change))
    return told


def _withdrawn(producer: Producer, product: Product, wanted: Entry) -> list[Event]:
    product.withdrawn_at = clock.now() if wanted.withdrawn else None
    product.version += 1
    return [telling.product_changed(product, producer)]


def _write_catalog(session: Session, catalog: Catalog, plan: Plan, made: Mapping[int, UUID]) -> None:
    """New prices in place, new products at the end; told only when the selection changed."""
    present = present_items(session, catalog.id)
    wanted = [(row.after.product_id or made[row.number], row.after.price_cents) for row in plan.rows]
    put = [domain.Price(product_id, price) for product_id, price in wanted if price is not None]
    selection = domain.patched(present, put, [product_id for product_id, price in wanted if price is None])
    if len(selection) > MOST_ITEMS:
        raise CatalogTooLong("rows", most=MOST_ITEMS)
    if selection == present:
        return
    catalog.version += 1
    catalog.changed_at = clock.now()
    session.execute(delete(CatalogItem).where(CatalogItem.catalog_id == catalog.id))
    outbox.record(session, telling.catalog_changed(catalog, write_items(session, catalog.id, selection)))
