"""What becomes of a dispute, and who bears one that is lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from shared.money import Cents, share

UNREAD, FOREIGN, INQUIRY, OPEN, WON, LOST = "unread", "foreign", "inquiry", "open", "won", "lost"

DISPUTE_LOOK = timedelta(days=1)
"""Pause until one that is open is asked about again, should the word of its end be lost."""

LINES_WAIT = timedelta(days=1)
"""How long after a sale's validation the lines of its baskets may still be on their way here."""


def outcome(provider_status: str, *, withdrawn: bool) -> str:
    """`withdrawn`: the bank has taken money, which a mere inquiry does not."""
    if provider_status == "lost":
        return LOST
    if provider_status in {"won", "warning_closed", "prevented"}:
        return WON
    return OPEN if withdrawn else INQUIRY


@dataclass(frozen=True)
class Loss:
    """Who bears a lost dispute; the parts sum to its amount."""

    sale_cents: Cents = 0
    fees_cents: Cents = 0
    producers: Mapping[UUID, Cents] = field(default_factory=dict)


def bear(amount: Cents, unspent: Cents, delivered: Mapping[UUID, Cents]) -> Loss:
    """First what the basket was paid for and neither handed over nor refunded; the rest its producers, in proportion to
    what they delivered in it (largest remainder); without any, the fees that the market keeps.
    """
    sale = min(max(unspent, 0), amount)
    rest = amount - sale
    producers = sorted(producer for producer, gross in delivered.items() if gross > 0)
    if not rest or not producers:
        return Loss(sale_cents=sale, fees_cents=rest)
    parts = share(rest, [delivered[producer] for producer in producers])
    return Loss(sale_cents=sale, producers={one: part for one, part in zip(producers, parts, strict=True) if part})
