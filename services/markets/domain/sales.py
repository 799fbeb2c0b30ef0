"""Sales: their life as a table, the checks on their times, blocking, and taking part (SPEC S1, S2, S4, S6, S9)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from services.markets.domain.cycles import Slot, at, dates
from shared import day
from shared.errors import Refusal

PLANNED, OPEN, CLOSED, DISTRIBUTED, VALIDATED, CANCELLED = (
    "planned",
    "open",
    "closed",
    "distributed",
    "validated",
    "cancelled",
)
STATES = (PLANNED, OPEN, CLOSED, DISTRIBUTED, VALIDATED, CANCELLED)
NEXT: dict[str, set[str]] = {
    PLANNED: {OPEN, CANCELLED},
    OPEN: {CLOSED, CANCELLED},
    CLOSED: {DISTRIBUTED, VALIDATED, CANCELLED},  # validated before the hour when the last basket is gone
    DISTRIBUTED: {VALIDATED},
    VALIDATED: {DISTRIBUTED},  # reopened by an administrator
    CANCELLED: set(),
}
COMING = (PLANNED, OPEN, CLOSED)

INVITED, CONFIRMED, WITHDRAWN, DECLINED, NOT_DELIVERING = (
    "invited",
    "confirmed",
    "withdrawn",
    "declined",
    "not_delivering",
)
INVITED_AGAIN_AFTER = timedelta(days=1)


class SaleIsOver(Refusal):
    """It is too far on for this. details["state"]."""


class WrongSaleTimes(Refusal):
    """opens < closes ≤ distribution start < distribution end; `field` is the first one that breaks it."""

    status = 422


class ClosingIsPast(Refusal):
    """Nobody could order: the closing lies in the past. details["on"]: the dates of distribution concerned."""

    status = 422


class SaleIsOpen(Refusal):
    """Ordering has begun: its opening time cannot be changed any more."""


class SaleIsClosed(Refusal):
    """Ordering has ended."""


class DistributionsOverlap(Refusal):
    """Two at one place in one market. details["on"]: the dates concerned."""


class ProducerHasOrders(Refusal):
    """People ordered from this producer: say « je ne livre pas » instead. details["orders"]."""


class ProducerIsNotDelivering(Refusal):
    """The orders were set to zero and refunded; coming back to the same sale is not possible."""


class CatalogIsNotLinked(Refusal):
    """The catalogue does not serve this market."""


@dataclass(frozen=True)
class Times:
    opens_at: datetime
    closes_at: datetime
    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: "Times") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


def button(state: str, closes_at: datetime, starts_at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Which one an administrator finds beside a sale (SPEC D1)."""
    is_over = state in {VALIDATED, CANCELLED}
    return day.SEE_ORDERS if is_over else day.button(closes_at, starts_at, zone, now)


def ensure_next(state: str, wanted: str) -> None:
    if wanted not in NEXT[state]:
        raise SaleIsOver(state=state)


def default_times(zone: ZoneInfo, today: date) -> Times:
    """SPEC S2: what the form of a « distribution ponctuelle » proposes."""
    on = today + timedelta(days=30)
    return Times(
        opens_at=at(today + timedelta(days=10), time(8, 0), zone),
        closes_at=at(today + timedelta(days=20), time(23, 59), zone),
        starts_at=at(on, time(19, 0), zone),
        ends_at=at(on, time(20, 0), zone),
    )


def times_of(given: dict[str, datetime | None], defaults: Times, zone: ZoneInfo) -> Times:
    """What was given, else the default; a naive value is wall-clock time in the market's zone. An end that is not
    given follows the start by as long as in the default.
    """
    said = {name: instant(value, zone) for name, value in given.items() if value is not None}
    if "starts_at" in said and "ends_at" not in said:
        said["ends_at"] = said["starts_at"] + (defaults.ends_at - defaults.starts_at)
    return Times(**{**vars(defaults), **said})


def cycle_times(
    zone: ZoneInfo, rhythm: str, first_on: date, until: date, skip: Iterable[date] = (), **slot: Any
) -> list[tuple[date, Times]]:
    """The distributions of a cycle. `slot` holds what a cycles.Slot is made of; None is its default."""
    chosen = Slot(**{name: value for name, value in slot.items() if value is not None})
    return [(on, _times_on(on, chosen, zone)) for on in dates(rhythm, first_on, until, skip)]


def _times_on(on: date, slot: Slot, zone: ZoneInfo) -> Times:
    return Times(
        opens_at=at(on - timedelta(days=slot.opens_days_before), slot.opens, zone),
        closes_at=at(on - timedelta(days=slot.closes_days_before), slot.closes, zone),
        starts_at=at(on, slot.starts, zone),
        ends_at=at(on, slot.ends, zone),
    )


def instant(value: datetime, zone: ZoneInfo) -> datetime:
    return at(value.date(), value.time(), zone) if value.tzinfo is None else value.astimezone(UTC)


def ensure_order(times: Times) -> None:
    """SPEC S4."""
    if not times.opens_at < times.closes_at:
        raise WrongSaleTimes("closes_at")
    if not times.closes_at <= times.starts_at:
        raise WrongSaleTimes("starts_at")
    if not times.starts_at < times.ends_at:
        raise WrongSaleTimes("ends_at")


def problem_of(times: Times, taken: Iterable[Times], now: datetime) -> type[Refusal] | None:
    """Why a distribution cannot be planned: its order is wrong, ordering would be over, or the place is taken."""
    try:
        ensure_order(times)
    except WrongSaleTimes:
        return WrongSaleTimes
    if times.closes_at <= now:
        return ClosingIsPast
    if any(times.overlaps(other) for other in taken):
        return DistributionsOverlap
    return None


def problems(planned: Sequence[Times], taken: Sequence[Times], now: datetime) -> list[type[Refusal] | None]:
    """The problem of each new distribution, in order of start; they must not overlap one another either."""
    found = [problem_of(times, taken, now) for times in planned]
    for index, (earlier, later) in enumerate(pairwise(planned), start=1):
        if earlier.overlaps(later):
            found[index] = found[index] or DistributionsOverlap
    return found


def ensure_may_change(state: str, before: Times, after: Times, now: datetime) -> None:
    """SPEC S5: at any time, as far as there is something left to change."""
    if state not in COMING:
        raise SaleIsOver(state=state)
    ensure_order(after)
    if state != PLANNED and after.opens_at != before.opens_at:
        raise SaleIsOpen("opens_at")
    if state == CLOSED and after.closes_at != before.closes_at:
        raise SaleIsClosed("closes_at")
    if state != CLOSED and after.closes_at <= now:
        raise ClosingIsPast("closes_at", on=[])
    if after.ends_at <= now:
        raise SaleIsOver("ends_at", state=DISTRIBUTED)


def same_place(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """By name and address, or by the street address alone. Coordinates do not tell: many are those of the commune."""
    street = _words(one, "address", "postcode") == _words(other, "address", "postcode")
    return street and (bool(one["address"]) or _words(one, "name") == _words(other, "name"))


def _words(place: dict[str, Any], *names: str) -> list[str]:
    return [" ".join(str(place[name]).casefold().replace("-", " ").split()) for name in names]


def state_after_closing(validated_round: int, reopened_round: int) -> str:
    """Validation may be told before this service has seen the end, and reopening before the validation it undoes."""
    return VALIDATED if validated_round > reopened_round else DISTRIBUTED


def is_blocked(unvalidated: int, limit: int) -> bool:
    """SPEC S9: more than `limit` closed, past, paid-for and unvalidated distributions."""
    return unvalidated > limit


def ensure_may_participate(state: str, closes_at: datetime, participation: str | None, now: datetime) -> None:
    """SPEC S6: until closing, also late in an open sale."""
    if state in {VALIDATED, DISTRIBUTED, CANCELLED}:
        raise SaleIsOver(state=state)
    if state == CLOSED or now >= closes_at:
        raise SaleIsClosed
    if participation == NOT_DELIVERING:
        raise ProducerIsNotDelivering


def may_invite(participation: str | None, invited_at: datetime | None, now: datetime, *, named: bool) -> bool:
    """Not who takes part, nor who was asked less than a day ago; who answered "no" only when asked by name."""
    if participation in {CONFIRMED, NOT_DELIVERING} or (not named and participation not in {None, INVITED}):
        return False
    return invited_at is None or now - invited_at >= INVITED_AGAIN_AFTER


def ensure_may_leave(state: str) -> None:
    """Until the distribution is validated: then producers are paid for what they delivered."""
    if state in {VALIDATED, CANCELLED}:
        raise SaleIsOver(state=state)


def participation_on_leaving(participation: str | None, orders: int, *, not_delivering: bool) -> str:
    """SPEC S6: free to go before the first order; after it only by saying « je ne livre pas »."""
    if participation != CONFIRMED:
        return NOT_DELIVERING if participation == NOT_DELIVERING else DECLINED
    if orders == 0:
        return WITHDRAWN
    if not not_delivering:
        raise ProducerHasOrders(orders=orders)
    return NOT_DELIVERING
