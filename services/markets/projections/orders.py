"""Paid orders: counted per sale and producer, and a way of joining an open market."""

from uuid import UUID

from sqlalchemy import and_, insert, select, update
from sqlalchemy.orm import Session

from services.markets.commands.members import set_state
from services.markets.domain import markets as domain
from services.markets.domain.members import MEMBER
from services.markets.models import Market, Member, OrderedFrom, PaidOrder
from shared.events.orders import OrderCancelled, OrderConfirmed
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


def _join(session: Session, market_id: UUID, account_id: UUID) -> None:
    """Who orders in a market that is open to all becomes a member of it (SPEC O1)."""
    here = and_(Member.market_id == Market.id, Member.account_id == account_id)
    asked = select(Market.registration, Member.state).outerjoin(Member, here).where(Market.id == market_id)
    found = session.execute(asked).first()
    if found and found.registration == domain.OPEN and found.state != MEMBER:
        set_state(session, market_id, account_id, MEMBER)
