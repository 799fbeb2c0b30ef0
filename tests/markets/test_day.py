"""The button beside a sale in the administrator's list."""

from datetime import UTC, datetime, timedelta

MORNING = datetime(2023, 10, 8, 22, 0, tzinfo=UTC)  # 9 October, 0:00 in Paris: distribution at noon


def test_the_button_turns_on_the_morning_of_the_day_for_those_who_administer(world, moment):  # SPEC D1 P3
    anne = world.person()
    market = world.market(anne)
    world.sale(anne, market)

    def button(*who):
        return world.call("sales", *who, market_id=market["market_id"])["items"][0]["button"]

    moment.set(MORNING - timedelta(seconds=1))
    before = button(anne)
    moment.set(MORNING)

    assert (before, button(anne), button()) == ("see_orders", "validate_distribution", None)


def test_a_cancelled_sale_has_nothing_to_validate(world, moment):  # SPEC S5
    anne = world.person()
    market = world.market(anne)
    sale = world.sale(anne, market)
    world.call("cancel_sale", anne, sale_id=sale["sale_id"], reason="Pluie")

    moment.set(MORNING)

    assert world.call("sales", anne, market_id=market["market_id"])["items"][0]["button"] == "see_orders"
