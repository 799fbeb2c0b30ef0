"""Euro cents, quantities and the few roundings that are allowed."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

Cents = int
"""An amount in euro cents. Never a float, never a fraction of a cent."""

BASIS_POINTS = 10_000


def round_half_up(value: Decimal) -> Cents:
    """The nearest cent; a half goes away from zero."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def line_total(unit_price: Cents, quantity: Decimal) -> Cents:
    """Price × quantity, rounded once per line (SPEC O9)."""
    return round_half_up(unit_price * quantity)


def portion(amount: Cents, basis_points: int) -> Cents:
    """What a rate makes of an amount: 300 basis points of 10_000 are 300."""
    return round_half_up(Decimal(amount) * basis_points / BASIS_POINTS)


def vat_within(gross: Cents, vat_bp: int) -> Cents:
    """The VAT contained in a gross amount at a rate in basis points (550 is 5.5 %)."""
    return round_half_up(Decimal(gross) * vat_bp / (BASIS_POINTS + vat_bp))


def share(amount: Cents, weights: Sequence[int]) -> list[Cents]:
    """Split by largest remainder, so that the parts sum to the whole: 1000 by [1, 1, 1] is [334, 333, 333].

    Equal remainders go to the earlier weight. A negative amount is split as its positive twin.
    """
    total = sum(weights)
    if total == 0 or any(weight < 0 for weight in weights):
        message = "weights must be positive and not all zero"
        raise ValueError(message)
    if amount < 0:
        return [-part for part in share(-amount, weights)]
    parts = [amount * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(amount * weights[i] % total))
    for index in by_remainder[: amount - sum(parts)]:
        parts[index] += 1
    return parts
