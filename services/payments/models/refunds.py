"""Money back to customers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.payments.models.base import Base


class Refund(Base):
    """One request to give money back, in parts over the payments of the basket. With `order_id`, that order's payment
    alone, whole: `amount_cents` is what was left of it. With `funded_by`, the payments of these orders alone.
    """

    __tablename__ = "refunds"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    basket_id: Mapped[UUID] = mapped_column(index=True)
    order_id: Mapped[UUID | None]
    sale_id: Mapped[UUID] = mapped_column(index=True)
    market_id: Mapped[UUID]
    member_id: Mapped[UUID]
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(12))
    error: Mapped[str | None] = mapped_column(String(80))
    funded_by: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    try_at: Mapped[datetime | None] = mapped_column(index=True)
    __table_args__ = (Index("ix_refunds_market_status", "market_id", "status"),)


class RefundPart(Base):
    """What one payment gives back of a refund. Its key at the provider is `refund:{id}`; with `to_credit` it is none of
    the provider's business: the order was paid with that credit.
    """

    __tablename__ = "refund_parts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    refund_id: Mapped[UUID] = mapped_column(ForeignKey("refunds.id"), index=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"), index=True)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    to_credit: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(String(12))
    provider_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    error: Mapped[str | None] = mapped_column(String(80))
    tries: Mapped[int] = mapped_column(default=0)
    try_at: Mapped[datetime | None] = mapped_column(index=True)
