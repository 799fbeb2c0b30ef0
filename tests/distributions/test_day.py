"""What the page of the day learns: which button it shows, and what changed since it was last asked."""

from dataclasses import replace
from datetime import timedelta

from shared.events.markets import SaleRescheduled
from tests.distributions.world import ADMIN, DAY, SALE, planned, uid


def test_while_members_still_order_on_the_day_itself_there_is_nothing_to_validate(world, moment):  # SPEC D1 O7
    closing = DAY - timedelta(hours=2)
    world.tell(replace(planned(version=2, kind=SaleRescheduled), closes_at=closing))

    moment.set(closing - timedelta(seconds=1))
    before = world.see("distribution", sale_id=SALE)
    moment.set(closing)
    after = world.see("distribution", sale_id=SALE)

    assert (before["button"], after["button"]) == ("see_orders", "validate_distribution")


def test_the_baskets_that_changed_lately_can_be_asked_for_alone(world, moment):  # SPEC D8
    moment.set(DAY - timedelta(minutes=10))
    for member in ("marie", "jean"):
        world.order(member)
    before = world.see("distribution", sale_id=SALE)["changes"]
    moment.set(DAY)

    nothing = world.see("baskets", sale_id=SALE, changed_within=60)["items"]
    world.adjust("jean", chicken="1")
    changed = world.see("baskets", sale_id=SALE, changed_within=60)["items"]

    assert nothing == []
    assert [basket["first_name"] for basket in changed] == ["Jean"]
    assert world.see("distribution", sale_id=SALE)["changes"] == before + 1


def test_whatever_is_done_to_a_basket_is_news(world):  # SPEC D8 D9
    world.order("marie")
    world.close()
    done = [
        lambda: world.adjust("marie", chicken="1"),
        lambda: world.refund("marie"),
        lambda: world.do("validate_basket", basket_id=uid("basket marie")),
        lambda: world.do("mark_not_collected", basket_id=uid("basket marie")),
        lambda: world.do("reopen_basket", ADMIN, basket_id=uid("basket marie")),
        lambda: world.do("mark_collected", basket_id=uid("basket marie")),
        lambda: world.do("missing_product", sale_id=SALE, product_id=uid("carrot")),
        lambda: world.do("validate_distribution", sale_id=SALE),
    ]

    seen = [world.see("distribution", sale_id=SALE)["changes"]]
    for act in done:
        act()
        seen.append(world.see("distribution", sale_id=SALE)["changes"])

    assert seen == sorted(set(seen))
