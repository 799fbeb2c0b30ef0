"""A whole sale is cancelled while the processes that give its money back are killed."""

from functools import partial

import pytest
from sqlalchemy import select

from services.notifications import models as mails
from tests.crash.support_cluster import Cluster, Stopwatch, until
from tests.crash.support_count import faults, wait_until_quiet
from tests.crash.support_killer import killing
from tests.crash.support_market import Market, Person, at_once, new_market, pay
from tests.crash.test_kills import LATER, let_everything_end, let_leases_end

pytestmark = [pytest.mark.cluster, pytest.mark.slow, pytest.mark.timeout(240)]

CUSTOMERS = 40


def test_a_cancelled_sale_gives_everything_back_once_whatever_is_killed(cluster: Cluster) -> None:  # SPEC S5 X2 F2 N4
    watch = Stopwatch()
    market = new_market(cluster, members=CUSTOMERS, stock=[500, 500])
    market.open_sale()
    charges = sum(at_once([partial(_buy, market, buyer) for buyer in market.members], most=8))
    charges += sum(at_once([partial(_buy, market, buyer) for buyer in market.members[:5]], most=8))
    wait_until_quiet(cluster)
    watch.lap(f"{CUSTOMERS + 5} orders of {CUSTOMERS} customers")

    cluster.stand_in("fail", call="refunds.create", mode="drop_after", times=3)  # done, and its answer lost
    with killing(cluster, *cluster.replicas("orders", "payments"), pause=0.7, seed=3) as killer:
        market.admin.do("POST", f"/sales/{market.sale_id}/cancel", {"reason": "Neige"})
        seen = [market.admin.get(f"/sales/{market.sale_id}/refunds")]
        let_leases_end(cluster)
        seen.append(market.admin.get(f"/sales/{market.sale_id}/refunds"))
    watch.lap(f"cancelled: {dict(killer.killed)}; {[(each['done'], each['total']) for each in seen]}")
    until("all refunds", lambda: _is_done(cluster, market), 90)
    let_everything_end(cluster)
    watch.lap("until nothing moved")

    ledger, progress = (market.admin.get(f"/sales/{market.sale_id}/{what}") for what in ("ledger", "refunds"))
    assert sum(killer.killed.values()) >= 5
    assert (ledger["charges_cents"], ledger["refunds_cents"], ledger["unsettled_cents"]) == (charges, charges, 0)
    assert (progress["done"], progress["total"], progress["done_cents"]) == (CUSTOMERS + 5, CUSTOMERS + 5, charges)
    assert (progress["orders"]["paid_to_void"], progress["orders"]["voided"]) == (0, CUSTOMERS + 5)
    assert sorted(told_of_it(cluster, market)) == sorted(buyer.id for buyer in market.members)
    assert market.tally.unclear == []
    assert faults(cluster) == []


def _buy(market: Market, buyer: Person) -> int:
    order = buyer.do("POST", "/orders", market.lines((0, 1), (1, 2)))
    assert pay(market, buyer, order["order_id"]) == "succeeded"
    total: int = order["total_cents"]
    return total


def told_of_it(cluster: Cluster, market: Market) -> list[str]:
    """Whom a mail of the cancelled sale has reached; `faults` proves that what is called sent has arrived."""
    which = (mails.Delivery.kind == "sale_refunded", mails.Delivery.state == "sent")
    with cluster.databases["notifications"].read() as session:
        asked = select(mails.Delivery.person).where(*which, mails.Delivery.sale_id == market.sale_id)
        return list(session.scalars(asked))


def _is_done(cluster: Cluster, market: Market) -> bool:
    found = market.admin.get(f"/sales/{market.sale_id}/refunds")
    if found["done"] != CUSTOMERS + 5:
        cluster.move(LATER)
    return bool(found["done"] == CUSTOMERS + 5)
