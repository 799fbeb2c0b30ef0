"""Tables of markets. Below the line: projections of what other services tell."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Model, new_metadata
from shared.messaging import tables as messaging

PLACE = ("name", "address", "postcode", "commune", "latitude", "longitude")


class Base(Model):
    __abstract__ = True
    metadata = new_metadata(messaging.metadata)


class Placed:
    """The columns of a place of distribution. A sale copies its market's and may have its own."""

    place_name: Mapped[str] = mapped_column(String(120))
    place_address: Mapped[str] = mapped_column(String(200))
    place_postcode: Mapped[str] = mapped_column(String(10))
    place_commune: Mapped[str] = mapped_column(String(80))
    place_latitude: Mapped[float | None]
    place_longitude: Mapped[float | None]

    @property
    def place(self) -> dict[str, Any]:
        return {name: getattr(self, f"place_{name}") for name in PLACE}

    @place.setter
    def place(self, facts: dict[str, Any]) -> None:
        for name in PLACE:
            setattr(self, f"place_{name}", facts[name])


class Market(Placed, Base):
    __tablename__ = "markets"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    organisation_mode: Mapped[str] = mapped_column(String(10))
    time_zone: Mapped[str] = mapped_column(String(60))
    registration: Mapped[str] = mapped_column(String(20))
    welcome: Mapped[str] = mapped_column(Text)
    contact_name: Mapped[str] = mapped_column(String(120))
    contact_email: Mapped[str | None] = mapped_column(String(254))
    contact_phone: Mapped[str | None] = mapped_column(String(30))
    payment_fee_bp: Mapped[int]
    commission_bp: Mapped[int]
    reservation_minutes: Mapped[int]
    unvalidated_limit: Mapped[int]
    reminder_hours: Mapped[int]
    logo_id: Mapped[UUID | None]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    version: Mapped[int]
    __table_args__ = (
        Index("ix_markets_place", "place_latitude", "place_longitude"),
        Index("ix_markets_postcode", "place_postcode"),
    )


class Logo(Base):
    """The picture of a market, as WebP; never changed, only replaced, or removed and for a while put back."""

    __tablename__ = "logos"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    market_id: Mapped[UUID] = mapped_column(ForeignKey("markets.id"), index=True)
    content: Mapped[bytes]
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class Member(Base):
    """Who belongs to a market, waits to, or once did. `version` counts joining and leaving."""

    __tablename__ = "members"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    market_id: Mapped[UUID] = mapped_column(ForeignKey("markets.id"))
    account_id: Mapped[UUID] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(12))
    joined_at: Mapped[datetime]
    version: Mapped[int]
    __table_args__ = (Index("uq_members_market_id_account_id", "market_id", "account_id", unique=True),)


class Role(Base):
    """`version` counts granting and revoking of this role to this person."""

    __tablename__ = "roles"
    market_id: Mapped[UUID] = mapped_column(ForeignKey("markets.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    held: Mapped[bool]
    version: Mapped[int]


class Invitation(Base):
    """The token itself is only in the e-mail. Inviting an address again renews its row."""

    __tablename__ = "invitations"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    market_id: Mapped[UUID] = mapped_column(ForeignKey("markets.id"))
    email: Mapped[str] = mapped_column(String(254))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by: Mapped[UUID]
    invited_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[UUID | None]
    __table_args__ = (Index("uq_invitations_market_id_email", "market_id", "email", unique=True),)


class Link(Base):
    """A catalogue that serves, or once served, a market."""

    __tablename__ = "links"
    market_id: Mapped[UUID] = mapped_column(ForeignKey("markets.id"), primary_key=True)
    catalog_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    producer_id: Mapped[UUID] = mapped_column(index=True)
    active: Mapped[bool]
    linked_at: Mapped[datetime]
    version: Mapped[int]


class Sale(Placed, Base):
    """An ordering window and one distribution. `version` counts changes of its facts, not of its state.

    `validated_round` > `reopened_round` is what "validated" means, in whatever order the two are told.
    `vacancies_called_for`: the start of the distribution for which people were called to its duty shifts.
    """

    __tablename__ = "sales"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    market_id: Mapped[UUID] = mapped_column(ForeignKey("markets.id"))
    cycle_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(String(12))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    referent_id: Mapped[UUID]
    referent_version: Mapped[int]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    blocked_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    validated_at: Mapped[datetime | None]
    validated_round: Mapped[int]
    reopened_round: Mapped[int]
    cancel_reason: Mapped[str] = mapped_column(String(500))
    vacancies_called_for: Mapped[datetime | None]
    shifts_version: Mapped[int] = mapped_column(default=0, server_default="0")
    version: Mapped[int]
    __table_args__ = (
        Index("ix_sales_market_id_starts_at", "market_id", "starts_at"),
        Index("ix_sales_state_starts_at", "state", "starts_at"),
        Index("ix_sales_state_opens_at", "state", "opens_at"),
        Index("ix_sales_state_closes_at", "state", "closes_at"),
        Index("ix_sales_state_ends_at", "state", "ends_at"),
    )


class Participation(Base):
    __tablename__ = "participations"
    sale_id: Mapped[UUID] = mapped_column(ForeignKey("sales.id"), primary_key=True)
    catalog_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    producer_id: Mapped[UUID] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(16))
    invited_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    version: Mapped[int]


class DutyShift(Base):
    """« Permanence »: a role at a distribution, with places to fill."""

    __tablename__ = "duty_shifts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    sale_id: Mapped[UUID] = mapped_column(ForeignKey("sales.id"), index=True)
    role: Mapped[str] = mapped_column(String(80))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    places: Mapped[int]


class DutySignup(Base):
    """`reminded_for`: the start of the distribution that the person was reminded of, or knew when signing up late."""

    __tablename__ = "duty_signups"
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("duty_shifts.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    signed_at: Mapped[datetime]
    reminded_for: Mapped[datetime | None]


# ---- what others tell


class Person(Base):
    """`sort_name` is "martin anne" in plain letters; `found_by` adds the address, for the search of members."""

    __tablename__ = "people"
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    first_name: Mapped[str] = mapped_column(String(80))
    last_name: Mapped[str] = mapped_column(String(80))
    phone: Mapped[str | None] = mapped_column(String(30))
    language: Mapped[str] = mapped_column(String(2))
    sort_name: Mapped[str] = mapped_column(String(200))
    found_by: Mapped[str] = mapped_column(String(460))
    version: Mapped[int]


class Bounce(Base):
    """An address that refused mail for good."""

    __tablename__ = "bounces"
    email: Mapped[str] = mapped_column(String(254), primary_key=True)
    reason: Mapped[str] = mapped_column(String(500))
    bounced_at: Mapped[datetime]


class Producer(Base):
    __tablename__ = "producers"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    commune: Mapped[str] = mapped_column(String(100))
    postcode: Mapped[str] = mapped_column(String(10))
    photo_id: Mapped[UUID | None]
    version: Mapped[int]


class ProducerPerson(Base):
    """Who acts for a farm."""

    __tablename__ = "producer_people"
    producer_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)


class Catalog(Base):
    __tablename__ = "catalogs"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(index=True)
    producer_id: Mapped[UUID] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(200))
    product_count: Mapped[int]
    version: Mapped[int]


class PaidOrder(Base):
    """A confirmed order; `cancelled` may be told before its confirmation is. `amendment`: the newest change told of it."""

    __tablename__ = "paid_orders"
    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    sale_id: Mapped[UUID] = mapped_column(index=True)
    member_id: Mapped[UUID] = mapped_column(index=True)
    cancelled: Mapped[bool]
    amendment: Mapped[int] = mapped_column(default=0, server_default="0")


class OrderedFrom(Base):
    """Which producers an order buys from."""

    __tablename__ = "ordered_from"
    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    producer_id: Mapped[UUID] = mapped_column(primary_key=True)
    sale_id: Mapped[UUID] = mapped_column(index=True)
