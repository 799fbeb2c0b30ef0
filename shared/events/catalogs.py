"""What catalogs tells."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from shared.events.base import Event, Fact


@dataclass(frozen=True, kw_only=True)
class ProducerChanged(Event):
    """`account_ids`: the people who act for the farm. `photo_id`: the picture that stands for it."""

    subject: ClassVar[str] = "producer_id"
    producer_id: UUID
    name: str
    commune: str
    postcode: str
    latitude: str | None
    longitude: str | None
    email: str | None
    phone: str | None
    siret: str | None
    vat_exempt: bool
    account_ids: list[UUID]
    version: int
    photo_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ProductChanged(Event):
    """`by_weight`: quantities may have three decimals. `weighed`: the ordered weight is an estimate, its price a ceiling.

    `net_quantity` `net_unit` is what one `unit` holds, for the price per kilogram or litre: a jar of 250 g.
    """

    subject: ClassVar[str] = "product_id"
    product_id: UUID
    producer_id: UUID
    name: str
    description: str
    category: str
    unit: str
    net_quantity: Decimal | None
    by_weight: bool
    weighed: bool
    organic: bool
    allergens: list[str]
    vat_bp: int
    version: int
    net_unit: str | None = None
    photo_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ProductWithdrawn(Event):
    """No longer sold. Its version counts with ProductChanged: a higher ProductChanged brings it back."""

    subject: ClassVar[str] = "product_id"
    product_id: UUID
    producer_id: UUID
    version: int


@dataclass(frozen=True, kw_only=True)
class CatalogPrice(Fact):
    product_id: UUID
    price_cents: int


@dataclass(frozen=True, kw_only=True)
class CatalogChanged(Event):
    """The whole selection with its prices, replacing what was told before."""

    subject: ClassVar[str] = "catalog_id"
    catalog_id: UUID
    number: int
    producer_id: UUID
    name: str
    items: list[CatalogPrice]
    version: int


@dataclass(frozen=True, kw_only=True)
class StockSet(Event):
    """The producer set the stock on hand.

    `change` is by how much (None when it became limited or unlimited): add it to what you keep, so that it
    commutes with deliveries counted meanwhile. With `change` None, take `on_hand` as it is (None = unlimited).

    Or, simpler: `supplied` (of the highest version) minus all deliveries that you counted of the product, also while
    it was unlimited, is the stock on hand, in whatever order the events came.
    """

    subject: ClassVar[str] = "product_id"
    product_id: UUID
    producer_id: UUID
    on_hand: Decimal | None
    change: Decimal | None
    version: int
    supplied: Decimal | None = None
