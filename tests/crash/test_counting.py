"""The count after the trouble would see a wrong book: each is spoiled by hand once, and mended."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from tests.crash.support_cluster import Cluster, until
from tests.crash.support_count import faults, wait_until_quiet
from tests.crash.support_market import Market, Person, new_market, pay

pytestmark = [pytest.mark.cluster, pytest.mark.slow, pytest.mark.timeout(120)]

ONE_ORDER = "WHERE id = (SELECT min(id::text)::uuid FROM orders WHERE status IN ('confirmed', 'cancelled'))"
ONE_PAYMENT = "WHERE id = (SELECT min(id::text)::uuid FROM payments WHERE status = 'succeeded')"
ONE_BASKET = "WHERE id = (SELECT min(id::text)::uuid FROM baskets)"
ONE_MAIL = "WHERE id = (SELECT min(id::text)::uuid FROM deliveries)"
SPOILT = [
    (
        "orders",
        f"UPDATE orders SET status = 'cancelled' {ONE_ORDER}",
        f"UPDATE orders SET status = 'confirmed' {ONE_ORDER}",
    ),
    (
        "orders",
        "UPDATE stock_levels SET committed = committed + 1",
        "UPDATE stock_levels SET committed = committed - 1",
    ),
    (
        "orders",
        "UPDATE stock_levels SET delivered = delivered + 9000000",
        "UPDATE stock_levels SET delivered = delivered - 9000000",
    ),
    (
        "payments",
        f"UPDATE payments SET captured_cents = captured_cents + 1 {ONE_PAYMENT}",
        f"UPDATE payments SET captured_cents = captured_cents - 1 {ONE_PAYMENT}",
    ),
    (
        "distributions",
        f"UPDATE baskets SET number = number + 1000 {ONE_BASKET}",
        f"UPDATE baskets SET number = number - 1000 {ONE_BASKET}",
    ),
    (
        "distributions",
        f"UPDATE baskets SET paid_cents = paid_cents + 1 {ONE_BASKET}",
        f"UPDATE baskets SET paid_cents = paid_cents - 1 {ONE_BASKET}",
    ),
    (
        "distributions",
        f"UPDATE baskets SET due_cents = due_cents + 1 {ONE_BASKET}",
        f"UPDATE baskets SET due_cents = due_cents - 1 {ONE_BASKET}",
    ),
    (
        "catalogs",
        "UPDATE stocks SET delivered = delivered + 1",
        "UPDATE stocks SET delivered = delivered - 1",
    ),
    (  # a mail of a refund to somebody who got none
        "payments",
        "UPDATE refunds SET member_id = sale_id, sale_id = member_id",
        "UPDATE refunds SET member_id = sale_id, sale_id = member_id",
    ),
    (
        "notifications",
        f"UPDATE deliveries SET state = 'bounced' {ONE_MAIL}",
        f"UPDATE deliveries SET state = 'sent' {ONE_MAIL}",
    ),
]


def test_a_spoilt_book_is_seen(cluster: Cluster) -> None:
    market = new_market(cluster, members=1, stock=[5])
    market.open_sale()
    _buy_and_take_less(market, market.members[0])
    wait_until_quiet(cluster)
    assert faults(cluster) == []

    for service, spoil, mend in SPOILT:
        with _spoilt(cluster, service, spoil, mend):
            assert faults(cluster), spoil
    assert faults(cluster) == []


def _buy_and_take_less(market: Market, buyer: Person) -> None:
    order = buyer.do("POST", "/orders", market.lines((0, 2)))
    pay(market, buyer, order["order_id"])
    mine, own = f"/sales/{market.sale_id}/my-basket", f"/orders/{order['order_id']}"
    until("the order to be confirmed", lambda: buyer.get(own)["status"] == "confirmed")
    buyer.do("PUT", mine, {"lines": market.lines((0, 1))["lines"], "version": buyer.get(mine)["version"]})


@contextmanager
def _spoilt(cluster: Cluster, service: str, spoil: str, mend: str) -> Iterator[None]:
    with cluster.databases[service].write() as session:
        assert session.execute(text(spoil)).rowcount
    try:
        yield
    finally:
        with cluster.databases[service].write() as session:
            assert session.execute(text(mend)).rowcount
