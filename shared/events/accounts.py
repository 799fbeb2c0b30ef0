"""What accounts tells."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.events.base import Event


@dataclass(frozen=True, kw_only=True)
class AccountRegistered(Event):
    """Somebody opened an account; the address is not proved yet."""

    subject: ClassVar[str] = "account_id"
    account_id: UUID
    email: str
    first_name: str
    last_name: str
    phone: str | None
    language: str
    second_email: str | None
    email_verified: bool
    version: int


@dataclass(frozen=True, kw_only=True)
class AccountChanged(AccountRegistered):
    """All facts again, with a higher version."""


@dataclass(frozen=True, kw_only=True)
class AccountDeleted(Event):
    """Forget the person: keep what money needs under the account's id, without name, address or phone."""

    subject: ClassVar[str] = "account_id"
    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class EmailVerificationRequested(Event):
    """`token` goes into a link that works once, until `expires_at`."""

    subject: ClassVar[str] = "account_id"
    account_id: UUID
    email: str
    first_name: str
    language: str
    token: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class PasswordResetRequested(EmailVerificationRequested):
    """Same fields, other purpose."""
