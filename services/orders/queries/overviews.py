"""What those see who run a sale: all baskets for the administrator, the own order sheet for a producer."""

from collections import defaultdict
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from services.orders import domain
from services.orders.loading import acts_for, is_administrator
from services.orders.models import Account, Basket, Line, Order, Producer
from services.orders.queries.shop import sale_facts
from services.orders.sheets import totals
from shared.actor import Actor
from shared.errors import NotFound
from shared.tables import Column, euros, number, plain, table

SHEET_COLUMNS: list[Column] = [
    (("N° panier (vide : total)", "Basket no. (empty: total)"), lambda row: row["basket"], True),
    (("Client", "Customer"), lambda row: plain(row["customer"]), False),
    (("Produit", "Product"), lambda row: plain(row["name"]), False),
    (("Quantité", "Quantity"), lambda row: number(row["quantity"]), True),
    (("Unité", "Unit"), lambda row: row["unit"], False),
    (("Montant (€)", "Amount (€)"), lambda row: euros(int(row["gross_cents"])), True),
]
PAID, UNPAID = Order.status == domain.CONFIRMED, Order.status == domain.PLACED


def sale_orders(session: Session, actor: Actor, sale_id: UUID, after: UUID | None, limit: int) -> dict[str, Any]:
    """For the market's administrators: totals, and baskets with a paid or payable order."""
    account_id = actor.must_be_known()
    sale = sale_facts(session, sale_id)
    if not is_administrator(session, sale["market_id"], account_id):
        raise NotFound("sale_id", what="sale")
    alive = (Order.sale_id == sale_id, Order.status.in_(domain.ALIVE))
    sums = session.execute(select(func.count(Order.basket_id.distinct()).label("baskets"), *_sums()).where(*alive))
    rows = session.execute(_baskets(*alive, after=after).limit(limit + 1)).mappings().all()
    items = [dict(row) | {"member_name": _name(row)} for row in rows[:limit]]
    return {
        "sale_id": sale_id,
        "state": sale["state"],
        "totals": sums.mappings().one(),
        "items": items,
        "next": items[-1]["basket_id"] if len(rows) > limit else None,
    }


def order_sheet(session: Session, actor: Actor, sale_id: UUID, producer_id: UUID) -> dict[str, Any]:
    """For the people of the farm and the market's administrators: totals by product, then each basket's own lines."""
    account_id = actor.must_be_known()
    sale = sale_facts(session, sale_id)
    if not (acts_for(session, producer_id, account_id) or is_administrator(session, sale["market_id"], account_id)):
        raise NotFound("producer_id", what="producer")
    products = session.execute(totals(sale_id).where(Line.producer_id == producer_id)).mappings().all()
    name = session.scalar(select(Producer.name).where(Producer.id == producer_id))
    return sale | {
        "producer_id": producer_id,
        "producer_name": name or "",
        "products": products,
        "gross_cents": sum(int(line["gross_cents"]) for line in products),
        "baskets": _sheet_baskets(session, sale_id, producer_id),
    }


def export_order_sheet(session: Session, actor: Actor, sale_id: UUID, producer_id: UUID) -> dict[str, Any]:
    """As a table: the totals by product first, then the lines of each basket."""
    sheet = order_sheet(session, actor, sale_id, producer_id)
    rows = [{**line, "basket": "", "customer": ""} for line in sheet["products"]]
    rows += [
        {**line, "basket": str(basket["basket_number"]), "customer": basket["customer_name"]}
        for basket in sheet["baskets"]
        for line in basket["lines"]
    ]
    here = ZoneInfo(sheet["time_zone"] or "Europe/Paris")
    day = sheet["starts_at"].astimezone(here).date().isoformat() if sheet["starts_at"] else "vente"
    return table(f"commandes-{day}", SHEET_COLUMNS, rows, actor.language)


def _sums() -> list[ColumnElement[Any]]:
    """Of paid orders what their lines cost now, of unpaid ones what is to be paid."""

    def count(which: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count(case((which, 1)))

    def cents(which: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((which, Order.total_cents), else_=0)), 0)

    worth = select(func.sum(Line.gross_cents)).where(Line.order_id == Order.id).correlate(Order).scalar_subquery()
    return [
        count(PAID).label("confirmed_orders"),
        func.coalesce(func.sum(case((PAID, worth), else_=0)), 0).label("confirmed_cents"),
        count(UNPAID).label("pending_orders"),
        cents(UNPAID).label("pending_cents"),
    ]


def _baskets(*which: ColumnElement[bool], after: UUID | None) -> Select[Any]:
    asked = (
        select(
            Basket.id.label("basket_id"),
            Basket.number.label("basket_number"),
            Basket.member_id,
            Account.first_name,
            Account.last_name,
            *_sums(),
        )
        .join(Order, Order.basket_id == Basket.id)
        .join(Account, Account.id == Basket.member_id, isouter=True)
        .where(*which)
        .group_by(Basket.id, Basket.number, Basket.member_id, Account.first_name, Account.last_name)
        .order_by(Basket.id)
    )
    return asked.where(Basket.id > after) if after else asked


def _sheet_baskets(session: Session, sale_id: UUID, producer_id: UUID) -> list[dict[str, Any]]:
    """By number; several orders of one member are one basket."""
    asked = (
        select(
            Basket.number,
            Account.first_name,
            Account.last_name,
            Line.product_id,
            func.max(Line.name).label("name"),
            func.max(Line.unit).label("unit"),
            func.sum(Line.quantity).label("quantity"),
            func.sum(Line.gross_cents).label("gross_cents"),
        )
        .join(Order, Order.basket_id == Basket.id)
        .join(Line, Line.order_id == Order.id)
        .join(Account, Account.id == Basket.member_id, isouter=True)
        .where(Order.sale_id == sale_id, PAID, Line.producer_id == producer_id)
        .group_by(Basket.number, Account.first_name, Account.last_name, Line.product_id)
        .order_by(Basket.number, func.max(Line.name), Line.product_id)
    )
    grouped: dict[tuple[int, str], list[Any]] = defaultdict(list)
    for row in session.execute(asked).mappings():
        grouped[row["number"], _name(row)].append(row)
    return [
        {
            "basket_number": number,
            "customer_name": name,
            "lines": lines,
            "gross_cents": sum(int(line["gross_cents"]) for line in lines),
        }
        for (number, name), lines in grouped.items()
    ]


def _name(row: Any) -> str:
    return f"{row['first_name'] or ''} {row['last_name'] or ''}".strip()
