"""« Je ne livre pas », and members who change and cancel at the same moment: each line is given back once (SPEC S6 O8 F4)."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.distributions import domain
from shared.errors import NotFound
from shared.events.distributions import RefundRequested
from shared.events.orders import OrderAmended, OrderConfirmed
from tests.distributions.test_amendments import added, amended, arrive, money, numbers
from tests.distributions.world import (
    ADMIN,
    BUTCHER,
    DAY,
    SALE,
    VEGETABLES,
    cancelled,
    confirmed,
    not_delivering,
    planned,
    uid,
    withdrawn,
)
from tests.support.bus import HandlerFailed


def asked(world):
    return [event.amount_cents for event in world.told(RefundRequested)]


def test_what_markets_says_waits_for_what_orders_says(world, moment):  # SPEC S6 D3
    world.order("marie", carrot="2", chicken="1")
    world.order("jean", chicken="1")
    world.close()
    moment.set(DAY)

    world.tell(withdrawn(VEGETABLES))

    assert world.see("distribution", sale_id=SALE)["absence_awaited"]
    for command, what in (
        ("validate_distribution", {"sale_id": SALE}),
        ("validate_basket", {"basket_id": uid("basket marie")}),
    ):
        with pytest.raises(domain.AbsenceNotSettled):
            world.do(command, **what)
    world.do("validate_basket", basket_id=uid("basket jean"))
    assert asked(world) == []

    world.tell(not_delivering(VEGETABLES))

    assert not world.see("distribution", sale_id=SALE)["absence_awaited"]
    world.do("validate_distribution", sale_id=SALE)
    assert asked(world) == [520]


@pytest.mark.parametrize("first", [withdrawn, not_delivering])
def test_an_absence_is_written_off_once_whoever_tells_it_first(world, first):
    world.order("marie", carrot="2", chicken="1")

    world.tell(first(VEGETABLES), not_delivering(VEGETABLES), withdrawn(VEGETABLES), not_delivering(VEGETABLES))

    assert asked(world) == [520]


def test_a_sale_without_orders_keeps_the_absence_for_later_ones(world):
    world.tell(withdrawn(BUTCHER), not_delivering(BUTCHER))

    world.order("marie", carrot="2", chicken="1")

    assert asked(world) == [1290]


def test_a_line_that_was_taken_off_before_the_absence_is_not_refunded_for_it(world):
    order = confirmed("marie", {"carrot": "3", "bread": "2"})
    taken_off = amended(order, {"carrot": "1"}, refund=520 + 900)
    absent = not_delivering(VEGETABLES, changed={order.basket_id: 1})
    world.tell(order)

    with pytest.raises(HandlerFailed, match="ChangesNotToldYet"):
        world.tell(absent)
    world.tell(taken_off, absent)

    assert asked(world) == [260]
    assert money(world.basket()) == (260, 0, 1680, 1680, 0)


def test_a_change_does_not_overtake_another_whose_refund_it_would_hide(world):
    order = confirmed("marie", {"carrot": "4", "chicken": "2"})
    one = amended(order, {"carrot": "4", "chicken": "1"}, 1, refund=1290)
    two = amended(order, {"carrot": "3", "chicken": "1"}, 2, refund=260)
    absent = not_delivering(VEGETABLES, changed={order.basket_id: 2})

    arrive(world, [order, two, absent, one])

    assert asked(world) == [780]
    assert money(world.basket()) == (780 + 1290, 1290, 1040 + 2580, 780 + 260 + 1290, 0)


def test_a_basket_that_was_cancelled_before_it_was_known_is_not_waited_for(world):
    order = confirmed("marie", {"carrot": "3"})

    world.tell(cancelled(order, "member", 1), not_delivering(VEGETABLES, changed={order.basket_id: 1}), order)

    assert asked(world) == []
    with pytest.raises(NotFound):
        world.basket()


def test_half_a_cancelled_basket_is_waited_for(world):
    first, second = confirmed("marie", {"carrot": "3"}), confirmed("marie", {"bread": "2"}, key="second")
    ends = [cancelled(order, "member", 1, of=2) for order in (first, second)]
    world.tell(first, second, ends[0])

    for absent in (not_delivering(VEGETABLES), not_delivering(VEGETABLES, changed={first.basket_id: 1})):
        with pytest.raises(HandlerFailed, match="ChangesNotToldYet"):
            world.tell(absent)
    world.tell(ends[1], not_delivering(VEGETABLES, changed={first.basket_id: 1}))

    assert asked(world) == []


def test_an_exchange_after_an_absence_is_written_off_when_it_is_whole(world):
    order = confirmed("marie", {"chicken": "1", "bread": "1"})
    exchange = added({"carrot": "2"}, 0, "exchange")
    world.tell(order, not_delivering(VEGETABLES))

    world.tell(exchange)
    before = asked(world)
    world.tell(amended(order, {"chicken": "0.5", "bread": "1"}, refund=645 - 520, others=[exchange]))

    assert (before, asked(world)) == ([450], [450, 520])
    assert money(world.basket()) == (645 + 450 + 520, 645, 1740, 450 + 520 + 125, 0)


def test_what_was_told_before_changes_were_counted_is_not_waited_for(world):
    order = confirmed("marie", {"carrot": "3"}, changes=None)
    later = OrderAmended(**{**vars(amended(order, {"carrot": "2"}, refund=260)), "amendment": 4, "refund_id": uuid4()})

    world.tell(order, later, not_delivering(VEGETABLES, changed={order.basket_id: 5}))

    assert asked(world) == [520]


def test_a_basket_begun_before_and_cancelled_is_begun_anew_without_its_count(world):
    order = confirmed("marie", {"carrot": "3"})
    again = OrderConfirmed(**{**vars(confirmed("marie", {"bread": "1"}, key="again")), "changes": 7})
    old = cancelled(order, "member", 3, of=None)

    world.tell(order, old, again)

    assert money(world.basket()) == (450, 450, 450, 0, 0)


@given(st.permutations(range(8)))
def test_any_order_of_arrival_gives_each_line_back_once(world, arrival):  # SPEC X2
    number = next(numbers)
    me, sale = f"member {number}", uid(f"sale of absences {number}")
    first, second = (
        confirmed(me, {"carrot": "5"}, key=me, sale=sale),
        confirmed(me, {"bread": "2"}, key=f"{me} more", sale=sale),
    )
    again = confirmed(me, {"carrot": "2", "chicken": "1"}, key=f"{me} again", sale=sale, changes=2)
    less = OrderAmended(**{**vars(amended(first, {"carrot": "3"}, 1, refund=520, key=me)), "sale_id": sale})
    news = [
        first,
        second,
        less,
        cancelled(first, "member", 2, of=2),
        cancelled(second, "member", 2, of=2),
        again,
        withdrawn(VEGETABLES, sale),
        not_delivering(VEGETABLES, sale, {first.basket_id: 2}),
    ]

    world.tell(planned(sale))

    arrive(world, [news[index] for index in arrival])

    assert money(world.basket(me, ADMIN)) == (520 + 1290, 1290, 520 + 1290, 520, 0)
    assert [e.funded_by for e in world.told(RefundRequested) if e.sale_id == sale] == [[again.order_id]]
