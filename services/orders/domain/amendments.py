"""What a member may make of a paid basket until closing (SPEC O8): which lines get less, what is added, what it costs.

What was paid keeps its frozen price; what is added is at today's. Less is taken from the newest order first.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Self
from uuid import UUID

from services.orders.domain.lines import OrderTooSmall, QuantityMustBeWhole, Wanted, ensure_once, fits, gross
from shared.errors import Refusal
from shared.money import Cents, line_total


class TopUpPending(Refusal):
    """A change of this basket waits for its payment: pay it or give it up first. details: order_id, expires_at."""


class ProducerNotDelivering(Refusal):
    """What these lines cost has been given back already. details: lines [{product_id, name}]."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """A paid line as it stands."""

    line_id: UUID
    order_id: UUID
    product_id: UUID
    producer_id: UUID
    name: str
    unit: str
    by_weight: bool
    quantity: Decimal
    unit_price_cents: Cents
    gross_cents: Cents


@dataclass(frozen=True, kw_only=True)
class Lowered:
    """A paid line as it was and as it will be; zero is given up whole."""

    line_id: UUID
    order_id: UUID
    product_id: UUID
    name: str
    unit: str
    before: Decimal
    quantity: Decimal
    before_cents: Cents
    gross_cents: Cents

    def dump(self) -> dict[str, Any]:
        """JSON values."""
        return {name: value if isinstance(value, int) else str(value) for name, value in asdict(self).items()}

    @classmethod
    def load(cls, kept: Mapping[str, Any]) -> Self:
        ids = {name: UUID(kept[name]) for name in ("line_id", "order_id", "product_id")}
        return cls(**{**kept, **ids, **{name: Decimal(kept[name]) for name in ("before", "quantity")}})


@dataclass(frozen=True)
class Change:
    """From the basket as it stands to the one that is wanted."""

    lowered: list[Lowered]
    added: list[Wanted]
    leaves_nothing: bool

    @cached_property
    def net_cents(self) -> Cents:
        """Above zero: to be paid; below: to be given back."""
        return sum(gross(want) for want in self.added) - sum(
            line.before_cents - line.gross_cents for line in self.lowered
        )


def change(held: Iterable[Held], wanted: Sequence[Wanted]) -> Change:
    """`held`: the newest order first. `wanted`: the whole basket; what is not in it is given up."""
    ensure_once(wanted)
    lines: dict[UUID, list[Held]] = defaultdict(list)
    for line in held:
        lines[line.product_id].append(line)
    _ensure_countable(lines, wanted)
    whole = {want.product_id: want.quantity for want in wanted}
    lowered = [less for product_id, own in lines.items() for less in _lower(own, whole.get(product_id, Decimal(0)))]
    added = [more for want in wanted if (more := _more(want, lines.get(want.product_id, ())))]
    return Change(lowered, added, leaves_nothing=not any(whole.values()))


def freed(lowered: Iterable[Lowered]) -> dict[UUID, Decimal]:
    """The stock that goes back, by product."""
    quantities: dict[UUID, Decimal] = defaultdict(Decimal)
    for line in lowered:
        quantities[line.product_id] += line.before - line.quantity
    return quantities


def ensure_costs_something(added: Iterable[Wanted]) -> None:
    """A pinch that rounds to nothing could be taken again and again."""
    if any(want.unit_price_cents and not gross(want) for want in added):
        raise OrderTooSmall("lines", least_cents=1)


def ensure_delivered(change: Change, held: Iterable[Held], absent: set[UUID]) -> None:
    """`absent`: producers who said « je ne livre pas »."""
    gone = {line.line_id for line in held if line.producer_id in absent}
    lines = [{"product_id": str(line.product_id), "name": line.name} for line in change.lowered if line.line_id in gone]
    if lines:
        raise ProducerNotDelivering("lines", lines=lines)


def _lower(lines: Sequence[Held], keep: Decimal) -> Iterable[Lowered]:
    less = sum((line.quantity for line in lines), Decimal(0)) - keep
    for line in lines:
        if less <= 0:
            return
        taken = min(less, line.quantity)
        less -= taken
        quantity = line.quantity - taken
        yield Lowered(
            line_id=line.line_id,
            order_id=line.order_id,
            product_id=line.product_id,
            name=line.name,
            unit=line.unit,
            before=line.quantity,
            quantity=quantity,
            before_cents=line.gross_cents,
            gross_cents=line_total(line.unit_price_cents, quantity),
        )


def _more(want: Wanted, lines: Iterable[Held]) -> Wanted | None:
    quantity = want.quantity - sum((line.quantity for line in lines), Decimal(0))
    if quantity <= 0:
        return None
    return Wanted(product_id=want.product_id, quantity=quantity, unit_price_cents=want.unit_price_cents)


def _ensure_countable(lines: Mapping[UUID, Sequence[Held]], wanted: Iterable[Wanted]) -> None:
    """What is kept of a paid line is counted as it was sold; what is added is looked at with its offer."""
    broken = [
        {"product_id": str(want.product_id), "name": own[0].name, "quantity": f"{want.quantity.normalize():f}"}
        for want in wanted
        if (own := lines.get(want.product_id)) and not fits(want.quantity, by_weight=own[0].by_weight)
    ]
    if broken:
        raise QuantityMustBeWhole("lines", lines=broken)
