"""What a member took off a paid basket is given back over its payments, once, whatever else is on its way (SPEC O8 F4)."""

from dataclasses import replace
from itertools import permutations
from uuid import UUID, uuid4, uuid5

import pytest

from shared.events.distributions import RefundRequested
from shared.events.orders import AmendedOrder, OrderAmended, OrderPlaced
from shared.events.payments import RefundFailed, RefundSucceeded
from tests.payments.conftest import Till, cancelled


def amended(*orders: OrderPlaced, cents: int, amendment: int = 1) -> OrderAmended:
    """Of the first order's basket; all the orders are told with it."""
    first = orders[0]
    return OrderAmended(
        basket_id=first.basket_id,
        basket_number=1,
        amendment=amendment,
        sale_id=first.sale_id,
        market_id=first.market_id,
        member_id=first.member_id,
        orders=[AmendedOrder(order_id=order.order_id, lines=[]) for order in orders],
        total_cents=0,
        refund_id=uuid5(first.basket_id, str(amendment)) if cents else None,
        refund_cents=cents,
    )


def sent(till: Till) -> list[int]:
    return [refund["amount"] for refund in till.stand_in.books()["refunds"]]


def two_payments(till: Till) -> tuple[UUID, OrderPlaced, OrderPlaced]:
    sale, basket = uuid4(), uuid4()
    return sale, till.paid(1000, sale=sale, basket=basket), till.paid(3000, sale=sale, basket=basket)


def test_a_change_is_given_back_over_the_payments_largest_first(till: Till) -> None:  # SPEC F4 O8
    sale, small, large = two_payments(till)

    till.deliver(amended(small, cents=3200))
    till.work()

    (event,) = till.told(RefundSucceeded)
    assert (event.amount_cents, event.reason, sorted(sent(till))) == (3200, "amended", [200, 3000])
    assert till.balances() == {"provider": 800, f"sale:{sale}": -800}
    assert till.payment(large).refunded_cents == 3000


def test_a_change_that_gives_nothing_back_refunds_nothing(till: Till) -> None:
    _, small, _ = two_payments(till)

    till.deliver(amended(small, cents=0))
    till.work()

    assert (sent(till), till.told(RefundSucceeded)) == ([], [])


@pytest.mark.parametrize("arrival", permutations(range(4)))
def test_a_cancelled_basket_gives_back_all_and_no_more_whatever_arrives_first(
    till: Till, arrival: tuple[int, ...]
) -> None:  # SPEC O8 F4 X2
    _, small, large = two_payments(till)
    news = [
        amended(small, cents=700),
        amended(large, small, cents=900, amendment=2),
        cancelled(small),
        cancelled(large),
    ]

    till.deliver(*(news[index] for index in arrival))
    till.work()

    assert sum(sent(till)) == 4000
    assert till.balances() == {}
    assert till.told(RefundFailed) == []


@pytest.mark.parametrize("arrival", permutations(range(3)))
@pytest.mark.parametrize("of_the_day", [False, True])
def test_a_basket_begun_anew_does_not_pay_for_the_one_that_was_cancelled(
    till: Till, arrival: tuple[int, ...], of_the_day: bool
) -> None:  # SPEC O8 F4 X2
    sale, small, large = two_payments(till)
    anew = till.paid(5000, sale=sale, basket=small.basket_id)
    both = [small.order_id, large.order_id]
    asked: OrderAmended | RefundRequested = replace(amended(small, cents=3500), funded_by=both)
    if of_the_day:
        asked = replace(till.refund(small.basket_id, sale, 3500), funded_by=both)
    news = [asked, cancelled(small), cancelled(large)]

    till.deliver(*(news[index] for index in arrival))
    till.work()

    assert (sum(sent(till)), till.payment(anew).refunded_cents) == (4000, 0)
    assert till.balances() == {"provider": 5000, f"sale:{sale}": -5000}
    assert till.told(RefundFailed) == []


def test_what_an_order_does_not_reach_is_taken_from_later_ones(till: Till) -> None:  # SPEC F4
    sale, small, large = two_payments(till)
    later = till.paid(4000, sale=sale, basket=small.basket_id)
    till.deliver(
        replace(till.refund(small.basket_id, sale, 3500), funded_by=[small.order_id, large.order_id, later.order_id]),
        replace(till.refund(small.basket_id, sale, 1200), funded_by=[small.order_id]),
    )
    till.work()

    taken = [till.payment(order).refunded_cents for order in (small, large, later)]
    assert (taken, till.told(RefundFailed)) == ([0, 1200, 3500], [])


def test_the_cancellation_of_an_order_without_a_payment_is_nothing_to_give_back(till: Till) -> None:  # SPEC O8
    sale, small, large = two_payments(till)
    free = till.order(0, sale=sale, basket=small.basket_id)

    till.deliver(cancelled(free), cancelled(small), cancelled(large))
    till.work()

    assert sum(sent(till)) == 4000
    assert till.told(RefundFailed) == []


def test_a_top_up_that_costs_less_than_its_lines_is_paid_as_one_amount(till: Till) -> None:  # SPEC O8 F3
    order = till.order(1000, sale=uuid4())
    top_up = OrderPlaced(**{**vars(order), "total_cents": 640})
    till.deliver(top_up)

    till.pay(top_up)

    assert till.captured(top_up).captured_cents == 640
    (payment,) = till.stand_in.books()["charges"]
    assert payment["amount"] == 640
