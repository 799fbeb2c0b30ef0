"""Rules of the day of the distribution: what a line costs, what may be changed, when, and when to remind."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from shared import day
from shared.errors import Refusal
from shared.money import Cents, line_total

OPEN, VALIDATED, CANCELLED = "open", "validated", "cancelled"
FIRST_REMINDER_DAYS = 3
WORD_PAUSE = timedelta(minutes=5)
CALL_AHEAD = timedelta(minutes=15)


class SaleIsCancelled(Refusal):
    """Nothing can be settled any more: everybody is refunded."""


class SaleIsStillOpen(Refusal):
    """Until closing the order belongs to the member. details: closes_at."""


class OrdersNotSettled(Refusal):
    """A payment begun before closing may still arrive."""


class AbsenceNotSettled(Refusal):
    """A producer does not deliver, and what is left of these lines is still to be set to zero."""


class DistributionNotYet(Refusal):
    """Only from the morning of its day. details: day."""


class DistributionNotStarted(Refusal):
    """Nobody can have missed it yet. details: starts_at."""


class BasketIsNotCollected(Refusal):
    """It is noted already that nobody came for it."""


class BasketIsCollected(Refusal):
    """Nothing says that nobody came for it."""


class DistributionIsValidated(Refusal):
    """It has been validated already, or the basket's sale has."""


class BasketIsValidated(Refusal):
    """An administrator must reopen it first."""


class BasketIsNotValidated(Refusal):
    """There is nothing to reopen."""


class MoneyTransferred(Refusal):
    """The producers have been paid: the sale can no longer be changed."""


class NothingToRefund(Refusal):
    """The basket is worth what was paid and not given back."""


class RefundNotGenerated(Refusal):
    """Baskets are worth less than was paid. details: baskets [{basket_id, number, name, amount_cents}]."""


class NothingDeclared(Refusal):
    """No producer has declared anything that waits."""


class MoreThanOrdered(Refusal):
    """A producer declares more than was ordered. details: product, ordered."""

    status = 422


class WholeUnitsOnly(Refusal):
    """details: product."""

    status = 422


@dataclass(frozen=True)
class LineTerms:
    """What was sold: the price is frozen, and for weighed goods it is the ceiling."""

    name: str
    by_weight: bool
    weighed: bool
    unit_price_cents: Cents
    ordered: Decimal
    ordered_cents: Cents


@dataclass(frozen=True)
class Purse:
    """The money of one basket."""

    paid_cents: Cents
    refunded_cents: Cents
    due_cents: Cents

    @property
    def kept_cents(self) -> Cents:
        return self.paid_cents - self.refunded_cents

    @property
    def owed_cents(self) -> Cents:
        """What was handed over beyond what was paid."""
        return max(0, self.due_cents - self.kept_cents)

    @property
    def to_refund_cents(self) -> Cents:
        return max(0, self.kept_cents - self.due_cents)


@dataclass(frozen=True)
class Slot:
    """When the sale closes and is handed over, and where on earth."""

    opens_at: datetime
    closes_at: datetime
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo

    @property
    def day(self) -> date:
        return self.starts_at.astimezone(self.zone).date()


def delivered_cents(terms: LineTerms, delivered: Decimal) -> Cents:
    """Rounded once per line; weighed goods never above the ordered gross, however heavy they turned out."""
    if delivered == terms.ordered or (terms.weighed and delivered > terms.ordered):
        return terms.ordered_cents
    cents = line_total(terms.unit_price_cents, delivered)
    return min(cents, terms.ordered_cents) if delivered < terms.ordered else cents


def delivered_of_less(delivered: Decimal, before: Decimal, ordered: Decimal, *, weighed: bool) -> Decimal:
    """What is delivered of a line of which less is ordered than before: all of it, unless it was settled already."""
    if delivered == before:
        return ordered
    return delivered if weighed else min(delivered, ordered)


def ensure_deliverable(terms: LineTerms, delivered: Decimal, field: str = "lines") -> None:
    """More than ordered is a balance due where it is not weighed goods."""
    if not terms.weighed and not terms.by_weight and delivered != int(delivered):
        raise WholeUnitsOnly(field, product=terms.name)


def ensure_declarable(terms: LineTerms, delivered: Decimal, field: str = "lines") -> None:
    """A producer alone cannot make a member owe more."""
    ensure_deliverable(terms, delivered, field)
    if not terms.weighed and delivered > terms.ordered:
        raise MoreThanOrdered(field, product=terms.name, ordered=plain(terms.ordered))


def ensure_refundable(purse: Purse) -> Cents:
    if purse.to_refund_cents == 0:
        raise NothingToRefund
    return purse.to_refund_cents


def falls_on(amount: Cents, left: Mapping[UUID, Cents]) -> dict[UUID, Cents]:
    """How a refund falls on the payments of a basket's orders: most left first, as payments does (SPEC F4).

    More than is left falls on the last: one of the orders was cancelled, and payments has given its payment back whole.
    """
    parts = {}
    for order_id in sorted(left, key=lambda each: (-left[each], each)):
        parts[order_id] = min(amount, left[order_id])
        amount -= parts[order_id]
    if parts and amount:
        parts[order_id] += amount
    return {order_id: part for order_id, part in parts.items() if part}


def ensure_closed(state: str, slot: Slot, now: datetime) -> None:
    if state == CANCELLED:
        raise SaleIsCancelled
    if now < slot.closes_at:
        raise SaleIsStillOpen(closes_at=slot.closes_at.isoformat())


def ensure_started(slot: Slot, now: datetime) -> None:
    if now < slot.starts_at:
        raise DistributionNotStarted(starts_at=slot.starts_at.isoformat())


def is_nearly_over(slot: Slot, now: datetime) -> bool:
    """Time to ring those who have not come (SPEC D7)."""
    return now >= slot.ends_at - CALL_AHEAD


def ensure_day_has_come(slot: Slot, now: datetime) -> None:
    if not day.has_come(slot.starts_at, slot.zone, now):
        raise DistributionNotYet(day=slot.day.isoformat())


def button(state: str, slot: Slot, now: datetime) -> str:
    return day.button(slot.closes_at, slot.starts_at, slot.zone, now) if state == OPEN else day.SEE_ORDERS


def stage(state: str, slot: Slot, now: datetime) -> str:
    """Where the sale is in its life (SPEC S1)."""
    if state != OPEN:
        return state
    passed = [(slot.ends_at, "distributed"), (slot.closes_at, "closed"), (slot.opens_at, "open")]
    return next((name for instant, name in passed if now >= instant), "planned")


def overdue_days(slot: Slot, now: datetime) -> int:
    """Which reminder is due: 0 at the end, 3, then every day from the 4th; negative before the end."""
    days = (_wall(now, slot.zone) - _wall(slot.ends_at, slot.zone)).days
    return 0 if 0 <= days < FIRST_REMINDER_DAYS else days


def next_look_at(slot: Slot, now: datetime, *, basket_count: int) -> datetime:
    """Without baskets the word that the orders are settled is still out: ask again soon."""
    return next_reminder_at(slot, now) if basket_count else now + WORD_PAUSE


def next_reminder_at(slot: Slot, now: datetime) -> datetime:
    """The same wall time as the end of the distribution, on the next day that has a reminder."""
    days = overdue_days(slot, now)
    ahead = 0 if days < 0 else max(FIRST_REMINDER_DAYS, days + 1)
    return (_wall(slot.ends_at, slot.zone) + timedelta(days=ahead)).replace(tzinfo=slot.zone)


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def may_validate_itself(*, basket_count: int, orders_settled: bool, slot: Slot, now: datetime) -> bool:
    """A sale without any paid basket needs nobody (SPEC S9): once no order can be on its way any more."""
    return now >= slot.ends_at and basket_count == 0 and orders_settled


def alphabetical(last_name: str, first_name: str, number: int) -> tuple[str, str, int]:
    """Last name, then first name, without regard to accents and case: Élie stands before Émond."""
    return folded(last_name), folded(first_name), number


def folded(text: str) -> str:
    """Accents, ligatures, case, hyphens and apostrophes do not count."""
    text = text.casefold().replace("œ", "oe").replace("æ", "ae").replace("ß", "ss")
    plain_letters = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in plain_letters).split())


def matches(search: str, texts: Iterable[str | None]) -> bool:
    """Every word of the search stands somewhere in the texts; digits of a phone match without their spaces."""
    haystack = " ".join(folded(text or "") for text in texts)
    return all(word in haystack or word in haystack.replace(" ", "") for word in folded(search).split())


def plain(number: Decimal) -> str:
    """1.250 → "1.25", 3.000 → "3"."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
