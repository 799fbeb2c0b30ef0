"""Counts that rules and pages both need: paid orders of sales, distributions still to validate, people on duty."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from services.markets.domain.sales import CLOSED, DISTRIBUTED, OPEN
from services.markets.models import DutyShift, DutySignup, OrderedFrom, PaidOrder, Sale


def unvalidated_sales(session: Session, market_id: UUID, now: datetime) -> list[UUID]:
    """Closed, past, paid for and not validated, oldest first (SPEC S9).

    What is past counts also while its closing still has to be caught up.
    """
    paid = exists().where(PaidOrder.sale_id == Sale.id, PaidOrder.cancelled.is_(False))
    past = (Sale.market_id == market_id, Sale.state.in_((OPEN, CLOSED, DISTRIBUTED)), Sale.ends_at <= now)
    return list(session.scalars(select(Sale.id).where(*past, paid).order_by(Sale.starts_at)))


def orders_of(session: Session, sale_ids: Iterable[UUID]) -> dict[UUID, int]:
    """{sale: its paid orders}; sales without any are absent."""
    count = select(PaidOrder.sale_id, func.count()).where(
        PaidOrder.sale_id.in_(list(sale_ids)), PaidOrder.cancelled.is_(False)
    )
    return dict(session.execute(count.group_by(PaidOrder.sale_id)).tuples().all())


def orders_from(session: Session, sale_ids: Iterable[UUID]) -> dict[tuple[UUID, UUID], int]:
    """{(sale, producer): paid orders that buy from this producer}; zeros are absent."""
    count = (
        select(OrderedFrom.sale_id, OrderedFrom.producer_id, func.count())
        .join(PaidOrder, PaidOrder.order_id == OrderedFrom.order_id)
        .where(OrderedFrom.sale_id.in_(list(sale_ids)), PaidOrder.cancelled.is_(False))
        .group_by(OrderedFrom.sale_id, OrderedFrom.producer_id)
    )
    return {(sale_id, producer_id): orders for sale_id, producer_id, orders in session.execute(count)}


def signups_of(session: Session, sale_id: UUID) -> dict[UUID, int]:
    """{duty shift: people who signed up}; shifts that nobody has taken are absent."""
    count = (
        select(DutySignup.shift_id, func.count())
        .join(DutyShift, DutyShift.id == DutySignup.shift_id)
        .where(DutyShift.sale_id == sale_id)
    )
    return dict(session.execute(count.group_by(DutySignup.shift_id)).tuples().all())
