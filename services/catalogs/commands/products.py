"""Products and their stock on hand."""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.catalogs import domain, rights, telling
from services.catalogs.models import Producer, Product, Stock
from shared import clock
from shared.actor import Actor
from shared.messaging import outbox


def add_product(
    session: Session, actor: Actor, producer_id: UUID, on_hand: Decimal | None = None, **said: Any
) -> Product:
    producer = rights.own_producer(session, actor, producer_id)
    facts = domain.new_product(**said)
    domain.ensure_countable(on_hand, facts.unit)
    product = Product(
        id=clock.new_id(),
        producer_id=producer.id,
        added_at=clock.now(),
        version=1,
        search_name=domain.searchable(facts.name),
        **asdict(facts),
    )
    session.add(product)
    session.flush()
    stock = Stock(product_id=product.id, supplied=on_hand, delivered=Decimal(0), version=1)
    session.add(stock)
    outbox.record(session, telling.stock_set(stock, producer.id, None), telling.product_changed(product, producer))
    return product


def change_product(
    session: Session, actor: Actor, product_id: UUID, version: int | None = None, **said: Any
) -> Product:
    producer, product = rights.own_product(session, actor, product_id)
    rights.ensure_version(product.version, version)
    facts = domain.changed_product(domain.ProductFacts.of(product), **said)
    for name, value in asdict(facts).items():
        setattr(product, name, value)
    product.search_name = domain.searchable(facts.name)
    _changed(session, product, producer)
    return product


def withdraw_product(session: Session, actor: Actor, product_id: UUID) -> Product:
    """Doing it twice is doing it once."""
    return _set_withdrawn(session, actor, product_id, clock.now())


def restore_product(session: Session, actor: Actor, product_id: UUID) -> Product:
    return _set_withdrawn(session, actor, product_id, None)


def _set_withdrawn(session: Session, actor: Actor, product_id: UUID, withdrawn_at: datetime | None) -> Product:
    producer, product = rights.own_product(session, actor, product_id)
    if (product.withdrawn_at is None) != (withdrawn_at is None):
        product.withdrawn_at = withdrawn_at
        _changed(session, product, producer)
    return product


def _changed(session: Session, product: Product, producer: Producer) -> None:
    product.version += 1
    outbox.record(session, telling.product_changed(product, producer))


def set_stock(
    session: Session, actor: Actor, product_id: UUID, on_hand: Decimal | None, version: int | None = None
) -> Stock:
    """Set what is there now; None is unlimited.

    `version` is that of the stock. Deliveries count it up too: whoever changes a figure that is no longer what
    was seen is told so.
    """
    producer, product = rights.own_product(session, actor, product_id)
    stock = session.get_one(Stock, product_id, with_for_update=True)
    rights.ensure_version(stock.version, version)
    domain.ensure_countable(on_hand, product.unit)
    change = set_on_hand(stock, on_hand)
    outbox.record(session, telling.stock_set(stock, producer.id, change))
    return stock


def set_on_hand(stock: Stock, on_hand: Decimal | None) -> Decimal | None:
    """Answers the difference; None from or to unlimited."""
    before = stock.on_hand
    stock.supplied = None if on_hand is None else on_hand + stock.delivered
    stock.version += 1
    return None if before is None or on_hand is None else on_hand - before
