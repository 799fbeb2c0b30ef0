"""Tables of catalogs. Products are never deleted, only withdrawn."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import JSON, Float, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Model, new_metadata
from shared.messaging import tables as messaging


class Base(Model):
    __abstract__ = True
    metadata = new_metadata(messaging.metadata)


class Producer(Base):
    """A farm. Whoever changes anything of it locks this row first: changes of one farm happen one after the other."""

    __tablename__ = "producers"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    search_name: Mapped[str] = mapped_column(Text)
    commune: Mapped[str] = mapped_column(String(120))
    postcode: Mapped[str] = mapped_column(String(10))
    latitude: Mapped[float | None] = mapped_column(Float(53))
    longitude: Mapped[float | None] = mapped_column(Float(53))
    presentation: Mapped[str] = mapped_column(Text)
    grows: Mapped[list[str]] = mapped_column(JSON)
    labels: Mapped[list[str]] = mapped_column(JSON)
    siret: Mapped[str | None] = mapped_column(String(14))
    vat_exempt: Mapped[bool]
    phone: Mapped[str | None] = mapped_column(String(30))
    email: Mapped[str | None] = mapped_column(String(254))
    photo_ids: Mapped[list[str]] = mapped_column(JSON)
    opened_at: Mapped[datetime]
    version: Mapped[int]
    __table_args__ = (Index("ix_producers_latitude_longitude", "latitude", "longitude"),)


class Photo(Base):
    """A picture of a farm or of one of its products, as WebP; never changed. `small`: for lists; not of the oldest ones.

    `removed_at`: of a farm's that was taken out, and for a while can be put back. Nobody sees it meanwhile.
    """

    __tablename__ = "photos"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    producer_id: Mapped[UUID] = mapped_column(ForeignKey("producers.id"), index=True)
    content: Mapped[bytes]
    small: Mapped[bytes | None]
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class ProducerPerson(Base):
    """An account that acts for a farm."""

    __tablename__ = "producer_people"
    producer_id: Mapped[UUID] = mapped_column(ForeignKey("producers.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)


class Product(Base):
    """`vat_bp` is the rate of the goods; what is charged is 0 while the farm is exempt (domain.vat_of)."""

    __tablename__ = "products"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    producer_id: Mapped[UUID] = mapped_column(ForeignKey("producers.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    search_name: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(String(40))
    unit: Mapped[str] = mapped_column(String(10))
    vat_bp: Mapped[int]
    description: Mapped[str] = mapped_column(Text)
    net_quantity: Mapped[Decimal | None]
    net_unit: Mapped[str | None] = mapped_column(String(10))
    organic: Mapped[bool]
    weighed: Mapped[bool]
    allergens: Mapped[list[str]] = mapped_column(JSON)
    ingredients: Mapped[str] = mapped_column(Text)
    storage: Mapped[str] = mapped_column(String(300))
    origin: Mapped[str] = mapped_column(String(120))
    photo_id: Mapped[UUID | None]
    withdrawn_at: Mapped[datetime | None]
    added_at: Mapped[datetime]
    version: Mapped[int]


class Stock(Base):
    """Stock on hand = supplied - delivered: what ever came in, less all that distributions ever gave out.

    `supplied` None: unlimited. Deliveries are counted all the same, so that a product may become limited at any
    moment. `version` counts with either change.
    """

    __tablename__ = "stocks"
    product_id: Mapped[UUID] = mapped_column(ForeignKey("products.id"), primary_key=True)
    supplied: Mapped[Decimal | None]
    delivered: Mapped[Decimal]
    version: Mapped[int]

    @property
    def on_hand(self) -> Decimal | None:
        """Below zero when more was handed out than the farm said it had."""
        return None if self.supplied is None else self.supplied - self.delivered


class CountedSale(Base):
    """The latest round of a sale's validation whose deliveries are counted in the stocks."""

    __tablename__ = "counted_sales"
    sale_id: Mapped[UUID] = mapped_column(primary_key=True)
    round: Mapped[int]


class CountedDelivery(Base):
    """What that round said was delivered; the next one subtracts only the difference."""

    __tablename__ = "counted_deliveries"
    sale_id: Mapped[UUID] = mapped_column(ForeignKey("counted_sales.sale_id"), primary_key=True)
    product_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    delivered: Mapped[Decimal]


class Catalog(Base):
    __tablename__ = "catalogs"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    producer_id: Mapped[UUID] = mapped_column(ForeignKey("producers.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int]


class CatalogItem(Base):
    __tablename__ = "catalog_items"
    catalog_id: Mapped[UUID] = mapped_column(ForeignKey("catalogs.id"), primary_key=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("products.id"), primary_key=True, index=True)
    position: Mapped[int]
    price_cents: Mapped[int]
