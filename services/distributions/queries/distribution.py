"""The head of one distribution: when, where, which button, and how far it is."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from services.distributions import domain
from services.distributions.models import Basket, BasketLine, Distribution, Market, Person, Referent, TrailEntry
from services.distributions.queries.baskets import AWAITED
from services.distributions.rights import ensure_may_settle, is_administrator
from services.distributions.sales import absence_awaited, find_sale, slot_of
from shared import clock
from shared.actor import Actor
from shared.errors import NotFound


def distribution(session: Session, actor: Actor, *, sale_id: UUID) -> dict[str, Any]:
    sale = find_sale(session, sale_id)
    account_id = ensure_may_settle(session, actor, sale)
    return settled_distribution(session, sale, account_id)


def settled_distribution(session: Session, sale: Distribution, account_id: UUID) -> dict[str, Any]:
    """For somebody whose right is known."""
    slot, now = slot_of(session, sale), clock.now()
    validated = sale.state == domain.VALIDATED
    return head(session, sale, slot) | {
        "stage": domain.stage(sale.state, slot, now),
        "button": domain.button(sale.state, slot, now),
        "time_to_call": sale.state == domain.OPEN and domain.is_nearly_over(slot, now),
        "orders_settled": sale.orders_settled,
        "absence_awaited": session.scalar(select(absence_awaited(sale.sale_id))),
        "referent": _referent(session, sale.sale_id),
        "counts": _counts(session, sale.sale_id),
        "totals": _totals(session, sale.sale_id),
        "changes": _changes(session, sale.sale_id),
        "round": sale.round,
        "validated_at": sale.validated_at,
        "validated_by": sale.validated_by,
        "money_transferred": sale.money_sent_at is not None,
        "may_reopen": validated
        and sale.money_sent_at is None
        and is_administrator(session, account_id, sale.market_id),
    }


def turnovers(session: Session, actor: Actor, *, market_id: UUID, sale_ids: list[UUID]) -> dict[str, Any]:
    """What the baskets of a market's sales are worth, for its administrators; sales without any are absent."""
    if not is_administrator(session, actor.must_be_known(), market_id):
        raise NotFound("market_id", what="market")
    sums = (
        select(
            Basket.sale_id,
            func.count().label("basket_count"),
            func.sum(Basket.ordered_cents).label("ordered_cents"),
            func.sum(Basket.due_cents).label("due_cents"),
        )
        .join(Distribution, Distribution.sale_id == Basket.sale_id)
        .where(Distribution.market_id == market_id, Basket.sale_id.in_(sale_ids), Basket.order_count > 0)
        .group_by(Basket.sale_id)
    )
    return {"items": session.execute(sums).mappings().all()}


def head(session: Session, sale: Distribution, slot: domain.Slot) -> dict[str, Any]:
    market = session.get(Market, sale.market_id)
    return {
        "sale_id": sale.sale_id,
        "market_id": sale.market_id,
        "market_name": market.name if market else "",
        "organisation_mode": market.organisation_mode if market else None,
        "time_zone": slot.zone.key,
        "day": slot.day,
        "opens_at": slot.opens_at,
        "closes_at": slot.closes_at,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "place": sale.place,
    }


def _referent(session: Session, sale_id: UUID) -> dict[str, Any] | None:
    chosen = (
        select(Referent.account_id, Person.first_name, Person.last_name)
        .outerjoin(Person, Person.account_id == Referent.account_id)
        .where(Referent.sale_id == sale_id)
    )
    row = session.execute(chosen).first()
    return (
        None
        if row is None
        else {"account_id": row.account_id, "first_name": row.first_name or "", "last_name": row.last_name or ""}
    )


def _counts(session: Session, sale_id: UUID) -> dict[str, int]:
    kept = Basket.paid_cents - Basket.refunded_cents
    baskets = session.execute(
        select(
            func.count(),
            _how_many(Basket.state == domain.VALIDATED),
            _how_many(Basket.due_cents != Basket.ordered_cents),
            _how_many(kept > Basket.due_cents),
            _how_many(and_(*AWAITED)),
            _how_many(Basket.not_collected_at.is_not(None)),
        ).where(Basket.sale_id == sale_id, Basket.order_count > 0)
    ).one()
    declared = session.scalar(
        select(func.count())
        .select_from(BasketLine)
        .where(BasketLine.sale_id == sale_id, BasketLine.declared.is_not(None))
    )
    names = ("baskets", "validated", "adjusted", "to_refund", "awaited", "not_collected")
    return dict(zip(names, map(int, baskets), strict=True)) | {"declared_lines": declared or 0}


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _changes(session: Session, sale_id: UUID) -> int:
    """Every change of a basket is on its trail, for ever (SPEC D9): another number is another list."""
    on_trail = select(func.count()).select_from(TrailEntry).join(Basket, Basket.id == TrailEntry.basket_id)
    return session.scalar(on_trail.where(Basket.sale_id == sale_id)) or 0


def _totals(session: Session, sale_id: UUID) -> dict[str, int]:
    columns = (Basket.ordered_cents, Basket.due_cents, Basket.paid_cents, Basket.refunded_cents)
    sums = session.execute(
        select(*(func.coalesce(func.sum(column), 0) for column in columns)).where(
            Basket.sale_id == sale_id, Basket.order_count > 0
        )
    ).one()
    return {column.key: int(total) for column, total in zip(columns, sums, strict=True)}
