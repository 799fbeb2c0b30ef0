"""When producers are paid."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Paris")
AVAILABLE_AFTER = timedelta(days=3)


RUN_TIME = time(6)
WEEK = timedelta(days=7)


def account_look(looks: int) -> timedelta:
    """Pause until an account that is not active yet is asked about again, should its webhook be lost."""
    return timedelta(hours=min(2 ** min(looks, 5), 24))


def available_at(validated_at: datetime) -> datetime:
    """Three days later at the same time on the wall (SPEC F5)."""
    return (validated_at.astimezone(ZONE) + AVAILABLE_AFTER).astimezone(UTC)


def run_at(monday: date) -> datetime:
    return datetime.combine(monday, RUN_TIME, ZONE).astimezone(UTC)


def pay_on(available: datetime) -> date:
    """The first Monday whose run is at or after the money is available."""
    day = available.astimezone(ZONE).date()
    monday = day + timedelta(days=-day.weekday() % 7)
    return monday if run_at(monday) >= available else monday + WEEK


def last_run(now: datetime) -> date:
    """The Monday of the latest run that is due."""
    day = now.astimezone(ZONE).date()
    monday = day - timedelta(days=day.weekday())
    return monday if run_at(monday) <= now else monday - WEEK


def next_run(now: datetime) -> datetime:
    return run_at(last_run(now) + WEEK)
