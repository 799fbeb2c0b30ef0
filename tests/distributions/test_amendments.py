"""A member changed the order before closing: the basket of the day follows, in whatever order the news arrive (SPEC O8)."""

from itertools import count
from uuid import uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.distributions import domain
from shared.events import orders
from shared.events.distributions import RefundRequested
from shared.events.payments import RefundSucceeded
from tests.distributions.test_baskets import refund_end
from tests.distributions.world import MARKET, SALE, VEGETABLES, cancelled, confirmed, line, not_delivering, uid
from tests.support.bus import HandlerFailed

D = domain.Decimal
numbers = count(1)


def amended(first, lines, amendment=1, refund=0, *, others=(), key="marie"):
    """`lines`: what is left of the first order; `others`: orders that are told whole with it."""
    left = [line(product, quantity, key) for product, quantity in lines.items()]
    told = [orders.AmendedOrder(order_id=first.order_id, lines=left)]
    told += [orders.AmendedOrder(order_id=other.order_id, lines=other.lines) for other in others]
    return orders.OrderAmended(
        basket_id=first.basket_id,
        basket_number=first.basket_number,
        amendment=amendment,
        sale_id=SALE,
        market_id=MARKET,
        member_id=first.member_id,
        orders=told,
        total_cents=sum(one.gross_cents for one in left),
        refund_id=uuid5(first.basket_id, str(amendment)) if refund else None,
        refund_cents=refund,
    )


def added(lines, paid, key, member="marie"):
    event = confirmed(member, lines, key=key)
    return orders.OrderConfirmed(**{**vars(event), "total_cents": paid, "amendment": 1})


def money(basket):
    names = ("ordered_cents", "due_cents", "paid_cents", "refunded_cents", "to_refund_cents")
    return tuple(basket[name] for name in names)


def ordered(basket):
    return {line["name"]: line["ordered"] for line in basket["lines"]}


def test_less_leaves_the_basket_with_its_refund_and_a_trace(world):  # SPEC O8 D9
    first = confirmed("marie", {"carrot": "3", "bread": "2"})  # 7.80 and 9.00

    world.tell(first, amended(first, {"carrot": "1"}, refund=520 + 900))

    basket = world.basket()
    assert ordered(basket) == {"Carrot": D(1)}
    assert money(basket) == (260, 260, 1680, 1420, 0)
    entry = world.see("trail", basket_id=first.basket_id)["items"][-1]
    assert (entry["action"], entry["account_id"]) == ("order_amended", first.member_id)
    assert sorted((change["name"], change["before"], change["after"]) for change in entry["changes"]) == [
        ("Bread", "2", "0"),
        ("Carrot", "3", "1"),
    ]


def test_a_top_up_brings_its_lines_and_takes_what_it_replaces(world):  # SPEC O8
    first = confirmed("marie", {"carrot": "3"})
    top_up = added({"bread": "2"}, 900 - 260, "top-up")

    world.tell(first, top_up, amended(first, {"carrot": "2"}, others=[top_up]))

    assert money(world.basket()) == (1420, 1420, 1420, 0, 0)


@given(st.permutations(range(5)))
def test_any_order_of_arrival_ends_in_the_same_basket(world, arrival):  # SPEC X2 F4
    me = f"member {next(numbers)}"
    first, second = confirmed(me, {"carrot": "5"}), added({"bread": "1"}, 0, f"{me} exchange", me)
    news = [
        first,
        second,
        amended(first, {"carrot": "3"}, 1, refund=70, others=[second], key=me),
        amended(first, {"carrot": "2"}, 2, refund=260, key=me),
        amended(first, {"carrot": "1"}, 3, refund=260, key=me),
    ]

    arrive(world, [news[index] for index in arrival])

    assert money(world.basket(me)) == (710, 710, 1300, 590, 0)
    assert len(world.basket(me)["refunds"]) == 3


def arrive(world, waiting):
    """The inbox tries again what came too early."""
    while waiting:
        still = [event for event in waiting if not arrived(world, event)]
        assert len(still) < len(waiting)
        waiting = still


def arrived(world, event):
    try:
        world.tell(event)
    except HandlerFailed as failed:
        assert "NotToldYet" in str(failed)  # noqa: PT017
        return False
    return True


def test_a_change_of_an_order_that_is_not_known_yet_is_tried_again(world):  # SPEC X3
    first = confirmed("marie", {"carrot": "3"})
    change = amended(first, {"carrot": "1"}, refund=520)

    with pytest.raises(HandlerFailed, match="OrderNotToldYet"):
        world.tell(change)
    world.tell(first, change)

    assert money(world.basket()) == (260, 260, 780, 520, 0)


@given(st.permutations(range(7)))
def test_a_cancelled_basket_is_empty_whenever_its_changes_arrive(world, arrival):  # SPEC X2 O8
    me = f"member {next(numbers)}"
    first, second = confirmed(me, {"carrot": "5"}), confirmed(me, {"bread": "1"}, key=f"{me} more")
    news = [
        first,
        second,
        amended(first, {"carrot": "3"}, 1, refund=520, key=me),
        amended(first, {"carrot": "1"}, 2, refund=520, others=[second], key=me),
        cancelled(first, "member", 3, of=2),
        cancelled(second, "member", 3, of=2),
        confirmed(me, {"chicken": "1"}, key=f"{me} again", changes=3),
    ]

    arrive(world, [news[index] for index in arrival])

    assert money(world.basket(me)) == (1290, 1290, 1290, 0, 0)


def test_what_the_day_settled_and_a_late_change_took_is_given_back_once(world):  # SPEC F4 D2
    first = confirmed("marie", {"carrot": "4", "chicken": "2"})
    top_up = added({"bread": "4"}, 1800 - 520, "top-up")
    world.tell(first)
    world.adjust(carrot="3", chicken="1.5")

    world.tell(top_up, amended(first, {"carrot": "2", "chicken": "2"}, others=[top_up]))

    basket = world.basket()
    assert {line["name"]: line["delivered"] for line in basket["lines"]} == {
        "Bread": D(4),
        "Carrot": D(2),
        "Chicken": D("1.5"),
    }
    assert money(basket) == (4900, 4900 - 645, 4900, 0, 645)


def test_refunds_of_the_day_take_what_changes_have_left(world):  # SPEC F4
    first = confirmed("marie", {"carrot": "4"})
    world.tell(first, amended(first, {"carrot": "3"}, refund=260), not_delivering(VEGETABLES))

    requested = world.told(RefundRequested)

    assert [event.amount_cents for event in requested] == [780]
    assert money(world.basket()) == (780, 0, 1040, 1040, 0)


def test_the_refund_of_a_change_is_seen_to_succeed(world):
    first = confirmed("marie", {"carrot": "4"})
    change = amended(first, {"carrot": "3"}, refund=260)
    world.tell(first, change)
    requested = RefundRequested(
        refund_id=change.refund_id,
        basket_id=first.basket_id,
        sale_id=SALE,
        market_id=MARKET,
        member_id=first.member_id,
        amount_cents=260,
        reason="amended",
    )

    world.tell(refund_end(RefundSucceeded, requested))

    assert [(made["amount_cents"], made["state"]) for made in world.basket()["refunds"]] == [(260, "succeeded")]


@given(st.lists(st.integers(1, 3000), max_size=6), st.lists(st.integers(1, 900), max_size=6))
def test_what_falls_on_orders_is_all_of_a_refund(totals, refunds):  # SPEC F1
    left = {uid(n): total for n, total in enumerate(totals)}

    for refund in refunds:
        parts = domain.falls_on(refund, left)
        was_enough = refund <= sum(left.values())
        left = {order: rest - parts.get(order, 0) for order, rest in left.items()}
        assert sum(parts.values()) == (refund if totals else 0)
        assert not was_enough or all(rest >= 0 for rest in left.values())
        left = {order: max(rest, 0) for order, rest in left.items()}
