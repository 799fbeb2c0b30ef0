"""What is told when baskets and distributions are settled."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from services.distributions.models import Basket, BasketLine, Distribution
from services.distributions.sales import purse_of
from shared.events.distributions import (
    BasketValidated,
    DeliveredLine,
    DistributionValidated,
    ProducerDelivery,
    ProductDelivery,
    SettledLine,
)


def lines_by_basket(session: Session, which: ColumnElement[bool]) -> dict[UUID, list[BasketLine]]:
    """Every line as it is now, for what is told of validated baskets."""
    lines: dict[UUID, list[BasketLine]] = defaultdict(list)
    chosen = select(BasketLine).where(which).order_by(BasketLine.id)
    for line in session.scalars(chosen.execution_options(populate_existing=True)):
        lines[line.basket_id].append(line)
    return lines


def basket_validated(basket: Basket, lines: Sequence[BasketLine]) -> BasketValidated:
    return BasketValidated(
        basket_id=basket.id,
        basket_number=basket.number,
        sale_id=basket.sale_id,
        market_id=basket.market_id,
        member_id=basket.member_id,
        ordered_cents=basket.ordered_cents,
        due_cents=basket.due_cents,
        refunded_cents=basket.refunded_cents,
        changes=[_settled(line) for line in lines if _differs(line)],
        version=basket.version,
        owed_cents=purse_of(basket).owed_cents,
        lines=[_delivered(line) for line in lines if line.delivered],
    )


def _differs(line: BasketLine) -> bool:
    return line.delivered != line.ordered or line.delivered_cents != line.ordered_cents


def _settled(line: BasketLine) -> SettledLine:
    return SettledLine(
        name=line.name,
        unit=line.unit,
        ordered=line.ordered,
        delivered=line.delivered,
        ordered_cents=line.ordered_cents,
        delivered_cents=line.delivered_cents,
    )


def _delivered(line: BasketLine) -> DeliveredLine:
    return DeliveredLine(
        line_id=line.id,
        order_id=line.order_id,
        product_id=line.product_id,
        producer_id=line.producer_id,
        name=line.name,
        unit=line.unit,
        quantity=line.delivered,
        unit_price_cents=line.unit_price_cents,
        vat_bp=line.vat_bp,
        gross_cents=line.delivered_cents,
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
