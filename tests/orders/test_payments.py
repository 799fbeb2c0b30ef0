"""What a payment does to its order: confirm it whole, or be refunded whole (SPEC O4); baskets and their numbers."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.orders.service import OrdersService
from shared.events.orders import LatePaymentRefused, OrderConfirmed, OrderExpired, SaleOrdersSettled
from shared.events.payments import PaymentSucceeded
from shared.messaging import outbox
from tests.support.bus import deliver_wire

LIFE, GRACE = timedelta(minutes=35), timedelta(minutes=2)
SECOND = timedelta(seconds=1)


@pytest.fixture
def carrots(world):
    return world.product(stock=10)


@pytest.fixture
def member(world):
    return world.person()


def refused(world):
    return [event.payment_id for event in world.told(LatePaymentRefused)]


def test_a_payment_confirms_the_order_and_numbers_the_basket(world, carrots, member):  # SPEC O7
    order = world.place_and_pay(member, {carrots: 2})

    assert world.order(order)["status"] == "confirmed"
    assert world.order(order)["basket_number"] == 1
    (confirmed,) = world.confirmed()
    assert (confirmed.basket_number, confirmed.total_cents) == (1, 500)
    assert [(line.product_id, line.gross_cents) for line in confirmed.lines] == [(carrots, 500)]
    assert world.available(carrots) == "8"


def test_several_payments_fund_one_basket_and_numbers_are_never_used_again(world, carrots, member):  # SPEC O7
    first = world.place_and_pay(member, {carrots: 1})
    second = world.place(world.person(), {carrots: 1})
    world.ask("give_up", second["member_id"], order_id=second["order_id"])
    third = world.place_and_pay(world.person(), {carrots: 1})
    again = world.place_and_pay(member, {carrots: 1})

    assert first["basket_id"] == again["basket_id"]
    assert [world.order(order)["basket_number"] for order in (first, third, again)] == [1, 2, 1]
    assert world.order(second)["basket_number"] is None


def test_the_same_word_twice_confirms_once(world, carrots, member):  # SPEC O5
    order = world.place(member, {carrots: 1})
    wire = outbox.envelope(world.paid(order))
    deliver_wire(world.db, OrdersService, wire)
    deliver_wire(world.db, OrdersService, wire)
    told_anew = PaymentSucceeded.load(wire["data"])
    world.tell(told_anew)

    assert len(world.confirmed()) == 1
    assert refused(world) == []


def test_a_second_payment_of_a_paid_order_is_refunded(world, carrots, member):  # SPEC O5
    order = world.place_and_pay(member, {carrots: 1})
    double = world.paid(order)

    world.tell(double)

    assert refused(world) == [double.payment_id]
    assert world.status(order) == "confirmed"


def test_a_payment_of_another_amount_is_refunded(world, carrots, member):
    order = world.place(member, {carrots: 1})
    wrong = world.paid(order, amount=order["total_cents"] - 1)

    world.tell(wrong)

    assert refused(world) == [wrong.payment_id]
    assert world.status(order) == "placed"


def test_a_payment_of_an_order_given_up_is_refunded(world, carrots, member):
    order = world.place(member, {carrots: 1})
    world.ask("give_up", member, order_id=order["order_id"])
    late = world.paid(order)

    world.tell(late)

    assert refused(world) == [late.payment_id]
    assert world.available(carrots) == "10"


def test_a_reservation_ends_after_its_life_and_a_little_grace(world, carrots, member, moment):  # SPEC O3
    order = world.place(member, {carrots: 4})

    moment.move(LIFE + GRACE - SECOND)
    world.tick()
    assert (world.status(order), world.available(carrots)) == ("placed", "6")

    moment.move(SECOND)
    world.tick()
    assert (world.status(order), world.available(carrots)) == ("expired", "10")
    assert [event.reason for event in world.told(OrderExpired)] == ["time"]


def test_a_payment_made_in_the_life_counts_when_its_word_comes_late(world, carrots, member, moment):  # SPEC O4
    order = world.place(member, {carrots: 10})
    in_time = world.paid(order, at=moment() + LIFE)
    moment.move(LIFE + GRACE)
    world.tick()
    assert world.status(order) == "expired"

    world.tell(in_time)

    assert world.status(order) == "confirmed"
    assert world.available(carrots) == "0"


def test_a_late_payment_confirms_the_whole_order_while_stock_allows(world, carrots, member, moment):  # SPEC O4
    order = world.place(member, {carrots: 10})
    moment.move(LIFE + GRACE)
    world.tick()

    world.tell(world.paid(order))

    assert world.status(order) == "confirmed"


def test_a_late_payment_is_refunded_whole_when_one_line_lacks(world, carrots, member, moment):  # SPEC O4
    eggs = world.product("Œufs", stock=6)
    order = world.place(member, {carrots: 2, eggs: 6})
    moment.move(LIFE + GRACE)
    world.tick()
    world.place(world.person(), {eggs: 1})
    late = world.paid(order)

    world.tell(late)

    assert refused(world) == [late.payment_id]
    assert world.status(order) == "expired"
    assert (world.available(carrots), world.available(eggs)) == ("10", "5")
    assert world.confirmed() == []


def test_a_payment_made_in_time_is_honoured_after_closing(world, carrots, member, moment):  # SPEC O4
    moment.set(world.times["closes_at"] - SECOND)
    order = world.place(member, {carrots: 1})
    moment.move(LIFE)
    world.tell(world.closed())
    world.tick()
    assert world.told(SaleOrdersSettled) == []

    world.tell(world.paid(order))
    world.tick()

    assert world.status(order) == "confirmed"
    assert [sheets.order_count for sheets in world.told(SaleOrdersSettled)] == [1]


@pytest.mark.parametrize("expired_already", [False, True])
def test_a_payment_made_after_expiry_and_after_closing_is_refunded(world, carrots, member, moment, expired_already):
    # SPEC O4
    moment.set(world.times["closes_at"] - SECOND)
    order = world.place(member, {carrots: 1})
    moment.move(LIFE + (GRACE if expired_already else SECOND))
    world.tell(world.closed())
    world.tick()
    late = world.paid(order)

    world.tell(late)

    assert refused(world) == [late.payment_id]


def test_sheets_that_were_final_are_told_again_with_an_order_paid_in_time(world, carrots, member, moment):  # SPEC O4
    moment.set(world.times["closes_at"] - SECOND)
    order = world.place(member, {carrots: 3})
    in_time = world.paid(order)
    moment.move(LIFE + GRACE)
    world.tell(world.closed())
    world.tick()

    world.tell(in_time)
    world.tick()

    first, second = world.told(SaleOrdersSettled)
    assert (first.round, first.order_count, first.producers[0].lines) == (1, 0, [])
    assert (second.round, second.order_count, second.producers[0].gross_cents) == (2, 1, 750)


def test_nothing_is_confirmed_once_the_distribution_is_over(world, carrots, member, moment):  # SPEC O4
    order = world.place(member, {carrots: 1})
    lost = world.paid(order)
    moment.set(world.times["ends_at"])
    world.tell(world.closed())
    world.tick()

    world.tell(lost)

    assert refused(world) == [lost.payment_id]


def test_a_payment_for_a_cancelled_sale_is_refunded(world, carrots, member):  # SPEC S5
    order = world.place(member, {carrots: 1})
    world.tell(world.cancelled())
    paid = world.paid(order)

    world.tell(paid)

    assert refused(world) == [paid.payment_id]


def test_a_payment_of_an_unknown_order_is_kept_and_tried_again(world):  # SPEC X3
    strange = {"order_id": str(uuid4()), "member_id": str(uuid4()), "total_cents": 100}

    with pytest.raises(AssertionError, match="NoResultFound"):
        world.tell(world.paid(strange))

    assert world.told(OrderConfirmed) == []
