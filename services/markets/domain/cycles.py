"""Regular distributions: dates counted on the calendar, wall-clock times that daylight saving leaves alone (SPEC S3)."""

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.errors import Refusal

WEEKLY, EVERY_2_WEEKS, EVERY_3_WEEKS, MONTHLY = "weekly", "every_2_weeks", "every_3_weeks", "monthly"
RHYTHMS = (WEEKLY, EVERY_2_WEEKS, EVERY_3_WEEKS, MONTHLY)
WEEKS = {WEEKLY: 1, EVERY_2_WEEKS: 2, EVERY_3_WEEKS: 3}
MOST_DATES = 100
DECEMBER = 12


class TooManyDates(Refusal):
    """details["most"]."""

    status = 422


class NoDates(Refusal):
    """Nothing is left between the two dates."""

    status = 422


@dataclass(frozen=True)
class Slot:
    """The times of every distribution of a cycle; days count back from the date of distribution."""

    starts: time
    ends: time
    opens_days_before: int = 10
    opens: time = time(8, 0)
    closes_days_before: int = 2
    closes: time = time(23, 55)


def at(on: date, wall: time, zone: ZoneInfo) -> datetime:
    """The instant at which clocks in `zone` show this time, in UTC.

    A time that daylight saving skips is taken an hour later on the clock; one that comes twice is the first.
    """
    return datetime.combine(on, wall.replace(fold=0), zone).astimezone(UTC)


def dates(rhythm: str, first_on: date, until: date, skip: Iterable[date] = ()) -> list[date]:
    """Every date of the cycle from `first_on`, which sets the weekday (and for monthly its place in the month),
    to `until` at the latest, without those to skip. Refuses more than 100 and none at all.
    """
    skipped = set(skip)
    kept: list[date] = []
    for on in _monthly(first_on, until) if rhythm == MONTHLY else _weekly(first_on, until, WEEKS[rhythm]):
        if on not in skipped:
            kept.append(on)
        if len(kept) > MOST_DATES:
            raise TooManyDates("until", most=MOST_DATES)
    if not kept:
        raise NoDates("until")
    return kept


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """The 2nd Tuesday, …; a missing 5th is the last one."""
    first = date(year, month, 1)
    on = 1 + (weekday - first.weekday()) % 7 + 7 * (nth - 1)
    return first.replace(day=on if on <= calendar.monthrange(year, month)[1] else on - 7)


def _weekly(first_on: date, until: date, weeks: int) -> Iterator[date]:
    on = first_on
    while on <= until:
        yield on
        on += timedelta(weeks=weeks)


def _monthly(first_on: date, until: date) -> Iterator[date]:
    nth = (first_on.day - 1) // 7 + 1
    year, month = first_on.year, first_on.month
    while (on := nth_weekday(year, month, first_on.weekday(), nth)) <= until:
        yield on
        year, month = (year + 1, 1) if month == DECEMBER else (year, month + 1)
