"""Planning, changing and cancelling sales."""

from datetime import UTC, datetime, timedelta

import pytest

from shared import clock
from shared.errors import Refused
from shared.events.markets import ReferentAppointed, SaleCancelled, SalePlanned, SaleRescheduled
from tests.markets.world import PLACE

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def change(world, by, sale, **args):
    return world.call("reschedule_sale", by, sale_id=sale["sale_id"], **args)


def cycle(market, **changes):
    return {
        "market_id": market["market_id"],
        "rhythm": "weekly",
        "first_on": "2023-12-11",
        "until": "2024-01-08",
        "starts": "19:00",
        "ends": "20:00",
    } | changes


def test_a_sale_without_times_gets_those_of_the_form(world, market, anne):  # SPEC S2
    sale = world.call("plan_sale", anne, market_id=market["market_id"])

    assert [sale[name] for name in ("opens_at", "closes_at", "starts_at", "ends_at")] == [
        "2023-09-19T06:00:00+00:00",
        "2023-09-29T21:59:00+00:00",
        "2023-10-09T17:00:00+00:00",
        "2023-10-09T18:00:00+00:00",
    ]
    defaults = world.call("sale_defaults", anne, market_id=market["market_id"])
    assert defaults["starts_at"] == sale["starts_at"]


def test_a_planned_sale_tells_its_facts_and_its_creator_as_referent(world, market, anne):  # SPEC S1 D1
    world.call("plan_sale", anne, market_id=market["market_id"])

    planned, appointed = world.told()
    assert isinstance(planned, SalePlanned)
    assert (planned.place.commune, planned.place.latitude, planned.version) == ("Captieux", "44.292000", 1)
    assert isinstance(appointed, ReferentAppointed)
    assert (appointed.account_id, appointed.version) == (anne, 1)


def test_times_without_offset_are_those_of_the_clock_on_the_market(world, anne):  # SPEC S1
    market = world.market(anne, place=PLACE | {"postcode": "98800", "commune": "Nouméa"})

    sale = world.call(
        "plan_sale",
        anne,
        market_id=market["market_id"],
        opens_at="2023-10-01T08:00",
        closes_at="2023-10-05T23:59",
        starts_at="2023-10-07T09:00",
        ends_at="2023-10-07T12:00+11:00",
    )

    assert sale["starts_at"] == "2023-10-06T22:00:00+00:00"
    assert sale["ends_at"] == "2023-10-07T01:00:00+00:00"


def test_times_out_of_order_and_closings_in_the_past_are_refused(world, market, anne):  # SPEC S4
    now = clock.now()
    for changes, code, field in (
        ({"closes_at": now + DAY}, "wrong_sale_times", "closes_at"),
        ({"closes_at": now + 31 * DAY}, "wrong_sale_times", "starts_at"),
        ({"ends_at": now + 30 * DAY}, "wrong_sale_times", "ends_at"),
        ({"opens_at": now - 2 * DAY, "closes_at": now}, "closing_is_past", "closes_at"),
    ):
        with pytest.raises(Refused) as refused:
            world.sale(anne, market, **changes)
        assert (refused.value.code, refused.value.field) == (code, field)
    assert world.told() == []


def test_two_distributions_do_not_overlap_at_one_place(world, market, anne):  # SPEC S4
    world.sale(anne, market)
    half_an_hour = timedelta(minutes=30)

    with pytest.raises(Refused) as refused:
        world.sale(anne, market, starts_in=30 * DAY + half_an_hour)
    elsewhere = world.sale(
        anne, market, starts_in=30 * DAY + half_an_hour, place=PLACE | {"address": "2 rue des Écoles"}
    )
    after = world.sale(anne, market, starts_in=30 * DAY + HOUR)

    assert refused.value.code == "distributions_overlap"
    assert refused.value.details == {"on": ["2023-10-09"]}
    assert elsewhere["place"]["address"] == "2 rue des Écoles"
    assert after["state"] == "planned"


def test_a_cancelled_distribution_leaves_its_place_free(world, market, anne):  # SPEC S4 S5
    first = world.sale(anne, market)
    world.call("cancel_sale", anne, sale_id=first["sale_id"], reason="Tempête annoncée")

    assert world.sale(anne, market)["state"] == "planned"
    cancelled = world.told(SaleCancelled)
    assert [event.reason for event in cancelled] == ["Tempête annoncée"]


def test_a_sale_is_cancelled_once_and_not_after_its_distribution(world, market, anne):  # SPEC S5
    first, second = world.sale(anne, market), world.sale(anne, market, starts_in=40 * DAY)
    for _ in range(2):
        world.call("cancel_sale", anne, sale_id=first["sale_id"], reason="Pluie")
    world.moment.move(41 * DAY)
    world.tick()

    with pytest.raises(Refused) as refused:
        world.call("cancel_sale", anne, sale_id=second["sale_id"], reason="Pluie")

    assert len(world.told(SaleCancelled)) == 1
    assert (refused.value.code, refused.value.details) == ("sale_is_over", {"state": "distributed"})


def test_a_sale_is_moved_and_told_with_a_higher_version(world, market, anne):  # SPEC S5
    sale = world.sale(anne, market)
    world.forget()

    moved = change(world, anne, sale, version=1, starts_at="2023-10-20T18:00", place=PLACE | {"name": "Halle"})

    (told,) = world.told()
    assert isinstance(told, SaleRescheduled)
    assert (told.version, told.place.name) == (2, "Halle")
    assert told.ends_at - told.starts_at == HOUR
    assert moved["starts_at"] == "2023-10-20T16:00:00+00:00"


def test_a_sale_does_not_stand_in_its_own_way(world, market, anne):  # SPEC S4 S5
    sale, other = world.sale(anne, market), world.sale(anne, market, starts_in=31 * DAY)

    change(world, anne, sale, starts_at=clock.now() + 30 * DAY + timedelta(minutes=10))
    with pytest.raises(Refused) as refused:
        change(world, anne, sale, starts_at=other["starts_at"])

    assert refused.value.code == "distributions_overlap"


def test_what_has_happened_cannot_be_changed(world, market, anne):  # SPEC S5
    sale = world.sale(anne, market)
    world.moment.move(2 * DAY)
    world.tick()
    with pytest.raises(Refused) as opened:
        change(world, anne, sale, opens_at=clock.now() + DAY)
    later = change(world, anne, sale, closes_at=clock.now() + 20 * DAY)
    world.moment.move(21 * DAY)
    world.tick()
    with pytest.raises(Refused) as closed:
        change(world, anne, sale, closes_at=clock.now() + DAY)
    postponed = change(world, anne, sale, starts_at=clock.now() + 30 * DAY)
    world.moment.move(40 * DAY)
    world.tick()
    with pytest.raises(Refused) as over:
        change(world, anne, sale, starts_at=clock.now() + DAY)

    assert (opened.value.code, closed.value.code, over.value.code) == ("sale_is_open", "sale_is_closed", "sale_is_over")
    assert (later["version"], postponed["version"]) == (2, 3)


def test_two_administrators_who_change_one_sale_do_not_overwrite_each_other(world, market, anne):  # SPEC X1
    sale = world.sale(anne, market)
    change(world, anne, sale, version=1, starts_at="2023-10-20T18:00")

    with pytest.raises(Refused) as refused:
        change(world, anne, sale, version=1, starts_at="2023-10-21T18:00")

    assert refused.value.details == {"current": 2}


def test_a_cycle_is_previewed_with_its_holidays_and_problems_and_planned_as_a_whole(world, market, anne):  # SPEC S3
    world.call("plan_sale", anne, market_id=market["market_id"], starts_at="2023-12-18T19:30")
    asked = cycle(market)
    preview = world.call("preview_cycle", anne, **asked)
    with pytest.raises(Refused) as refused:
        world.call("plan_cycle", anne, **asked)
    world.forget()

    planned = world.call("plan_cycle", anne, **asked | {"skip": ["2023-12-18", "2023-12-25", "2024-01-01"]})

    assert {item["on"]: (item["problem"], item["holiday"]) for item in preview["items"]} == {
        "2023-12-11": (None, None),
        "2023-12-18": ("distributions_overlap", None),
        "2023-12-25": (None, "Noël"),
        "2024-01-01": (None, "Jour de l'an"),
        "2024-01-08": (None, None),
    }
    assert refused.value.details == {"on": ["2023-12-18"]}
    assert [sale["starts_at"] for sale in planned["items"]] == [
        "2023-12-11T18:00:00+00:00",
        "2024-01-08T18:00:00+00:00",
    ]
    assert planned["items"][0]["opens_at"] == "2023-12-01T07:00:00+00:00"
    assert planned["items"][0]["closes_at"] == "2023-12-09T22:55:00+00:00"
    assert {sale["cycle_id"] for sale in planned["items"]} == {planned["cycle_id"]}
    assert len(world.told(SalePlanned)) == 2


def test_a_cycle_with_a_date_that_nobody_could_order_for_is_refused_by_name(world, market, anne):  # SPEC S3 S4
    with pytest.raises(Refused) as refused:
        world.call("plan_cycle", anne, **cycle(market, first_on="2023-09-10", until="2023-09-20"))

    assert (refused.value.code, refused.value.details) == ("closing_is_past", {"on": ["2023-09-10"]})
    assert world.told() == []


def test_a_cycle_of_a_hundred_dates_is_planned_and_one_of_more_is_not(world, market, anne):  # SPEC S3
    planned = world.call("plan_cycle", anne, **cycle(market, until="2025-11-03"))
    with pytest.raises(Refused) as refused:
        world.call("plan_cycle", anne, **cycle(market, first_on="2026-01-01", until="2099-01-01"))

    assert len(planned["items"]) == 100
    assert refused.value.code == "too_many_dates"


def test_only_administrators_plan(world, market):  # SPEC P3 X4
    bob = world.person("Bob")
    world.call("join", bob, market_id=market["market_id"])

    for method, args in (
        ("plan_sale", {"market_id": market["market_id"]}),
        ("plan_cycle", cycle(market)),
        ("preview_cycle", cycle(market)),
        ("sale_defaults", {"market_id": market["market_id"]}),
    ):
        with pytest.raises(Refused) as refused:
            world.call(method, bob, **args)
        assert refused.value.code == "forbidden"


def test_another_member_is_appointed_referent(world, market, anne):  # SPEC D1
    sale, bob = world.sale(anne, market), world.person("Bob", "Dupont")
    world.forget()
    with pytest.raises(Refused) as refused:
        world.call("appoint_referent", anne, sale_id=sale["sale_id"], account_id=bob)
    world.call("join", bob, market_id=market["market_id"])

    world.call("appoint_referent", anne, sale_id=sale["sale_id"], account_id=bob)

    assert refused.value.details == {"what": "member"}
    assert [(event.account_id, event.version) for event in world.told(ReferentAppointed)] == [(bob, 2)]
    assert world.call("sale", anne, sale_id=sale["sale_id"])["administration"]["referent_name"] == "Bob Dupont"


def test_sales_are_listed_by_date_by_state_and_in_pages(world, market, anne):  # SPEC S1
    planned = [world.sale(anne, market, starts_in=days * DAY) for days in (30, 20, 40)]
    by_date = [planned[1], planned[0], planned[2]]
    world.call("cancel_sale", anne, sale_id=planned[2]["sale_id"], reason="Pluie")

    first = world.call("sales", market_id=market["market_id"], limit=2)
    second = world.call("sales", market_id=market["market_id"], limit=2, after=first["next"])
    newest = world.call("sales", anne, market_id=market["market_id"], newest_first=True)
    cancelled = world.call("sales", anne, market_id=market["market_id"], state=["cancelled"])

    assert [s["sale_id"] for s in first["items"] + second["items"]] == [s["sale_id"] for s in by_date]
    assert [s["sale_id"] for s in newest["items"]] == [s["sale_id"] for s in reversed(by_date)]
    assert [s["sale_id"] for s in cancelled["items"]] == [planned[2]["sale_id"]]
    assert (first["items"][0]["order_count"], newest["items"][0]["order_count"]) == (None, 0)


def test_the_administrators_part_of_a_sale_is_not_for_everybody(world, market, anne):  # SPEC P3
    sale = world.sale(anne, market)

    assert world.call("sale", sale_id=sale["sale_id"])["administration"] is None
    assert world.call("sale", anne, sale_id=sale["sale_id"])["administration"]["order_count"] == 0


def test_strange_times_are_refused_at_the_door(world, market, anne):  # SPEC X1
    for bad in (
        {"starts_at": "tomorrow"},
        {"starts_at": "0001-01-01T00:00:00+14:00"},
        {"starts_at": 3},
        {"surprise": 1},
    ):
        with pytest.raises(Refused) as refused:
            world.call("plan_sale", anne, market_id=market["market_id"], **bad)
        assert refused.value.code == "invalid_input"
    assert datetime(2023, 9, 9, 10, tzinfo=UTC) == clock.now()
