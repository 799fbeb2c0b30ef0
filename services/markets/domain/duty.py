"""Duty shifts (« permanences »): their hours, the places to fill, and when people are called and reminded (SPEC M7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from services.markets.domain.cycles import at
from services.markets.domain.sales import COMING, DISTRIBUTED, SaleIsOver
from shared.errors import NotFound, Refusal

CALLED_BEFORE = timedelta(days=7)
REMINDED_BEFORE = timedelta(days=4)


class WrongShiftHours(Refusal):
    """A shift starts before it ends, both on the day of the distribution. `field` is the end that breaks it."""

    status = 422


class DutyShiftIsFull(Refusal):
    """All its places are taken. details["places"]."""


class DutyShiftHasSignups(Refusal):
    """It cannot go, nor have fewer places than people. details["role"], details["signups"]: how many."""


@dataclass(frozen=True)
class Wanted:
    """A shift as an administrator sets it; hours are wall-clock times. `shift_id`: None for a new one."""

    shift_id: UUID | None
    role: str
    starts: time
    ends: time
    places: int


def ensure_before_the_end(state: str, ends_at: datetime, now: datetime) -> None:
    if state not in COMING:
        raise SaleIsOver(state=state)
    if now >= ends_at:
        raise SaleIsOver(state=DISTRIBUTED)


def ensure_may_set(wanted: Sequence[Wanted], signups: dict[UUID, int], roles: dict[UUID, str]) -> None:
    """`roles`: of the sale's shifts as they are; `signups`: how many people each of them has.

    All that is typed is looked at before anything is written.
    """
    kept: set[UUID] = set()
    for index, shift in enumerate(wanted):
        if shift.ends <= shift.starts:
            raise WrongShiftHours(f"shifts.{index}.ends")
        if shift.shift_id is None:
            continue
        if shift.shift_id not in roles or shift.shift_id in kept:
            raise NotFound(f"shifts.{index}.shift_id", what="shift")
        kept.add(shift.shift_id)
        _ensure_room(f"shifts.{index}.places", shift.places, roles[shift.shift_id], signups.get(shift.shift_id, 0))
    for shift_id in sorted(set(roles) - kept):
        _ensure_room("shifts", 0, roles[shift_id], signups.get(shift_id, 0))


def _ensure_room(field: str, places: int, role: str, signups: int) -> None:
    if places < signups:
        raise DutyShiftHasSignups(field, role=role, signups=signups)


def ensure_free(places: int, signups: int) -> None:
    if signups >= places:
        raise DutyShiftIsFull(places=places)


def hours_on(distribution: datetime, starts: time, ends: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants of a shift on the day of its distribution, in the market's zone."""
    on = distribution.astimezone(zone).date()
    return at(on, starts, zone), at(on, ends, zone)


def moved(instant: datetime, before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """A shift goes along with its distribution from `before` to `after`, by the wall clock: 8:00 stays 8:00 over a
    change to winter time.
    """
    step = after.astimezone(zone).replace(tzinfo=None) - before.astimezone(zone).replace(tzinfo=None)
    there = instant.astimezone(zone).replace(tzinfo=None) + step
    return at(there.date(), there.time(), zone)


def needs_no_reminder(starts_at: datetime, now: datetime) -> bool:
    """Who signs up when reminders are due, or were, knows of it."""
    return now >= starts_at - REMINDED_BEFORE


def on_one_day(called_for: datetime | None, starts_at: datetime, zone: ZoneInfo) -> bool:
    """Who was called for this date is not called again because the hour has changed."""
    return called_for is not None and called_for.astimezone(zone).date() == starts_at.astimezone(zone).date()
