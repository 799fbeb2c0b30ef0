"""Many buyers at one instant. On PostgreSQL each has a connection of its own, over two replicas' pools."""

import random
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import eventlet
import pytest
from sqlalchemy import select

from services.orders import commands
from services.orders.models import Basket, StockLevel
from services.orders.service import OrdersService
from shared.db import Database
from shared.events.orders import OrderConfirmed, OrderExpired, SaleOrdersSettled
from tests.orders.world import Actor, D, Refused
from tests.support import databases
from tests.support.bus import told


@pytest.fixture
def replicas(world):
    """The service twice, on one database; few connections, since a server has them for everyone."""
    if world.db.is_sqlite:
        yield [world.service, world.service]
        return
    url = world.db.url.render_as_string(hide_password=False)
    services = [OrdersService(), OrdersService()]
    for service in services:
        service.db = Database(url, max_workers=5)
    yield services
    for service in services:
        service.db.close()


def at_once(jobs):
    """Outcomes of functions run together: `"ok"` or the code of the refusal."""
    pool = eventlet.GreenPool(len(jobs))

    def outcome(job):
        try:
            job()
        except Refused as refused:
            return refused.code
        return "ok"

    return Counter(pool.imap(outcome, jobs))


def place_on(service, world, member, lines):
    actor = {"account_id": str(member), "language": "fr"}
    return service.place(actor, {"sale_id": str(world.sale), "lines": lines}, None)


def test_200_buyers_at_once_for_50_pieces(world, replicas):  # SPEC C4 O3
    carrots = world.product(stock=50)

    outcomes = at_once(
        [lambda n=n: place_on(replicas[n % 2], world, uuid4(), [world.line(carrots)]) for n in range(200)]
    )

    assert outcomes == {"ok": 50, "stock_lacking": 150}
    with world.db.read() as session:
        assert session.get_one(StockLevel, carrots).committed == 50


def test_lines_in_any_order_neither_block_each_other_nor_oversell(world, replicas):  # SPEC C4
    products = [world.product(f"Produit {n}", stock=60) for n in range(8)]
    chance = random.Random(5)

    def order(n):
        lines = [world.line(product) for product in chance.sample(products, 6)]
        return lambda: place_on(replicas[n % 2], world, uuid4(), lines)

    outcomes = at_once([order(n) for n in range(120)])

    with world.db.read() as session:
        committed = dict(session.execute(select(StockLevel.product_id, StockLevel.committed)).tuples().all())
    assert set(outcomes) == {"ok", "stock_lacking"}
    assert sum(committed.values()) == 6 * outcomes["ok"]
    assert max(committed.values()) <= D(60)


def test_two_checkouts_of_one_member_at_once_share_a_basket(world, replicas):  # SPEC O7
    carrots, member = world.product(), world.person()

    outcomes = at_once([lambda n=n: place_on(replicas[n % 2], world, member, [world.line(carrots)]) for n in range(6)])

    assert outcomes == {"ok": 6}
    with world.db.read() as session:
        assert len(session.scalars(select(Basket)).all()) == 1


def test_two_clicks_at_once_make_one_order(world, replicas):  # SPEC O5
    carrots, member = world.product(stock=9), world.person()
    actor = {"account_id": str(member), "language": "fr"}
    args = {"sale_id": str(world.sale), "lines": [world.line(carrots, 2)]}

    at_once([lambda n=n: replicas[n % 2].place(actor, args, "one-click") for n in range(5)])

    assert world.available(carrots) == "7"


def test_payments_and_expiries_at_once_settle_each_order_once(world, replicas, moment):  # SPEC O4 S8
    carrots = world.product(stock=40)
    orders = [world.place(world.person(), {carrots: 1}) for _ in range(40)]
    payments = [world.paid(order) for order in orders[:25]]
    moment.move(timedelta(minutes=40))
    world.tell(world.closed())

    at_once(
        [lambda p=p: world.tell(p) for p in payments]
        + [service.expire_orders for service in replicas for _ in range(4)]
        + [service.settle_sales for service in replicas for _ in range(4)]
    )
    world.tick()

    confirmed, expired = told(world.db, OrderConfirmed), told(world.db, OrderExpired)
    assert len(confirmed) == 25
    assert sorted(event.basket_number for event in confirmed) == list(range(1, 26))
    assert len({event.order_id for event in expired}) == len(expired)
    assert {str(order["order_id"]) for order in orders[25:]} <= {str(event.order_id) for event in expired}
    assert world.available(carrots) == "15"
    sheets = told(world.db, SaleOrdersSettled)
    assert sheets[-1].order_count == 25
    assert [sheet.round for sheet in sheets] == list(range(1, len(sheets) + 1))


@databases.SEVERAL_WRITERS
def test_sheets_wait_for_a_checkout_that_is_under_way(world, replicas, moment):  # SPEC O4
    carrots, member = world.product(), world.person()
    wanted = [{"product_id": carrots, "quantity": D(1), "unit_price_cents": 250}]

    moment.set(world.times["closes_at"] - timedelta(seconds=1))
    with replicas[1].db.write() as session:
        commands.place(session, Actor(member), world.sale, wanted)
        moment.move(timedelta(seconds=1))
        world.tell(world.closed())
        world.tick()
        told_meanwhile = told(world.db, SaleOrdersSettled)
    world.tick()

    assert told_meanwhile == told(world.db, SaleOrdersSettled) == []


@databases.SEVERAL_WRITERS
def test_an_order_confirmed_while_its_sale_is_cancelled_is_cancelled_too(world, replicas):  # SPEC S5
    order = world.place(world.person(), {world.product(): 1})

    with replicas[1].db.write() as session:
        commands.payment_succeeded(session, world.paid(order))
        world.tell(world.cancelled())
        world.tick()
    world.tick()

    assert world.status(order) == "cancelled"
