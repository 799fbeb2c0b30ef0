"""After the stories: orders, baskets of the day and mails are what each buyer did."""

from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from services.distributions import models as days
from services.notifications import models as mails
from services.orders import models as orders
from tests.crash.support_cluster import Cluster
from tests.crash.support_letters import GIVEN_BACK, TOLD, message_id, texts, told
from tests.crash.support_market import Market
from tests.crash.support_stories import Story

Portions = dict[str, dict[int, Decimal]]
"""{member: {product's number: how many portions}}."""


def unlike(cluster: Cluster, stories: list[Story]) -> list[str]:
    market = stories[0].market
    ordered, handed_over, money = _ordered(cluster, market), _to_hand_over(cluster, market), _promises(cluster, market)
    found = []
    for story in stories:
        who, absent = story.buyer.id, story.absent
        wants, held = _without(absent, story.wants), _without(absent, ordered.get(who, {}))
        if not wants == held == handed_over.get(who, {}):
            found.append(f"wants {wants}, ordered {held}, to hand over {handed_over.get(who)}: {story.steps}")
        promised, given = money.get(who, (0, 0))
        if promised != given and not story.had_absent:
            found.append(f"{promised} were promised by mail and {given} given back: {story.steps}")
    return found


def _without(absent: int, portions: Any) -> dict[int, Any]:
    return {number: count for number, count in portions.items() if number != absent}


def _ordered(cluster: Cluster, market: Market) -> Portions:
    quantity = func.sum(orders.Line.quantity)
    lines = select(orders.Order.member_id, orders.Line.product_id, quantity).join(orders.Line)
    living = lines.where(orders.Order.sale_id == market.sale_id, orders.Order.status == "confirmed")
    with cluster.databases["orders"].read() as session:
        return _by_member(market, session.execute(living.group_by(orders.Order.member_id, orders.Line.product_id)))


def _to_hand_over(cluster: Cluster, market: Market) -> Portions:
    quantity = func.sum(days.BasketLine.delivered)
    lines = select(days.Basket.member_id, days.BasketLine.product_id, quantity).join(days.BasketLine)
    of_sale = lines.where(days.Basket.sale_id == market.sale_id)
    with cluster.databases["distributions"].read() as session:
        return _by_member(market, session.execute(of_sale.group_by(days.Basket.member_id, days.BasketLine.product_id)))


def _by_member(market: Market, rows: Any) -> Portions:
    found: Portions = {}
    for member, product, quantity in rows:
        if quantity:
            number = market.product_ids.index(str(product))
            found.setdefault(str(member), {})[number] = quantity / market.portion(number)
    return found


def _promises(cluster: Cluster, market: Market) -> dict[str, tuple[int, int]]:
    """{member: cents that the mails of changes and cancellations promise, cents that the mails of refunds tell}."""
    signs = {"order_changed": (1, 0), "order_cancelled": (1, 0), "refund": (0, 1), "late_payment_refused": (0, -1)}
    with cluster.databases["notifications"].read() as session:
        which = (mails.Delivery.sale_id == market.sale_id, mails.Delivery.kind.in_(signs))
        rows = session.scalars(select(mails.Delivery).where(*which)).all()
    arrived = texts(cluster, {message_id(row) for row in rows})
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        text = arrived.get(message_id(row), ("", ""))[1]
        cents = told(text, GIVEN_BACK if row.kind == "order_changed" else TOLD[row.kind])
        promised, given = found.get(str(row.account_id), (0, 0))
        more, back = signs[row.kind]
        found[str(row.account_id)] = (promised + more * cents, given + back * cents)
    return found
