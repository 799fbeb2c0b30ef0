"""« Je ne livre pas » is told on with what members have changed by then (SPEC S6 O8)."""

from uuid import UUID, uuid4

import eventlet
import pytest
from sqlalchemy import insert

from services.orders import commands
from services.orders.models import Participation
from shared.events.orders import AbsenceRecorded, ChangedBasket, OrderCancelled, OrderConfirmed
from tests.orders.test_crowds import replicas
from tests.orders.world import Actor, D
from tests.support import databases

__all__ = ["replicas"]
OTHER_FARM, OTHER_CATALOG = UUID(int=77), UUID(int=78)


@pytest.fixture
def carrots(world):
    return world.product("Carottes")


@pytest.fixture
def bread(world):
    product_id = world.product("Pain", price=500)
    world.tell(world.product_is(product_id, name="Pain", producer_id=OTHER_FARM))
    world.tell(world.taking_part(OTHER_CATALOG, OTHER_FARM))
    return product_id


def absences(world):
    world.tick()
    return [(event.producer_id, event.changed) for event in world.told(AbsenceRecorded)]


def test_an_absence_is_told_once_with_the_baskets_that_were_changed(world, carrots, bread):
    changed, cancelled, plain = world.person(), world.person("Jean"), world.person("Zoé")
    for member in (changed, cancelled, plain):
        world.place_and_pay(member, {carrots: 2, bread: 1})
    world.amend(changed, {carrots: 2})
    world.amend(changed, {carrots: 1})
    world.cancel(cancelled)
    counts = {UUID(world.basket(changed)["basket_id"]): 2, UUID(world.basket(cancelled)["basket_id"]): 1}

    world.tell(world.not_delivering(OTHER_CATALOG, OTHER_FARM))
    told = absences(world)

    expected = [ChangedBasket(basket_id=key, amendment=count) for key, count in sorted(counts.items())]
    assert told == absences(world) == [(OTHER_FARM, expected)]


def test_an_absence_from_a_sale_without_orders_is_told_too(world):
    world.tell(world.not_delivering())

    assert absences(world) == [(world.farm, [])]


def test_who_only_leaves_a_sale_is_not_told_as_absent(world):
    world.tell(world.leaving())

    assert absences(world) == []


def test_an_absence_that_arrives_before_its_sale_is_told_with_it(world):
    sale = uuid4()
    left = world.not_delivering()
    world.tell(type(left)(**{**vars(left), "sale_id": sale}))
    before = absences(world)
    planned = world.planned()

    world.tell(type(planned)(**{**vars(planned), "sale_id": sale}))

    assert before == []
    assert absences(world) == [(world.farm, [])]


def test_an_absence_that_was_kept_before_absences_were_told_is_told(world):
    with world.db.write() as session:
        kept = {"sale_id": world.sale, "catalog_id": OTHER_CATALOG, "producer_id": OTHER_FARM, "version": 9}
        session.execute(insert(Participation).values(**kept, active=False, not_delivering=True))

    assert absences(world) == [(OTHER_FARM, [])]


def test_what_is_counted_of_a_basket_is_told_and_every_order_says_what_came_before(world, carrots):
    member = world.person()
    world.place(member, {carrots: 1})
    world.cancel(member)
    world.place_and_pay(member, {carrots: 3})
    world.amend(member, {carrots: 2})
    world.place_and_pay(member, {carrots: 1})
    world.cancel(member)
    world.place_and_pay(member, {carrots: 1})

    assert [(order.changes, order.amendment) for order in world.confirmed()] == [(0, None), (1, None), (2, None)]
    assert [(event.amendment, event.orders) for event in world.told(OrderCancelled)] == [(2, 2), (2, 2)]


def test_an_exchange_and_a_top_up_count_the_changes_before_them(world, carrots, bread):
    member = world.person()
    world.place_and_pay(member, {bread: 1})

    world.amend(member, {carrots: 2})
    world.amend(member, {carrots: 2, bread: 1})
    world.tell(world.paid(world.top_up(member)))

    assert [(order.changes, order.amendment) for order in world.told(OrderConfirmed)] == [(0, None), (0, 1), (1, 2)]


def test_a_cancellation_says_what_comes_back_by_itself(world, carrots, bread):
    member = world.person()
    world.place_and_pay(member, {carrots: 2, bread: 1})
    world.tell(world.not_delivering(OTHER_CATALOG, OTHER_FARM))

    world.cancel(member)  # before the absence is told: nobody else gives the bread back

    assert [event.basket_cents for event in world.told(OrderCancelled)] == [1000]


@databases.SEVERAL_WRITERS
def test_a_change_that_is_under_way_is_waited_for_and_counted(world, replicas, carrots, bread):  # SPEC S6 F4
    member = world.person()
    world.place_and_pay(member, {carrots: 2, bread: 1})
    basket = world.basket(member)
    wanted = [{"product_id": carrots, "quantity": D(2), "unit_price_cents": 250}]
    with world.db.write() as session:
        commands.amend_basket(session, Actor(member), world.sale, basket["version"], wanted)
        world.tell(world.not_delivering(OTHER_CATALOG, OTHER_FARM))
        telling = eventlet.spawn(replicas[0].tell_absences)
        eventlet.sleep(0.3)
        assert world.told(AbsenceRecorded) == []
    telling.wait()

    assert absences(world) == [(OTHER_FARM, [ChangedBasket(basket_id=UUID(basket["basket_id"]), amendment=1)])]
