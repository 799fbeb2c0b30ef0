"""How money back is split over payments."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from shared.errors import Refusal
from shared.money import Cents

REFUND_WAIT = timedelta(days=1)


class RefundNotFailed(Refusal):
    """Only a refund that failed can be tried again."""


class RefundExceedsPaid(Refusal):
    """More than is left of the payments. details["left_cents"]."""


@dataclass(frozen=True)
class Source:
    """A payment that can give back `left_cents`."""

    payment_id: UUID
    left_cents: Cents


def allocate_cards_first(
    amount: Cents, cards: Sequence[Source], credit: Sequence[Source]
) -> tuple[list[tuple[UUID, Cents]], list[tuple[UUID, Cents]]]:
    """Back to the cards as far as they paid; the rest is credit again."""
    on_cards, on_credit = (sum(source.left_cents for source in of) for of in (cards, credit))
    if amount > on_cards + on_credit:
        raise RefundExceedsPaid(left_cents=on_cards + on_credit)
    by_card = min(amount, on_cards)
    return allocate(by_card, cards), allocate(amount - by_card, credit)


def nearest(
    amount: Cents, asked: Collection[UUID], cards: Sequence[Source], credit: Sequence[Source]
) -> tuple[list[Source], list[Source]]:
    """Cards and credit of the payments that were asked; of later ones, the oldest first, as far as these do not reach.

    So a basket that was begun anew after its cancellation does not pay for what came before it.
    """
    pairs = [pair for pair in zip(cards, credit, strict=True) if pair[0].payment_id in asked]
    left = sum(source.left_cents for pair in pairs for source in pair)
    for pair in zip(cards, credit, strict=True):
        if pair[0].payment_id not in asked and left < amount:
            pairs.append(pair)
            left += pair[0].left_cents + pair[1].left_cents
    return [card for card, _ in pairs], [own for _, own in pairs]


def allocate(amount: Cents, sources: Sequence[Source]) -> list[tuple[UUID, Cents]]:
    """Parts that sum to the amount, taken from the payment with most left first (SPEC F4)."""
    left = sum(source.left_cents for source in sources)
    if amount > left:
        raise RefundExceedsPaid(left_cents=left)
    parts = []
    for source in sorted(sources, key=lambda each: (-each.left_cents, each.payment_id)):
        part = min(amount, source.left_cents)
        if part > 0:
            parts.append((source.payment_id, part))
        amount -= part
    return parts
