"""A sale is settled, its balances are paid and its producers too, while the processes that do it are killed."""

import random
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from tests.crash.support_cluster import Cluster, Stopwatch, until
from tests.crash.support_count import faults, wait_until_quiet
from tests.crash.support_day import Day, balance_of, put_right
from tests.crash.support_killer import killing
from tests.crash.support_market import Market, at_once, new_market
from tests.crash.support_stories import Story, seed
from tests.crash.test_kills import let_everything_end, let_leases_end

pytestmark = [pytest.mark.cluster, pytest.mark.slow, pytest.mark.timeout(500)]

MEMBERS = 20
MISSING, KILOS, ABSENT = 1, 2, 3
"""Farms by number: whose product is missing for everybody, who sells by weight, who does not deliver."""


def test_settling_paying_balances_and_producers_loses_and_doubles_nothing_whatever_is_killed(
    cluster: Cluster,
) -> None:  # SPEC X2, S6, D2, D3, D4, F1, F2, F4, F5, N4
    watch, chance = Stopwatch(), random.Random(seed())
    market = new_market(cluster, members=MEMBERS, stock=[200, 200, 200, 200], by_weight={KILOS})
    _order_and_close(cluster, market, chance)
    day = Day(market, market.sale_id, chance.randrange(10**6))
    watch.lap("a sale ordered, changed, closed")

    victims = [*cluster.replicas("orders", "distributions", "payments", "notifications"), cluster.processes["gateway"]]
    with killing(cluster, *victims, pause=0.8, seed=chance.randrange(10**6), patient=True) as killer:
        _settle(cluster, day)
        _validate(cluster, market)
        let_leases_end(cluster)
        _until_balances_are_booked(day)
        balances = [balance_of(market, member) for member in market.members]
        watch.lap(f"settled, balances of {balances}")
        market.open_sale()
        outcomes = Counter(at_once(_to_put_right(market, chance)))
    watch.lap(f"balances paid: {dict(outcomes)}, {dict(killer.killed)}")
    let_everything_end(cluster)
    watch.lap("until nothing moved")
    assert min(balances) < 0 < max(balances)
    assert "\n".join(day.faults(gone={market.product_ids[number] for number in (MISSING, ABSENT)})) == ""
    assert [balance_of(market, member) for member in market.members if balance_of(market, member) < 0] == []
    assert "\n".join(faults(cluster)) == ""

    _close(cluster, market)
    with killing(cluster, *cluster.replicas("payments", "distributions"), pause=1.0, seed=2) as killer_of_payouts:
        _validate(cluster, market)
        _pay_producers(cluster, market)
        let_leases_end(cluster)
    let_everything_end(cluster)
    watch.lap(f"a second sale validated, producers paid: {dict(killer_of_payouts.killed)}")

    assert sum((killer.killed + killer_of_payouts.killed).values()) >= 10
    shared = sum(_shared_out(market, sale_id) for sale_id in (day.sale_id, market.sale_id))
    assert sum(_paid_out(market)) == shared > 0
    assert market.tally.unclear == []
    assert "\n".join(faults(cluster)) == ""


def _order_and_close(cluster: Cluster, market: Market, chance: random.Random) -> None:
    market.open_sale()
    stories = [Story(market, buyer, random.Random(chance.random())) for buyer in market.members]
    at_once([partial(story.tell, most_changes=1, hurry=8) for story in stories], most=8)
    wait_until_quiet(cluster)
    _close(cluster, market)


def _close(cluster: Cluster, market: Market) -> None:
    sale = f"/sales/{market.sale_id}/distribution"
    cluster.move_to(_instant(market, "closes_at") + timedelta(minutes=40))  # reservations are over
    until("the baskets to be final", lambda: market.admin.get(sale)["orders_settled"], 90)
    wait_until_quiet(cluster)
    cluster.move_to(_instant(market, "starts_at"))


def _settle(cluster: Cluster, day: Day) -> None:
    """A farm does not come, a product is missing for everybody, the rest is weighed; some refunds are refused."""
    market, sale = day.market, f"/sales/{day.sale_id}"
    cluster.stand_in("fail", call="refunds.create", mode="drop_after", times=2)  # done, and its answer lost
    cluster.stand_in("fail", call="refunds.create", mode="refuse", code="charge_disputed", status=400, times=2)
    absent = f"{sale}/participations/{market.catalog_ids[ABSENT]}?not_delivering=true"
    market.farmers[ABSENT].do("DELETE", absent)
    market.admin.do("POST", f"{sale}/missing-products", {"product_id": market.product_ids[MISSING]})
    until("nothing of the absent farm", lambda: _is_written_off(day), 90)
    at_once([partial(day.settle, basket["basket_id"]) for basket in day.baskets()], most=4)


def _is_written_off(day: Day) -> bool:
    absent = day.market.product_ids[ABSENT]
    return not any(float(line["delivered"]) for line in day.lines() if line["product_id"] == absent)


def _validate(cluster: Cluster, market: Market) -> None:
    sale = f"/sales/{market.sale_id}"
    cluster.move_to(_instant(market, "ends_at"))
    market.admin.do("POST", f"{sale}/validation")
    until("the shares", lambda: market.admin.get(f"{sale}/payouts")["items"], 90)


def _until_balances_are_booked(day: Day) -> None:
    owed = sum(basket["owed_cents"] for basket in day.baskets())
    balances = f"/sales/{day.sale_id}/ledger"
    until("the balances due", lambda: day.market.admin.get(balances)["balances_cents"] == owed, 90)


def _to_put_right(market: Market, chance: random.Random) -> list[Any]:
    return [
        partial(put_right, market, member, random.Random(chance.random()), by_link=number % 2 == 0)
        for number, member in enumerate(market.members)
    ]


def _pay_producers(cluster: Cluster, market: Market) -> None:
    for call in ("transfers.create", "payouts.create"):
        cluster.stand_in("fail", call=call, mode="drop_after", times=2)
    shares = market.admin.get(f"/sales/{market.sale_id}/payouts")["items"]
    monday = max(share["pay_on"] for share in shares)
    cluster.move_to(datetime.fromisoformat(f"{monday}T06:00:30+01:00") + timedelta(hours=1))


def _shared_out(market: Market, sale_id: str) -> int:
    """Nothing is left of the sale: all that came in has found its owner, to the cent."""
    found = {name.removesuffix("_cents"): cents for name, cents in market.admin.get(f"/sales/{sale_id}/ledger").items()}
    came_in, given = found["charges"] + found["balances"], found["refunds"]
    assert came_in - given == found["producers"] + found["commission"] + found["fees"], found
    assert (found["unsettled"], found["open_balances"]) == (0, 0)
    return int(found["producers"])


def _paid_out(market: Market) -> list[int]:
    """To each producer, over the Mondays."""
    payouts = [
        farmer.get(f"/producers/{producer_id}/payouts")["items"]
        for farmer, producer_id in zip(market.farmers, market.producer_ids, strict=True)
    ]
    return [sum(payout["amount_cents"] for payout in each) for each in payouts]


def _instant(market: Market, name: str) -> datetime:
    return datetime.fromisoformat(market.sale[name])
