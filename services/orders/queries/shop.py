"""What anybody may see: the shop of a sale, and the cart whose id they know. Two or three statements, whatever the size."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from services.orders import domain
from services.orders.loading import STOCK, available, offers_of, prices_in, sale_times
from services.orders.models import Cart, Market, Producer, Product, Sale, StockLevel
from shared import clock
from shared.errors import NotFound
from shared.money import line_total

SALE = ("market_id", "opens_at", "closes_at", "starts_at", "ends_at", "place")
PRODUCT = (
    "producer_id",
    "name",
    "description",
    "category",
    "unit",
    "net_quantity",
    "net_unit",
    "by_weight",
    "weighed",
    "organic",
    "allergens",
    "photo_id",
    "vat_bp",
)
SHELF = case({kind: place for place, kind in enumerate(domain.KINDS)}, value=Product.category, else_=len(domain.KINDS))
ORDER = (SHELF, Product.searchable, Product.id)
"""As one walks through a market: kinds as the taxonomy has them, in any language; then by name, whatever its accents."""


def shop(session: Session, sale_id: UUID, limit: int, *, shelves: bool = False, **asked: Any) -> dict[str, Any]:
    """By kind, then name. A cancelled sale has no offers left. `shelves`: what there is to choose from, too."""
    facts = sale_facts(session, sale_id)
    void = facts["state"] == domain.VOID
    found = [] if void else session.execute(_offers(sale_id, limit + 1, **asked)).all()
    offers = [_offer(row) for row in found[:limit]]
    facts["shelves"] = _shelves(session, sale_id) if shelves and not void else []
    return facts | {"offers": offers, "next": offers[-1]["product_id"] if len(found) > limit else None}


def running_out(session: Session, sale_id: UUID, at_most: int) -> dict[str, Any]:
    """Small enough to be asked for again and again while somebody shops."""
    prices = prices_in(sale_id).subquery()
    asked = (
        select(Product.id.label("product_id"), Product.unit, *STOCK)
        .join(prices, prices.c.product_id == Product.id)
        .join(StockLevel, StockLevel.product_id == Product.id, isouter=True)
        .where(~Product.withdrawn)
        .order_by(Product.id)
    )
    left = [(row, available(row)) for row in session.execute(asked)]
    few = [
        {"product_id": row.product_id, "unit": row.unit, "available": much}
        for row, much in left
        if much is not None and much <= at_most
    ]
    return sale_facts(session, sale_id) | {"few": few}


def sale_facts(session: Session, sale_id: UUID) -> dict[str, Any]:
    found = sales_facts(session, [sale_id])
    if not found:
        raise NotFound("sale_id", what="sale")
    return found[sale_id]


def sales_facts(session: Session, sale_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    which = Sale.id.in_(set(sale_ids))
    asked = select(Sale, Market).join(Market, Market.id == Sale.market_id, isouter=True).where(which)
    return {sale.id: _sale_facts(sale, market) for sale, market in session.execute(asked)}


def _sale_facts(sale: Sale, market: Market | None) -> dict[str, Any]:
    times, now = sale_times(sale), clock.now()
    return {
        "sale_id": sale.id,
        **{name: getattr(sale, name) for name in SALE},
        "market_number": market and market.number,
        "market_name": market and market.name,
        "time_zone": market and market.time_zone,
        "state": domain.sale_state(times),
        "takes_orders": domain.takes_orders(times, now),
        "opens_late": domain.opens_late(times, now),
        "final": sale.settled_at is not None,
    }


def cart(session: Session, cart_id: UUID) -> dict[str, Any]:
    found = session.get(Cart, cart_id)
    if found is None:
        raise NotFound("cart_id", what="cart")
    return cart_answer(session, found)


def cart_answer(session: Session, found: Cart) -> dict[str, Any]:
    """Each line as it would be taken now, with the sums at present prices."""
    product_ids = [UUID(line["product_id"]) for line in found.lines]
    offers, faces = offers_of(session, found.sale_id, product_ids), _faces(session, product_ids)
    lines = [
        _cart_line(line, offers[UUID(line["product_id"])]) | faces[UUID(line["product_id"])] for line in found.lines
    ]
    sold = [line for line in lines if line["now_cents"] is not None]
    return {
        "cart_id": found.id,
        "sale_id": found.sale_id,
        "order_id": found.order_id,
        "version": found.version,
        "lines": lines,
        "total_cents": sum(line["gross_cents"] for line in sold),
        "vat": domain.vat_by_rate((line["vat_bp"], line["gross_cents"]) for line in sold),
    }


def _shelves(session: Session, sale_id: UUID) -> list[dict[str, Any]]:
    """How many offers of each category each producer has, of them organic."""
    prices = prices_in(sale_id).subquery()
    counted = (
        select(
            Product.category,
            Product.producer_id,
            func.coalesce(func.max(Producer.name), "").label("producer_name"),
            func.count().label("count"),
            func.count(case((Product.organic, 1))).label("organic"),
        )
        .join(prices, prices.c.product_id == Product.id)
        .join(Producer, Producer.id == Product.producer_id, isouter=True)
        .where(~Product.withdrawn)
        .group_by(Product.category, Product.producer_id)
        .order_by(SHELF, Product.category, Product.producer_id)
    )
    return [dict(row) for row in session.execute(counted).mappings()]


def _faces(session: Session, product_ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """What a line of a cart shows of its product beside the offer."""
    asked = (
        select(Product.id, Product.photo_id, Product.category, func.coalesce(Producer.name, "").label("producer_name"))
        .join(Producer, Producer.id == Product.producer_id, isouter=True)
        .where(Product.id.in_(product_ids))
    )
    names = ("photo_id", "category", "producer_name")
    return {row.id: {name: getattr(row, name) for name in names} for row in session.execute(asked)}


def _offers(
    sale_id: UUID,
    limit: int,
    *,
    search: str | None,
    category: str | None,
    producer_id: UUID | None,
    after: UUID | None,
    group: str | None = None,
    organic: bool = False,
) -> Select[Any]:
    prices = prices_in(sale_id).subquery()
    columns = [getattr(Product, name) for name in PRODUCT]
    asked = (
        select(Product.id, *columns, prices.c.price_cents, *STOCK, Producer.name.label("producer_name"))
        .join(prices, prices.c.product_id == Product.id)
        .join(Producer, Producer.id == Product.producer_id, isouter=True)
        .join(StockLevel, StockLevel.product_id == Product.id, isouter=True)
        .where(~Product.withdrawn)
        .order_by(*ORDER)
        .limit(limit)
    )
    if category:
        asked = asked.where(Product.category == category)
    if group:
        asked = asked.where(Product.category.startswith(f"{group}.", autoescape=True))
    if organic:
        asked = asked.where(Product.organic)
    if producer_id:
        asked = asked.where(Product.producer_id == producer_id)
    if search:
        word = domain.searchable(search.strip())
        asked = asked.where(
            or_(Product.searchable.contains(word, autoescape=True), Producer.searchable.contains(word, autoescape=True))
        )
    return _behind(asked, after) if after else asked


def _behind(asked: Select[Any], after: UUID) -> Select[Any]:
    """Rows that sort behind the product `after`."""
    last = select(*ORDER).where(Product.id == after).scalar_subquery()
    return asked.where(tuple_(*ORDER) > last)


def _offer(row: Row[Any]) -> dict[str, Any]:
    return {
        "product_id": row.id,
        **{name: getattr(row, name) for name in PRODUCT},
        "price_cents": row.price_cents,
        "producer_name": row.producer_name or "",
        "available": available(row),
        "unit_price": domain.unit_price(row.price_cents, row.unit, row.net_quantity, row.net_unit),
    }


def _cart_line(line: dict[str, Any], offer: domain.Offer) -> dict[str, Any]:
    want = domain.Wanted(
        product_id=offer.product_id, quantity=Decimal(line["quantity"]), unit_price_cents=line["unit_price_cents"]
    )
    now_cents = None if offer.withdrawn else offer.price_cents
    return {
        "product_id": offer.product_id,
        "producer_id": offer.producer_id,
        "name": offer.name,
        "unit": offer.unit,
        "by_weight": offer.by_weight,
        "quantity": want.quantity,
        "seen_cents": want.unit_price_cents,
        "now_cents": now_cents,
        "available": offer.available,
        "vat_bp": offer.vat_bp,
        "state": domain.line_state(want, offer),
        "gross_cents": line_total(now_cents or 0, want.quantity),
    }
