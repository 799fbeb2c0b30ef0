"""TABLES of notifications: what is to be told to whom, and what must be known of others for it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Model, new_metadata
from shared.messaging import tables as messaging


class Base(Model):
    __abstract__ = True
    metadata = new_metadata(messaging.metadata)


class Delivery(Base):
    """One e-mail to one address. The unique key is the promise of SPEC N4: once, whatever is retried.

    `person` is the account, the account with `/household` (its second address), or a bare address. The text is written at the
    moment of sending from `facts` and the projections, so that an event that was overtaken by another does no harm.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("occasion", "person", "kind"),
        Index("ix_deliveries_due", "state", "priority", "due_at"),
        Index("ix_deliveries_market", "market_id", "state", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    occasion: Mapped[str] = mapped_column(String(160))
    person: Mapped[str] = mapped_column(String(330))
    kind: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[UUID | None] = mapped_column(index=True)
    market_id: Mapped[UUID | None]
    sale_id: Mapped[UUID | None]
    email: Mapped[str | None] = mapped_column(String(320))  # when it is not the account's own
    language: Mapped[str | None] = mapped_column(String(2))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    priority: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int]
    due_at: Mapped[datetime]  # the next try; while a worker sends it: the end of the worker's lease
    claim: Mapped[UUID | None]
    first_tried_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class Notice(Base):
    """What a person sees in the application, read or unread."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("occasion", "account_id", "kind"),
        Index("ix_notices_account", "account_id", "id"),
        Index("ix_notices_unread", "account_id", "read_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    occasion: Mapped[str] = mapped_column(String(160))
    account_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(40))
    market_id: Mapped[UUID | None]
    sale_id: Mapped[UUID | None]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class Announcement(Base):
    """Something to tell to a group, worked off in chunks; the row goes when everybody has a delivery."""

    __tablename__ = "announcements"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    occasion: Mapped[str] = mapped_column(String(160))
    audience: Mapped[str] = mapped_column(String(20))
    market_id: Mapped[UUID | None]
    sale_id: Mapped[UUID | None]
    producer_id: Mapped[UUID | None]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[UUID | None]  # the last account that was reached
    rounds: Mapped[int]
    due_at: Mapped[datetime] = mapped_column(index=True)
    created_at: Mapped[datetime]


class Preference(Base):
    __tablename__ = "preferences"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    pickup_4h: Mapped[bool]


class OptOut(Base):
    """The account wants no more mails of this kind (`opening`) from this market."""

    __tablename__ = "opt_outs"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    market_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    opted_out_at: Mapped[datetime]


class SigningKey(Base):
    """The key of the unsubscribe links. Kept here, not in the configuration: links in old mails must work for years."""

    __tablename__ = "signing_keys"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    secret: Mapped[str] = mapped_column(String(64))


class Account(Base):
    __tablename__ = "accounts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320), index=True)
    first_name: Mapped[str] = mapped_column(String(200))
    last_name: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(2))
    second_email: Mapped[str | None] = mapped_column(String(320))
    deleted: Mapped[bool]
    version: Mapped[int]


class Market(Base):
    __tablename__ = "markets"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    time_zone: Mapped[str] = mapped_column(String(60))
    reminder_hours: Mapped[int]
    contact_email: Mapped[str | None] = mapped_column(String(320))
    version: Mapped[int]


class Member(Base):
    __tablename__ = "members"

    market_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    joined: Mapped[bool]
    version: Mapped[int]


class Role(Base):
    __tablename__ = "roles"

    market_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    granted: Mapped[bool]
    version: Mapped[int]


class Sale(Base):
    """Version 0: something was told about the sale before the sale itself; its facts are not there yet."""

    __tablename__ = "sales"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    market_id: Mapped[UUID] = mapped_column(index=True)
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None] = mapped_column(index=True)
    starts_at: Mapped[datetime | None] = mapped_column(index=True)
    ends_at: Mapped[datetime | None]
    place: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    version: Mapped[int]
    opened: Mapped[bool]
    cancelled: Mapped[bool]
    cancel_reason: Mapped[str | None] = mapped_column(Text)
    # the start or closing that people were last reminded of
    pickup_reminded_for: Mapped[datetime | None]
    pickup_4h_reminded_for: Mapped[datetime | None]
    closing_reminded_for: Mapped[datetime | None]


class Referent(Base):
    __tablename__ = "referents"

    sale_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(index=True)
    version: Mapped[int]


class Order(Base):
    """A paid order. A cancellation that overtakes its confirmation leaves a row without `confirmed_at`."""

    __tablename__ = "orders"
    __table_args__ = (Index("ix_orders_sale_member", "sale_id", "member_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sale_id: Mapped[UUID]
    member_id: Mapped[UUID] = mapped_column(index=True)
    basket_number: Mapped[int | None]
    confirmed_at: Mapped[datetime | None]
    cancelled: Mapped[bool]
    void_cents: Mapped[int] = mapped_column(server_default="0")  # its total, if it went with its sale


class Refund(Base):
    """What was given back of a basket on the day, so that a sale cancelled after it tells what comes back now."""

    __tablename__ = "refunds"
    __table_args__ = (Index("ix_refunds_sale_member", "sale_id", "member_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sale_id: Mapped[UUID]
    member_id: Mapped[UUID]
    amount_cents: Mapped[int]


class Producer(Base):
    __tablename__ = "producers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(320))
    account_ids: Mapped[list[str]] = mapped_column(JSON)
    version: Mapped[int]


class PaymentAccount(Base):
    __tablename__ = "payment_accounts"

    producer_id: Mapped[UUID] = mapped_column(primary_key=True)
    active: Mapped[bool]
    version: Mapped[int]


class CatalogLink(Base):
    __tablename__ = "catalog_links"

    market_id: Mapped[UUID] = mapped_column(primary_key=True)
    catalog_id: Mapped[UUID] = mapped_column(primary_key=True)
    producer_id: Mapped[UUID] = mapped_column(index=True)
    linked: Mapped[bool]
    version: Mapped[int]


class Participation(Base):
    __tablename__ = "participations"

    sale_id: Mapped[UUID] = mapped_column(primary_key=True)
    catalog_id: Mapped[UUID] = mapped_column(primary_key=True)
    producer_id: Mapped[UUID] = mapped_column(index=True)
    confirmed: Mapped[bool]
    version: Mapped[int]
