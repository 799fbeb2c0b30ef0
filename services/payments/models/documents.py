"""What documents are made of: whose names they bear, orders as they are paid for, and invoices, which never change."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.payments import append_only
from services.payments.models.base import Base


class Person(Base):
    """Projection of an account's name; without one once the account is deleted (SPEC P5)."""

    __tablename__ = "people"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(250))
    deleted: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int]


class PaidOrder(Base):
    """Projection of OrderConfirmed and OrderAmended: the lines as they are now; `amendment` is the last one heard of."""

    __tablename__ = "paid_orders"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    basket_id: Mapped[UUID]
    basket_number: Mapped[int]
    confirmed_at: Mapped[datetime]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    amendment: Mapped[int] = mapped_column(default=0)


class Invoice(Base):
    """An invoice, or the credit note that takes a former one back whole (`corrects_id`; its amounts are below zero).

    Number `sequence` of the producer's series of a year; `content` is the document as it was issued.
    """

    __tablename__ = "invoices"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    producer_id: Mapped[UUID]
    year: Mapped[int]
    sequence: Mapped[int]
    number: Mapped[str] = mapped_column(String(30))
    basket_id: Mapped[UUID] = mapped_column(index=True)
    basket_version: Mapped[int]
    sale_id: Mapped[UUID]
    market_id: Mapped[UUID]
    member_id: Mapped[UUID] = mapped_column(index=True)
    issued_at: Mapped[datetime]
    issued_on: Mapped[date]
    gross_cents: Mapped[int] = mapped_column(BigInteger)
    vat_cents: Mapped[int] = mapped_column(BigInteger)
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoices.id"), unique=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    __table_args__ = (
        UniqueConstraint("producer_id", "year", "sequence"),
        Index("ix_invoices_producer_sale", "producer_id", "sale_id"),
        Index("ix_invoices_market_issued_on", "market_id", "issued_on"),
        Index("ix_invoices_producer_issued_on", "producer_id", "issued_on"),
    )


class InvoiceRate(Base):
    """What an invoice holds at one VAT rate: gross - vat = net, with the invoice's sign."""

    __tablename__ = "invoice_rates"
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"), primary_key=True)
    vat_bp: Mapped[int] = mapped_column(primary_key=True)
    gross_cents: Mapped[int] = mapped_column(BigInteger)
    vat_cents: Mapped[int] = mapped_column(BigInteger)


append_only.protect(InvoiceRate.__table__, append_only.invoices)
