"""What orders tells."""

from dataclasses import dataclass, field
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
class SheetLine(Fact):
    product_id: UUID
    name: str
    unit: str
    quantity: Decimal
    gross_cents: int


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(Event):
    """Stock is reserved until `expires_at`; the order waits for its payment. One basket per member and sale.

    `total_cents` is what is to be paid: of a top-up, its lines less what it takes from the basket when it is paid.
    """

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
    """Paid. Several confirmed orders of one member in one sale share `basket_id` and `basket_number`.

    `amendment`: it is a part of that change of its basket, which OrderAmended tells; `total_cents` is what was paid for
    the change, and 0 when it cost nothing. `changes`: how many changes of the basket were told before it.
    """

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
    amendment: int | None = None
    changes: int | None = None


@dataclass(frozen=True, kw_only=True)
class OrderExpired(Event):
    """The reservation ended unpaid and its stock is free. `reason`: time, member (gave it up) or sale_cancelled.

    `top_up`: it would have changed a paid basket, which stays as it was.
    """

    subject: ClassVar[str] = "order_id"
    order_id: UUID
    basket_id: UUID
    sale_id: UUID
    market_id: UUID
    member_id: UUID
    total_cents: int
    reason: str = "time"
    top_up: bool = False


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(Event):
    """A confirmed order is void: its payment is refunded whole. `reason`: member or sale_cancelled.

    Of a basket that its member cancelled: `amendment` counts with its changes, `basket_cents` is what was still worth
    of it, over all its `orders`, of which each is told by itself.
    """

    subject: ClassVar[str] = "order_id"
    order_id: UUID
    basket_id: UUID
    sale_id: UUID
    market_id: UUID
    member_id: UUID
    total_cents: int
    reason: str
    amendment: int | None = None
    basket_cents: int | None = None
    orders: int | None = None


@dataclass(frozen=True, kw_only=True)
class AmendedOrder(Fact):
    """A confirmed order's lines as they are now; a line given up whole is not among them."""

    order_id: UUID
    lines: list[OrderLine]


@dataclass(frozen=True, kw_only=True)
class OrderAmended(Event):
    """The member changed what was paid, before closing. `orders` are those that changed or were added, told whole.

    `amendment` counts the changes of the basket, `total_cents` is what all its lines cost now, `refund_cents` what this
    change gives back over the basket's payments (0: nothing, and no `refund_id`), `paid_cents` what a top-up paid for
    it; `lines` is the whole basket by product. What was added is told by its own OrderConfirmed too. `funded_by`: all
    its orders, over whose payments the refund goes.
    """

    subject: ClassVar[str] = "basket_id"
    basket_id: UUID
    basket_number: int
    amendment: int
    sale_id: UUID
    market_id: UUID
    member_id: UUID
    orders: list[AmendedOrder]
    total_cents: int
    refund_id: UUID | None
    refund_cents: int
    paid_cents: int = 0
    lines: list[SheetLine] = field(default_factory=list)
    funded_by: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class ChangedBasket(Fact):
    """`amendment`: how many changes of it were told, its cancellation among them."""

    basket_id: UUID
    amendment: int


@dataclass(frozen=True, kw_only=True)
class AbsenceRecorded(Event):
    """A producer does not deliver: from here on no member takes these lines off, so what is left of them can be refunded.

    What members took off before has been given back by OrderAmended or OrderCancelled: whoever refunds must know all
    changes of the `changed` baskets first. Baskets that are not named were never changed.
    """

    subject: ClassVar[str] = "sale_id"
    sale_id: UUID
    market_id: UUID
    producer_id: UUID
    changed: list[ChangedBasket]


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
