"""Changes of one basket, of one sale and of one product at one instant (SPEC O8 X2)."""

from datetime import timedelta

from sqlalchemy import func, select

from services.orders import commands
from services.orders.models import Line, Order, StockLevel
from shared.events.orders import LatePaymentRefused, OrderAmended, OrderCancelled, SaleOrdersSettled
from tests.orders.test_crowds import at_once, replicas
from tests.orders.world import Actor, D
from tests.support import databases

__all__ = ["replicas"]


def amend_on(service, world, member, lines, version):
    actor = {"account_id": str(member), "language": "fr"}
    wire = [world.line(product, quantity) for product, quantity in lines.items()]
    return service.amend_basket(actor, {"sale_id": str(world.sale), "version": version, "lines": wire}, None)


def cancel_on(service, world, member):
    return service.cancel_basket({"account_id": str(member), "language": "fr"}, {"sale_id": str(world.sale)}, None)


def committed(world):
    with world.db.read() as session:
        return dict(session.execute(select(StockLevel.product_id, StockLevel.committed)).tuples().all())


def held(world):
    with world.db.read() as session:
        sums = select(Line.product_id, func.sum(Line.quantity)).join(Order)
        alive = sums.where(Order.status.in_(("placed", "confirmed")))
        return dict(session.execute(alive.group_by(Line.product_id)).tuples().all())


def test_of_two_changes_seen_from_one_version_one_wins(world, replicas):  # SPEC O5
    carrots, member = world.product(stock=20), world.person()
    world.place_and_pay(member, {carrots: 9})
    version = world.basket(member)["version"]

    outcomes = at_once(
        [lambda n=n: amend_on(replicas[n % 2], world, member, {carrots: n + 1}, version) for n in range(6)]
    )

    assert outcomes == {"ok": 1, "version_conflict": 5}
    assert committed(world) == held(world)
    assert len(world.told(OrderAmended)) == 1


def test_two_top_ups_asked_for_at_once_are_one(world, replicas):  # SPEC O8
    carrots, member = world.product(stock=20), world.person()
    world.place_and_pay(member, {carrots: 2})
    version = world.basket(member)["version"]

    outcomes = at_once(
        [lambda n=n: amend_on(replicas[n % 2], world, member, {carrots: n + 3}, version) for n in range(6)]
    )

    assert outcomes == {"ok": 1, "top_up_pending": 5}
    assert len(world.basket(member)["pending"]) == 1


def test_members_who_exchange_products_crosswise_do_not_block_each_other(world, replicas):  # SPEC C4
    products = [world.product(f"P{n}", price=250, stock=60) for n in range(6)]
    members = [world.person() for _ in range(12)]
    for n, member in enumerate(members):
        world.place_and_pay(member, {products[n % 6]: 2, products[(n + 3) % 6]: 2})
    versions = [world.basket(member)["version"] for member in members]

    outcomes = at_once(
        [
            lambda n=n: amend_on(
                replicas[n % 2],
                world,
                members[n],
                {products[(n + 1) % 6]: 1, products[(n + 4) % 6]: 1, products[(n + 5) % 6]: 1},
                versions[n],
            )
            for n in range(12)
        ]
    )

    assert outcomes == {"ok": 12}
    assert committed(world) == {product: held(world).get(product, D(0)) for product in products}


def test_a_cancellation_and_the_payment_of_a_top_up_at_once_end_whole(world, replicas):  # SPEC O4 O8
    carrots = world.product(stock=60)
    members = [world.person() for _ in range(8)]
    payments = []
    for member in members:
        world.place_and_pay(member, {carrots: 2})
        world.amend(member, {carrots: 4})
        payments.append(world.paid(world.top_up(member)))

    at_once(
        [
            job
            for n, member in enumerate(members)
            for job in (
                lambda n=n: world.tell(payments[n]),
                lambda n=n, member=member: cancel_on(replicas[n % 2], world, member),
            )
        ]
    )

    assert [world.basket(member)["lines"] for member in members] == [[]] * 8
    assert committed(world) == {carrots: 0}
    refunded = sum(event.total_cents for event in world.told(OrderCancelled))
    refunded += sum(event.amount_cents for event in world.told(LatePaymentRefused))
    assert refunded == 8 * 1000


def test_changes_and_closing_at_once_leave_sheets_that_are_right(world, replicas, moment):  # SPEC O8 O4
    carrots = world.product(stock=60)
    members = [world.person() for _ in range(10)]
    for member in members:
        world.place_and_pay(member, {carrots: 3})
    versions = [world.basket(member)["version"] for member in members]
    moment.set(world.times["closes_at"] - timedelta(seconds=1))

    outcomes = at_once(
        [
            lambda n=n, member=member: amend_on(replicas[n % 2], world, member, {carrots: 1}, versions[n])
            for n, member in enumerate(members)
        ][:5]
        + [lambda: world.tell(world.closed())]
        + [service.settle_sales for service in replicas]
        + [
            lambda n=n, member=member: amend_on(replicas[n % 2], world, member, {carrots: 1}, versions[n])
            for n, member in enumerate(members)
        ][5:]
    )
    world.tick()

    left = held(world)[carrots]
    assert set(outcomes) <= {"ok", "sale_is_closed"}
    assert world.told(SaleOrdersSettled)[-1].producers[0].lines[0].quantity == left
    assert committed(world) == {carrots: left}


@databases.SEVERAL_WRITERS
def test_sheets_wait_for_a_change_that_is_under_way(world, replicas, moment):  # SPEC O8
    carrots, member = world.product(), world.person()
    world.place_and_pay(member, {carrots: 3})
    version = world.basket(member)["version"]
    wanted = [{"product_id": carrots, "quantity": D(1), "unit_price_cents": 250}]

    moment.set(world.times["closes_at"] - timedelta(seconds=1))
    with replicas[1].db.write() as session:
        commands.amend_basket(session, Actor(member), world.sale, version, wanted)
        moment.move(timedelta(seconds=1))
        world.tell(world.closed())
        world.tick()
        told_meanwhile = world.told(SaleOrdersSettled)
    world.tick()

    assert told_meanwhile == []
    assert world.told(SaleOrdersSettled)[-1].producers[0].gross_cents == 250


@databases.SEVERAL_WRITERS
def test_a_basket_changed_while_its_sale_is_cancelled_is_refunded_whole(world, replicas):  # SPEC S5 O8
    carrots, eggs, member = world.product(stock=9), world.product("Œufs", price=400, stock=9), world.person()
    world.place_and_pay(member, {carrots: 4})
    version = world.basket(member)["version"]
    wanted = [{"product_id": eggs, "quantity": D(1), "unit_price_cents": 400}]

    with replicas[1].db.write() as session:
        commands.amend_basket(session, Actor(member), world.sale, version, wanted)
        world.tell(world.cancelled())
        world.tick()
    world.tick()

    assert world.basket(member)["lines"] == []
    assert committed(world) == {carrots: 0, eggs: 0}
    assert sum(event.total_cents for event in world.told(OrderCancelled)) == 1000
