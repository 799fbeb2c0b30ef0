"""What producers have to pick: sums over the paid orders of a sale, by product and by basket."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from services.orders import domain
from services.orders.models import Line, Order, Participation
from shared.events.orders import ProducerSheet, SheetLine


def totals(sale_id: UUID) -> Select[UUID, UUID, str, str, Decimal, int]:
    """By producer and product: product_id, name, unit, quantity, gross_cents."""
    return (
        select(
            Line.producer_id,
            Line.product_id,
            func.max(Line.name).label("name"),
            func.max(Line.unit).label("unit"),
            func.sum(Line.quantity).label("quantity"),
            func.sum(Line.gross_cents).label("gross_cents"),
        )
        .join(Order, Order.id == Line.order_id)
        .where(Order.sale_id == sale_id, Order.status == domain.CONFIRMED)
        .group_by(Line.producer_id, Line.product_id)
        .order_by(Line.producer_id, func.max(Line.name), Line.product_id)
    )


def producer_sheets(session: Session, sale_id: UUID) -> tuple[int, list[ProducerSheet]]:
    """How many orders are paid, and a sheet for everyone who takes part or was ordered from."""
    paid = (Order.sale_id == sale_id, Order.status == domain.CONFIRMED)
    count = session.scalar(select(func.count()).select_from(Order).where(*paid)) or 0
    baskets = select(Line.producer_id, func.count(func.distinct(Order.basket_id))).join(Order).where(*paid)
    basket_counts: dict[UUID, int] = dict(session.execute(baskets.group_by(Line.producer_id)).all())
    lines: dict[UUID, list[SheetLine]] = {producer_id: [] for producer_id in _taking_part(session, sale_id)}
    for row in session.execute(totals(sale_id)):
        lines.setdefault(row.producer_id, []).append(_sheet_line(row))
    return count, [
        ProducerSheet(
            producer_id=producer_id,
            basket_count=basket_counts.get(producer_id, 0),
            gross_cents=sum(line.gross_cents for line in own),
            lines=own,
        )
        for producer_id, own in lines.items()
    ]


def _taking_part(session: Session, sale_id: UUID) -> list[UUID]:
    active = select(Participation.producer_id).where(Participation.sale_id == sale_id, Participation.active)
    return list(session.scalars(active.distinct().order_by(Participation.producer_id)))


def _sheet_line(row: Any) -> SheetLine:
    return SheetLine(
        product_id=row.product_id, name=row.name, unit=row.unit, quantity=row.quantity, gross_cents=int(row.gross_cents)
    )
