"""One action over all baskets of a sale: whatever comes on top of it, each member is given back once what is missing."""

from shared.events.distributions import BasketAdjusted, DistributionValidated, RefundRequested
from tests.distributions.world import BUTCHER, DAY, SALE, VEGETABLES, cancelled, confirmed, not_delivering, uid


def refunds(world):
    return sorted((event.basket_id, event.amount_cents, event.reason) for event in world.told(RefundRequested))


def missing(world, product):
    return world.do("missing_product", sale_id=SALE, product_id=uid(product))


def test_a_product_declared_missing_twice_is_given_back_once(world):  # SPEC D4
    world.order("marie", carrot="2", bread="1")
    world.order("jean", bread="2")

    first, second = missing(world, "bread"), missing(world, "bread")

    assert (first, second) == ({"baskets": 2, "refunds": 2}, {"baskets": 0, "refunds": 0})
    assert sum(amount for _, amount, _ in refunds(world)) == 450 + 900
    assert len(world.told(BasketAdjusted)) == 2


def test_a_basket_of_two_orders_is_given_back_by_one_refund(world):  # SPEC D4 O7
    for number in range(2):
        world.tell(confirmed("marie", {"bread": str(number + 1)}, key=f"order {number}"))

    missing(world, "bread")

    assert refunds(world) == [(uid("basket marie"), 1350, "missing_product")]


def test_a_producer_who_does_not_deliver_after_a_product_was_missing_gives_back_the_rest(world):  # SPEC D4 S6
    world.order("marie", carrot="2", bread="1", chicken="1")
    missing(world, "bread")

    world.tell(not_delivering(VEGETABLES), not_delivering(VEGETABLES))

    assert sorted(amount for _, amount, _ in refunds(world)) == [450, 520]
    assert (world.basket()["due_cents"], world.basket()["to_refund_cents"]) == (1290, 0)
    assert missing(world, "carrot") == {"baskets": 0, "refunds": 0}


def test_all_producers_absent_give_back_all_and_nobody_is_paid(world, moment):  # SPEC S6 F5
    world.order("marie", carrot="2", chicken="1")
    world.close()

    world.tell(not_delivering(VEGETABLES), not_delivering(BUTCHER))
    moment.set(DAY)
    world.do("validate_distribution", sale_id=SALE)

    assert sorted(amount for _, amount, _ in refunds(world)) == [520, 1290]
    (event,) = world.told(DistributionValidated)
    assert (event.paid_cents, event.refunded_cents, event.delivered_cents) == (1810, 1810, 0)


def test_what_was_adjusted_and_not_refunded_yet_is_given_back_with_what_is_missing(world):  # SPEC D4 F4
    world.order("marie", carrot="2", bread="1")
    world.close()
    world.adjust(carrot="1")

    missing(world, "bread")

    assert refunds(world) == [(uid("basket marie"), 260 + 450, "missing_product")]


def test_a_sale_cancelled_after_a_product_was_missing_leaves_empty_baskets(world):  # SPEC S5
    orders = [confirmed("marie", {"bread": "1"}), confirmed("marie", {"carrot": "2"}, key="second")]
    world.tell(*orders)
    missing(world, "bread")
    world.forget()

    world.tell(*map(cancelled, orders), *map(cancelled, orders))

    assert world.told(RefundRequested) == []
    assert world.see("baskets", sale_id=SALE)["items"] == []
    assert world.see("distribution", sale_id=SALE)["totals"] == dict.fromkeys(
        ("ordered_cents", "due_cents", "paid_cents", "refunded_cents"), 0
    )
