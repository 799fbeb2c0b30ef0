"""What was handed over, as distributions told it: the ground of invoices, balances and what disputes cost."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.payments.models.base import Base


class SettledBasket(Base):
    """A basket as of its last validation; `version` is the basket's at distributions, `invoiced_version` the one that
    was last invoiced. `owed_cents`: the balance due that is booked for it, of which `balance_paid_cents` have come in.
    """

    __tablename__ = "settled_baskets"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    sale_id: Mapped[UUID] = mapped_column(index=True)
    market_id: Mapped[UUID]
    member_id: Mapped[UUID] = mapped_column(index=True)
    due_cents: Mapped[int] = mapped_column(BigInteger)
    owed_cents: Mapped[int] = mapped_column(BigInteger)
    balance_paid_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    settled_at: Mapped[datetime]
    version: Mapped[int]
    invoiced_version: Mapped[int] = mapped_column(server_default="0")


_NOT_INVOICED = SettledBasket.invoiced_version < SettledBasket.version
Index(
    "ix_settled_baskets_to_invoice",
    SettledBasket.settled_at,
    postgresql_where=_NOT_INVOICED,
    sqlite_where=_NOT_INVOICED,
)


class DeliveredLine(Base):
    """A line of it; what was not handed over has none."""

    __tablename__ = "delivered_lines"
    line_id: Mapped[UUID] = mapped_column(primary_key=True)
    basket_id: Mapped[UUID] = mapped_column(ForeignKey("settled_baskets.id"), index=True)
    order_id: Mapped[UUID]
    sale_id: Mapped[UUID]
    market_id: Mapped[UUID]
    member_id: Mapped[UUID]
    producer_id: Mapped[UUID]
    product_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(20))
    quantity: Mapped[Decimal]
    unit_price_cents: Mapped[int]
    vat_bp: Mapped[int]
    gross_cents: Mapped[int] = mapped_column(BigInteger)
    __table_args__ = (Index("ix_delivered_lines_sale_producer", "sale_id", "producer_id"),)
