"""A member cancels everything of a sale before it closes (SPEC O8): paid orders are refunded, unpaid ones given up."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.orders import domain
from services.orders.commands import baskets, stock
from services.orders.commands.orders import ended
from services.orders.loading import absent_producers, paid_lines, quantities_of
from services.orders.models import Basket, Order, Participation
from shared import clock
from shared.actor import Actor
from shared.errors import NotFound
from shared.events.orders import OrderCancelled
from shared.messaging import outbox
from shared.money import Cents


def cancel_basket(session: Session, actor: Actor, sale_id: UUID, version: int | None = None) -> None:
    sale = baskets.changeable(session, sale_id, actor.must_be_known())
    cancel(session, baskets.hold(session, sale.basket_id, version), sale.market_id)


def cancel(session: Session, basket: Basket, market_id: UUID) -> None:
    """Also orders that have expired, so that a late payment of one of them does not bring it back."""
    orders = session.scalars(
        select(Order)
        .where(Order.basket_id == basket.id, Order.status != domain.CANCELLED)
        .order_by(Order.id)
        .with_for_update(key_share=True)
    ).all()
    unpaid = [order for order in orders if order.status == domain.PLACED]
    paid = [order for order in orders if order.status == domain.CONFIRMED]
    if not (unpaid or paid):
        raise NotFound(what="basket")

    gives_back = worth(session, basket)
    stock.release(session, quantities_of(session, [order.id for order in (*unpaid, *paid)]))
    for order in orders:
        domain.ensure_next(order.status, domain.CANCELLED)
        order.status, order.ended_at = domain.CANCELLED, clock.now()
    outbox.record(session, *(ended(order, "member") for order in unpaid), *_told(basket, paid, gives_back))


def cancelled(
    order: Order, reason: str, *, amendment: int | None = None, basket_cents: Cents | None = None, of: int | None = None
) -> OrderCancelled:
    return OrderCancelled(
        order_id=order.id,
        basket_id=order.basket_id,
        sale_id=order.sale_id,
        market_id=order.market_id,
        member_id=order.member_id,
        total_cents=order.total_cents,
        reason=reason,
        amendment=amendment,
        basket_cents=basket_cents,
        orders=of,
    )


def _told(basket: Basket, paid: Sequence[Order], worth: Cents) -> list[OrderCancelled]:
    """Each change that is counted is told: who listens waits for it."""
    if not paid:
        basket.version += 1
        return []
    amendment = baskets.count_change(basket)
    return [cancelled(order, "member", amendment=amendment, basket_cents=worth, of=len(paid)) for order in paid]


def worth(session: Session, basket: Basket) -> Cents:
    """What will be given back; not again what was for producers who do not deliver."""
    absent = absent_producers(session, basket.sale_id, Participation.absence_told)
    return sum(line.gross_cents for line in paid_lines(session, basket.id) if line.producer_id not in absent)
