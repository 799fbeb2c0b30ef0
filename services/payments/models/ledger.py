"""The journal."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.payments import append_only
from services.payments.models.base import Base


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
