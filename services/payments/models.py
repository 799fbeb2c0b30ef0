"""Tables of payments. What the provider is to be asked for is committed here before it is asked.

`try_at` is both the date of the next try and the lease of the one that runs: whoever takes a row up moves it ahead, so
that another replica leaves it alone until the taker must be dead.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.payments import append_only
from shared.db import Model, new_metadata
from shared.messaging import tables as messaging


class Base(Model):
    __abstract__ = True
    metadata = new_metadata(messaging.metadata)


class Market(Base):
    """Projection of MarketChanged; rates in basis points."""

    __tablename__ = "markets"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    payment_fee_bp: Mapped[int]
    commission_bp: Mapped[int]
    version: Mapped[int]


class Role(Base):
    """Projection of RoleGranted and RoleRevoked."""

    __tablename__ = "roles"
    market_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(40), primary_key=True)
    granted: Mapped[bool]
    version: Mapped[int]


class Producer(Base):
    """Projection of ProducerChanged; `account_ids` (text) are the people who act for the farm."""

    __tablename__ = "producers"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    account_ids: Mapped[list[str]] = mapped_column(JSON)
    version: Mapped[int]


class Payment(Base):
    """An order's payment. `checkout` is what the payment page was asked with, word for word, so that it can be asked
    again; `refunded_cents` counts parts of refunds that are on their way or done.
    """

    __tablename__ = "payments"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(unique=True)
    basket_id: Mapped[UUID] = mapped_column(index=True)
    sale_id: Mapped[UUID] = mapped_column(index=True)
    market_id: Mapped[UUID] = mapped_column(index=True)
    member_id: Mapped[UUID]
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    status: Mapped[str] = mapped_column(String(12))
    expires_at: Mapped[datetime]
    checkout: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    checkout_tries: Mapped[int] = mapped_column(default=0)
    session_id: Mapped[str | None] = mapped_column(String(120), index=True)
    session_url: Mapped[str | None] = mapped_column(String(2000))
    session_expires_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    try_at: Mapped[datetime | None] = mapped_column(index=True)
    payment_intent: Mapped[str | None] = mapped_column(String(120), unique=True)
    captured_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    captured_at: Mapped[datetime | None]
    refunded_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    last_failure: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("refunded_cents >= 0 AND refunded_cents <= captured_cents", name="refunded_within_captured"),
    )


class Refund(Base):
    """One request to give money back, in parts over the payments of the basket. With `order_id`, that order's payment
    alone, whole: `amount_cents` is what was left of it.
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
    created_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    try_at: Mapped[datetime | None] = mapped_column(index=True)
    __table_args__ = (Index("ix_refunds_market_status", "market_id", "status"),)


class RefundPart(Base):
    """What one payment gives back of a refund. Its key at the provider is `refund:{id}`."""

    __tablename__ = "refund_parts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    refund_id: Mapped[UUID] = mapped_column(ForeignKey("refunds.id"), index=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"), index=True)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(String(12))
    provider_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    error: Mapped[str | None] = mapped_column(String(80))
    tries: Mapped[int] = mapped_column(default=0)
    try_at: Mapped[datetime | None] = mapped_column(index=True)


class Settlement(Base):
    """A validated sale: its rates, frozen at the first round, and the figures of its last one. It is open to payouts
    while `round` is above `reopened_round` and it is not `short` (more shared out than its customers' money).
    `missing_cents`: delivered and not paid for by customers.
    """

    __tablename__ = "settlements"
    sale_id: Mapped[UUID] = mapped_column(primary_key=True)
    market_id: Mapped[UUID] = mapped_column(index=True)
    round: Mapped[int] = mapped_column(default=0)
    reopened_round: Mapped[int] = mapped_column(default=0)
    validated_at: Mapped[datetime | None]
    payment_fee_bp: Mapped[int | None]
    commission_bp: Mapped[int | None]
    missing_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    short: Mapped[bool] = mapped_column(default=False, index=True)


class Share(Base):
    """What one validation round of a sale changed for a producer: gross - fee - commission = amount; the sums over the
    rounds are the figures of the last one. Paid by the payout that it is attached to.
    """

    __tablename__ = "shares"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    sale_id: Mapped[UUID] = mapped_column(ForeignKey("settlements.sale_id"), index=True)
    market_id: Mapped[UUID]
    producer_id: Mapped[UUID]
    round: Mapped[int]
    gross_cents: Mapped[int] = mapped_column(BigInteger)
    fee_cents: Mapped[int] = mapped_column(BigInteger)
    commission_cents: Mapped[int] = mapped_column(BigInteger)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    available_at: Mapped[datetime]
    pay_on: Mapped[date]
    payout_id: Mapped[UUID | None] = mapped_column(ForeignKey("payouts.id"), index=True)
    __table_args__ = (
        UniqueConstraint("sale_id", "producer_id", "round"),
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


class ProviderEvent(Base):
    """Webhooks that have had their effect: the provider delivers at least once."""

    __tablename__ = "provider_events"
    event_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    kind: Mapped[str] = mapped_column(String(80))
    handled_at: Mapped[datetime] = mapped_column(index=True)


class Entry(Base):
    """One fact about money, booked once: `key` names it. Rows are never changed or deleted (append_only)."""

    __tablename__ = "entries"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    sale_id: Mapped[UUID | None] = mapped_column(index=True)
    market_id: Mapped[UUID | None] = mapped_column(index=True)
    cause: Mapped[str | None] = mapped_column(String(120))
    at: Mapped[datetime]


class Posting(Base):
    """An amount on an account, debit positive; those of one entry sum to zero."""

    __tablename__ = "postings"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"), index=True)
    account: Mapped[str] = mapped_column(String(80), index=True)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    __table_args__ = (CheckConstraint("amount_cents <> 0", name="not_zero"), UniqueConstraint("entry_id", "account"))


append_only.protect(Posting.__table__)
