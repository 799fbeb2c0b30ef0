"""Tables: what distributions owns (baskets of the day and all that happens to them) and what it knows of others."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Model, new_metadata
from shared.messaging import tables as messaging


class Base(Model):
    __abstract__ = True
    metadata = new_metadata(messaging.metadata)


class Distribution(Base):
    """The hand-over of one sale. Version 0 and no instants: something arrived about a sale not told yet."""

    __tablename__ = "distributions"

    sale_id: Mapped[UUID] = mapped_column(primary_key=True)
    market_id: Mapped[UUID] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(default=0)
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    place: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    state: Mapped[str] = mapped_column(String(12), default="open")
    orders_settled: Mapped[bool] = mapped_column(default=False)
    round: Mapped[int] = mapped_column(default=0)
    validated_at: Mapped[datetime | None]
    validated_by: Mapped[UUID | None]
    money_sent_at: Mapped[datetime | None]
    look_at: Mapped[datetime | None] = mapped_column(index=True)


class Basket(Base):
    """What one member collects. The sums are kept with every change of lines, orders and refunds.

    paid = captured; refunded = asked to be given back; due = what was delivered costs.
    """

    __tablename__ = "baskets"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    sale_id: Mapped[UUID] = mapped_column(index=True)
    market_id: Mapped[UUID]
    member_id: Mapped[UUID] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(12), default="open")
    order_count: Mapped[int] = mapped_column(default=0)
    ordered_cents: Mapped[int] = mapped_column(default=0)
    due_cents: Mapped[int] = mapped_column(default=0)
    paid_cents: Mapped[int] = mapped_column(default=0)
    refunded_cents: Mapped[int] = mapped_column(default=0)
    validated_at: Mapped[datetime | None]
    validated_by: Mapped[UUID | None]
    not_collected_at: Mapped[datetime | None]
    not_collected_by: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(default=1)


class PaidOrder(Base):
    """A confirmed order that fills a basket; or one whose cancellation arrived first.

    `amendment`: the newest change of its lines that arrived. `refunded_cents`: how much of the basket's refunds falls on
    it, and leaves with it when it is cancelled.
    """

    __tablename__ = "paid_orders"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    basket_id: Mapped[UUID] = mapped_column(index=True)
    total_cents: Mapped[int]
    cancelled: Mapped[bool] = mapped_column(default=False)
    amendment: Mapped[int] = mapped_column(default=0, server_default="0")
    refunded_cents: Mapped[int] = mapped_column(default=0, server_default="0")


class BasketChanges(Base):
    """The member's changes of a basket, its cancellation among them, also while there is no basket yet.

    `known`: all up to this one have arrived. `begun`: the newest of which a part has.
    """

    __tablename__ = "basket_changes"

    basket_id: Mapped[UUID] = mapped_column(primary_key=True)
    known: Mapped[int]
    begun: Mapped[int]


class BasketLine(Base):
    """`declared`: what the producer says was brought, waiting for the referent's confirmation."""

    __tablename__ = "basket_lines"
    __table_args__ = (
        Index("ix_basket_lines_sale_id_product_id", "sale_id", "product_id"),
        Index("ix_basket_lines_sale_id_producer_id", "sale_id", "producer_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    basket_id: Mapped[UUID] = mapped_column(ForeignKey("baskets.id"), index=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("paid_orders.id"), index=True)
    sale_id: Mapped[UUID]
    product_id: Mapped[UUID]
    producer_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(20))
    by_weight: Mapped[bool]
    weighed: Mapped[bool]
    unit_price_cents: Mapped[int]
    vat_bp: Mapped[int]
    ordered: Mapped[Decimal]
    ordered_cents: Mapped[int]
    delivered: Mapped[Decimal]
    delivered_cents: Mapped[int]
    declared: Mapped[Decimal | None]


class Refund(Base):
    """Money asked to be given back. State: requested, succeeded or failed."""

    __tablename__ = "refunds"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    basket_id: Mapped[UUID] = mapped_column(ForeignKey("baskets.id"), index=True)
    amount_cents: Mapped[int]
    reason: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(12), default="requested")
    requested_at: Mapped[datetime]
    requested_by: Mapped[UUID | None]


class TrailEntry(Base):
    """One change of a basket: who (None: the system), when, before, after. Never updated, never deleted."""

    __tablename__ = "trail"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    basket_id: Mapped[UUID] = mapped_column(ForeignKey("baskets.id"), index=True)
    at: Mapped[datetime]
    account_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(String(40))
    due_before_cents: Mapped[int]
    due_after_cents: Mapped[int]
    refunded_before_cents: Mapped[int]
    refunded_after_cents: Mapped[int]
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class NonDelivery(Base):
    """A producer who does not deliver to a sale: lines that arrive later are set to zero too.

    `awaited`: markets has told it; what is left of the lines orders has still to tell.
    """

    __tablename__ = "non_deliveries"

    sale_id: Mapped[UUID] = mapped_column(primary_key=True)
    producer_id: Mapped[UUID] = mapped_column(primary_key=True)
    awaited: Mapped[bool] = mapped_column(default=False, server_default=false())


class Person(Base):
    __tablename__ = "people"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    first_name: Mapped[str] = mapped_column(String(100))
    last_name: Mapped[str] = mapped_column(String(100))
    phone: Mapped[str | None] = mapped_column(String(40))
    version: Mapped[int]


class Market(Base):
    __tablename__ = "markets"

    market_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    time_zone: Mapped[str] = mapped_column(String(60))
    organisation_mode: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]


class Administrator(Base):
    __tablename__ = "administrators"

    market_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    granted: Mapped[bool]
    version: Mapped[int]


class Referent(Base):
    __tablename__ = "referents"

    sale_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(index=True)
    version: Mapped[int]


class Producer(Base):
    __tablename__ = "producers"

    producer_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    version: Mapped[int]


class ProducerAccount(Base):
    """Who acts for a farm."""

    __tablename__ = "producer_accounts"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    producer_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
