"""Duty shifts: setting them, signing up and stepping back, and who sees whom."""

from collections import Counter

import eventlet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.markets.domain import duty as domain
from services.markets.service import MarketsService
from shared.errors import Refusal, Refused
from shared.events.accounts import AccountDeleted
from shared.events.markets import SaleCancelled
from tests.markets.duty import DAY, Stall, same, shift
from tests.support import databases


@pytest.fixture
def stall(world):
    return Stall(world)


def refusal(act, *args, **more):
    with pytest.raises(Refused) as refused:
        act(*args, **more)
    return refused.value


def test_shifts_stand_at_the_hours_of_their_day_in_order(stall):  # SPEC M7
    late, early = shift("Rangement", "13:00", "14:30"), shift("Installation", "10:00", "11:00", places=4)

    shown = stall.set(late, early)

    assert [(each["role"], each["starts_at"][:16], each["free"]) for each in shown] == [
        ("Installation", "2023-10-09T08:00", 4),
        ("Rangement", "2023-10-09T11:00", 2),
    ]
    assert stall.shifts() == [each | {"people": None} for each in shown]


def test_shifts_that_stay_keep_their_ids_and_people_and_others_go(stall):  # SPEC M7
    kept, dropped = stall.set(shift(), shift("Caisse", "12:00", "13:00"))
    stall.sign_up(stall.zoe, kept)

    shown = stall.set(shift("Parking", "10:00", "11:00"), same(kept, role="Accueil et conseil", places=3))

    assert [each["role"] for each in shown] == ["Parking", "Accueil et conseil"]
    assert shown[1]["shift_id"] == kept["shift_id"]
    assert (shown[1]["taken"], shown[1]["free"]) == (1, 2)
    assert refusal(stall.sign_up, stall.luc, dropped).code == "not_found"


def test_a_shift_neither_goes_nor_shrinks_below_its_people(stall):  # SPEC M7 X1
    (taken,) = stall.set(shift())
    for by in (stall.zoe, stall.luc):
        stall.sign_up(by, taken)

    gone = refusal(stall.set, shift("Caisse"))
    shrunk = refusal(stall.set, shift("Caisse"), same(taken, places=1))

    assert (gone.code, gone.field, gone.details) == (
        "duty_shift_has_signups",
        "shifts",
        {"role": "Accueil", "signups": 2},
    )
    assert (shrunk.code, shrunk.field) == ("duty_shift_has_signups", "shifts.1.places")
    assert [each["role"] for each in stall.shifts()] == ["Accueil"]


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"ends": "11:00"}, "wrong_shift_hours", "shifts.0.ends"),
        ({"starts": "11:00+02:00"}, "invalid_input", None),
        ({"ends": "24:00"}, "invalid_input", None),
        ({"places": 0}, "invalid_input", None),
        ({"role": ""}, "invalid_input", None),
        ({"shift_id": "018a0000-0000-7000-8000-000000000000"}, "not_found", "shifts.0.shift_id"),
    ],
)
def test_bad_shifts_are_refused_and_nothing_is_written(stall, wrong, code, field):  # SPEC M7 X1
    refused = refusal(stall.set, shift(**wrong))

    assert (refused.code, refused.field) == (code, field)
    assert stall.shifts() == []


def test_one_shift_is_not_named_twice(stall):  # SPEC M7
    (one,) = stall.set(shift())

    assert refusal(stall.set, same(one), same(one)).field == "shifts.1.shift_id"


def test_two_administrators_do_not_overwrite_each_other(stall):  # SPEC M7
    version = stall.say("duty_shifts", stall.anne)["version"]
    stall.set(shift(), version=version)

    assert refusal(stall.set, version=version).code == "version_conflict"
    assert len(stall.shifts()) == 1


def test_members_and_producers_who_take_part_sign_up_and_step_back(stall, world):  # SPEC M7
    (one,) = stall.set(shift(places=3))

    for by in (stall.zoe, stall.paul, stall.zoe):
        shown = stall.sign_up(by, one)
    twice = [stall.withdraw(stall.zoe, one)[0]["taken"] for _ in range(2)]

    assert (shown[0]["taken"], shown[0]["mine"]) == (2, True)
    assert twice == [1, 1]
    assert stall.shifts(stall.paul)[0]["mine"]
    assert not stall.shifts(stall.zoe)[0]["mine"]


def test_others_neither_sign_up_nor_set_shifts(stall, world):  # SPEC M7 P3 X4
    (one,) = stall.set(shift())
    stranger, other_farmer = world.person(), world.person()
    world.farm(9482, other_farmer)

    for by in (stranger, other_farmer):
        assert refusal(stall.sign_up, by, one).code == "forbidden"
        assert refusal(stall.withdraw, by, one).code == "forbidden"
    for by in (stranger, stall.zoe, stall.paul):
        assert refusal(stall.set, by=by).code == "forbidden"
    assert refusal(stall.sign_up, None, one).code == "log_in_required"


def test_a_producer_who_withdrew_may_still_step_back(stall):  # SPEC M7 S6
    one, other = stall.set(shift(), shift("Caisse"))
    stall.sign_up(stall.paul, one)
    stall.say("withdraw", stall.paul, catalog_id=stall.catalog_id)

    assert refusal(stall.sign_up, stall.paul, other).code == "forbidden"
    assert [each["taken"] for each in stall.withdraw(stall.paul, one)] == [0, 0]


def test_who_leaves_the_market_frees_the_places(stall, world):  # SPEC M7
    (one,) = stall.set(shift())
    stall.sign_up(stall.zoe, one)

    world.call("leave", stall.zoe, market_id=stall.market["market_id"])

    assert stall.shifts()[0]["taken"] == 0


def test_a_deleted_account_is_on_duty_nowhere(stall, world):  # SPEC M7 P5
    (one,) = stall.set(shift())
    stall.sign_up(stall.paul, one)

    world.hear(AccountDeleted(account_id=stall.paul))

    assert stall.shifts()[0]["taken"] == 0


def test_a_shift_that_is_full_takes_nobody_more(stall):  # SPEC M7
    (one,) = stall.set(shift(places=1))
    stall.sign_up(stall.zoe, one)

    full = refusal(stall.sign_up, stall.luc, one)
    stall.withdraw(stall.zoe, one)

    assert (full.code, full.details) == ("duty_shift_is_full", {"places": 1})
    assert stall.sign_up(stall.luc, one)[0]["taken"] == 1


def test_a_cancelled_sale_names_who_was_on_duty_once_each(stall, world):  # SPEC M7 S5
    first, second = stall.set(shift(), shift("Caisse", "12:00", "13:00"))
    for by, taken in ((stall.zoe, first), (stall.zoe, second), (stall.luc, second)):
        stall.sign_up(by, taken)

    stall.say("cancel_sale", stall.anne, reason="Neige")

    [cancelled] = world.told(SaleCancelled)
    assert cancelled.on_duty == sorted((stall.zoe, stall.luc))


def test_nothing_changes_after_the_end_nor_in_a_cancelled_sale(stall, world):  # SPEC M7 S5
    (one,) = stall.set(shift())
    stall.sign_up(stall.zoe, one)
    world.moment.move(31 * DAY)
    acts = ((stall.sign_up, stall.luc, one), (stall.withdraw, stall.zoe, one), (stall.set, shift()))

    past = [refusal(*act).code for act in acts]
    world.moment.move(-31 * DAY)
    stall.say("cancel_sale", stall.anne, reason="Neige")
    cancelled = [refusal(*act).code for act in acts]

    assert set(past + cancelled) == {"sale_is_over"}
    assert stall.say("duty_shifts", stall.zoe)["may_sign_up"] is False


def test_names_and_phones_are_for_administrators_and_the_referent(stall, world):  # SPEC M7 P3 X4
    (one,) = stall.set(shift())
    stall.sign_up(stall.zoe, one)
    seen = {by: stall.shifts(by)[0]["people"] for by in (None, stall.zoe, stall.luc, stall.paul, stall.anne)}

    stall.say("appoint_referent", stall.anne, account_id=stall.luc)

    assert [seen[by] for by in (None, stall.zoe, stall.luc, stall.paul)] == [None] * 4
    assert [(each["last_name"], each["phone"]) for each in seen[stall.anne]] == [("Bernard", "0600000000")]
    assert stall.shifts(stall.luc)[0]["people"] == seen[stall.anne]


def test_a_person_sees_where_hands_are_needed(stall, world):  # SPEC M7
    mine, full, free = stall.set(shift(places=1), shift("Caisse", places=1), shift("Rangement"))
    stall.sign_up(stall.zoe, mine)
    stall.sign_up(stall.luc, full)

    needed = {by: world.call("my_duty", by)["items"] for by in (stall.zoe, stall.paul, world.person())}

    assert [[each["role"] for each in item["shifts"]] for item in needed[stall.zoe]] == [["Accueil", "Rangement"]]
    assert [[each["role"] for each in item["shifts"]] for item in needed[stall.paul]] == [["Rangement"]]
    assert list(needed.values())[2] == []
    assert needed[stall.zoe][0]["market_name"] == "Marché de Captieux"
    assert free["free"] == 2


def test_shifts_go_along_with_a_distribution_that_moves(stall):  # SPEC M7 S5
    (one,) = stall.set(shift(starts="10:00", ends="12:30"))
    stall.sign_up(stall.zoe, one)

    stall.say("reschedule_sale", stall.anne, starts_at="2023-11-04T14:00:00", ends_at="2023-11-04T16:00:00")

    (moved,) = stall.shifts()
    assert [moved[name][:16] for name in ("starts_at", "ends_at")] == ["2023-11-04T11:00", "2023-11-04T13:30"]
    assert moved["taken"] == 1


def test_places_are_never_overfilled_by_people_at_once(stall, world):  # SPEC M7
    (one,) = stall.set(shift(places=3))
    members = [world.person() for _ in range(12)]
    for member in members:
        world.call("join", member, market_id=stall.market["market_id"])
    twin = world.db if world.db.is_sqlite else databases.twin(world.db)

    def sign_up(number):
        service = MarketsService()
        service.db = (world.db, twin)[number % 2]
        args = {"sale_id": stall.sale["sale_id"], "shift_id": one["shift_id"]}
        try:
            service.sign_up_for_duty({"account_id": str(members[number]), "language": "fr"}, args)
        except Refused as refused:
            return refused.code
        return "ok"

    outcomes = Counter(eventlet.GreenPool(12).imap(sign_up, range(12)))

    assert outcomes == {"ok": 3, "duty_shift_is_full": 9}
    assert stall.shifts()[0]["taken"] == 3
    if twin is not world.db:
        twin.close()


WANTED = st.tuples(st.integers(0, 3), st.integers(1, 5), st.integers(0, 23), st.integers(0, 23))


@given(st.lists(st.integers(0, 5), max_size=4), st.lists(WANTED, max_size=5))
@settings(max_examples=200)
def test_whatever_is_set_leaves_a_place_for_everybody_who_signed_up(signups, typed):  # SPEC M7
    people = dict(enumerate(signups))
    wanted = [
        domain.Wanted(which if which in people else None, "Caisse", hour(starts), hour(ends), places)
        for which, places, starts, ends in typed
    ]

    try:
        domain.ensure_may_set(wanted, people, dict.fromkeys(people, "Caisse"))
    except Refusal:
        return
    left = {each.shift_id: each.places for each in wanted}
    assert all(left.get(which, 0) >= count for which, count in people.items())
    assert all(each.starts < each.ends for each in wanted)


def hour(number):
    return domain.time(number)
