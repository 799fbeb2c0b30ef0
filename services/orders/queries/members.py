"""A member's own orders."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.orders.loading import is_administrator, orders
from services.orders.models import Order, Producer
from services.orders.queries.shop import sales_facts
from shared.actor import Actor
from shared.errors import NotFound


def order(session: Session, actor: Actor, order_id: UUID) -> dict[str, Any]:
    """For the member who placed it, and for the market's administrators."""
    account_id = actor.must_be_known()
    found = orders(session, Order.id == order_id, limit=1)
    if not found or (
        found[0]["member_id"] != account_id and not is_administrator(session, found[0]["market_id"], account_id)
    ):
        raise NotFound("order_id", what="order")
    return _described(session, found)[0]


def _described(session: Session, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With the sale's place and times, and the names of the farms."""
    sales = sales_facts(session, [each["sale_id"] for each in found])
    farms = {line.producer_id for each in found for line in each["lines"]}
    named = dict(session.execute(select(Producer.id, Producer.name).where(Producer.id.in_(farms))).tuples().all())
    return [
        each
        | {
            "sale": sales[each["sale_id"]],
            "producers": [
                {"producer_id": farm, "name": named.get(farm, "")}
                for farm in dict.fromkeys(line.producer_id for line in each["lines"])
            ],
        }
        for each in found
    ]


def my_orders(session: Session, actor: Actor, after: UUID | None, limit: int, sale_id: UUID | None) -> dict[str, Any]:
    """Newest first."""
    which = [Order.member_id == actor.must_be_known()]
    if after:
        which.append(Order.id < after)
    if sale_id:
        which.append(Order.sale_id == sale_id)
    found = orders(session, *which, limit=limit + 1)
    items = _described(session, found[:limit])
    return {"items": items, "next": items[-1]["order_id"] if len(found) > limit else None}
