"""What payments keeps of others' facts."""

from uuid import UUID

from sqlalchemy import JSON, String, false
from sqlalchemy.orm import Mapped, mapped_column

from services.payments.models.base import Base


class Market(Base):
    """Projection of MarketChanged; rates in basis points."""

    __tablename__ = "markets"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    payment_fee_bp: Mapped[int]
    commission_bp: Mapped[int]
    time_zone: Mapped[str] = mapped_column(String(40), server_default="Europe/Paris")
    version: Mapped[int]


class Role(Base):
    """Projection of RoleGranted and RoleRevoked."""

    __tablename__ = "roles"
    market_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(40), primary_key=True)
    granted: Mapped[bool]
    version: Mapped[int]


class Referent(Base):
    """Projection of ReferentAppointed: who settles a sale besides the administrators."""

    __tablename__ = "referents"
    sale_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    version: Mapped[int]


class Producer(Base):
    """Projection of ProducerChanged; `account_ids` (text) are the people who act for the farm."""

    __tablename__ = "producers"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    account_ids: Mapped[list[str]] = mapped_column(JSON)
    commune: Mapped[str] = mapped_column(String(120), server_default="")
    postcode: Mapped[str] = mapped_column(String(10), server_default="")
    siret: Mapped[str | None] = mapped_column(String(14))
    vat_exempt: Mapped[bool] = mapped_column(server_default=false())
    version: Mapped[int]
