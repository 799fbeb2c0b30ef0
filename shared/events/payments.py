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
    """The whole of one refund has been accepted by the provider. `reason` is that of the request; `credited_cents` of it
    are the member's credit: what had been paid with credit.

    `amount_cents` 0: the orders were cancelled, and what was asked for came back with their payments.
    """

    subject: ClassVar[str] = "refund_id"
    refund_id: UUID
    basket_id: UUID
    sale_id: UUID
    market_id: UUID
    member_id: UUID
    amount_cents: int
    reason: str
    credited_cents: int = 0


@dataclass(frozen=True, kw_only=True)
class RefundFailed(RefundSucceeded):
    """The provider refused for good, or the bank sent it back: `credited_cents` of it are the member's credit now."""

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
    """A producer's share of one sale: gross delivered - fee - commission = amount. `pay_on` is a Monday, Europe/Paris.

    With `balance_round`: what a balance due that was paid after the validation adds to it.
    """

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
    balance_round: int = 0


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


@dataclass(frozen=True, kw_only=True)
class MemberBalanceChanged(Event):
    """What a member has in a market: above zero a credit that the next order uses, below zero a balance due.

    `reason`: balance_due (`basket_number`: whose), payment (a balance paid or a credit used), credit (a refund that could
    not be given back otherwise), credit_restored (a refund of what was paid with credit), credit_returned (a refund is
    tried again, or a bank gave the charge back) or dispute_owed (a bank took back what had paid a balance). `change_cents` is what it changed.
    """

    subject: ClassVar[str] = "member_id"
    market_id: UUID
    member_id: UUID
    balance_cents: int
    version: int
    change_cents: int = 0
    reason: str = ""
    sale_id: UUID | None = None
    basket_number: int | None = None


@dataclass(frozen=True, kw_only=True)
class PayoutHeld(Event):
    """A Monday passed on which a producer could not be paid: the payment account is not active. Told each Monday."""

    subject: ClassVar[str] = "producer_id"
    producer_id: UUID
    amount_cents: int
    monday: date


@dataclass(frozen=True, kw_only=True)
class DisputeOpened(Event):
    """A customer's bank took a charge back; the money is gone until the dispute is won."""

    subject: ClassVar[str] = "payment_id"
    dispute_id: str
    payment_id: UUID
    order_id: UUID | None
    sale_id: UUID | None
    market_id: UUID
    member_id: UUID
    amount_cents: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class DisputeClosed(Event):
    """`won`: the money is back. Lost: the producers of the basket bear it in proportion to what they delivered."""

    subject: ClassVar[str] = "payment_id"
    dispute_id: str
    payment_id: UUID
    sale_id: UUID | None
    market_id: UUID
    member_id: UUID
    amount_cents: int
    won: bool


@dataclass(frozen=True, kw_only=True)
class DisputeLossShared(Event):
    """A producer's part of a lost dispute: it is taken from the payout of `pay_on`, or carried over."""

    subject: ClassVar[str] = "producer_id"
    dispute_id: str
    sale_id: UUID
    market_id: UUID
    producer_id: UUID
    amount_cents: int
    pay_on: date


@dataclass(frozen=True, kw_only=True)
class Mismatch(Fact):
    """`subject`: what is compared. Provider's figure and the ledger's; the difference is never zero."""

    subject: str
    provider_cents: int
    ledger_cents: int


@dataclass(frozen=True, kw_only=True)
class LedgerMismatchFound(Event):
    """The provider's books and the ledger differ; every difference is named."""

    subject: ClassVar[str] = "reconciliation_id"
    reconciliation_id: UUID
    day: date
    difference_cents: int
    mismatches: list[Mismatch]
