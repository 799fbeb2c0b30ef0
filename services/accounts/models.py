"""Tables of accounts. Secrets (passwords, link and session tokens) are kept as hashes only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Model, new_metadata
from shared.messaging import tables as messaging


class Base(Model):
    __abstract__ = True
    metadata = new_metadata(messaging.metadata)


class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    first_name: Mapped[str] = mapped_column(String(80))
    last_name: Mapped[str] = mapped_column(String(80))
    phone: Mapped[str | None] = mapped_column(String(30))
    language: Mapped[str] = mapped_column(String(2))
    second_email: Mapped[str | None] = mapped_column(String(254))
    email_verified_at: Mapped[datetime | None]
    registered_at: Mapped[datetime]
    version: Mapped[int]


class Link(Base):
    """A single-use link sent by e-mail. `email` is the address it proves."""

    __tablename__ = "links"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(10))
    email: Mapped[str] = mapped_column(String(254))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Session(Base):
    __tablename__ = "sessions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(120))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Engagement(Base):
    """A paid order of somebody (projection of orders): open until it is cancelled or its sale is settled."""

    __tablename__ = "engagements"
    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(index=True)
    sale_id: Mapped[UUID]
    cancelled: Mapped[bool]


class Reservation(Base):
    """An order of somebody that is not paid yet: over once it is, or expired."""

    __tablename__ = "reservations"
    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(index=True)
    over: Mapped[bool]


class MemberBalance(Base):
    """What somebody has in a market, or owes (below zero): projection of payments."""

    __tablename__ = "member_balances"
    market_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    balance_cents: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int]


class SettledSale(Base):
    __tablename__ = "settled_sales"
    sale_id: Mapped[UUID] = mapped_column(primary_key=True)


class FarmHand(Base):
    """Who acts for a farm (projection of catalogs)."""

    __tablename__ = "farm_hands"
    producer_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)


class Farm(Base):
    """The version of a farm's people that is known."""

    __tablename__ = "farms"
    producer_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]


class FailedLogin(Base):
    """`subject` is account:<e-mail> or address:<network address>."""

    __tablename__ = "failed_logins"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime]
    __table_args__ = (Index("ix_failed_logins_subject_at", "subject", "at"),)
