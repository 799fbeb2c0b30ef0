"""A member's own basket of a sale as it stands: what is paid, what waits for its payment, what may still be changed."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.orders import domain
from services.orders.loading import absent_producers, by_product, offers_of, orders, paid_lines, sale_times
from services.orders.models import Basket, Order, Sale
from shared import clock
from shared.actor import Actor
from shared.errors import NotFound

LINE = ("producer_id", "by_weight", "weighed", "unit_price_cents", "vat_bp")
MOST_PENDING = 20


def my_basket(session: Session, actor: Actor, sale_id: UUID) -> dict[str, Any]:
    asked = select(Basket, Sale).join(Sale, Sale.id == Basket.sale_id)
    found = session.execute(asked.where(Basket.sale_id == sale_id, Basket.member_id == actor.must_be_known())).first()
    if found is None:
        raise NotFound(what="basket")
    basket, sale = found
    rows = paid_lines(session, basket.id)
    total, paid = sum(row.gross_cents for row in rows), _paid(session, basket)
    may_change = bool(rows) and domain.takes_orders(sale_times(sale), clock.now())
    return {
        "basket_id": basket.id,
        "basket_number": basket.number,
        "sale_id": sale_id,
        "market_id": sale.market_id,
        "version": basket.version,
        "lines": _lines(session, sale_id, rows),
        "vat": domain.vat_by_rate((row.vat_bp, row.gross_cents) for row in rows),
        "total_cents": total,
        "paid_cents": paid,
        "refunded_cents": paid - total,
        "pending": orders(session, Order.basket_id == basket.id, Order.status == domain.PLACED, limit=MOST_PENDING),
        "can_change_until": sale.closes_at if may_change else None,
    }


def _lines(session: Session, sale_id: UUID, rows: list[Any]) -> list[dict[str, Any]]:
    """By product, at the price of the newest order, beside what the product costs now."""
    newest: dict[UUID, Any] = {}
    for row in rows:
        newest.setdefault(row.product_id, row)
    offers = offers_of(session, sale_id, list(newest))
    absent = absent_producers(session, sale_id)
    return [
        {
            **vars(line),
            **{name: getattr(newest[line.product_id], name) for name in LINE},
            "now_cents": _now(offers.get(line.product_id)),
            "available": _available(offers.get(line.product_id)),
            "not_delivering": newest[line.product_id].producer_id in absent,
        }
        for line in by_product(rows)
    ]


def _now(offer: domain.Offer | None) -> int | None:
    return None if offer is None or offer.withdrawn else offer.price_cents


def _available(offer: domain.Offer | None) -> Any:
    return offer.available if offer else None


def _paid(session: Session, basket: Basket) -> int:
    paid = select(func.coalesce(func.sum(Order.total_cents), 0))
    return int(session.scalar(paid.where(Order.basket_id == basket.id, Order.status == domain.CONFIRMED)) or 0)
