"""Which order's payment each refund of a basket falls on, so that it leaves the basket with that order."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from services.distributions import domain
from services.distributions.models import PaidOrder
from shared.money import Cents


def fall(session: Session, refunds: Mapping[UUID, Cents]) -> dict[UUID, list[UUID]]:
    """{basket_id: amount}, on the orders that are not cancelled; answers these. Two statements however many baskets, which
    are locked.
    """
    left: dict[UUID, dict[UUID, Cents]] = {basket_id: {} for basket_id in refunds}
    living = (PaidOrder.basket_id.in_(refunds), PaidOrder.cancelled.is_(False))
    facts = select(PaidOrder.basket_id, PaidOrder.id, PaidOrder.total_cents - PaidOrder.refunded_cents)
    for basket_id, order_id, cents in session.execute(facts.where(*living)).tuples():
        left[basket_id][order_id] = cents
    parts = {
        order_id: part
        for basket_id, amount in refunds.items()
        for order_id, part in domain.falls_on(amount, left[basket_id]).items()
    }
    if parts:
        more = PaidOrder.refunded_cents + case(parts, value=PaidOrder.id)
        fallen = update(PaidOrder).where(PaidOrder.id.in_(parts)).values(refunded_cents=more)
        session.execute(fallen, execution_options={"synchronize_session": False})
    return {basket_id: sorted(orders) for basket_id, orders in left.items()}
