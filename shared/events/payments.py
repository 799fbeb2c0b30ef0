"""What payments tells."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.events.base import Event, Fact


@dataclass(frozen=True, kw_only=True)
class PaymentSucceeded(Event):
    """Captured. `captured_at` is the provider's instant, which may lie before its word arrived."""

    subject: ClassVar[str] = "payment_id"
    payment_id: UUID
    order_id: UUID
    sale_id: UUID
    market_id: UUID
    member_id: UUID
    amount_cents: int
    captured_at: datetime


@dataclass(frozen=True, kw_only=True)
class PaymentFailed(Event):
    """One try was declined; the order may still be paid while its reservation lives."""

    subject: ClassVar[str] = "payment_id"
    payment_id: UUID
    order_id: UUID
    sale_id: UUID
    market_id: UUID
    member_id: UUID
    amount_cents: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class RefundSucceeded(Event):
    """The whole of one refund has been accepted by the provider. `reason` is that of the request."""

    subject: ClassVar[str] = "refund_id"
    refund_id: UUID
    basket_id: UUID
    sale_id: UUID
    market_id: UUID
    member_id: UUID
    amount_cents: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class RefundFailed(RefundSucceeded):
    """The provider refused for good; a person must act."""

    error: str


@dataclass(frozen=True, kw_only=True)
class PaymentAccountChanged(Event):
    """`active`: transfers and payouts to the producer are possible."""

    subject: ClassVar[str] = "producer_id"
    producer_id: UUID
    active: bool
    version: int


@dataclass(frozen=True, kw_only=True)
class PayoutScheduled(Event):
    """A producer's share of one sale: gross delivered - fee - commission = amount. `pay_on` is a Monday, Europe/Paris."""

    subject: ClassVar[str] = "sale_id"
    sale_id: UUID
    market_id: UUID
    producer_id: UUID
    gross_cents: int
    fee_cents: int
    commission_cents: int
    amount_cents: int
    available_at: datetime
    pay_on: date


@dataclass(frozen=True, kw_only=True)
class PayoutSale(Fact):
    sale_id: UUID
    market_id: UUID
    amount_cents: int


@dataclass(frozen=True, kw_only=True)
class PayoutSent(Event):
    """One payout per producer and Monday, with the sales that it pays for."""

    subject: ClassVar[str] = "payout_id"
    payout_id: UUID
    producer_id: UUID
    amount_cents: int
    paid_on: date
    sales: list[PayoutSale]


@dataclass(frozen=True, kw_only=True)
class PayoutFailed(Event):
    """The provider refused it, or the bank sent it back: `error` is its word for why. It is tried again."""

    subject: ClassVar[str] = "payout_id"
    payout_id: UUID
    producer_id: UUID
    amount_cents: int
    error: str
