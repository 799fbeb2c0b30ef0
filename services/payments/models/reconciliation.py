"""The provider's own books, as it listed them, beside the journal; and where the two differ."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from services.payments.models.base import Base


class Movement(Base):
    """One amount on a balance at the provider: a balance transaction, or (`…:fee`) the fee taken with it.

    `account` is the journal's account of that balance, `entry_key` the entry that should have a posting of the same amount
    there, None for what we cannot name; `matched` once it was found.
    """

    __tablename__ = "movements"
    id: Mapped[str] = mapped_column(String(130), primary_key=True)
    transaction_id: Mapped[str] = mapped_column(String(120))
    account: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(60))
    source: Mapped[str | None] = mapped_column(String(120))
    entry_key: Mapped[str | None] = mapped_column(String(120))
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    matched: Mapped[bool] = mapped_column(index=True)
    __table_args__ = (
        Index("ix_movements_entry_account", "entry_key", "account"),
        Index("ix_movements_account_created", "account", "created_at"),
    )


class Reconciliation(Base):
    """One comparison of the two. `nightly_on`: the night that it is for; none if an operator asked for it."""

    __tablename__ = "reconciliations"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    nightly_on: Mapped[date | None] = mapped_column(unique=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    provider_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    ledger_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    in_flight_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    difference_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    tries: Mapped[int] = mapped_column(default=0)
    try_at: Mapped[datetime | None] = mapped_column(index=True)


class Mismatch(Base):
    """A difference, from the comparison that found it until the one that does not find it any more. `subject` is the
    movement, else the entry, else `balance`.
    """

    __tablename__ = "mismatches"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    reconciliation_id: Mapped[UUID] = mapped_column(ForeignKey("reconciliations.id"), index=True)
    account: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(130))
    transaction_id: Mapped[str | None] = mapped_column(String(120))
    entry_key: Mapped[str | None] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(60))
    provider_cents: Mapped[int] = mapped_column(BigInteger)
    ledger_cents: Mapped[int] = mapped_column(BigInteger)
    found_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    __table_args__ = (
        Index(
            "uq_mismatches_open",
            "account",
            "subject",
            unique=True,
            postgresql_where=text("resolved_at IS NULL"),
            sqlite_where=text("resolved_at IS NULL"),
        ),
    )
