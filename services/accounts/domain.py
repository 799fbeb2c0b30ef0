"""Rules of accounts: how long links and sessions live, and when log-in is throttled."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from shared.errors import Refusal

VERIFICATION_LIFE = timedelta(days=2)
RESET_LIFE = timedelta(hours=1)
SESSION_LIFE = timedelta(days=30)
THROTTLE_WINDOW = timedelta(minutes=15)
MOST_FAILURES_PER_ACCOUNT = 10
MOST_FAILURES_PER_ADDRESS = 50

VERIFY, RESET = "verify", "reset"
LIFE = {VERIFY: VERIFICATION_LIFE, RESET: RESET_LIFE}
SCOPES = ("read", "write")


class EmailTaken(Refusal):
    """There is an account with this address: log in or reset the password."""


class WrongCredentials(Refusal):
    """Address unknown or password wrong; which of the two is not told."""

    status = 401


class TooManyAttempts(Refusal):
    """details["retry_after"]: seconds."""

    status = 429


class LinkInvalid(Refusal):
    """The link is unknown, used, or too old."""

    status = 410


class OrdersAreOpen(Refusal):
    """Orders wait for their payment or their distribution. details["orders"]: how many."""


class BalanceIsOpen(Refusal):
    """A market owes the person money, or the person it. details["markets"]: their ids."""


class ActsForAFarm(Refusal):
    """Payouts of a farm are owed to this person."""


def ensure_deletable(open_orders: int, farms: int, balances: Sequence[UUID]) -> None:
    """An account with money or goods under way stays (SPEC P5). `balances`: the markets where it is not zero."""
    if open_orders:
        raise OrdersAreOpen(orders=open_orders)
    if balances:
        raise BalanceIsOpen(markets=[str(market_id) for market_id in balances])
    if farms:
        raise ActsForAFarm


def ensure_calm(failures_of_account: int, failures_of_address: int) -> None:
    """Failures within THROTTLE_WINDOW, for the account asked for and for the caller's network address."""
    if failures_of_account >= MOST_FAILURES_PER_ACCOUNT or failures_of_address >= MOST_FAILURES_PER_ADDRESS:
        raise TooManyAttempts(retry_after=int(THROTTLE_WINDOW.total_seconds()))


def ensure_usable(used_at: datetime | None, expires_at: datetime, now: datetime) -> None:
    """A link works once and not for long."""
    if used_at is not None or now >= expires_at:
        raise LinkInvalid
