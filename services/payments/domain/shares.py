"""How a sale is shared out."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from shared.money import Cents, portion, share


@dataclass(frozen=True)
class Figures:
    """What a producer gets of a sale."""

    gross_cents: Cents = 0
    fee_cents: Cents = 0
    commission_cents: Cents = 0

    @property
    def amount_cents(self) -> Cents:
        return self.gross_cents - self.fee_cents - self.commission_cents

    def minus(self, former: "Figures") -> "Figures":
        return Figures(
            self.gross_cents - former.gross_cents,
            self.fee_cents - former.fee_cents,
            self.commission_cents - former.commission_cents,
        )

    def __bool__(self) -> bool:
        return bool(self.gross_cents or self.fee_cents or self.commission_cents)


def split_sale(delivered: Mapping[UUID, Cents], money: Cents, fee_bp: int, commission_bp: int) -> dict[UUID, Figures]:
    """Share out a sale by what each producer delivered; fee and commission are borne in proportion (SPEC F7).

    Never more than the `money` its customers paid: what they owe yet is shared out in a later round.
    """
    producers = sorted(producer for producer, gross in delivered.items() if gross > 0)
    weights = [delivered[producer] for producer in producers]
    net = min(sum(weights), money)
    if net <= 0:
        return {}
    gross = share(net, weights)
    fees, commissions = share(portion(net, fee_bp), gross), share(portion(net, commission_bp), gross)
    rows = zip(gross, fees, commissions, strict=True)
    return {producer: Figures(*row) for producer, row in zip(producers, rows, strict=True)}


def net_transfers(by_sale: Mapping[UUID, Cents]) -> dict[UUID, Cents]:
    """What to transfer for each sale, so that it sums to the balance over all of them.

    A sale that came out negative (corrected after it was paid) is taken from the largest others.
    """
    owed = -sum(amount for amount in by_sale.values() if amount < 0)
    transfers = {}
    for sale, amount in sorted(by_sale.items(), key=lambda item: (-item[1], item[0])):
        taken = min(owed, max(amount, 0))
        owed -= taken
        if amount - taken > 0:
            transfers[sale] = amount - taken
    return transfers
