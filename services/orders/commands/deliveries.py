"""Goods that leave the stock when a distribution is validated (SPEC C4)."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from services.orders import domain
from services.orders.commands import stock
from services.orders.models import Delivery, Line, Order, Sale
from shared.events.distributions import DistributionValidated


def distribution_validated(session: Session, validated: DistributionValidated) -> None:
    """The first round releases what was ordered; every round takes what was delivered more than the one before said."""
    sale = session.get_one(Sale, validated.sale_id, with_for_update=True)
    if validated.round <= sale.validated_round:
        return
    ordered = _held_for(session, sale.id) if sale.validated_round == 0 else {}
    delivered = {product.product_id: product.delivered for product in validated.products}
    more = _more_than_before(session, sale.id, delivered)

    stock.hold(session, ordered.keys() | more.keys())
    stock.release(session, ordered)
    stock.deliver(session, more)
    sale.validated_round = validated.round
    session.execute(delete(Delivery).where(Delivery.sale_id == sale.id))
    if delivered:
        session.execute(
            insert(Delivery),
            [
                {"sale_id": sale.id, "product_id": product_id, "delivered": quantity}
                for product_id, quantity in delivered.items()
            ],
        )


def _held_for(session: Session, sale_id: UUID) -> dict[UUID, Decimal]:
    """Our own figures of what is ordered, so that no disagreement can leave stock committed for ever."""
    sums = select(Line.product_id, func.sum(Line.quantity)).join(Order, Order.id == Line.order_id)
    paid = sums.where(Order.sale_id == sale_id, Order.status == domain.CONFIRMED).group_by(Line.product_id)
    return dict(session.execute(paid).tuples().all())


def _more_than_before(session: Session, sale_id: UUID, delivered: dict[UUID, Decimal]) -> dict[UUID, Decimal]:
    rows = session.execute(select(Delivery.product_id, Delivery.delivered).where(Delivery.sale_id == sale_id))
    before = dict(rows.tuples().all())
    more = {
        product_id: delivered.get(product_id, Decimal(0)) - before.get(product_id, Decimal(0))
        for product_id in delivered.keys() | before.keys()
    }
    return {product_id: quantity for product_id, quantity in more.items() if quantity}
