"""What distributions tells."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from shared.events.base import Event, Fact


@dataclass(frozen=True, kw_only=True)
class BasketAdjusted(Event):
    """Quantities changed. due = what was delivered costs; paid = captured minus refunds asked for."""

    subject: ClassVar[str] = "basket_id"
    basket_id: UUID
    basket_number: int
    sale_id: UUID
    market_id: UUID
    member_id: UUID
    due_cents: int
    paid_cents: int
    version: int


@dataclass(frozen=True, kw_only=True)
class RefundRequested(Event):
    """Give back `amount_cents` over the payments that fund the basket, largest first.

    `funded_by`: its orders by then. They end together: if they have been cancelled since, it is part of that, and a
    basket that was begun anew does not pay for it.
    """

    subject: ClassVar[str] = "basket_id"
    refund_id: UUID
    basket_id: UUID
    sale_id: UUID
    market_id: UUID
    member_id: UUID
    amount_cents: int
    reason: str
    funded_by: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class SettledLine(Fact):
    """A line whose delivered quantity differs from the ordered one."""

    name: str
    unit: str
    ordered: Decimal
    delivered: Decimal
    ordered_cents: int
    delivered_cents: int


@dataclass(frozen=True, kw_only=True)
class DeliveredLine(Fact):
    """What was handed over of a line, and what it costs, VAT included."""

    line_id: UUID
    order_id: UUID
    product_id: UUID
    producer_id: UUID
    name: str
    unit: str
    quantity: Decimal
    unit_price_cents: int
    vat_bp: int
    gross_cents: int


@dataclass(frozen=True, kw_only=True)
class BasketValidated(Event):
    """`changes` is empty when the basket was delivered as ordered; `lines` are all that were handed over.

    `owed_cents`: what was delivered beyond what was paid, a balance due.
    """

    subject: ClassVar[str] = "basket_id"
    basket_id: UUID
    basket_number: int
    sale_id: UUID
    market_id: UUID
    member_id: UUID
    ordered_cents: int
    due_cents: int
    refunded_cents: int
    changes: list[SettledLine]
    version: int
    owed_cents: int = 0
    lines: list[DeliveredLine] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class BasketNotCollected(Event):
    """Nobody came for it. It stays paid unless an administrator refunds it."""

    subject: ClassVar[str] = "basket_id"
    basket_id: UUID
    basket_number: int
    sale_id: UUID
    market_id: UUID
    member_id: UUID
    noted_at: datetime
    noted_by: UUID


@dataclass(frozen=True, kw_only=True)
class BasketCollected(Event):
    """Somebody came for it after all: what was noted at `noted_at` is taken back."""

    subject: ClassVar[str] = "basket_id"
    basket_id: UUID
    basket_number: int
    sale_id: UUID
    market_id: UUID
    member_id: UUID
    noted_at: datetime


@dataclass(frozen=True, kw_only=True)
class ProducerDelivery(Fact):
    """Gross value of what one producer delivered over all baskets."""

    producer_id: UUID
    gross_cents: int


@dataclass(frozen=True, kw_only=True)
class ProductDelivery(Fact):
    product_id: UUID
    ordered: Decimal
    delivered: Decimal


@dataclass(frozen=True, kw_only=True)
class DistributionValidated(Event):
    """All baskets are settled: producers can be paid for exactly what they delivered.

    `round` counts validations of the same sale (a basket reopened by an administrator leads to the next one);
    every round tells the whole figures again. paid = captured; refunded = asked to be given back;
    delivered = paid - refunded unless a balance is due.
    """

    subject: ClassVar[str] = "sale_id"
    sale_id: UUID
    market_id: UUID
    round: int
    validated_at: datetime
    validated_by: UUID | None
    basket_count: int
    paid_cents: int
    refunded_cents: int
    delivered_cents: int
    producers: list[ProducerDelivery]
    products: list[ProductDelivery]


@dataclass(frozen=True, kw_only=True)
class DistributionReopened(Event):
    """The validation of `round` is taken back; the shares of the sale wait for the next round."""

    subject: ClassVar[str] = "sale_id"
    sale_id: UUID
    market_id: UUID
    round: int
    basket_id: UUID
    reopened_by: UUID


@dataclass(frozen=True, kw_only=True)
class DistributionOverdue(Event):
    """Still to validate. `days` after its end: 0, 3, then every day from 4."""

    subject: ClassVar[str] = "sale_id"
    sale_id: UUID
    market_id: UUID
    ended_at: datetime
    days: int
    basket_count: int
