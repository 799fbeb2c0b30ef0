"""What producers are paid, when, and what is owed beside it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.payments import domain, rights
from services.payments.models import (
    Account,
    Payout,
    Producer,
    Settlement,
    Share,
)
from shared import clock
from shared.actor import Actor
from shared.errors import NotFound
from shared.money import Cents

FIGURES = ("gross_cents", "fee_cents", "commission_cents", "amount_cents")


def account(row: Account) -> dict[str, Any]:
    names = ("producer_id", "active", "details_submitted", "due", "due_by", "disabled_reason")
    standing = domain.standing(
        opened=row.provider_id is not None,
        active=row.active,
        is_asked=bool(row.due),
        disabled_reason=row.disabled_reason,
    )
    return {name: getattr(row, name) for name in names} | {"standing": standing}


def payouts_of(session: Session, actor: Actor, producer_id: UUID, after: UUID | None, limit: int) -> dict[str, Any]:
    """A producer's payouts, newest first, and what is owed beside them."""
    rights.must_act_for(session, actor, producer_id)
    mine = select(Payout).where(Payout.producer_id == producer_id).order_by(Payout.id.desc()).limit(limit + 1)
    rows = session.scalars(mine.where(Payout.id < after) if after else mine).all()
    shares = session.scalars(select(Share).where(Share.payout_id.in_([row.id for row in rows]))).all()
    expected = _expected(session, Share.producer_id == producer_id)
    return {
        "items": [_payout(row, [each for each in shares if each.payout_id == row.id]) for row in rows[:limit]],
        "next": rows[limit - 1].id if len(rows) > limit else None,
        "expected": expected,
        "expected_cents": sum(each["amount_cents"] for each in expected),
    }


def payout(session: Session, actor: Actor, payout_id: UUID) -> dict[str, Any]:
    row = session.get(Payout, payout_id)
    if row is None:
        raise NotFound(what="payout")
    rights.must_act_for(session, actor, row.producer_id)
    return _payout(row, session.scalars(select(Share).where(Share.payout_id == payout_id)).all())


def _payout(row: Payout, shares: Sequence[Share]) -> dict[str, Any]:
    names = ("producer_id", "paid_on", "amount_cents", "status", "error", "sent_at")
    return {
        "payout_id": row.id,
        "sales": _summed(shares, "sale_id", "market_id"),
        **{name: getattr(row, name) for name in names},
    }


def _summed(shares: Iterable[Share], *names: str) -> list[dict[str, Any]]:
    """Shares of the same `names` added up over the rounds."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for each in sorted(shares, key=lambda share: share.id):
        key = tuple(getattr(each, name) for name in names)
        row = rows.setdefault(key, dict(zip(names, key, strict=True)) | dict.fromkeys(FIGURES, 0))
        for figure in FIGURES:
            row[figure] += getattr(each, figure)
    return list(rows.values())


def _expected(session: Session, which: Any) -> list[dict[str, Any]]:
    unpaid = session.scalars(select(Share).where(which, Share.payout_id.is_(None))).all()
    sales = {
        row.sale_id: row
        for row in session.scalars(select(Settlement).where(Settlement.sale_id.in_({each.sale_id for each in unpaid})))
    }
    producers = {each.producer_id for each in unpaid}
    able = set(session.scalars(select(Account.producer_id).where(Account.producer_id.in_(producers), Account.active)))
    names = ("sale_id", "market_id", "producer_id", "available_at", "pay_on")
    owed = _owed(session, producers)
    return [row | {"waits_for": _waits_for(row, sales[row["sale_id"]], able, owed)} for row in _summed(unpaid, *names)]


def _owed(session: Session, producers: set[UUID]) -> dict[UUID, Cents]:
    sums = select(Share.producer_id, func.sum(Share.amount_cents)).group_by(Share.producer_id)
    rows = session.execute(sums.where(Share.producer_id.in_(producers), Share.payout_id.is_(None)))
    return {producer: int(total) for producer, total in rows}


def _waits_for(row: dict[str, Any], settled: Settlement, able: set[UUID], owed: dict[UUID, Cents]) -> str:
    if settled.round <= settled.reopened_round:
        return "validation"
    if settled.short:
        return "money"
    if row["producer_id"] not in able:
        return "account"
    return "balance" if owed[row["producer_id"]] <= 0 else "date"


def sale_payouts(session: Session, actor: Actor, sale_id: UUID) -> dict[str, Any]:
    """When each producer of a sale is paid how much, for the market's administrators."""
    rights.must_administer(session, actor, rights.market_of_sale(session, sale_id), "sale")
    settled = session.get(Settlement, sale_id)
    items = [_sale_payout(row, None) for row in _expected(session, Share.sale_id == sale_id)] + _taken(session, sale_id)
    ids = {row["producer_id"] for row in items}
    names = session.execute(select(Producer.id, Producer.name).where(Producer.id.in_(ids))).all()
    known = {row.id: row.name for row in names}
    return {
        "sale_id": sale_id,
        "round": settled.round if settled else 0,
        "validated_at": settled.validated_at if settled else None,
        "reopened": settled is not None and settled.round <= settled.reopened_round,
        "items": [row | {"producer_name": known.get(row["producer_id"])} for row in items],
        "if_validated_now": payout_date(None),
    }


def _taken(session: Session, sale_id: UUID) -> list[dict[str, Any]]:
    paid = select(Share).where(Share.sale_id == sale_id, Share.payout_id.is_not(None))
    rows = _summed(session.scalars(paid), "sale_id", "market_id", "producer_id", "available_at", "pay_on", "payout_id")
    which = Payout.id.in_({row["payout_id"] for row in rows})
    payouts = {row.id: row for row in session.scalars(select(Payout).where(which))}
    return [_sale_payout(row, payouts[row["payout_id"]]) for row in rows]


def _sale_payout(row: dict[str, Any], taken_by: Payout | None) -> dict[str, Any]:
    if taken_by is None:
        return row | {"status": "expected", "paid_on": None, "error": None}
    return row | {"status": taken_by.status, "paid_on": taken_by.paid_on, "error": taken_by.error, "waits_for": None}


def payout_date(validated_at: datetime | None) -> dict[str, Any]:
    at = validated_at or clock.now()
    available = domain.available_at(at)
    return {"validated_at": at, "available_at": available, "pay_on": domain.pay_on(available)}
