"""Several people, and several replicas, at one distribution at one moment."""

from decimal import Decimal

import eventlet
import pytest

from services.distributions import domain, projections
from services.distributions.service import DistributionsService
from shared.errors import Refusal, VersionConflict
from shared.events.distributions import (
    BasketAdjusted,
    BasketValidated,
    DistributionOverdue,
    DistributionValidated,
    RefundRequested,
)
from tests.distributions.world import ADMIN, BUTCHER, DAY, REFERENT, SALE, World, confirmed, not_delivering, uid
from tests.support.bus import deliver
from tests.support.databases import twin


@pytest.fixture
def replica(world):
    """The same database through a pool of its own, as another process has it (on SQLite: the same writer)."""
    if world.db.is_sqlite:
        yield world
        return
    other = World.__new__(World)
    other.db = twin(world.db)
    yield other
    other.db.close()


def at_once(*steps):
    """Run all steps in green threads; answers what each returned or was refused with."""

    def run(step):
        try:
            return step()
        except Refusal as refusal:
            return refusal

    return [thread.wait() for thread in [eventlet.spawn(run, step) for step in steps]]


def test_of_two_who_adjust_one_version_exactly_one_succeeds(world, replica):  # SPEC D8
    basket_id = world.order(carrot="2")
    version = world.basket()["version"]

    def adjust(where, actor, quantity):
        lines = [{"line_id": uid("line marie carrot"), "delivered": Decimal(quantity)}]
        return lambda: where.do("adjust", actor, basket_id=basket_id, version=version, lines=lines)

    outcomes = at_once(
        *(
            adjust(where, actor, q)
            for where, actor, q in (
                (world, ADMIN, "1"),
                (replica, REFERENT, "1.5"),
                (world, REFERENT, "0.5"),
                (replica, ADMIN, "0"),
            )
        )
    )

    assert [type(outcome) for outcome in outcomes].count(VersionConflict) == 3
    assert len(world.told(BasketAdjusted)) == 1
    assert len(world.see("trail", basket_id=basket_id)["items"]) == 2


def test_two_clicks_on_the_refund_give_back_once(world, replica):  # SPEC F4 O5
    world.order(carrot="2")
    world.adjust(carrot="0")

    at_once(*(lambda where=where: where.do("refund", basket_id=uid("basket marie")) for where in (world, replica) * 3))

    assert [e.amount_cents for e in world.told(RefundRequested)] == [520]


def test_validating_while_somebody_adjusts_is_one_before_the_other(world, replica):  # SPEC D3 D8
    members = ("marie", "elie", "jean", "paul")
    for member in members:
        world.order(member, carrot="2")
    world.close()
    versions = {member: world.basket(member)["version"] for member in members}

    def adjust(where, member):
        lines = [{"line_id": uid(f"line {member} carrot"), "delivered": Decimal(1)}]
        return lambda: where.do("adjust", basket_id=uid(f"basket {member}"), version=versions[member], lines=lines)

    def validate():
        return replica.do("validate_distribution", sale_id=SALE)

    at_once(adjust(world, "marie"), validate, adjust(replica, "paul"), adjust(world, "jean"), validate)

    for event in world.told(DistributionValidated):
        assert event.delivered_cents == event.paid_cents - event.refunded_cents == 4 * 520
    assert len(world.told(DistributionValidated)) <= 1
    assert bool(world.told(DistributionValidated)) != bool(world.told(BasketAdjusted))


def test_two_who_validate_the_distribution_validate_it_once(world, replica):  # SPEC D3 D8
    for member in ("marie", "elie", "jean"):
        world.order(member, carrot="2")
    world.close()

    outcomes = at_once(
        *(lambda where=where: where.do("validate_distribution", sale_id=SALE) for where in (world, replica) * 2)
    )

    assert [type(outcome) for outcome in outcomes].count(domain.DistributionIsValidated) == 3
    assert (len(world.told(DistributionValidated)), len(world.told(BasketValidated))) == (1, 3)


def test_replicas_that_look_at_the_clock_remind_once(world, replica, moment):  # SPEC N1 X2
    world.order()
    moment.set(DAY.replace(day=12, hour=18))

    at_once(*(where.look_at_all for where in (world, replica) * 3))

    assert [e.days for e in world.told(DistributionOverdue)] == [3]


def test_an_order_that_arrives_while_a_producer_gives_up_is_not_forgotten(world, replica):  # SPEC S6
    with world.db.write() as session:
        projections.order_confirmed(session, confirmed("marie", {"carrot": "1", "chicken": "1"}))
        giving_up = eventlet.spawn(deliver, replica.db, DistributionsService, not_delivering(BUTCHER))
        eventlet.sleep(0.3)  # it must wait for the order that is not committed yet
    giving_up.wait()

    assert world.basket()["due_cents"] == 260
    assert [e.amount_cents for e in world.told(RefundRequested)] == [1290]


def test_orders_of_one_member_that_arrive_together_share_the_basket(world, replica):  # SPEC O7
    orders = [confirmed("marie", {"carrot": "1"}, key=f"order {number}") for number in range(6)]

    at_once(
        *(
            lambda where=where, event=event: deliver(where.db, DistributionsService, event)
            for where, event in zip((world, replica) * 3, orders, strict=True)
        )
    )

    assert world.basket()["paid_cents"] == world.basket()["due_cents"] == 6 * 260
