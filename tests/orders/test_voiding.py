"""How the orders of a cancelled sale end: in batches, each once, and how many are left is seen."""

from uuid import uuid4

import pytest
from sqlalchemy import event

from services.orders import commands
from services.orders.commands.due import BATCH
from services.orders.service import OrdersService
from shared.errors import Refused
from shared.events.markets import ReferentAppointed
from shared.events.orders import OrderCancelled
from tests.support.databases import twin

FIGURES = ("paid_to_void", "unpaid_to_void", "voided")


def batch(db):
    with db.write() as session:
        return commands.void_cancelled_sales(session)


def batch_that_dies(db):
    with db.write() as session:
        commands.void_cancelled_sales(session)
        raise SystemExit


def progress(world, account_id, **args):
    return world.ask("voiding", account_id, sale_id=str(world.sale), **args)


def figures(world, account_id):
    return tuple(progress(world, account_id)[name] for name in FIGURES)


@pytest.fixture
def admin(world):
    account_id = uuid4()
    world.tell(world.role(account_id))
    return account_id


def crowd(world, count, product):
    return [world.place_and_pay(world.person(), {product: 1}) for _ in range(count)]


def test_how_many_orders_are_left_is_seen_while_they_end(world, admin):  # SPEC S5
    carrots = world.product(stock=None)
    orders = crowd(world, BATCH + 2, carrots)
    world.place(world.person(), {carrots: 1})
    before = figures(world, admin)

    world.tell(world.cancelled())
    begun = figures(world, admin)
    batch(world.db)
    half = figures(world, admin)
    world.tick()

    assert (before, begun) == ((0, 0, 0), (len(orders), 1, 0))
    assert half == (2, 1, BATCH)
    assert figures(world, admin) == (0, 0, len(orders))


def test_a_process_that_ends_between_two_batches_or_within_one_leaves_the_rest_to_another(world, admin):  # SPEC X2
    carrots = world.product(stock=None)
    orders = crowd(world, BATCH + 2, carrots)
    world.tell(world.cancelled())
    batch(world.db)
    with pytest.raises(SystemExit):
        batch_that_dies(world.db)

    other = OrdersService()
    other.db = twin(world.db)
    other.void_cancelled_sales()
    other.db.close()

    told = [str(event.order_id) for event in world.told(OrderCancelled)]
    assert sorted(told) == sorted(order["order_id"] for order in orders)
    assert figures(world, admin) == (0, 0, len(orders))


def test_an_order_cancelled_before_its_sale_is_not_told_again(world):  # SPEC S5
    carrots = world.product(stock=None)
    crowd(world, 1, carrots)
    world.tell(world.cancelled())
    world.tick()

    world.tell(world.cancelled())
    world.tick()

    assert len(world.told(OrderCancelled)) == 1


def test_administrators_and_the_referent_see_it_and_may_ask_for_names(world, admin):  # SPEC P3
    carrots, referent = world.product(stock=None), uuid4()
    order = world.place_and_pay(world.person("Marie", "Dupont"), {carrots: 1})
    world.tell(ReferentAppointed(sale_id=world.sale, market_id=world.market, account_id=referent, version=1))

    for account_id in (admin, referent):
        seen = progress(world, account_id, basket_ids=[order["basket_id"], str(uuid4())])
        assert [each["member_name"] for each in seen["baskets"]] == ["Marie Dupont"]
    with pytest.raises(Refused, match="not_found"):
        progress(world, world.person())


def test_ending_an_order_more_costs_no_statement_more(world):  # SPEC S5
    carrots = world.product(stock=None)
    statements = []

    def counted(count):
        crowd(world, count, carrots)
        world.tell(world.cancelled())
        before = len(statements)
        batch(world.db)
        taken = len(statements) - before
        world.tick()
        return taken

    event.listen(world.db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    few = counted(2)
    world.sale = uuid4()
    world.tell(world.planned(), world.opened(), world.taking_part())
    many = counted(20)

    assert few == many
