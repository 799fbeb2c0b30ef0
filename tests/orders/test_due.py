"""Cancelled sales give everything back, closed sales are summed up, delivered goods leave the stock."""

from datetime import timedelta
from uuid import uuid4

from services.orders.commands.due import BATCH
from shared.events import catalogs
from shared.events.orders import OrderCancelled, OrderExpired, SaleOrdersSettled
from tests.orders.world import D


def test_a_cancelled_sale_refunds_the_paid_and_ends_the_unpaid(world):  # SPEC S5
    carrots = world.product(stock=10)
    paid = world.place_and_pay(world.person(), {carrots: 2})
    unpaid = world.place(world.person(), {carrots: 3})

    world.tell(world.cancelled())
    world.tick()

    assert (world.status(paid), world.status(unpaid)) == ("cancelled", "expired")
    assert [(str(e.order_id), e.reason) for e in world.told(OrderCancelled)] == [(paid["order_id"], "sale_cancelled")]
    assert [(str(e.order_id), e.reason) for e in world.told(OrderExpired)] == [(unpaid["order_id"], "sale_cancelled")]
    world.tell(world.stock_is(carrots, D(10)))
    with world.db.read() as session:
        from services.orders.models import StockLevel

        assert session.get_one(StockLevel, carrots).committed == 0


def test_many_orders_of_a_cancelled_sale_are_cancelled_in_batches(world):  # SPEC S5
    carrots = world.product(stock=None)
    for _ in range(BATCH + 3):
        world.place_and_pay(world.person(), {carrots: 1})

    world.tell(world.cancelled())
    with world.db.write() as session:
        from services.orders import commands

        commands.void_cancelled_sales(session)
    first_batch = len(world.told(OrderCancelled))
    world.tick()

    assert (first_batch, len(world.told(OrderCancelled))) == (BATCH, BATCH + 3)


def test_a_cancelled_sale_has_no_offers_and_takes_no_orders(world):  # SPEC S5
    world.product()

    world.tell(world.cancelled())

    shop = world.ask("shop", sale_id=world.sale)
    assert (shop["state"], shop["takes_orders"], shop["offers"]) == ("cancelled", False, [])


def test_sheets_are_told_once_when_nothing_can_be_added_any_more(world, moment):  # SPEC N1
    carrots, eggs = world.product(stock=10), world.product("Œufs", price=300)
    idle_farm, idle_catalog = uuid4(), uuid4()
    world.tell(world.farm_is("Ferme vide", uuid4(), idle_farm), world.taking_part(idle_catalog, idle_farm))
    marie = world.person()
    world.place_and_pay(marie, {carrots: 2, eggs: 1})
    world.place_and_pay(marie, {carrots: 1})
    world.place_and_pay(world.person(), {eggs: 2})
    world.place(world.person(), {carrots: 1})

    moment.set(world.times["closes_at"])
    world.tell(world.closed())
    world.tick()
    world.tick()

    (settled,) = world.told(SaleOrdersSettled)
    sheets = {sheet.producer_id: sheet for sheet in settled.producers}
    assert settled.order_count == 3
    assert sheets[idle_farm].lines == []
    assert (sheets[world.farm].basket_count, sheets[world.farm].gross_cents) == (2, 3 * 250 + 3 * 300)
    assert [(line.name, line.quantity) for line in sheets[world.farm].lines] == [("Carottes", D(3)), ("Œufs", D(3))]


def test_sheets_wait_for_the_last_reservation(world, moment):
    moment.set(world.times["closes_at"] - timedelta(minutes=1))
    world.place(world.person(), {world.product(): 1})
    moment.move(timedelta(minutes=2))
    world.tell(world.closed())
    world.tick()
    assert world.told(SaleOrdersSettled) == []

    moment.move(timedelta(minutes=36))
    world.tick()

    assert len(world.told(SaleOrdersSettled)) == 1


def test_what_was_delivered_leaves_the_stock_and_what_was_ordered_is_free(world):  # SPEC C4
    cheese = world.product("Tomme", stock=10, unit="kg", by_weight=True)
    world.place_and_pay(world.person(), {cheese: 4})

    world.tell(world.delivered({cheese: "3.5"}))

    assert world.available(cheese) == "6.5"


def test_a_further_round_applies_the_difference_only_and_an_older_one_nothing(world):  # SPEC C4 D9
    carrots = world.product(stock=10)
    world.place_and_pay(world.person(), {carrots: 4})

    world.tell(world.delivered({carrots: 4}))
    assert world.available(carrots) == "6"
    world.tell(world.delivered({carrots: 3}, nth=2), world.delivered({carrots: 4}, nth=1))

    assert world.available(carrots) == "7"


def test_stock_set_and_deliveries_come_in_any_order(world):  # SPEC C4
    carrots = world.product(stock=10)
    world.place_and_pay(world.person(), {carrots: 4})
    # catalogs counted the delivery and was then told that 20 are on hand: 24 were supplied in all
    set_to_20 = catalogs.StockSet(
        product_id=carrots,
        producer_id=world.farm,
        on_hand=D(20),
        change=D(14),
        supplied=D(24),
        version=world.next_version(),
    )

    world.tell(set_to_20, world.delivered({carrots: 4}), world.stock_is(carrots, D(1), version=1))

    assert world.available(carrots) == "20"


def test_a_producer_who_counts_less_than_is_ordered_stops_sales_at_zero(world):  # SPEC C4
    carrots = world.product(stock=10)
    world.place(world.person(), {carrots: 8})

    world.tell(world.stock_is(carrots, D(5)))

    assert world.available(carrots) == "0"
