"""What becomes due: reservations end, cancelled sales give everything back, closed sales are summed up.

Each function claims one piece of work, does it in the claiming transaction, and says whether there may be more.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from services.orders import domain
from services.orders.commands import stock
from services.orders.commands.cancellations import cancelled
from services.orders.commands.orders import ended
from services.orders.loading import quantities_of
from services.orders.models import Order, Sale
from services.orders.sheets import producer_sheets
from shared import clock
from shared.events.orders import SaleOrdersSettled
from shared.messaging import outbox

BATCH = 50


def expire_orders(session: Session) -> bool:
    """Unpaid orders whose reservation and grace are over."""
    over = domain.released_before(clock.now())
    due = select(Order).where(Order.status == domain.PLACED, Order.expires_at <= over).order_by(Order.expires_at)
    orders = _claimed(session, due)
    _end(session, orders, domain.EXPIRED)
    outbox.record(session, *(ended(order, "time") for order in orders))
    return len(orders) == BATCH


def void_cancelled_sales(session: Session) -> bool:
    """Orders of a cancelled sale, a batch at a time: the unpaid expire, the paid are cancelled and thereby refunded."""
    sale = session.scalars(select(Sale).where(Sale.voiding).limit(1).with_for_update(skip_locked=True)).first()
    if sale is None:
        return False
    alive = select(Order).where(Order.sale_id == sale.id, Order.status.in_(domain.ALIVE)).order_by(Order.id)
    orders = _claimed(session, alive)
    unpaid = [order for order in orders if order.status == domain.PLACED]
    paid = [order for order in orders if order.status == domain.CONFIRMED]
    _end(session, unpaid, domain.EXPIRED)
    _end(session, paid, domain.CANCELLED, holds_stock=not sale.validated_round)
    outbox.record(
        session,
        *(ended(order, "sale_cancelled") for order in unpaid),
        *(cancelled(order, "sale_cancelled") for order in paid),
    )
    sale.voiding = bool(orders)
    return sale.voiding


def settle_sales(session: Session) -> bool:
    """Tell the producers' sheets of a closed sale once no reservation can add to them any more."""
    pending = exists().where(Order.sale_id == Sale.id, Order.status == domain.PLACED)
    closed = select(Sale).where(Sale.closed_at.is_not(None), Sale.settled_at.is_(None), Sale.cancelled_at.is_(None))
    claim = closed.where(~pending).limit(1).with_for_update(skip_locked=True)
    sale = session.scalars(claim).first()
    if sale is None or _has_unpaid(session, sale.id):  # asked again now that the sale is ours alone
        return False
    sale.settled_at, sale.settled_round = clock.now(), sale.settled_round + 1
    count, sheets = producer_sheets(session, sale.id)
    outbox.record(
        session,
        SaleOrdersSettled(
            sale_id=sale.id, market_id=sale.market_id, order_count=count, producers=sheets, round=sale.settled_round
        ),
    )
    return True


def _has_unpaid(session: Session, sale_id: UUID) -> bool:
    unpaid = exists().where(Order.sale_id == sale_id, Order.status == domain.PLACED)
    return bool(session.scalar(select(unpaid)))


def _claimed(session: Session, due: Select[Order]) -> Sequence[Order]:
    return session.scalars(due.limit(BATCH).with_for_update(skip_locked=True, key_share=True)).all()


def _end(session: Session, orders: Sequence[Order], status: str, *, holds_stock: bool = True) -> None:
    for order in orders:
        domain.ensure_next(order.status, status)
        order.status, order.ended_at = status, clock.now()
    if orders and holds_stock:
        stock.release(session, quantities_of(session, [order.id for order in orders]))
