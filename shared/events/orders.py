"""What orders tells."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from shared.events.base import Event, Fact


@dataclass(frozen=True, kw_only=True)
class OrderLine(Fact):
    """A line at its frozen price; gross = price × quantity, half-up to the cent."""

    line_id: UUID
    product_id: UUID
    producer_id: UUID
    name: str
    unit: str
    by_weight: bool
    weighed: bool
    quantity: Decimal
    unit_price_cents: int
    vat_bp: int
    gross_cents: int


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(Event):
    """Stock is reserved until `expires_at`; the order waits for its payment. One basket per member and sale."""

    subject: ClassVar[str] = "order_id"
    order_id: UUID
    basket_id: UUID
    sale_id: UUID
    market_id: UUID
    member_id: UUID
    total_cents: int
    expires_at: datetime
    lines: list[OrderLine]


@dataclass(frozen=True, kw_only=True)
class OrderConfirmed(Event):
    """Paid. Several confirmed orders of one member in one sale share `basket_id` and `basket_number`."""

    subject: ClassVar[str] = "order_id"
    order_id: UUID
    basket_id: UUID
    basket_number: int
    sale_id: UUID
    market_id: UUID
    member_id: UUID
    total_cents: int
    confirmed_at: datetime
    lines: list[OrderLine]


@dataclass(frozen=True, kw_only=True)
class OrderExpired(Event):
    """The reservation ended unpaid and its stock is free. `reason`: time, member (gave it up) or sale_cancelled."""

    subject: ClassVar[str] = "order_id"
    order_id: UUID
    basket_id: UUID
    sale_id: UUID
    market_id: UUID
    member_id: UUID
    total_cents: int
    reason: str = "time"


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(Event):
    """A confirmed order is void: its payment is refunded whole. `reason`: member or sale_cancelled."""

    subject: ClassVar[str] = "order_id"
    order_id: UUID
    basket_id: UUID
    sale_id: UUID
    market_id: UUID
    member_id: UUID
    total_cents: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class LatePaymentRefused(Event):
    """A payment came when the order could no longer be confirmed (expired and out of stock, or sale cancelled): refund it whole."""

    subject: ClassVar[str] = "order_id"
    order_id: UUID
    payment_id: UUID
    basket_id: UUID
    sale_id: UUID
    market_id: UUID
    member_id: UUID
    amount_cents: int


@dataclass(frozen=True, kw_only=True)
class SheetLine(Fact):
    product_id: UUID
    name: str
    unit: str
    quantity: Decimal
    gross_cents: int


@dataclass(frozen=True, kw_only=True)
class ProducerSheet(Fact):
    """What one producer has to pick, totals by product."""

    producer_id: UUID
    basket_count: int
    gross_cents: int
    lines: list[SheetLine]


@dataclass(frozen=True, kw_only=True)
class SaleOrdersSettled(Event):
    """Closed, and no reservation pending: the order sheets are final.

    Every producer who takes part has a sheet, without lines if nothing was ordered. A payment made in time whose
    word came after this adds an order: then the whole figures are told again with the next `round`.
    """

    subject: ClassVar[str] = "sale_id"
    sale_id: UUID
    market_id: UUID
    order_count: int
    producers: list[ProducerSheet]
    round: int = 1
