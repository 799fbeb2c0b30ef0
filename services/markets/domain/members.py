"""Who belongs to a market and what roles allow (SPEC M8, N6, P3)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.errors import Refusal

ADMINISTRATOR, MESSAGE_SENDER, CATALOG_MANAGER = "administrator", "message_sender", "catalog_manager"
ROLES = (ADMINISTRATOR, MESSAGE_SENDER, CATALOG_MANAGER)

ROLE_NAMES = {
    ADMINISTRATOR: ("administrateur", "administrator"),
    MESSAGE_SENDER: ("messagerie", "messages"),
    CATALOG_MANAGER: ("catalogues", "catalogues"),
}
"""In French and English."""

MEMBER, WAITING, GONE, TURNED_AWAY = "member", "waiting", "gone", "turned_away"
ANY = "any"
"""Of questions only: whatever the state is."""

JOINING = {"open": MEMBER, "waiting_list": WAITING}
"""What somebody who asks to join becomes, by the market's registration."""

INVITATION_LIFE = timedelta(days=60)
MOST_INVITED_AT_ONCE = 500
_SEPARATORS = re.compile(r"[,;\n\r\t]+")
_NAMED = re.compile(r"^(?P<name>[^<>]*)<(?P<address>[^<>]+)>$")
_ADDRESS = re.compile(
    r"^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$"
)
_MOST_CHARACTERS = 254
_MOST_NAME = 80


class RegistrationIsClosed(Refusal):
    """Only people who are invited can join."""


class LastAdministrator(Refusal):
    """A market always keeps one administrator."""


class NotWaiting(Refusal):
    """Nobody waits under this account: the question has been decided, or was never asked."""


class InvitationIsUsed(Refusal):
    status = 410


class InvitationIsExpired(Refusal):
    status = 410


class ConsentMissing(Refusal):
    """The sender must state that these people agreed to be written to."""

    status = 422


class TooManyAddresses(Refusal):
    """details["most"]: how many can be invited at once."""

    status = 422


@dataclass
class Addresses:
    """`valid`: {address in lower case: the name written beside it, or ""}."""

    valid: dict[str, str] = field(default_factory=dict)
    invalid: list[str] = field(default_factory=list)


def read_addresses(texts: Iterable[str]) -> Addresses:
    """What people paste: one a line, commas, semicolons, `Anne Martin <anne@example.org>`; doubles are merged."""
    read = Addresses()
    for piece in (part.strip() for text in texts for part in _SEPARATORS.split(text)):
        named = _NAMED.match(piece)
        if named:
            _keep(read, piece, named["address"], named["name"].strip(" \"'"))
        else:
            for address in piece.split():
                _keep(read, address, address, "")
    return read


def _keep(read: Addresses, written: str, address: str, name: str) -> None:
    address = address.strip().lower()
    if _ADDRESS.match(address) and len(address) <= _MOST_CHARACTERS and ".." not in address:
        read.valid.setdefault(address, name[:_MOST_NAME])
    else:
        read.invalid.append(written[:_MOST_CHARACTERS])


def state_on_joining(registration: str, state: str | None) -> str:
    """Asking again changes nothing for who is in or waits. Refuses when registration is closed."""
    if state in {MEMBER, WAITING}:
        return MEMBER if state == MEMBER or registration == "open" else WAITING
    if registration not in JOINING:
        raise RegistrationIsClosed
    return JOINING[registration]


def ensure_invitation_is_good(accepted_at: datetime | None, expires_at: datetime, now: datetime) -> None:
    if accepted_at is not None:
        raise InvitationIsUsed("token")
    if now >= expires_at:
        raise InvitationIsExpired("token")


def ensure_another_administrator(others: int) -> None:
    if others == 0:
        raise LastAdministrator("role")


def ensure_not_too_many(addresses: Addresses) -> None:
    if len(addresses.valid) + len(addresses.invalid) > MOST_INVITED_AT_ONCE:
        raise TooManyAddresses("addresses", most=MOST_INVITED_AT_ONCE)
