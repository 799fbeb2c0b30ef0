"""Processes are killed at random instants under load; then every book is counted against every other."""

import random
import time
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import select

from services.orders import models as orders
from tests.crash.support_cluster import Cluster, Stopwatch, until
from tests.crash.support_count import faults, wait_until_quiet
from tests.crash.support_killer import killing
from tests.crash.support_market import Market, at_once, new_market, pay
from tests.crash.support_outcomes import unlike
from tests.crash.support_stories import Story, seed

pytestmark = [pytest.mark.cluster, pytest.mark.slow, pytest.mark.timeout(400)]

BUYERS = 45
STOCK = [45, 70, 200, 120]
KILOS, ABSENT = 2, 3
"""Farms by number: who sells by weight, who says « je ne livre pas » while people order."""
LATER = timedelta(minutes=3)
"""Longer than any lease of a process that was killed while it held one."""
RESERVATION_IS_OVER = timedelta(minutes=40)


def test_kills_at_random_under_load_lose_and_double_nothing(
    cluster: Cluster,
) -> None:  # SPEC X2, X3, O3, O5, O8, S6, C4, F2, F4, N4
    watch, chance = Stopwatch(), random.Random(seed())
    market = new_market(cluster, members=1 + BUYERS, stock=STOCK, by_weight={KILOS})
    market.open_sale()
    _buy_from_the_absent(market)
    cluster.stand_in("webhooks", duplicate=1, reorder=True, delay=0.3)
    watch.lap("market, members, sale")

    stories = [Story(market, buyer, random.Random(chance.random()), absent=ABSENT) for buyer in market.members[1:]]
    victims = [*cluster.replicas(), cluster.processes["gateway"]]
    with killing(cluster, *victims, pause=0.8, seed=chance.randrange(10**6), patient=True) as killer:
        works = [partial(_say_not_delivering, market), partial(_watch_stock, cluster, market)]
        at_once([*works, *(story.tell for story in stories)])
    cluster.stand_in("webhooks", duplicate=0, reorder=False, delay=0)
    steps = Counter(step.split()[0].strip(":") for story in stories for step in story.steps)
    watch.lap(
        f"{BUYERS} buyers, {sum(killer.killed.values())} kills: {dict(steps)}, {market.tally.statuses}, "
        f"{market.tally.broken_connections} broken connections, {market.tally.timeouts} without an answer; "
        f"{dict(killer.killed)}"
    )
    let_everything_end(cluster)
    watch.lap("until nothing moved")

    assert sum(killer.killed.values()) >= 10
    assert market.tally.unclear == []
    assert _left_to_the_referent(market) == []
    assert "\n".join(faults(cluster)) == ""
    assert "\n".join(unlike(cluster, stories)) == ""
    assert _available(market) == [STOCK[number] - _wanted(market, stories, number) for number in range(ABSENT)]


def let_everything_end(cluster: Cluster) -> None:
    """Reservations of those who never paid run out; what a killed process was at is taken up by another."""
    wait_until_quiet(cluster)
    for step in (LATER, RESERVATION_IS_OVER, LATER):
        cluster.move(step)
        wait_until_quiet(cluster)


def _buy_from_the_absent(market: Market) -> None:
    """So that the farm can no more leave without a word."""
    buyer = market.members[0]
    order = buyer.do("POST", "/orders", market.lines((ABSENT, 1)))
    assert pay(market, buyer, order["order_id"]) == "succeeded"
    sale = f"/sales/{market.sale_id}"
    until("the order to be known", lambda: market.admin.get(sale)["administration"]["order_count"] == 1)


def _say_not_delivering(market: Market) -> None:
    time.sleep(10)
    path = f"/sales/{market.sale_id}/participations/{market.catalog_ids[ABSENT]}"
    market.farmers[ABSENT].do("DELETE", f"{path}?not_delivering=true")


def _watch_stock(cluster: Cluster, market: Market) -> None:
    """Never below zero, while people order too."""
    left = orders.StockLevel.supplied - orders.StockLevel.delivered - orders.StockLevel.committed
    levels = select(left).where(orders.StockLevel.product_id.in_([UUID(each) for each in market.product_ids]))
    for _ in range(40):
        with cluster.databases["orders"].read() as session:
            assert min(session.scalars(levels)) >= 0
        time.sleep(0.5)


def _left_to_the_referent(market: Market) -> list[int]:
    """What baskets should give back and did not by themselves."""
    baskets = market.admin.get(f"/sales/{market.sale_id}/baskets")["items"]
    return [basket["to_refund_cents"] for basket in baskets if basket["to_refund_cents"]]


def _available(market: Market) -> list[Decimal]:
    """Of the products that are still for sale, in the order of their numbers."""
    offers = market.admin.get(f"/sales/{market.sale_id}/shop")["offers"]
    left = {offer["product_id"]: Decimal(offer["available"]) for offer in offers}
    return [left[product_id] for product_id in market.product_ids[:ABSENT]]


def _wanted(market: Market, stories: list[Story], number: int) -> Decimal:
    return sum(story.wants.get(number, 0) for story in stories) * market.portion(number)


def let_leases_end(cluster: Cluster) -> None:
    """Time goes on while processes are killed: what one was at is taken up by another, and again."""
    for _ in range(3):
        time.sleep(2.5)
        cluster.move(LATER)
