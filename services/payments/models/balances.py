"""Members' accounts in a market."""

from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from services.payments.models.base import Base


class MemberAccount(Base):
    """Locked by whoever moves the money of a member in a market, or lets a payment page use it. The balance itself is the
    journal's, on `account`; `version` counts its changes.
    """

    __tablename__ = "member_accounts"
    market_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    account: Mapped[str] = mapped_column(String(80), unique=True)
    version: Mapped[int] = mapped_column(default=0)
