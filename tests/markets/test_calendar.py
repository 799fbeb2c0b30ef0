"""What time does: opening, closing, blocking, catching up."""

from datetime import timedelta

import eventlet
import pytest

from services.markets import commands
from shared import clock
from shared.events.markets import SaleBlocked, SaleClosed, SaleOpened
from tests.support import databases

DAY = timedelta(days=1)
LIFE = (SaleOpened, SaleClosed, SaleBlocked)


def life(world):
    return [event for event in world.told() if isinstance(event, LIFE)]


def unvalidated(world, anne, market, count, *, paid=True):
    """So many distributions that are closed, past and not validated."""
    sales = [world.sale(anne, market, starts_in=(10 + day) * DAY) for day in range(count)]
    world.moment.move(DAY)
    world.tick()
    for sale in sales if paid else ():
        world.order(sale, anne, clock.new_id())
    world.moment.move((10 + count) * DAY)
    world.tick()
    world.forget()
    return sales


def test_a_sale_opens_and_closes_at_its_instants_once_each(world, market, anne):  # SPEC S8
    sale = world.sale(anne, market)
    world.forget()

    states = []
    for step in (DAY - timedelta(seconds=1), timedelta(seconds=1), 28 * DAY, DAY, timedelta(hours=1)):
        world.moment.move(step)
        for _ in range(3):
            world.tick()
        states.append(world.sale_is(sale))

    assert states == ["planned", "open", "closed", "closed", "distributed"]
    assert [type(event) for event in world.told()] == [SaleOpened, SaleClosed]
    opened, closed = world.told()
    assert opened.closes_at == closed.closed_at
    assert opened.opened_at == closed.closed_at - 28 * DAY


def test_what_was_missed_is_caught_up_opening_first(world, market, anne):  # SPEC S8
    sales = [world.sale(anne, market, starts_in=days * DAY) for days in (10, 20)]
    world.forget()

    world.moment.move(60 * DAY)
    world.tick()

    for sale in sales:
        kinds = [type(event) for event in world.told() if str(event.sale_id) == sale["sale_id"]]
        assert kinds == [SaleOpened, SaleClosed]
        assert world.sale_is(sale) == "distributed"


def test_a_replica_that_dies_in_the_middle_leaves_the_sale_to_the_next(world, market, anne):  # SPEC S8 X2
    sale = world.sale(anne, market)
    world.forget()
    world.moment.move(2 * DAY)

    with pytest.raises(ConnectionAbortedError):
        world.step(open_and_die)
    before = (world.sale_is(sale), world.told())
    world.tick()

    assert before == ("planned", [])
    assert [type(event) for event in world.told()] == [SaleOpened]


def open_and_die(session):
    assert commands.open_due(session)
    raise ConnectionAbortedError


def test_a_cancelled_sale_neither_opens_nor_closes(world, market, anne):  # SPEC S5 S8
    sale = world.sale(anne, market)
    world.call("cancel_sale", anne, sale_id=sale["sale_id"], reason="Pluie")

    world.moment.move(60 * DAY)
    world.tick()

    assert life(world) == []


def test_a_sale_moved_to_later_opens_later(world, market, anne):  # SPEC S5 S8
    sale = world.sale(anne, market)
    world.call("reschedule_sale", anne, sale_id=sale["sale_id"], opens_at=clock.now() + 3 * DAY)

    world.moment.move(2 * DAY)
    world.tick()
    before = world.sale_is(sale)
    world.moment.move(DAY)
    world.tick()

    assert (before, world.sale_is(sale)) == ("planned", "open")


def test_two_replicas_open_and_close_each_sale_exactly_once(world, market, anne):  # SPEC S8
    markets = [market, world.market(anne), world.market(anne)]
    sales = [world.sale(anne, each, starts_in=(10 + day) * DAY) for each in markets for day in range(8)]
    world.forget()
    world.moment.move(60 * DAY)
    replicas = (
        [world.db, databases.twin(world.db), databases.twin(world.db)] if databases.on_postgresql() else [world.db]
    )

    ticks = [eventlet.spawn(keep_going, db) for db in replicas for _ in range(2)]
    done = [tick.wait() for tick in ticks]
    for twin in replicas[1:]:
        twin.close()

    told = [(type(event), str(event.sale_id)) for event in world.told()]
    assert sum(done) == 2 * len(sales)
    assert sorted(told, key=str) == sorted(
        ((kind, sale["sale_id"]) for kind in (SaleOpened, SaleClosed) for sale in sales), key=str
    )


def keep_going(db):
    """A replica's timers, until there has been nothing to do for a while."""
    done, idle = 0, 0
    while idle < 5:
        worked = 0
        for work in (commands.open_due, commands.close_due):
            with db.write() as session:
                worked += work(session)
                eventlet.sleep(0) if not db.is_sqlite else None
        done += worked
        idle = 0 if worked else idle + 1
        eventlet.sleep(0.01)
    return done


@databases.SEVERAL_WRITERS
def test_two_administrators_cannot_plan_the_same_place_at_once(world, market, anne):  # SPEC S4
    from tests.markets.world import World

    twin = World(databases.twin(world.db), world.moment)

    def plan(at):
        try:
            return at.sale(anne, market)["state"]
        except Exception as refused:
            return refused.code

    answers = [eventlet.spawn(plan, at) for at in (world, twin)]

    assert sorted(answer.wait() for answer in answers) == ["distributions_overlap", "planned"]
    twin.db.close()


def test_more_than_four_unvalidated_distributions_block_the_next_opening(world, market, anne):  # SPEC S9
    past = unvalidated(world, anne, market, 5)
    sale = world.sale(anne, market)
    world.forget()

    world.moment.move(2 * DAY)
    for _ in range(3):
        world.tick()

    (blocked,) = life(world)
    assert isinstance(blocked, SaleBlocked)
    assert [str(sale_id) for sale_id in blocked.unvalidated] == [each["sale_id"] for each in past]
    assert world.sale_is(sale) == "planned"
    administration = world.call("sale", anne, sale_id=sale["sale_id"])["administration"]
    assert administration["unvalidated"] == [each["sale_id"] for each in past]


def test_four_do_not_block(world, market, anne):  # SPEC S9
    unvalidated(world, anne, market, 4)
    sale = world.sale(anne, market)

    world.moment.move(2 * DAY)
    world.tick()

    assert world.sale_is(sale) == "open"


def test_sales_that_nobody_paid_for_do_not_block(world, market, anne):  # SPEC S9
    unvalidated(world, anne, market, 6, paid=False)
    sale = world.sale(anne, market)

    world.moment.move(2 * DAY)
    world.tick()

    assert world.sale_is(sale) == "open"


def test_other_markets_are_not_blocked(world, market, anne):  # SPEC S9
    unvalidated(world, anne, market, 6)
    sale = world.sale(anne, world.market(anne))

    world.moment.move(2 * DAY)
    world.tick()

    assert world.sale_is(sale) == "open"


def test_validating_unblocks_at_once(world, market, anne):  # SPEC S9
    past = unvalidated(world, anne, market, 6)
    sale = world.sale(anne, market)
    world.moment.move(2 * DAY)
    world.tick()
    world.forget()

    world.validate(past[0])
    still = world.sale_is(sale)
    world.validate(past[1])

    assert still == "planned"
    assert world.sale_is(sale) == "open"
    assert [type(event) for event in life(world)] == [SaleOpened]
    assert world.sale_is(past[0]) == "validated"


def test_a_higher_limit_unblocks_at_once(world, market, anne):  # SPEC S9 M4
    unvalidated(world, anne, market, 5)
    sale = world.sale(anne, market)
    world.moment.move(2 * DAY)
    world.tick()

    world.call("change_market", anne, market_id=market["market_id"], unvalidated_limit=5)

    assert world.sale_is(sale) == "open"


def test_a_cancelled_order_may_unblock_by_the_next_look(world, market, anne):  # SPEC S9
    past = unvalidated(world, anne, market, 4)
    paid = world.sale(anne, market, starts_in=3 * DAY, opens_at=clock.now() - DAY)
    order = world.order(paid, anne, clock.new_id())
    sale = world.sale(anne, market)
    world.moment.move(4 * DAY)
    world.tick()
    before = world.sale_is(sale)

    world.cancel_order(order)
    world.step(commands.release_blocked)

    assert (len(past), before, world.sale_is(sale)) == (4, "planned", "open")


def test_a_blocked_sale_that_is_moved_to_later_is_told_as_blocked_again(world, market, anne):  # SPEC S9
    unvalidated(world, anne, market, 5)
    sale = world.sale(anne, market)
    world.moment.move(2 * DAY)
    world.tick()

    world.call("reschedule_sale", anne, sale_id=sale["sale_id"], opens_at=clock.now() + DAY)
    world.tick()
    world.moment.move(DAY)
    world.tick()

    assert len(world.told(SaleBlocked)) == 2


def test_reopening_a_validated_distribution_makes_it_unvalidated_again(world, market, anne):  # SPEC S9 D9
    (sale,) = unvalidated(world, anne, market, 1)

    states = []
    for tell in (lambda: world.validate(sale), lambda: world.reopen(sale, anne), lambda: world.validate(sale, 2)):
        tell()
        states.append(world.sale_is(sale))

    assert states == ["validated", "distributed", "validated"]


def test_reopening_and_validating_again_may_be_told_in_any_order(world, market, anne):  # SPEC X2
    (sale,) = unvalidated(world, anne, market, 1)

    world.validate(sale, 2)
    world.reopen(sale, anne, 1)
    world.validate(sale, 1)

    assert world.sale_is(sale) == "validated"


def test_a_validation_told_before_this_service_saw_the_closing_counts_after_it(world, market, anne):  # SPEC X2
    sale = world.sale(anne, market)
    world.order(sale, anne, clock.new_id())
    world.moment.move(31 * DAY)
    world.validate(sale)

    world.tick()

    assert world.sale_is(sale) == "validated"


def test_a_word_about_a_cancelled_or_unknown_sale_changes_nothing(world, market, anne):  # SPEC X2
    sale = world.sale(anne, market)
    world.call("cancel_sale", anne, sale_id=sale["sale_id"], reason="Pluie")

    world.validate(sale)
    world.validate({"sale_id": str(clock.new_id()), "market_id": market["market_id"]})

    assert world.sale_is(sale) == "cancelled"
