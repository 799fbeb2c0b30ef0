"""What every change of baskets has in common: lines, sums, trail and events, for one basket or for all of a sale.

Set-based: the number of statements does not grow with the number of baskets. The caller holds the locks of the
sale and of the baskets.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from services.distributions import domain
from services.distributions.commands import funding
from services.distributions.models import Basket, BasketLine, PaidOrder, Refund, TrailEntry
from services.distributions.sales import lock_baskets, purse_of
from shared import clock
from shared.events.distributions import BasketAdjusted, RefundRequested
from shared.messaging import outbox

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Cause:
    """Who does what and when; `by` None is the system."""

    action: str
    by: UUID | None
    at: datetime


@dataclass(frozen=True)
class Change:
    line: BasketLine
    delivered: Decimal

    @property
    def cents(self) -> int:
        return domain.delivered_cents(terms_of(self.line), self.delivered)

    def trace(self) -> dict[str, Any]:
        return {
            "line_id": str(self.line.id),
            "name": self.line.name,
            "unit": self.line.unit,
            "before": domain.plain(self.line.delivered),
            "after": domain.plain(self.delivered),
            "before_cents": self.line.delivered_cents,
            "after_cents": self.cents,
        }


def terms_of(line: BasketLine) -> domain.LineTerms:
    return domain.LineTerms(
        name=line.name,
        by_weight=line.by_weight,
        weighed=line.weighed,
        unit_price_cents=line.unit_price_cents,
        ordered=line.ordered,
        ordered_cents=line.ordered_cents,
    )


def lines_where(session: Session, *which: object) -> list[BasketLine]:
    chosen = select(BasketLine).where(*which).order_by(BasketLine.id)  # type: ignore[arg-type]
    return list(session.scalars(chosen.execution_options(populate_existing=True)))


def change_lines(session: Session, cause: Cause, changes: Iterable[Change]) -> list[UUID]:
    """Set the delivered quantities; answers the ids of the baskets that really changed."""
    real = [change for change in changes if change.delivered != change.line.delivered]
    baskets = sorted({change.line.basket_id for change in real})
    if not baskets:
        return []
    before = {basket.id: _sums(basket) for basket in lock_baskets(session, Basket.id.in_(baskets))}
    traces: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for change in real:
        traces[change.line.basket_id].append(change.trace())
    _write_lines(session, real)
    after = sum_up(session, baskets)
    trail(session, cause, before, after, traces)
    outbox.record(session, *(_adjusted(basket) for basket in after))
    return baskets


def generate_refunds(
    session: Session, cause: Cause, baskets: Sequence[UUID], reason: str, still_owed: int = 0
) -> list[UUID]:
    """« Générer le remboursement » for those of the baskets that are worth less than was paid.

    `still_owed`: a balance due that was told already; no later payment of the basket is kept for it.
    """
    owed = [b for b in lock_baskets(session, Basket.id.in_(baskets)) if _to_refund(b, still_owed) > 0]
    if not owed:
        return []
    before = {basket.id: _sums(basket) for basket in owed}
    refunds = [_refund(cause, basket, reason, _to_refund(basket, still_owed)) for basket in owed]
    session.execute(insert(Refund), refunds)
    funded_by = funding.fall(session, {refund["basket_id"]: refund["amount_cents"] for refund in refunds})
    kept = Basket.due_cents - still_owed
    given_back = {"refunded_cents": Basket.paid_cents - kept, "version": Basket.version + 1}
    _update_baskets(session, list(before), given_back)
    after = lock_baskets(session, Basket.id.in_(list(before)))
    trail(session, cause, before, after)
    asked = zip(refunds, owed, strict=True)
    outbox.record(session, *(_requested(refund, basket, funded_by[basket.id]) for refund, basket in asked))
    return list(before)


def sum_up(session: Session, baskets: Sequence[UUID]) -> list[Basket]:
    """Compute the sums of the baskets from their lines and orders again; answers them as they are now."""
    lines = select(func.coalesce(func.sum(BasketLine.ordered_cents), 0)).where(BasketLine.basket_id == Basket.id)
    delivered = select(func.coalesce(func.sum(BasketLine.delivered_cents), 0)).where(BasketLine.basket_id == Basket.id)
    valid = (PaidOrder.basket_id == Basket.id, PaidOrder.cancelled.is_(False))
    _update_baskets(
        session,
        baskets,
        {
            "ordered_cents": lines.scalar_subquery(),
            "due_cents": delivered.scalar_subquery(),
            "paid_cents": select(func.coalesce(func.sum(PaidOrder.total_cents), 0)).where(*valid).scalar_subquery(),
            "order_count": select(func.count()).select_from(PaidOrder).where(*valid).scalar_subquery(),
            "version": Basket.version + 1,
        },
    )
    return lock_baskets(session, Basket.id.in_(baskets))


Sums = tuple[int, int]
"""Due and refunded cents of a basket at some moment."""


def trail(
    session: Session,
    cause: Cause,
    before: dict[UUID, Sums],
    after: Iterable[Basket],
    traces: dict[UUID, list[dict[str, Any]]] | None = None,
) -> None:
    rows = [
        {
            "id": clock.new_id(),
            "basket_id": basket.id,
            "at": cause.at,
            "account_id": cause.by,
            "action": cause.action,
            "due_before_cents": before[basket.id][0],
            "due_after_cents": basket.due_cents,
            "refunded_before_cents": before[basket.id][1],
            "refunded_after_cents": basket.refunded_cents,
            "changes": (traces or {}).get(basket.id, []),
        }
        for basket in after
    ]
    if rows:
        session.execute(insert(TrailEntry), rows)


def sums_of(baskets: Iterable[Basket]) -> dict[UUID, Sums]:
    return {basket.id: _sums(basket) for basket in baskets}


def _sums(basket: Basket) -> Sums:
    return basket.due_cents, basket.refunded_cents


def _update_baskets(session: Session, baskets: Sequence[UUID], values: dict[str, Any]) -> None:
    statement = update(Basket).where(Basket.id.in_(baskets)).values(**values)
    session.execute(statement, execution_options={"synchronize_session": False})


def _write_lines(session: Session, changes: Iterable[Change]) -> None:
    """One statement per distinct outcome: a product missing for 400 members is one."""
    alike: dict[tuple[Decimal, int], list[UUID]] = defaultdict(list)
    for change in changes:
        alike[change.delivered, change.cents].append(change.line.id)
    for (delivered, cents), lines in alike.items():
        statement = update(BasketLine).where(BasketLine.id.in_(lines))
        statement = statement.values(delivered=delivered, delivered_cents=cents)
        session.execute(statement, execution_options={"synchronize_session": False})


def _to_refund(basket: Basket, still_owed: int) -> int:
    return purse_of(basket).kept_cents - (basket.due_cents - still_owed)


def _refund(cause: Cause, basket: Basket, reason: str, amount_cents: int) -> dict[str, Any]:
    return {
        "id": clock.new_id(),
        "basket_id": basket.id,
        "amount_cents": amount_cents,
        "reason": reason,
        "state": "requested",
        "requested_at": cause.at,
        "requested_by": cause.by,
    }


def _adjusted(basket: Basket) -> BasketAdjusted:
    return BasketAdjusted(
        basket_id=basket.id,
        basket_number=basket.number,
        sale_id=basket.sale_id,
        market_id=basket.market_id,
        member_id=basket.member_id,
        due_cents=basket.due_cents,
        paid_cents=purse_of(basket).kept_cents,
        version=basket.version,
    )


def _requested(refund: dict[str, Any], basket: Basket, funded_by: list[UUID]) -> RefundRequested:
    return RefundRequested(
        refund_id=refund["id"],
        basket_id=basket.id,
        sale_id=basket.sale_id,
        market_id=basket.market_id,
        member_id=basket.member_id,
        amount_cents=refund["amount_cents"],
        reason=refund["reason"],
        funded_by=funded_by,
    )
