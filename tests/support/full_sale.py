"""A sale of as many paid baskets as wanted, told to distributions as the other services would tell it."""

from dataclasses import replace
from uuid import UUID

from services.distributions import projections
from shared.db import Database
from tests.distributions.world import account, confirmed

BASKET = {"carrot": "1.5", "apple": "0.8", "bread": "2", "chicken": "1.2"}


def fill(db: Database, sale_id: UUID, market_id: UUID, count: int) -> None:
    """Numbers 1 to `count`, each of a member with a name and a phone. In one transaction, or it would last."""
    with db.write() as session:
        for number in range(1, count + 1):
            who = f"{sale_id} {number}"
            phone = f"06 12 34 {number // 100:02} {number % 100:02}"
            projections.account_changed(session, account(who, "Dominique", f"Client{number:03}", phone=phone))
            order = replace(confirmed(who, BASKET, number=number, sale=sale_id), market_id=market_id)
            projections.order_confirmed(session, order)
