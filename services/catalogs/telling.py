"""Rows as the events that tell them."""

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalogs import domain
from services.catalogs.models import Catalog, CatalogItem, Producer, ProducerPerson, Product, Stock
from shared.events.catalogs import (
    CatalogChanged,
    CatalogPrice,
    ProducerChanged,
    ProductChanged,
    ProductWithdrawn,
    StockSet,
)


def producer_changed(session: Session, producer: Producer) -> ProducerChanged:
    people = select(ProducerPerson.account_id).where(ProducerPerson.producer_id == producer.id)
    return ProducerChanged(
        producer_id=producer.id,
        name=producer.name,
        commune=producer.commune,
        postcode=producer.postcode,
        latitude=_degrees(producer.latitude),
        longitude=_degrees(producer.longitude),
        email=producer.email,
        phone=producer.phone,
        siret=producer.siret,
        vat_exempt=producer.vat_exempt,
        account_ids=list(session.scalars(people.order_by(ProducerPerson.account_id))),
        photo_id=UUID(producer.photo_ids[0]) if producer.photo_ids else None,
        version=producer.version,
    )


def product_changed(product: Product, producer: Producer) -> ProductChanged | ProductWithdrawn:
    """What others should know of it now: a withdrawn product stays withdrawn, whatever changed in it."""
    if product.withdrawn_at is not None:
        return ProductWithdrawn(product_id=product.id, producer_id=producer.id, version=product.version)
    return ProductChanged(
        product_id=product.id,
        producer_id=producer.id,
        name=product.name,
        description=product.description,
        category=product.category,
        unit=product.unit,
        net_quantity=product.net_quantity,
        net_unit=product.net_unit,
        by_weight=domain.by_weight(product.unit),
        weighed=product.weighed,
        organic=product.organic,
        allergens=product.allergens,
        vat_bp=domain.vat_of(product.vat_bp, vat_exempt=producer.vat_exempt),
        photo_id=product.photo_id,
        version=product.version,
    )


def stock_set(stock: Stock, producer_id: UUID, change: Decimal | None) -> StockSet:
    return StockSet(
        product_id=stock.product_id,
        producer_id=producer_id,
        on_hand=stock.on_hand,
        change=change,
        supplied=stock.supplied,
        version=stock.version,
    )


def catalog_changed(catalog: Catalog, items: Iterable[CatalogItem]) -> CatalogChanged:
    prices = [CatalogPrice(product_id=item.product_id, price_cents=item.price_cents) for item in items]
    return CatalogChanged(
        catalog_id=catalog.id,
        number=catalog.number,
        producer_id=catalog.producer_id,
        name=catalog.name,
        items=prices,
        version=catalog.version,
    )


def _degrees(value: float | None) -> str | None:
    return None if value is None else f"{value:.6f}"
