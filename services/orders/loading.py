"""What writes and reads both load: offers of a sale, an order with its lines, in the shape of the rules."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from services.orders import domain
from services.orders.models import (
    Basket,
    CatalogItem,
    Line,
    Order,
    Participation,
    ProducerAccount,
    Product,
    Role,
    Sale,
    StockLevel,
)

OFFER = ("producer_id", "name", "unit", "by_weight", "weighed", "vat_bp", "withdrawn", "price_cents")
SALE_TIMES = ("opens_at", "closes_at", "ends_at", "opened_at", "closed_at", "cancelled_at", "validated_round")
STOCK = (StockLevel.product_id.label("stocked"), StockLevel.supplied, StockLevel.delivered, StockLevel.committed)
ORDER_FACTS = ("basket_id", "sale_id", "market_id", "member_id", "status", "total_cents", "placed_at", "expires_at",
               "confirmed_at", "ended_at")


def sale_times(row: Any) -> domain.SaleTimes:
    """`row` has the columns of SALE_TIMES: a Sale, or a row of a query."""
    return domain.SaleTimes(**{name: getattr(row, name) for name in SALE_TIMES})


def prices_in(sale_id: UUID) -> Select[UUID, int]:
    """What is in the shop of a sale: product_id, price_cents. Of two catalogues that take part the lower price counts."""
    return (
        select(CatalogItem.product_id, func.min(CatalogItem.price_cents).label("price_cents"))
        .join(Participation, Participation.catalog_id == CatalogItem.catalog_id)
        .where(Participation.sale_id == sale_id, Participation.active)
        .group_by(CatalogItem.product_id)
    )


def available(row: Any) -> Decimal | None:
    """Of a row with the columns of STOCK. Nothing while catalogs has not told the stock."""
    if row.stocked is None:
        return Decimal(0)
    return domain.available(row.supplied, row.delivered, row.committed)


def offers_of(session: Session, sale_id: UUID, product_ids: Sequence[UUID]) -> dict[UUID, domain.Offer]:
    """Offers of the products that are known, whether or not the sale has them; one statement."""
    prices = prices_in(sale_id).where(CatalogItem.product_id.in_(product_ids)).subquery()
    asked = (
        select(Product.id, Product.producer_id, Product.name, Product.unit, Product.by_weight, Product.weighed,
               Product.vat_bp, Product.withdrawn, prices.c.price_cents, *STOCK)
        .join(prices, prices.c.product_id == Product.id, isouter=True)
        .join(StockLevel, StockLevel.product_id == Product.id, isouter=True)
        .where(Product.id.in_(product_ids))
    )
    return {row.id: domain.Offer(product_id=row.id, available=available(row),
                                 **{name: getattr(row, name) for name in OFFER})
            for row in session.execute(asked)}


def quantities_of(session: Session, order_ids: Sequence[UUID]) -> dict[UUID, Decimal]:
    """Ordered quantity by product over all lines of these orders."""
    sums = select(Line.product_id, func.sum(Line.quantity)).where(Line.order_id.in_(order_ids))
    return dict(session.execute(sums.group_by(Line.product_id)).tuples().all())


def lines_of(session: Session, order_ids: Sequence[UUID]) -> dict[UUID, list[Line]]:
    """Lines by order, in the order they were written."""
    grouped: dict[UUID, list[Line]] = defaultdict(list)
    for line in session.scalars(select(Line).where(Line.order_id.in_(order_ids)).order_by(Line.line_id)):
        grouped[line.order_id].append(line)
    return grouped


def orders(session: Session, *which: ColumnElement[bool], limit: int) -> list[dict[str, Any]]:
    """Answers about orders, newest first: two statements however many."""
    asked = select(Order, Basket.number).join(Basket, Basket.id == Order.basket_id).where(*which)
    found = session.execute(asked.order_by(Order.id.desc()).limit(limit)).all()
    lines = lines_of(session, [order.id for order, _ in found])
    return [order_answer(_facts(order, number), lines[order.id]) for order, number in found]


def order_answer(facts: Mapping[str, Any], lines: Iterable[Any]) -> dict[str, Any]:
    lines = list(lines)
    return {**facts, "lines": lines, "vat": domain.vat_by_rate((line.vat_bp, line.gross_cents) for line in lines)}


def is_administrator(session: Session, market_id: UUID, account_id: UUID | None) -> bool:
    held = exists().where(Role.market_id == market_id, Role.account_id == account_id, Role.held,
                          Role.role == "administrator")
    return account_id is not None and bool(session.scalar(select(held)))


def acts_for(session: Session, producer_id: UUID, account_id: UUID | None) -> bool:
    acts = exists().where(ProducerAccount.producer_id == producer_id, ProducerAccount.account_id == account_id)
    return account_id is not None and bool(session.scalar(select(acts)))


def shared_sale(sale_id: UUID) -> Select[Sale]:
    """A sale whose row is shared with other changes of its orders, until the transaction ends."""
    return select(Sale).where(Sale.id == sale_id).with_for_update(read=True, key_share=True)


def _facts(order: Order, number: int | None) -> dict[str, Any]:
    return {"order_id": order.id, "basket_number": number, **{name: getattr(order, name) for name in ORDER_FACTS}}
