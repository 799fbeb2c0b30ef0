"""Baskets in alphabetical order, one basket with its lines, and its trail."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, exists, func, select
from sqlalchemy.orm import Session

from services.distributions import domain
from services.distributions.models import Basket, BasketLine, Person, Producer, Refund, TrailEntry
from services.distributions.rights import ensure_may_settle
from services.distributions.sales import find_basket, find_sale, purse_of
from shared import clock
from shared.actor import Actor

Seen = dict[str, Any]
AWAITED = (Basket.state == domain.OPEN, Basket.not_collected_at.is_(None))


def baskets(
    session: Session,
    actor: Actor,
    *,
    sale_id: UUID,
    search: str = "",
    uncollected: bool = False,
    changed_within: int | None = None,
) -> Seen:
    """All of them: the page keeps them on the device. `uncollected`: those nobody has come for yet, as far as is known."""
    sale = find_sale(session, sale_id)
    ensure_may_settle(session, actor, sale)
    changed = () if changed_within is None else (_has_changed(clock.now() - timedelta(seconds=changed_within)),)
    rows = named_baskets(session, sale_id, *(AWAITED if uncollected else ()), *changed)
    found = [row for row in rows if _matches(row, search)]
    counts = _line_counts(session, sale_id)
    return {"items": [_listed(row) | {"line_count": counts.get(row.Basket.id, 0)} for row in found]}


def _has_changed(since: datetime) -> ColumnElement[bool]:
    return exists().where(TrailEntry.basket_id == Basket.id, TrailEntry.at >= since)


def basket(session: Session, actor: Actor, *, basket_id: UUID) -> Seen:
    sale, found = find_basket(session, basket_id)
    ensure_may_settle(session, actor, sale, "basket")
    return settled_basket(session, found)


def settled_basket(session: Session, found: Basket) -> Seen:
    """For somebody whose right is known. `next_basket_id`: the next customer of the list who is not validated."""
    rows = named_baskets(session, found.sale_id)
    here = next(index for index, row in enumerate(rows) if row.Basket.id == found.id)
    following = rows[here + 1 :] + rows[:here]
    waiting = (row.Basket.id for row in following if row.Basket.state == domain.OPEN)
    return _listed(rows[here]) | {
        "validated_at": found.validated_at,
        "validated_by": found.validated_by,
        "not_collected_by": found.not_collected_by,
        "lines": _lines(session, found.id),
        "refunds": _refunds(session, found.id),
        "next_basket_id": next(waiting, None),
    }


def trail(session: Session, actor: Actor, *, basket_id: UUID) -> Seen:
    """Who changed what, oldest first."""
    sale, _ = find_basket(session, basket_id)
    ensure_may_settle(session, actor, sale, "basket")
    entries = (
        select(TrailEntry, Person.first_name, Person.last_name)
        .outerjoin(Person, Person.account_id == TrailEntry.account_id)
        .where(TrailEntry.basket_id == basket_id)
    )
    return {
        "items": [
            {key: getattr(row.TrailEntry, key) for key in _TRAIL} | {"who": full_name(row.first_name, row.last_name)}
            for row in session.execute(entries.order_by(TrailEntry.id))
        ]
    }


_TRAIL = (
    "at",
    "account_id",
    "action",
    "due_before_cents",
    "due_after_cents",
    "refunded_before_cents",
    "refunded_after_cents",
    "changes",
)


def full_name(first_name: str | None, last_name: str | None) -> str:
    return f"{first_name or ''} {last_name or ''}".strip()


def named_baskets(
    session: Session, sale_id: UUID, *which: ColumnElement[bool]
) -> list[Row[tuple[Basket, str | None, str | None, str | None]]]:
    """Every paid basket of the sale with its member's name and phone, in alphabetical order."""
    chosen = (
        select(Basket, Person.first_name, Person.last_name, Person.phone)
        .outerjoin(Person, Person.account_id == Basket.member_id)
        .where(Basket.sale_id == sale_id, Basket.order_count > 0, *which)
    )
    return sorted(
        session.execute(chosen.execution_options(populate_existing=True)),
        key=lambda row: domain.alphabetical(row.last_name or "", row.first_name or "", row.Basket.number),
    )


def _matches(row: Any, search: str) -> bool:
    return domain.matches(search, (row.first_name, row.last_name, row.phone, str(row.Basket.number)))


def _listed(row: Any) -> Seen:
    found = row.Basket
    return {
        "basket_id": found.id,
        "sale_id": found.sale_id,
        "number": found.number,
        "member_id": found.member_id,
        "first_name": row.first_name or "",
        "last_name": row.last_name or "",
        "phone": row.phone,
        "state": found.state,
        "adjusted": found.due_cents != found.ordered_cents,
        "ordered_cents": found.ordered_cents,
        "due_cents": found.due_cents,
        "paid_cents": found.paid_cents,
        "refunded_cents": found.refunded_cents,
        "to_refund_cents": purse_of(found).to_refund_cents,
        "owed_cents": purse_of(found).owed_cents,
        "not_collected_at": found.not_collected_at,
        "version": found.version,
    }


def _line_counts(session: Session, sale_id: UUID) -> dict[UUID, int]:
    counts = select(BasketLine.basket_id, func.count()).where(BasketLine.sale_id == sale_id)
    return {row[0]: row[1] for row in session.execute(counts.group_by(BasketLine.basket_id))}


def _lines(session: Session, basket_id: UUID) -> list[Seen]:
    chosen = (
        select(BasketLine, Producer.name.label("producer_name"))
        .outerjoin(Producer, Producer.producer_id == BasketLine.producer_id)
        .where(BasketLine.basket_id == basket_id)
    )
    rows = session.execute(chosen.execution_options(populate_existing=True)).all()
    return [
        seen_line(row)
        for row in sorted(
            rows,
            key=lambda row: (
                domain.folded(row.producer_name or ""),
                domain.folded(row.BasketLine.name),
                row.BasketLine.id,
            ),
        )
    ]


def seen_line(row: Any) -> Seen:
    line = row.BasketLine
    names = (
        "product_id",
        "producer_id",
        "name",
        "unit",
        "by_weight",
        "weighed",
        "unit_price_cents",
        "ordered",
        "ordered_cents",
        "delivered",
        "delivered_cents",
        "declared",
    )
    return {"line_id": line.id, "producer_name": row.producer_name or ""} | {n: getattr(line, n) for n in names}


def _refunds(session: Session, basket_id: UUID) -> list[Seen]:
    chosen = select(Refund).where(Refund.basket_id == basket_id).order_by(Refund.id)
    return [
        {
            "refund_id": refund.id,
            "amount_cents": refund.amount_cents,
            "reason": refund.reason,
            "state": refund.state,
            "requested_at": refund.requested_at,
        }
        for refund in session.scalars(chosen)
    ]
