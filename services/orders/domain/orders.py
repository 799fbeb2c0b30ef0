"""The life of an order, how long its stock is held, and which payment counts.

A life cycle is a table: NEXT says what may become of an order. An expired order may still be confirmed, by a
payment made in the reservation's life whose word came late, or by a late payment while stock allows (SPEC O4); unless
its member has cancelled the whole basket meanwhile.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.orders.domain.sales import SaleTimes, before_closing, is_over
from shared.errors import Refusal
from shared.money import Cents

PLACED, CONFIRMED, EXPIRED, CANCELLED = "placed", "confirmed", "expired", "cancelled"
NEXT = {
    PLACED: {CONFIRMED, EXPIRED, CANCELLED},
    EXPIRED: {CONFIRMED, CANCELLED},
    CONFIRMED: {CANCELLED},
    CANCELLED: set[str](),
}
ALIVE = (PLACED, CONFIRMED)

RESERVATION_MINUTES = 35
"""How long a reservation lives where the market has not said otherwise (SPEC O3)."""

GRACE = timedelta(minutes=2)
"""So long after its end a reservation's stock is still held: the word of a payment made in time may be on its way."""


class CartIsEmpty(Refusal):
    """There is nothing to order."""


class OrderIsPaid(Refusal):
    """Only an unpaid order can be given up here."""


class OrderIsOver(Refusal):
    """It expired or was cancelled before."""


@dataclass(frozen=True, kw_only=True)
class Payment:
    payment_id: UUID
    amount_cents: Cents
    captured_at: datetime


@dataclass(frozen=True, kw_only=True)
class OrderState:
    status: str
    total_cents: Cents
    expires_at: datetime
    payment_id: UUID | None
    outdated: bool = False
    """A top-up of a basket that its member has changed since."""


def ensure_next(status: str, following: str) -> None:
    """A step that NEXT does not know is a bug of ours, not a refusal."""
    if following not in NEXT[status]:
        raise ValueError(f"an order does not go from {status} to {following}")


def expires_at(now: datetime, minutes: int) -> datetime:
    return now + timedelta(minutes=minutes)


def released_before(now: datetime) -> datetime:
    """Reservations that ended before this instant lose their stock."""
    return now - GRACE


CONFIRM, RESERVE_AGAIN, REFUSE, KNOWN = "confirm", "reserve_again", "refuse", "known"


def verdict(order: OrderState, sale: SaleTimes, payment: Payment, now: datetime) -> str:
    """What a captured payment does (SPEC O4). RESERVE_AGAIN: confirm if the stock of all lines can be had.

    | order     | payment                                       | so                          |
    |-----------|-----------------------------------------------|-----------------------------|
    | any       | this one has confirmed it                     | known                       |
    | any       | not the total; sale cancelled or distributed  | refuse                      |
    | outdated  | any                                           | refuse                      |
    | cancelled | any                                           | refuse                      |
    | confirmed | another one (paid twice)                      | refuse                      |
    | placed    | made in the reservation's life                | confirm, even after closing |
    | expired   | made in the reservation's life                | reserve again               |
    | placed    | made after it, before closing                 | confirm: the stock is held  |
    | expired   | made after it, before closing                 | reserve again               |
    | either    | made after it and after closing               | refuse                      |
    """
    if order.payment_id == payment.payment_id:
        return KNOWN
    if order.status not in (PLACED, EXPIRED) or payment.amount_cents != order.total_cents or is_over(sale, now):
        return REFUSE
    if order.outdated:
        return REFUSE
    if payment.captured_at > order.expires_at and not before_closing(sale, payment.captured_at):
        return REFUSE
    return CONFIRM if order.status == PLACED else RESERVE_AGAIN


def ensure_can_be_given_up(status: str) -> None:
    if status == CONFIRMED:
        raise OrderIsPaid
    if status != PLACED:
        raise OrderIsOver
