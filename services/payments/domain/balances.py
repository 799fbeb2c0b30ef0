"""What a member owes or has in a market, and how payment pages use it (SPEC D2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from shared.errors import Refusal
from shared.money import Cents

LEAST_CARD_CENTS = 50
"""The provider charges cards this much or more."""
BALANCE_PAGE_LIFE = timedelta(hours=1)


class NothingToPay(Refusal):
    """No balance is due in this market."""


class BalanceIsBeingPaid(Refusal):
    """All of it is on a payment page that is still open. details["until"]."""


class CreditUsed(Refusal):
    """The credit that the refund became has been used since. details["credit_cents"]: what is left."""


@dataclass(frozen=True)
class PageAmounts:
    """How an order is paid: so much credit, the rest by card, and with it a balance due."""

    order_cents: Cents
    credit_cents: Cents = 0
    balance_cents: Cents = 0

    @property
    def card_cents(self) -> Cents:
        return self.order_cents - self.credit_cents + self.balance_cents


def page_amounts(order: Cents, balance: Cents) -> PageAmounts:
    """For an order while the member's free balance is this: above zero a credit, below a balance due.

    Less credit is used where the card would be left with too little to be charged.
    """
    if balance <= 0:
        return PageAmounts(order, balance_cents=-balance)
    credit = min(balance, order)
    if 0 < order - credit < LEAST_CARD_CENTS:
        credit = max(0, order - LEAST_CARD_CENTS)
    return PageAmounts(order, credit_cents=credit)


def free_balance(balance: Cents, held_credit: Cents, held_due: Cents) -> Cents:
    """What a new page may use: what other pages hold is not there for it."""
    if balance > 0:
        return max(0, balance - held_credit)
    return min(0, balance + held_due)


@dataclass(frozen=True)
class Due:
    """A basket's balance due, and how much of it has come in."""

    basket_id: UUID
    owed_cents: Cents
    paid_cents: Cents


def pay_dues(dues: Sequence[Due], still_open: Cents) -> dict[UUID, Cents]:
    """How much of each is paid when so much in all is not; `dues` oldest first.

    What comes in pays the oldest; what is taken back is missing from the newest. Nothing else moves.
    """
    paid = {due.basket_id: min(due.paid_cents, due.owed_cents) for due in dues}
    more = sum(due.owed_cents for due in dues) - still_open - sum(paid.values())
    for due in dues if more > 0 else reversed(dues):
        step = max(-paid[due.basket_id], min(more, due.owed_cents - paid[due.basket_id]))
        paid[due.basket_id] += step
        more -= step
    return paid
