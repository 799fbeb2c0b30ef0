"""Many at once, on two replicas of everything."""

from collections import Counter
from functools import partial

import pytest

from tests.crash.support_cluster import Cluster, Stopwatch
from tests.crash.support_count import confirmed, faults, wait_until_quiet
from tests.crash.support_market import Market, Person, at_once, new_market, pay

pytestmark = [pytest.mark.cluster, pytest.mark.slow, pytest.mark.timeout(200)]

BUYERS, PIECES = 200, 50


def test_of_200_buyers_at_once_50_get_a_piece_and_150_a_clear_refusal(cluster: Cluster) -> None:  # SPEC C4, O3
    watch = Stopwatch()
    market = new_market(cluster, members=BUYERS, stock=[PIECES])
    market.open_sale()
    watch.lap("market, members, sale")

    answers = at_once([partial(_buy_one, market, buyer) for buyer in market.members])
    watch.lap(f"{BUYERS} buyers: {market.tally.statuses}")

    assert Counter(answers) == {"paid": PIECES, "stock_lacking": BUYERS - PIECES}
    assert market.tally.unclear == []
    wait_until_quiet(cluster)
    watch.lap("until nothing moved")
    sold = confirmed(cluster, market.sale_id)
    assert len(sold) == PIECES
    assert faults(cluster) == []


def _buy_one(market: Market, buyer: Person) -> str:
    """The code of the refusal, or "paid"."""
    answer = buyer.ask("POST", "/orders", market.lines((0, 1)))
    if not answer.ok:
        body = answer.json()
        assert body["lines"] == [
            {"product_id": market.product_ids[0], "name": "Légume 0", "wanted": "1", "available": "0"}
        ]
        return str(body["code"])
    pay(market, buyer, answer.json()["order_id"])
    return "paid"
