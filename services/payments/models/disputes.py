"""Charges that a customer's bank takes back, and charges that no payment of ours accounts for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.payments.models.base import Base


class Dispute(Base):
    """Its id is the provider's. Before the provider has been asked about it, and for a charge that is not ours, there is
    no payment. `settled`: a loss has found who bears it.
    """

    __tablename__ = "disputes"
    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id"), index=True)
    order_id: Mapped[UUID | None]
    basket_id: Mapped[UUID | None]
    sale_id: Mapped[UUID | None] = mapped_column(index=True)
    market_id: Mapped[UUID | None]
    member_id: Mapped[UUID | None]
    charge_id: Mapped[str | None] = mapped_column(String(120))
    amount_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    reason: Mapped[str] = mapped_column(String(80), default="")
    status: Mapped[str] = mapped_column(String(12))
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    settled: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(default=0)
    try_at: Mapped[datetime | None] = mapped_column(index=True)
    __table_args__ = (Index("ix_disputes_market", "market_id", "opened_at"),)


class Orphan(Base):
    """A charge at the provider that no payment accounts for; it is given back whole. Its refund's key at the provider is
    `orphan_refund:{charge}`. `payment_id`: the payment that was made twice.
    """

    __tablename__ = "orphans"
    charge_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    payment_intent: Mapped[str] = mapped_column(String(120))
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id"), index=True)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(String(12))
    error: Mapped[str | None] = mapped_column(String(80))
    refund_id: Mapped[str | None] = mapped_column(String(120))
    found_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    try_at: Mapped[datetime | None] = mapped_column(index=True)
