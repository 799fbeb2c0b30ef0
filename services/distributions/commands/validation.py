"""What is told when baskets and distributions are settled."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from services.distributions.models import Basket, BasketLine, Distribution
from shared.events.distributions import (
    BasketValidated,
    DistributionValidated,
    ProducerDelivery,
    ProductDelivery,
    SettledLine,
)


def changed_lines(session: Session, which: ColumnElement[bool]) -> dict[UUID, list[SettledLine]]:
    """By basket, the lines that were delivered differently from ordered."""
    differs = or_(BasketLine.delivered != BasketLine.ordered, BasketLine.delivered_cents != BasketLine.ordered_cents)
    changed: dict[UUID, list[SettledLine]] = defaultdict(list)
    chosen = select(BasketLine).where(which, differs).order_by(BasketLine.id)
    for line in session.scalars(chosen.execution_options(populate_existing=True)):
        changed[line.basket_id].append(
            SettledLine(
                name=line.name,
                unit=line.unit,
                ordered=line.ordered,
                delivered=line.delivered,
                ordered_cents=line.ordered_cents,
                delivered_cents=line.delivered_cents,
            )
        )
    return changed


def basket_validated(basket: Basket, changes: list[SettledLine]) -> BasketValidated:
    return BasketValidated(
        basket_id=basket.id,
        basket_number=basket.number,
        sale_id=basket.sale_id,
        market_id=basket.market_id,
        member_id=basket.member_id,
        ordered_cents=basket.ordered_cents,
        due_cents=basket.due_cents,
        refunded_cents=basket.refunded_cents,
        changes=changes,
        version=basket.version,
    )


def distribution_validated(session: Session, sale: Distribution) -> DistributionValidated:
    """The whole figures of the sale, as producers are paid and stock is settled from them."""
    if sale.validated_at is None:
        message = f"sale {sale.sale_id} is not validated"
        raise ValueError(message)
    sums = session.execute(
        select(
            func.count(),
            *(
                func.coalesce(func.sum(column), 0)
                for column in (Basket.paid_cents, Basket.refunded_cents, Basket.due_cents)
            ),
        ).where(Basket.sale_id == sale.sale_id, Basket.order_count > 0)
    ).one()
    return DistributionValidated(
        sale_id=sale.sale_id,
        market_id=sale.market_id,
        round=sale.round,
        validated_at=sale.validated_at,
        validated_by=sale.validated_by,
        basket_count=int(sums[0]),
        paid_cents=int(sums[1]),
        refunded_cents=int(sums[2]),
        delivered_cents=int(sums[3]),
        producers=_producers(session, sale.sale_id),
        products=_products(session, sale.sale_id),
    )


def _producers(session: Session, sale_id: UUID) -> list[ProducerDelivery]:
    by_producer = (
        select(BasketLine.producer_id, func.sum(BasketLine.delivered_cents))
        .where(BasketLine.sale_id == sale_id)
        .group_by(BasketLine.producer_id)
        .order_by(BasketLine.producer_id)
    )
    return [
        ProducerDelivery(producer_id=producer_id, gross_cents=int(cents))
        for producer_id, cents in session.execute(by_producer)
    ]


def _products(session: Session, sale_id: UUID) -> list[ProductDelivery]:
    by_product = (
        select(
            BasketLine.product_id,
            func.sum(BasketLine.ordered),
            func.sum(BasketLine.delivered),
        )
        .where(BasketLine.sale_id == sale_id)
        .group_by(BasketLine.product_id)
        .order_by(BasketLine.product_id)
    )
    return [
        ProductDelivery(product_id=product_id, ordered=ordered, delivered=delivered)
        for product_id, ordered, delivered in session.execute(by_product)
    ]
