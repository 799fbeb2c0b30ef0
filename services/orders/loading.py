"""What writes and reads both load: offers of a sale, an order with its lines, in the shape of the rules."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, exists, func, select
from sqlalchemy.orm import Session

from services.orders import domain
from services.orders.models import (
    Basket,
    CatalogItem,
    Line,
    Market,
    Member,
    Order,
    Participation,
    ProducerAccount,
    Product,
    Role,
    Sale,
    StockLevel,
    table_of,
)
from shared.errors import NotFound
from shared.events.orders import SheetLine

OFFER = ("producer_id", "name", "unit", "by_weight", "weighed", "vat_bp", "withdrawn", "price_cents")
SALE_TIMES = ("opens_at", "closes_at", "ends_at", "opened_at", "closed_at", "cancelled_at", "validated_round")
HELD = tuple(domain.Held.__dataclass_fields__)
ORDER_FACTS = (
    "basket_id",
    "sale_id",
    "market_id",
    "member_id",
    "status",
    "total_cents",
    "placed_at",
    "expires_at",
    "confirmed_at",
    "ended_at",
    "amends",
    "lowers",
)
_sale, _market, _member, _basket, _item, _part, _product, _level = (
    table_of(model).c for model in (Sale, Market, Member, Basket, CatalogItem, Participation, Product, StockLevel)
)
STOCK = (_level.product_id.label("stocked"), _level.supplied, _level.delivered, _level.committed)


def sale_times(row: Any) -> domain.SaleTimes:
    """`row` has the columns of SALE_TIMES: a Sale, or a row of a query."""
    return domain.SaleTimes(**{name: getattr(row, name) for name in SALE_TIMES})


def prices_in(sale_id: UUID | BindParameter[UUID]) -> Select[Any]:
    """What is in the shop of a sale: product_id, price_cents. Of two catalogues that take part the lower price counts."""
    return (
        select(_item.product_id, func.min(_item.price_cents).label("price_cents"))
        .join_from(table_of(CatalogItem), table_of(Participation), _part.catalog_id == _item.catalog_id)
        .where(_part.sale_id == sale_id, _part.active)
        .group_by(_item.product_id)
    )


def standing(session: Session, sale_id: UUID, member_id: UUID) -> Any:
    """The sale, its market's terms, and the member's standing in it. Shares the sale's row until the end."""
    row = session.execute(_STANDING, {"sale": sale_id, "member": member_id}).first()
    if row is None:
        raise NotFound("sale_id", what="sale")
    return row


def offers_of(session: Session, sale_id: UUID, product_ids: Sequence[UUID]) -> dict[UUID, domain.Offer]:
    """Offers of the products that are known, whether or not the sale has them; one statement."""
    rows = session.execute(_OFFERS, {"sale": sale_id, "products": product_ids})
    return {
        row.id: domain.Offer(
            product_id=row.id, available=available(row), **{name: getattr(row, name) for name in OFFER}
        )
        for row in rows
    }


def available(row: Any) -> Decimal | None:
    """Of a row with the columns of STOCK. Nothing while catalogs has not told the stock."""
    if row.stocked is None:
        return Decimal(0)
    return domain.available(row.supplied, row.delivered, row.committed)


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


def paid_lines(session: Session, basket_id: UUID) -> list[Any]:
    """Rows of all lines of the basket's confirmed orders, the newest order first."""
    paid = select(*table_of(Line).c).join_from(Line, Order, Order.id == Line.order_id)
    paid = paid.where(Order.basket_id == basket_id, Order.status == domain.CONFIRMED)
    return list(session.execute(paid.order_by(Order.id.desc(), Line.line_id.desc())))


def held(rows: Iterable[Any]) -> list[domain.Held]:
    """Rows of `paid_lines` for the rules."""
    return [domain.Held(**{name: getattr(row, name) for name in HELD}) for row in rows]


def by_product(rows: Iterable[Any]) -> list[SheetLine]:
    """Rows of `paid_lines` summed up, by name."""
    sums: dict[UUID, SheetLine] = {}
    for row in rows:
        known = sums.get(row.product_id)
        sums[row.product_id] = SheetLine(
            product_id=row.product_id,
            name=known.name if known else row.name,
            unit=row.unit,
            quantity=row.quantity + (known.quantity if known else 0),
            gross_cents=row.gross_cents + (known.gross_cents if known else 0),
        )
    return sorted(sums.values(), key=lambda line: (line.name, line.product_id))


def absent_producers(session: Session, sale_id: UUID, *which: Any) -> set[UUID]:
    """Who said « je ne livre pas »."""
    absent = select(Participation.producer_id).where(Participation.sale_id == sale_id, Participation.not_delivering)
    return set(session.scalars(absent.where(*which)))


def orders(session: Session, *which: ColumnElement[bool], limit: int) -> list[dict[str, Any]]:
    """Answers about orders, newest first: two statements however many."""
    asked = select(Order, Basket.number).join(Basket, Basket.id == Order.basket_id).where(*which)
    found = session.execute(asked.order_by(Order.id.desc()).limit(limit)).all()
    lines = lines_of(session, [order.id for order, _ in found])
    return [order_answer(_facts(order, number), lines[order.id]) for order, number in found]


def order_answer(facts: Mapping[str, Any], lines: Iterable[Any]) -> dict[str, Any]:
    lines = list(lines)
    facts = {**facts, "top_up": facts.get("amends") is not None, "lowers": facts.get("lowers") or []}
    return {**facts, "lines": lines, "vat": domain.vat_by_rate((line.vat_bp, line.gross_cents) for line in lines)}


def is_administrator(session: Session, market_id: UUID, account_id: UUID | None) -> bool:
    held = exists().where(
        Role.market_id == market_id, Role.account_id == account_id, Role.held, Role.role == "administrator"
    )
    return account_id is not None and bool(session.scalar(select(held)))


def acts_for(session: Session, producer_id: UUID, account_id: UUID | None) -> bool:
    acts = exists().where(ProducerAccount.producer_id == producer_id, ProducerAccount.account_id == account_id)
    return account_id is not None and bool(session.scalar(select(acts)))


def shared_sale(sale_id: UUID) -> Select[Sale]:
    """A sale whose row is shared with other changes of its orders, until the transaction ends."""
    return select(Sale).where(Sale.id == sale_id).with_for_update(read=True, key_share=True)


def _facts(order: Order, number: int | None) -> dict[str, Any]:
    return {"order_id": order.id, "basket_number": number, **{name: getattr(order, name) for name in ORDER_FACTS}}


# the hot path's two reads, built once
_IN_SALE = prices_in(bindparam("sale")).where(_item.product_id.in_(bindparam("products", expanding=True))).subquery()
_OFFERS = (
    select(
        _product.id,
        _product.producer_id,
        _product.name,
        _product.unit,
        _product.by_weight,
        _product.weighed,
        _product.vat_bp,
        _product.withdrawn,
        _IN_SALE.c.price_cents,
        *STOCK,
    )
    .join_from(table_of(Product), _IN_SALE, _IN_SALE.c.product_id == _product.id, isouter=True)
    .join(table_of(StockLevel), _level.product_id == _product.id, isouter=True)
    .where(_product.id.in_(bindparam("products", expanding=True)))
)
_STANDING = (
    select(
        _sale.market_id,
        *(_sale[name] for name in SALE_TIMES),
        _market.registration,
        _market.reservation_minutes,
        _member.joined,
        _basket.id.label("basket_id"),
        _basket.number.label("basket_number"),
    )
    .join_from(table_of(Sale), table_of(Market), _market.id == _sale.market_id, isouter=True)
    .join(
        table_of(Member),
        (_member.market_id == _sale.market_id) & (_member.account_id == bindparam("member")),
        isouter=True,
    )
    .join(table_of(Basket), (_basket.sale_id == _sale.id) & (_basket.member_id == bindparam("member")), isouter=True)
    .where(_sale.id == bindparam("sale"))
    .with_for_update(read=True, key_share=True, of=table_of(Sale))
)
