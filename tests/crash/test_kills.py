"""Processes are killed at random instants under load; then every book is counted against every other."""

import random
import time
import uuid
from collections import Counter
from datetime import datetime, timedelta
from functools import partial

import pytest

from tests.crash.support_cluster import Cluster, Stopwatch, until
from tests.crash.support_count import confirmed, faults, wait_until_quiet
from tests.crash.support_killer import killing
from tests.crash.support_market import DECLINED, GOOD, Market, Person, at_once, new_market, pay, price

pytestmark = [pytest.mark.cluster, pytest.mark.slow, pytest.mark.timeout(240)]

BUYERS = 60
LATER = timedelta(minutes=3)
"""Longer than any lease of a process that was killed while it held one."""
RESERVATION_IS_OVER = timedelta(minutes=40)


def test_kills_at_random_under_load_lose_and_double_nothing(
    cluster: Cluster,
) -> None:  # SPEC X2, X3, O3, O5, C4, F2, N4
    watch = Stopwatch()
    market = new_market(cluster, members=BUYERS, stock=[40, 60, 200])
    market.open_sale()
    cluster.stand_in("webhooks", duplicate=1, reorder=True, delay=0.3)
    watch.lap("market, members, sale")

    with killing(cluster, *cluster.replicas(), cluster.processes["gateway"], pause=1.2) as killer:
        outcomes = at_once([partial(_buy, market, buyer, number) for number, buyer in enumerate(market.members)])
    cluster.stand_in("webhooks", duplicate=0, reorder=False, delay=0)
    watch.lap(
        f"{BUYERS} buyers, {sum(killer.killed.values())} kills: {Counter(outcomes)}, {market.tally.statuses}, "
        f"{market.tally.broken_connections} broken connections; {dict(killer.killed)}"
    )
    _let_everything_end(cluster)
    watch.lap("until nothing moved")

    assert sum(killer.killed.values()) >= 10
    assert market.tally.unclear == []
    assert faults(cluster) == []
    assert len(confirmed(cluster, market.sale_id)) == Counter(outcomes)["paid"]


def _let_everything_end(cluster: Cluster) -> None:
    """Reservations of those who never paid run out; what a killed process was at is taken up by another."""
    wait_until_quiet(cluster)
    for step in (LATER, RESERVATION_IS_OVER, LATER):
        cluster.move(step)
        wait_until_quiet(cluster)


def _buy(market: Market, buyer: Person, number: int) -> str:
    """One of the ways in which people buy, in turn; over some seconds."""
    chance = random.Random(number)
    time.sleep(chance.uniform(0, 20))
    ways = (_pay, _pay, _order_twice_with_one_key, _declined_then_good, _declined_and_gone, _gone, _pay_by_two_clicks)
    wanted = market.lines(*[(product, chance.randint(1, 2)) for product in chance.sample(range(3), k=2)])
    key = uuid.uuid4().hex
    answer = buyer.ask("POST", "/orders", wanted, key)
    if not answer.ok:
        assert answer.json()["code"] == "stock_lacking"
        return "refused"
    return ways[number % len(ways)](market, buyer, answer.json()["order_id"], wanted, key)


def _pay(market: Market, buyer: Person, order_id: str, _wanted: object, _key: str) -> str:
    assert pay(market, buyer, order_id) == "succeeded"
    return "paid"


def _order_twice_with_one_key(market: Market, buyer: Person, order_id: str, wanted: object, key: str) -> str:
    again = at_once([partial(buyer.do, "POST", "/orders", wanted, key)] * 2)
    assert [each["order_id"] for each in again] == [order_id, order_id]
    return _pay(market, buyer, order_id, wanted, key)


def _declined_then_good(market: Market, buyer: Person, order_id: str, _wanted: object, _key: str) -> str:
    assert pay(market, buyer, order_id, DECLINED) == "declined"
    assert pay(market, buyer, order_id, GOOD) == "succeeded"
    return "paid"


def _declined_and_gone(market: Market, buyer: Person, order_id: str, _wanted: object, _key: str) -> str:
    assert pay(market, buyer, order_id, DECLINED) == "declined"
    return "unpaid"


def _gone(_market: Market, _buyer: Person, _order_id: str, _wanted: object, _key: str) -> str:
    return "unpaid"


def _pay_by_two_clicks(market: Market, buyer: Person, order_id: str, wanted: object, key: str) -> str:
    pages = at_once([partial(buyer.do, "POST", f"/orders/{order_id}/payment")] * 2)
    assert len({page["url"] for page in pages}) == 1
    return _pay(market, buyer, order_id, wanted, key)


def test_producers_are_paid_once_and_exactly_while_payments_and_distributions_are_killed(
    cluster: Cluster,
) -> None:  # SPEC X2, D3, D4, F2, F5
    watch = Stopwatch()
    market = new_market(cluster, members=16, stock=[200, 200, 200])
    market.open_sale()
    charges = sum(at_once([partial(_buy_all, market, buyer) for buyer in market.members]))
    cluster.move_to(_instant(market, "closes_at"))
    wait_until_quiet(cluster)
    cluster.move_to(_instant(market, "starts_at"))
    admin, sale = market.admin, f"/sales/{market.sale_id}"
    until("the baskets to be final", lambda: admin.get(f"{sale}/distribution")["orders_settled"])
    watch.lap("a sale ordered, paid, closed")

    victims = cluster.replicas("payments", "distributions")
    with killing(cluster, *victims, pause=1.0, seed=2) as killer:
        for call in ("refunds.create", "transfers.create", "payouts.create"):
            cluster.stand_in("fail", call=call, mode="drop_after", times=2)  # done, and its answer lost
        admin.do("POST", f"{sale}/missing-products", {"product_id": market.product_ids[0]})
        cluster.move_to(_instant(market, "ends_at"))
        admin.do("POST", f"{sale}/validation")
        shares = until("the shares", lambda: admin.get(f"{sale}/payouts")["items"])
        _let_leases_end(cluster)
        cluster.move_to(datetime.fromisoformat(f"{shares[0]['pay_on']}T06:00:30+01:00") + timedelta(hours=1))
        _let_leases_end(cluster)
    watch.lap(f"refunded, validated, paid: {dict(killer.killed)}")
    _let_everything_end(cluster)
    watch.lap("until nothing moved")

    ledger = admin.get(f"{sale}/ledger")
    refunds = len(market.members) * price(0)
    delivered = charges - refunds
    fees = -(-delivered * 3 // 100) if delivered * 3 % 100 >= 50 else delivered * 3 // 100
    assert (ledger["charges_cents"], ledger["refunds_cents"], ledger["fees_cents"]) == (charges, refunds, fees)
    assert ledger["producers_cents"] == delivered - fees
    assert ledger["unsettled_cents"] == 0
    payouts = [
        farmer.get(f"/producers/{producer_id}/payouts")["items"]
        for farmer, producer_id in zip(market.farmers, market.producer_ids, strict=True)
    ]
    assert [len(each) for each in payouts] == [0, 1, 1]
    assert sum(each[0]["amount_cents"] for each in payouts[1:]) == delivered - fees
    assert market.tally.unclear == []
    assert faults(cluster) == []


def _let_leases_end(cluster: Cluster) -> None:
    """Time goes on while processes are killed: what one was at is taken up by another, and again."""
    for _ in range(3):
        time.sleep(2.5)
        cluster.move(LATER)


def _buy_all(market: Market, buyer: Person) -> int:
    order = buyer.do("POST", "/orders", market.lines((0, 1), (1, 2), (2, 1)))
    assert pay(market, buyer, order["order_id"]) == "succeeded"
    total: int = order["total_cents"]
    return total


def _instant(market: Market, name: str) -> datetime:
    return datetime.fromisoformat(market.sale[name])
