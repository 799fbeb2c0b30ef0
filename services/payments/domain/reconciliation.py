"""When the provider's books are compared with ours, and how long a fact may be known on one side alone."""

from datetime import date, datetime, time, timedelta

from services.payments.domain.payouts import ZONE

NIGHT = time(3)
OVERLAP = timedelta(days=3)
"""The provider's list is asked for from that long before the last movement known."""

AT_MOST_IN_FLIGHT = timedelta(days=1)
"""A movement that a row here still waits for is no difference for that long."""

RUN_LEASE = timedelta(hours=1)


def last_night(now: datetime) -> date:
    """The day of the latest 03:00, Europe/Paris, that has come."""
    local = now.astimezone(ZONE)
    return local.date() if local.time() >= NIGHT else local.date() - timedelta(days=1)
