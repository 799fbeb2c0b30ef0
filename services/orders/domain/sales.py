"""When a sale takes orders, and from whom."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.errors import Refusal

PLANNED, OPEN, CLOSED, VOID = "planned", "open", "closed", "cancelled"
OPENING_TAKES = timedelta(minutes=1)
"""More than the word of an opening ever needs; a sale without it by then is held up (SPEC S8 S9)."""


class SaleNotOpen(Refusal):
    """Too early. details: opens_at."""


class SaleIsClosed(Refusal):
    """Too late. details: closes_at."""


class SaleIsCancelled(Refusal):
    """There will be no distribution."""


class MembersOnly(Refusal):
    """The market takes orders from its members, and registration is not open."""

    status = 403


@dataclass(frozen=True, kw_only=True)
class SaleTimes:
    """What decides whether orders and payments are taken. The instants told by markets, and the planned ones."""

    opens_at: datetime | None
    closes_at: datetime | None
    ends_at: datetime | None
    opened_at: datetime | None
    closed_at: datetime | None
    cancelled_at: datetime | None
    validated_round: int


def sale_state(sale: SaleTimes) -> str:
    if sale.cancelled_at:
        return VOID
    if sale.closed_at:
        return CLOSED
    return OPEN if sale.opened_at else PLANNED


def opens_late(sale: SaleTimes, now: datetime) -> bool:
    """Its opening time is past and nobody told us that it opened: distributions before it are not validated."""
    return sale_state(sale) == PLANNED and sale.opens_at is not None and now >= sale.opens_at + OPENING_TAKES


def ensure_takes_orders(sale: SaleTimes, now: datetime) -> None:
    """From the word of its opening to its closing instant, whether or not the word of closing has come."""
    state = sale_state(sale)
    if state == VOID:
        raise SaleIsCancelled
    if state == CLOSED or (sale.closes_at and now >= sale.closes_at):
        raise SaleIsClosed(closes_at=_iso(sale.closed_at or sale.closes_at))
    if state == PLANNED:
        raise SaleNotOpen(opens_at=_iso(sale.opens_at))


def takes_orders(sale: SaleTimes, now: datetime) -> bool:
    try:
        ensure_takes_orders(sale, now)
    except Refusal:
        return False
    return True


def ensure_may_order(registration: str, *, is_member: bool) -> None:
    if registration != "open" and not is_member:
        raise MembersOnly


def is_over(sale: SaleTimes, now: datetime) -> bool:
    """Nothing more can be handed over."""
    return bool(sale.cancelled_at or sale.validated_round or (sale.ends_at and now >= sale.ends_at))


def before_closing(sale: SaleTimes, instant: datetime) -> bool:
    closing = sale.closed_at or sale.closes_at
    return closing is None or instant < closing


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
