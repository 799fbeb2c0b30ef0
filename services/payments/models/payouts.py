"""Producers' money: validated sales, shares, accounts, payouts, transfers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.payments.models.base import Base


class Settlement(Base):
    """A validated sale: its rates, frozen at the first round, and the figures of its last one. It is open to payouts
    while `round` is above `reopened_round` and it is not `short` (more shared out than its customers' money).
    `delivered` {producer: cents} and `kept_cents` (paid - refunded) are the last round's, `balance_rounds` counts what was
    shared out of balances paid later. `missing_cents`: delivered and not paid for by customers.
    """

    __tablename__ = "settlements"
    sale_id: Mapped[UUID] = mapped_column(primary_key=True)
    market_id: Mapped[UUID] = mapped_column(index=True)
    round: Mapped[int] = mapped_column(default=0)
    reopened_round: Mapped[int] = mapped_column(default=0)
    validated_at: Mapped[datetime | None]
    payment_fee_bp: Mapped[int | None]
    commission_bp: Mapped[int | None]
    delivered: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    kept_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    balance_rounds: Mapped[int] = mapped_column(default=0)
    missing_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    short: Mapped[bool] = mapped_column(default=False, index=True)


class Share(Base):
    """What one validation round of a sale changed for a producer: gross - fee - commission = amount; the sums over the
    rounds are the figures of the last one. `balance_round` above 0: what a balance due that was paid after the validation
    added. Paid by the payout that it is attached to. With `dispute_id` it is the producer's part of a lost dispute, below
    zero, and its `round` counts those of the sale downwards from -1.
    """

    __tablename__ = "shares"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    sale_id: Mapped[UUID] = mapped_column(ForeignKey("settlements.sale_id"), index=True)
    market_id: Mapped[UUID]
    producer_id: Mapped[UUID]
    round: Mapped[int]
    balance_round: Mapped[int] = mapped_column(default=0)
    gross_cents: Mapped[int] = mapped_column(BigInteger)
    fee_cents: Mapped[int] = mapped_column(BigInteger)
    commission_cents: Mapped[int] = mapped_column(BigInteger)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    available_at: Mapped[datetime]
    pay_on: Mapped[date]
    payout_id: Mapped[UUID | None] = mapped_column(ForeignKey("payouts.id"), index=True)
    dispute_id: Mapped[str | None] = mapped_column(String(120), index=True)
    __table_args__ = (
        UniqueConstraint("sale_id", "producer_id", "round", "balance_round"),
        Index("ix_shares_producer_payout", "producer_id", "payout_id"),
        Index("ix_shares_payout_pay_on", "payout_id", "pay_on"),
    )


class Account(Base):
    """A producer's account at the provider. Its key there is `account:{producer_id}`."""

    __tablename__ = "payment_accounts"
    producer_id: Mapped[UUID] = mapped_column(primary_key=True)
    provider_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    asked_with: Mapped[dict[str, Any]] = mapped_column(JSON)
    active: Mapped[bool]
    active_since: Mapped[datetime | None]
    details_submitted: Mapped[bool]
    due: Mapped[list[str]] = mapped_column(JSON)
    due_by: Mapped[datetime | None]
    disabled_reason: Mapped[str | None] = mapped_column(String(120))
    tries: Mapped[int] = mapped_column(default=0)
    try_at: Mapped[datetime | None] = mapped_column(index=True)
    version: Mapped[int]


class Payout(Base):
    """What a producer is paid on one Monday. Its key at the provider is `payout:{producer_id}:{paid_on}`, and for the
    n-th attempt after a refusal `…:{n}`.
    """

    __tablename__ = "payouts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    producer_id: Mapped[UUID] = mapped_column(index=True)
    paid_on: Mapped[date]
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(String(12))
    provider_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    error: Mapped[str | None] = mapped_column(String(80))
    attempt: Mapped[int] = mapped_column(default=1)
    tries: Mapped[int] = mapped_column(default=0)
    try_at: Mapped[datetime | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("producer_id", "paid_on"), CheckConstraint("amount_cents > 0", name="positive"))


class HeldPayout(Base):
    """A producer was told that a Monday passed without a payout, for want of an active account."""

    __tablename__ = "held_payouts"
    producer_id: Mapped[UUID] = mapped_column(primary_key=True)
    monday: Mapped[date] = mapped_column(primary_key=True)
    amount_cents: Mapped[int] = mapped_column(BigInteger)


class Transfer(Base):
    """The part of a payout that comes out of one sale. Its key at the provider is `transfer:{id}`, and for the n-th
    attempt after a refusal `…:{n}`.
    """

    __tablename__ = "transfers"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    payout_id: Mapped[UUID] = mapped_column(ForeignKey("payouts.id"), index=True)
    producer_id: Mapped[UUID]
    sale_id: Mapped[UUID] = mapped_column(index=True)
    market_id: Mapped[UUID]
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(String(12))
    provider_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    error: Mapped[str | None] = mapped_column(String(80))
    attempt: Mapped[int] = mapped_column(default=1)
    tries: Mapped[int] = mapped_column(default=0)
    try_at: Mapped[datetime | None] = mapped_column(index=True)
    __table_args__ = (UniqueConstraint("payout_id", "sale_id"), CheckConstraint("amount_cents > 0", name="positive"))
