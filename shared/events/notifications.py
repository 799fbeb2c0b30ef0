"""What notifications tells."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from shared.events.base import Event


@dataclass(frozen=True, kw_only=True)
class DeliveryBounced(Event):
    """An e-mail was refused for good."""

    subject: ClassVar[str] = "delivery_id"
    delivery_id: UUID
    account_id: UUID | None
    market_id: UUID | None
    email: str
    kind: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Unsubscribed(Event):
    """`kind`: opening or broadcast."""

    subject: ClassVar[str] = "account_id"
    account_id: UUID
    market_id: UUID
    kind: str
