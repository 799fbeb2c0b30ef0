"""The broker, a database, the mail server are away for a while. AWAY_SECONDS are a minute: longer than every
pause between two tries, and than the time that a call waits for its answer.
"""

import time
from collections import Counter
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial

import eventlet
import pytest
import requests
from sqlalchemy import select

from services.notifications.models import Delivery
from shared import clock
from tests.crash.support_cluster import Cluster, Stopwatch, until
from tests.crash.support_count import confirmed, faults, wait_until_quiet
from tests.crash.support_letters import letters
from tests.crash.support_market import BUSY, Market, Person, Tally, new_market, new_people, pay

pytestmark = [pytest.mark.cluster, pytest.mark.slow, pytest.mark.timeout(300)]

AWAY_SECONDS = 60
BUYERS = 30
CALL_WAITS_SECONDS = 10
BACK_AFTER_SECONDS = 8


def test_a_broker_that_is_away_is_said_clearly_and_nothing_is_lost(cluster: Cluster) -> None:  # SPEC X1, X2
    _order_through_an_outage(cluster, cluster.cut_off("bus"), "/my/orders")


@pytest.mark.parametrize(
    ("services", "asked"),
    [
        (["orders"], "/my/orders"),
        (["payments", "notifications"], "/markets/{market_id}/refunds/attention"),
    ],
    ids=["orders", "payments and notifications"],
)
def test_databases_that_refuse_connections_are_said_clearly_and_nothing_is_lost(
    cluster: Cluster, services: list[str], asked: str
) -> None:  # SPEC X1, X2, X3
    _order_through_an_outage(cluster, cluster.cut_off(*services), asked)


def _order_through_an_outage(cluster: Cluster, outage: AbstractContextManager[None], asked: str) -> None:
    """Buyers come before, during and after; during it, each answer is 503 or 504, in time, in words."""
    watch = Stopwatch()
    market = new_market(cluster, members=BUYERS, stock=[2 * BUYERS])
    market.open_sale()
    watch.lap("market")
    asked = asked.format(market_id=market.market_id)
    buyers = eventlet.GreenPool(BUYERS)
    threads = [buyers.spawn(_buy, market, buyer, number) for number, buyer in enumerate(market.members)]
    time.sleep(4)

    answers: Counter[int] = Counter()
    assert _is_ready(cluster)
    with outage:
        ends = time.monotonic() + AWAY_SECONDS
        time.sleep(1)
        while time.monotonic() < ends:
            began = time.monotonic()
            answer = market.admin.try_once("GET", asked)
            assert answer is not None
            answers[answer.status_code] += 1
            assert time.monotonic() - began < CALL_WAITS_SECONDS + 3
            time.sleep(0.5)
        assert not _is_ready(cluster)
    watch.lap(f"outage: {answers}")
    until("an answer", lambda: market.admin.try_once("GET", asked).ok, BACK_AFTER_SECONDS)
    until("readiness", lambda: _is_ready(cluster), BACK_AFTER_SECONDS)
    watch.lap("until it answered again")
    outcomes = [thread.wait() for thread in threads]
    watch.lap(f"the rest of {BUYERS} buyers: {market.tally.statuses}")
    wait_until_quiet(cluster)
    cluster.move(timedelta(minutes=3))  # leases of calls whose answer could not be written
    wait_until_quiet(cluster)
    watch.lap("until nothing moved")

    assert set(answers) <= BUSY
    assert market.tally.unclear == []
    assert set(outcomes) == {"paid"}
    assert len(confirmed(cluster, market.sale_id)) == BUYERS
    assert faults(cluster) == []


def _is_ready(cluster: Cluster) -> bool:
    return requests.get(f"{cluster.url}/readyz", timeout=40).status_code == 200


def _buy(market: Market, buyer: Person, number: int) -> str:
    time.sleep(number * 28 / BUYERS)
    order = buyer.do("POST", "/orders", market.lines((0, 1)))
    assert pay(market, buyer, order["order_id"]) == "succeeded"
    return "paid"


def test_mails_wait_for_a_mail_server_that_is_down_for_an_hour_and_go_out_once(cluster: Cluster) -> None:  # SPEC N4, X2
    wait_until_quiet(cluster)
    server = cluster.processes["mailbox"]
    server.kill()

    people = new_people(cluster, Tally(), 20)
    until("the mails to wait", lambda: len(_waiting(cluster, people)) == len(people))
    for _ in range(6):
        cluster.move(timedelta(minutes=10))
        until("a try", partial(_all_tried, cluster, people))
    assert len(_waiting(cluster, people)) == len(people)
    server.start()
    until("the mail server", partial(_takes_mail, cluster))
    cluster.move(timedelta(minutes=31))
    wait_until_quiet(cluster)

    arrived = Counter(str(mail["To"]).rpartition("<")[2].strip(">") for mail in letters(cluster))
    assert {person.email: arrived[person.email] for person in people} == {person.email: 1 for person in people}
    assert faults(cluster) == []


def _takes_mail(cluster: Cluster) -> bool:
    try:
        cluster.world.mails("nobody@example.org")
    except OSError:
        return False
    return True


def _waiting(cluster: Cluster, people: list[Person]) -> list[Delivery]:
    with cluster.databases["notifications"].read() as session:
        which = (
            Delivery.state == "waiting",
            Delivery.attempts > 0,
            Delivery.person.in_([person.id for person in people] + [person.email for person in people]),
        )
        return list(session.scalars(select(Delivery).where(*which)))


def _all_tried(cluster: Cluster, people: list[Person]) -> bool:
    return all(delivery.due_at > clock.now() for delivery in _waiting(cluster, people))
