"""Sales open and close by themselves, whichever replica dies at that instant."""

import random
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared import clock
from tests.crash.support_cluster import Cluster, Stopwatch, until
from tests.crash.support_listener import Listener
from tests.crash.support_market import Market, new_market

pytestmark = [pytest.mark.cluster, pytest.mark.slow, pytest.mark.timeout(150)]

SALES, WAVES = 5, 2
IN_TIME = timedelta(seconds=5)


@pytest.fixture
def listener(cluster: Cluster) -> Iterator[Listener]:
    stranger = Listener(cluster.broker, "markets.events", "SaleOpened", "SaleClosed")
    yield stranger
    stranger.close()


def test_each_sale_opens_and_closes_once_and_in_time_while_two_of_three_replicas_die(
    cluster: Cluster, listener: Listener
) -> None:  # SPEC S8
    watch = Stopwatch()
    cluster.add_replica("markets")
    market = new_market(cluster, members=1, stock=[10])
    cluster.wait_until_ready()
    watch.lap("a third replica, a market")
    kills, sales = 0, []
    for wave in range(WAVES):
        sales += _plan(market, wave)
        for instant in (sales[-1]["opens_at"], sales[-1]["closes_at"]):
            kills += _kill_two_around(cluster, datetime.fromisoformat(instant))
    until("all events", lambda: _all_told(listener, sales), 20)
    watch.lap(f"{len(sales)} sales opened and closed, {kills} kills, {len(listener.heard)} messages")

    slowest = timedelta(0)
    for sale in sales:
        for name, instant in (("SaleOpened", "opens_at"), ("SaleClosed", "closes_at")):
            told = listener.of(name, sale["sale_id"])
            assert len({each["id"] for _, each in told}) == 1, f"{name} of one sale is several events: {told}"
            late = told[0][0] - datetime.fromisoformat(sale[instant])
            assert timedelta(0) <= late <= IN_TIME
            slowest = max(slowest, late)
    watch.lap(f"the slowest came {slowest.total_seconds():.2f} s after its instant")
    # the broker may have taken a message whose sender died before it knew: it comes again, under the same id
    assert len(listener.heard) - 2 * len(sales) <= kills
    for sale in sales:
        assert market.admin.get(f"/sales/{sale['sale_id']}")["state"] == "closed"


def _plan(market: Market, wave: int) -> list[dict[str, Any]]:
    """Some sales that open at one instant and close at another; each is handed over on a day of its own."""
    return [
        market.plan_sale(
            opens_at=timedelta(seconds=5),
            closes_at=timedelta(seconds=12),
            starts_at=timedelta(days=2 + wave * SALES + number),
            ends_at=timedelta(days=2 + wave * SALES + number, hours=1),
        )
        for number in range(SALES)
    ]


def _kill_two_around(cluster: Cluster, instant: datetime) -> int:
    """Two of the three replicas die by chance around the instant, and come back."""
    time.sleep(max(0.0, (instant - clock.now()).total_seconds() - 0.1))
    victims = random.sample(cluster.replicas("markets"), k=2)
    for victim in victims:
        time.sleep(random.uniform(0, 0.5))
        victim.kill()
    for victim in victims:
        victim.start()
    return len(victims)


def _all_told(listener: Listener, sales: list[dict[str, Any]]) -> bool:
    return all(listener.of(name, sale["sale_id"]) for sale in sales for name in ("SaleOpened", "SaleClosed"))
