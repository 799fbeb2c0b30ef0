"""A blocked sale on its market's home: said to everybody, explained to administrators (SPEC S9)."""

from tests.markets.test_calendar import DAY, unvalidated


def home(world, market, account_id=None):
    return world.call("market", account_id, market_id=market["market_id"])


def test_a_sale_that_could_not_open_is_said_and_administrators_see_what_to_validate(world, market, anne):  # SPEC S9 P3
    past = unvalidated(world, anne, market, 5)
    coming = world.sale(anne, market)
    world.moment.move(DAY)
    world.tick()

    shown, seen = home(world, market, anne), home(world, market)

    for each in (shown, seen):
        (planned,) = each["planning"]
        assert (planned["sale_id"], planned["state"]) == (coming["sale_id"], "planned")
        assert planned["blocked_at"] is not None
    assert [sale["sale_id"] for sale in shown["blocking"]] == [each["sale_id"] for each in past]
    assert seen["blocking"] is None


def test_nothing_is_blocking_while_no_sale_waits(world, market, anne):  # SPEC S9
    unvalidated(world, anne, market, 5)
    world.sale(anne, market)
    world.tick()

    shown = home(world, market, anne)

    assert shown["blocking"] == []
    assert [sale["blocked_at"] for sale in shown["planning"]] == [None]
