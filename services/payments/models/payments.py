"""Customers' payments, and the provider's words that have had their effect."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, ColumnElement, String, null, or_
from sqlalchemy.orm import Mapped, mapped_column

from services.payments import domain
from services.payments.models.base import Base


class Payment(Base):
    """An order's payment, or without one that of a balance due. `checkout` is what the payment page was asked with, word
    for word, so that it can be asked again; `refunded_cents` counts parts of refunds that are on their way or done.

    `amount_cents` and `captured_cents` are the order's, whatever pays for it: `credit_cents` of it are the member's credit.
    `balance_cents` are paid beside it. Both are held from the moment when the page is prepared until it is over.
    """

    __tablename__ = "payments"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID | None] = mapped_column(unique=True)
    basket_id: Mapped[UUID | None] = mapped_column(index=True)
    sale_id: Mapped[UUID | None] = mapped_column(index=True)
    market_id: Mapped[UUID] = mapped_column(index=True)
    member_id: Mapped[UUID] = mapped_column(index=True)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    credit_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    balance_cents: Mapped[int] = mapped_column(BigInteger, default=0)
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

    @property
    def card_cents(self) -> int:
        """What the provider is to charge, and once it is captured, what it has charged."""
        order = self.captured_cents if self.captured_at else self.amount_cents
        return order - self.credit_cents + self.balance_cents

    @property
    def sale_of_order(self) -> UUID:
        """For what is given back: what was paid beside an order never is, it is a credit."""
        assert self.sale_id is not None
        return self.sale_id

    @classmethod
    def page_is_open(cls) -> tuple[ColumnElement[bool], ...]:
        """Conditions for what may still be paid, or is about to be opened: it holds its credit and its balance due."""
        return (
            cls.status != domain.SUCCEEDED,
            cls.checkout.is_not(null()),
            or_(cls.session_id.is_(None), cls.session_url.is_not(None)),
        )


class ProviderEvent(Base):
    """Webhooks that have had their effect: the provider delivers at least once."""

    __tablename__ = "provider_events"
    event_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    kind: Mapped[str] = mapped_column(String(80))
    handled_at: Mapped[datetime] = mapped_column(index=True)
