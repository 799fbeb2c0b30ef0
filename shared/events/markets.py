"""What markets tells."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.events.base import Event, Fact


@dataclass(frozen=True, kw_only=True)
class MarketChanged(Event):
    """All facts of a market that others act on; rates in basis points (300 is 3 %)."""

    subject: ClassVar[str] = "market_id"
    market_id: UUID
    number: int
    name: str
    kind: str
    organisation_mode: str
    time_zone: str
    commune: str
    postcode: str
    registration: str
    payment_fee_bp: int
    commission_bp: int
    reservation_minutes: int
    unvalidated_limit: int
    reminder_hours: int
    version: int
    contact_email: str | None = None


@dataclass(frozen=True, kw_only=True)
class MemberJoined(Event):
    """`version` counts joining and leaving per market and account."""

    subject: ClassVar[str] = "market_id"
    market_id: UUID
    account_id: UUID
    version: int = 1


@dataclass(frozen=True, kw_only=True)
class MemberLeft(Event):
    """`version` counts joining and leaving per market and account."""

    subject: ClassVar[str] = "market_id"
    market_id: UUID
    account_id: UUID
    version: int = 1


@dataclass(frozen=True, kw_only=True)
class MemberInvited(Event):
    """`has_account`: the link joins an existing account instead of opening one (never a silent add)."""

    subject: ClassVar[str] = "invitation_id"
    invitation_id: UUID
    market_id: UUID
    email: str
    first_name: str | None
    language: str
    token: str
    has_account: bool


@dataclass(frozen=True, kw_only=True)
class RoleGranted(Event):
    """`role`: administrator, message_sender or catalog_manager."""

    subject: ClassVar[str] = "market_id"
    market_id: UUID
    account_id: UUID
    role: str
    version: int


@dataclass(frozen=True, kw_only=True)
class RoleRevoked(RoleGranted):
    """The role is gone as of this version (versions count per market, account and role)."""


@dataclass(frozen=True, kw_only=True)
class PlaceFacts(Fact):
    name: str
    address: str
    postcode: str
    commune: str
    latitude: str | None
    longitude: str | None


@dataclass(frozen=True, kw_only=True)
class SalePlanned(Event):
    """An ordering window and one distribution. All instants UTC; show them in the market's time zone."""

    subject: ClassVar[str] = "sale_id"
    sale_id: UUID
    market_id: UUID
    opens_at: datetime
    closes_at: datetime
    starts_at: datetime
    ends_at: datetime
    place: PlaceFacts
    version: int


@dataclass(frozen=True, kw_only=True)
class SaleRescheduled(SalePlanned):
    """All facts again, with a higher version."""


@dataclass(frozen=True, kw_only=True)
class SaleCancelled(Event):
    """Everybody is refunded, stock is restored, customers, producers and who is on duty are told `reason`.

    `on_duty`: the accounts that had signed up for a duty shift of the distribution.
    """

    subject: ClassVar[str] = "sale_id"
    sale_id: UUID
    market_id: UUID
    reason: str
    on_duty: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class SaleOpened(Event):
    """The shop is open from this instant; told exactly once per sale."""

    subject: ClassVar[str] = "sale_id"
    sale_id: UUID
    market_id: UUID
    opened_at: datetime
    closes_at: datetime


@dataclass(frozen=True, kw_only=True)
class SaleClosed(Event):
    """No new order from this instant; told exactly once per sale."""

    subject: ClassVar[str] = "sale_id"
    sale_id: UUID
    market_id: UUID
    closed_at: datetime


@dataclass(frozen=True, kw_only=True)
class SaleBlocked(Event):
    """Its opening time came while too many paid distributions were unvalidated: `unvalidated` are those sales."""

    subject: ClassVar[str] = "sale_id"
    sale_id: UUID
    market_id: UUID
    unvalidated: list[UUID]


@dataclass(frozen=True, kw_only=True)
class CatalogLinked(Event):
    """The catalogue serves the market: its producer may take part in the market's sales."""

    subject: ClassVar[str] = "catalog_id"
    market_id: UUID
    catalog_id: UUID
    producer_id: UUID
    version: int


@dataclass(frozen=True, kw_only=True)
class CatalogUnlinked(CatalogLinked):
    """The catalogue no longer serves the market."""


@dataclass(frozen=True, kw_only=True)
class ProducerInvitedToSale(Event):
    """The market asks the producer to take part with this catalogue."""

    subject: ClassVar[str] = "sale_id"
    sale_id: UUID
    market_id: UUID
    catalog_id: UUID
    producer_id: UUID


@dataclass(frozen=True, kw_only=True)
class ParticipationConfirmed(Event):
    """The catalogue's products are in the shop of this sale."""

    subject: ClassVar[str] = "sale_id"
    sale_id: UUID
    market_id: UUID
    catalog_id: UUID
    producer_id: UUID
    version: int


@dataclass(frozen=True, kw_only=True)
class ParticipationWithdrawn(ParticipationConfirmed):
    """The products leave the shop. `not_delivering`: there were orders; they are set to zero and refunded."""

    not_delivering: bool = False


@dataclass(frozen=True, kw_only=True)
class ReferentAppointed(Event):
    """Replaces the former referent of the sale."""

    subject: ClassVar[str] = "sale_id"
    sale_id: UUID
    market_id: UUID
    account_id: UUID
    version: int


@dataclass(frozen=True, kw_only=True)
class DutyTurn(Fact):
    """A shift that somebody has signed up for."""

    shift_id: UUID
    role: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class DutyVacancy(DutyTurn):
    """`free`: places still to fill."""

    free: int


@dataclass(frozen=True, kw_only=True)
class DutyVacanciesCalled(Event):
    """Seven days before a distribution, or as soon after as there are free places: once per date.

    It calls members and producers who take part, but for those in `signed_up`. `starts_at`: of the distribution.
    """

    subject: ClassVar[str] = "sale_id"
    sale_id: UUID
    market_id: UUID
    starts_at: datetime
    shifts: list[DutyVacancy]
    signed_up: list[UUID]


@dataclass(frozen=True, kw_only=True)
class DutyReminderDue(Event):
    """Four days before a distribution, once per date and person who had signed up by then: `account_id`."""

    subject: ClassVar[str] = "sale_id"
    sale_id: UUID
    market_id: UUID
    account_id: UUID
    starts_at: datetime
    shifts: list[DutyTurn]
