"""Tables of orders: what it owns (stock, carts, baskets, orders), and what it was told by others (projections).

Locks are taken in this order, so that nobody waits in a circle: sale, basket, orders by id, stock rows by product id.
Whoever changes an order of a sale shares the sale's row (FOR KEY SHARE); whoever decides over all its orders takes it
alone. Paid lines change under their basket's lock only.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Table, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Model, new_metadata
from shared.messaging import tables as messaging


class Base(Model):
    __abstract__ = True
    metadata = new_metadata(messaging.metadata)


def table_of(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


class StockLevel(Base):
    """available = supplied - delivered - committed; supplied None is unlimited.

    `supplied` is all that ever came in, as catalogs says (`version` is that of its word); `delivered` all that went
    out, as we count; `committed` what is ordered and not yet delivered. A product without a row has no stock yet.
    """

    __tablename__ = "stock_levels"
    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    supplied: Mapped[Decimal | None]
    delivered: Mapped[Decimal] = mapped_column(default=Decimal(0))
    committed: Mapped[Decimal] = mapped_column(default=Decimal(0))
    version: Mapped[int]
    __table_args__ = (CheckConstraint("committed >= 0", name="committed_not_negative"),)


class Delivery(Base):
    """What was delivered of a product in a sale, as of the last validation: the next round applies the difference."""

    __tablename__ = "deliveries"
    sale_id: Mapped[UUID] = mapped_column(primary_key=True)
    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    delivered: Mapped[Decimal]


class Cart(Base):
    """Whoever knows its id may fill it. `lines`: [{product_id, quantity, unit_price_cents}], wire values."""

    __tablename__ = "carts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    sale_id: Mapped[UUID] = mapped_column(index=True)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    order_id: Mapped[UUID | None]
    updated_at: Mapped[datetime] = mapped_column(index=True)
    version: Mapped[int]


class Basket(Base):
    """One per member and sale. Numbered at the first payment.

    `version` counts all that befalls its paid lines, `amendment` the member's own changes among that.
    """

    __tablename__ = "baskets"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    sale_id: Mapped[UUID] = mapped_column(ForeignKey("sales.id"))
    member_id: Mapped[UUID] = mapped_column(index=True)
    number: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    amendment: Mapped[int] = mapped_column(default=0, server_default="0")
    __table_args__ = (UniqueConstraint("sale_id", "member_id"), UniqueConstraint("sale_id", "number"))


class Order(Base):
    """`total_cents` is what its payment is: 0 of one that a change of the basket added without a payment.

    A top-up `amends` the basket as it stood after so many changes, and when it is paid `lowers` lines of it:
    domain.Lowered as JSON. Neither is set on an order that was placed by itself.
    """

    __tablename__ = "orders"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    basket_id: Mapped[UUID] = mapped_column(ForeignKey("baskets.id"), index=True)
    sale_id: Mapped[UUID] = mapped_column(ForeignKey("sales.id"))
    market_id: Mapped[UUID]
    member_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(String(10))
    total_cents: Mapped[int]
    placed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    payment_id: Mapped[UUID | None]
    amends: Mapped[int | None]
    lowers: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    __table_args__ = (
        Index("ix_orders_sale_id_status", "sale_id", "status"),
        Index("ix_orders_member_id_id", "member_id", "id"),
        Index(
            "ix_orders_unpaid",
            "expires_at",
            postgresql_where=text("status = 'placed'"),
            sqlite_where=text("status = 'placed'"),
        ),
    )


class Line(Base):
    """A line at the price of its checkout. Of a paid one the member may take, until closing; it goes with its last piece."""

    __tablename__ = "order_lines"
    line_id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"), index=True)
    product_id: Mapped[UUID]
    producer_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(20))
    by_weight: Mapped[bool]
    weighed: Mapped[bool]
    quantity: Mapped[Decimal]
    unit_price_cents: Mapped[int]
    vat_bp: Mapped[int]
    gross_cents: Mapped[int]


class Sale(Base):
    """Times are unknown (version 0) while only its opening or closing has been told.

    `voiding`: cancelled, and some of its orders still have to be. `settled_at`: the order sheets are final.
    """

    __tablename__ = "sales"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    market_id: Mapped[UUID] = mapped_column(index=True)
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    place: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    version: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    voiding: Mapped[bool] = mapped_column(default=False)
    settled_at: Mapped[datetime | None]
    settled_round: Mapped[int] = mapped_column(default=0)
    validated_round: Mapped[int] = mapped_column(default=0)
    __table_args__ = (
        Index(
            "ix_sales_to_settle",
            "closed_at",
            postgresql_where=text("settled_at IS NULL"),
            sqlite_where=text("settled_at IS NULL"),
        ),
        Index("ix_sales_to_void", "id", postgresql_where=text("voiding"), sqlite_where=text("voiding")),
    )


class Participation(Base):
    """`not_delivering`: « je ne livre pas »; distributions refunds what was ordered, for good, once that is told."""

    __tablename__ = "participations"
    sale_id: Mapped[UUID] = mapped_column(primary_key=True)
    catalog_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    producer_id: Mapped[UUID] = mapped_column(index=True)
    active: Mapped[bool]
    not_delivering: Mapped[bool] = mapped_column(default=False, server_default=false())
    absence_told: Mapped[bool] = mapped_column(default=False, server_default=false())
    version: Mapped[int]
    __table_args__ = (
        Index(
            "ix_participations_absence_to_tell",
            "sale_id",
            postgresql_where=text("not_delivering AND NOT absence_told"),
            sqlite_where=text("not_delivering AND NOT absence_told"),
        ),
    )


class Catalog(Base):
    __tablename__ = "catalogs"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    producer_id: Mapped[UUID] = mapped_column(index=True)
    version: Mapped[int]


class CatalogItem(Base):
    __tablename__ = "catalog_items"
    catalog_id: Mapped[UUID] = mapped_column(ForeignKey("catalogs.id"), primary_key=True)
    product_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    price_cents: Mapped[int]


class Product(Base):
    """`withdrawn` counts in one row of versions with the facts."""

    __tablename__ = "products"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    producer_id: Mapped[UUID] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str]
    category: Mapped[str] = mapped_column(String(80))
    unit: Mapped[str] = mapped_column(String(20))
    net_quantity: Mapped[Decimal | None]
    net_unit: Mapped[str | None] = mapped_column(String(20))
    by_weight: Mapped[bool]
    weighed: Mapped[bool]
    organic: Mapped[bool]
    allergens: Mapped[list[str]] = mapped_column(JSON)
    photo_id: Mapped[UUID | None]
    vat_bp: Mapped[int]
    withdrawn: Mapped[bool]
    searchable: Mapped[str]
    version: Mapped[int]


class Producer(Base):
    __tablename__ = "producers"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    commune: Mapped[str] = mapped_column(String(120))
    searchable: Mapped[str]
    version: Mapped[int]


class ProducerAccount(Base):
    """Somebody who acts for the farm."""

    __tablename__ = "producer_accounts"
    producer_id: Mapped[UUID] = mapped_column(ForeignKey("producers.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)


class Market(Base):
    __tablename__ = "markets"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    time_zone: Mapped[str] = mapped_column(String(60))
    registration: Mapped[str] = mapped_column(String(20))
    reservation_minutes: Mapped[int]
    version: Mapped[int]


class Member(Base):
    __tablename__ = "members"
    market_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    joined: Mapped[bool]
    version: Mapped[int]


class Role(Base):
    __tablename__ = "roles"
    market_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(30), primary_key=True)
    held: Mapped[bool]
    version: Mapped[int]


class Referent(Base):
    """Who settles the distribution of a sale."""

    __tablename__ = "referents"
    sale_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    version: Mapped[int]


class Account(Base):
    """A customer's name, for the producers' order sheets. Empty once the account is deleted."""

    __tablename__ = "accounts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    first_name: Mapped[str] = mapped_column(String(80))
    last_name: Mapped[str] = mapped_column(String(80))
    deleted: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int]
