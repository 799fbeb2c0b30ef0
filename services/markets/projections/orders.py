"""Paid orders: counted per sale and producer, and a way of joining an open market."""

from uuid import UUID

from sqlalchemy import and_, delete, insert, select, tuple_, update
from sqlalchemy.orm import Session

from services.markets.commands.members import set_state
from services.markets.domain import markets as domain
from services.markets.domain.members import MEMBER
from services.markets.models import Market, Member, OrderedFrom, PaidOrder
from shared.events.orders import OrderAmended, OrderCancelled, OrderConfirmed
from shared.messaging.inbox import insert_or_skip


def order_confirmed(session: Session, told: OrderConfirmed) -> None:
    is_new = insert_or_skip(
        session,
        PaidOrder.__table__,
        order_id=told.order_id,
        sale_id=told.sale_id,
        member_id=told.member_id,
        cancelled=False,
    )
    producers = {line.producer_id for line in told.lines}
    if is_new and producers:
        session.execute(
            insert(OrderedFrom),
            [
                {"order_id": told.order_id, "producer_id": producer_id, "sale_id": told.sale_id}
                for producer_id in producers
            ],
        )
    _join(session, told.market_id, told.member_id)


def order_cancelled(session: Session, told: OrderCancelled) -> None:
    """May be told before the confirmation: then the row waits for it, already cancelled."""
    is_new = insert_or_skip(
        session,
        PaidOrder.__table__,
        order_id=told.order_id,
        sale_id=told.sale_id,
        member_id=told.member_id,
        cancelled=True,
    )
    if not is_new:
        session.execute(update(PaidOrder).where(PaidOrder.order_id == told.order_id).values(cancelled=True))


def order_amended(session: Session, told: OrderAmended) -> None:
    """A producer from whom nothing is left may withdraw again. Raises when an order is not known yet: tried again."""
    ids = [order.order_id for order in told.orders]
    known = dict(
        session.execute(select(PaidOrder.order_id, PaidOrder.amendment).where(PaidOrder.order_id.in_(ids)))
        .tuples()
        .all()
    )
    if len(known) < len(ids):
        raise LookupError(told.basket_id)
    newer = [order for order in told.orders if known[order.order_id] < told.amendment]
    kept = {(order.order_id, line.producer_id) for order in newer for line in order.lines}
    changed = [order.order_id for order in newer]
    of_these = OrderedFrom.order_id.in_(changed)
    still = tuple_(OrderedFrom.order_id, OrderedFrom.producer_id).in_(list(kept))
    session.execute(delete(OrderedFrom).where(of_these, ~still).execution_options(synchronize_session=False))
    session.execute(update(PaidOrder).where(PaidOrder.order_id.in_(changed)).values(amendment=told.amendment))


def _join(session: Session, market_id: UUID, account_id: UUID) -> None:
    """Who orders in a market that is open to all becomes a member of it (SPEC O1)."""
    here = and_(Member.market_id == Market.id, Member.account_id == account_id)
    asked = select(Market.registration, Member.state).outerjoin(Member, here).where(Market.id == market_id)
    found = session.execute(asked).first()
    if found and found.registration == domain.OPEN and found.state != MEMBER:
        set_state(session, market_id, account_id, MEMBER)
