"""Rules of sales, members and addresses, without a database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.markets import public_holidays
from services.markets.domain import markets, members, sales
from services.markets.domain.sales import NEXT, STATES, SaleIsOver, Times, WrongSaleTimes

NOON = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def times(starts=NOON + 10 * DAY, lasts=HOUR, opens=NOON + DAY, closes=NOON + 5 * DAY):
    return Times(opens_at=opens, closes_at=closes, starts_at=starts, ends_at=starts + lasts)


def test_a_sale_goes_only_where_its_table_leads():  # SPEC S1
    for state in STATES:
        for wanted in STATES:
            if wanted in NEXT[state]:
                sales.ensure_next(state, wanted)
            else:
                with pytest.raises(SaleIsOver):
                    sales.ensure_next(state, wanted)
    assert set(NEXT) == set(STATES)


@given(st.lists(st.integers(0, 5), min_size=4, max_size=4))
def test_times_pass_only_in_the_order_of_opening_closing_start_and_end(hours):  # SPEC S4
    opens, closes, starts, ends = hours
    chosen = Times(*(NOON + hour * HOUR for hour in hours))

    if opens < closes <= starts < ends:
        sales.ensure_order(chosen)
    else:
        with pytest.raises(WrongSaleTimes):
            sales.ensure_order(chosen)


def test_distributions_that_touch_do_not_overlap():  # SPEC S4
    first = times()
    second = times(starts=first.ends_at)

    assert not first.overlaps(second)
    assert first.overlaps(times(starts=first.ends_at - timedelta(minutes=1)))


def test_distributions_of_one_cycle_may_not_overlap_each_other():  # SPEC S4
    long = [times(starts=NOON + 10 * DAY, lasts=8 * DAY), times(starts=NOON + 17 * DAY, lasts=8 * DAY)]

    assert sales.problems(long, [], NOON) == [None, sales.DistributionsOverlap]


def test_a_place_is_known_by_its_street_or_by_its_name():  # SPEC S4
    hall = {"name": "Salle des fêtes", "address": "3 rue du Lavoir", "postcode": "33840"}

    assert sales.same_place(hall, hall | {"name": "Salle polyvalente", "address": "3, rue du lavoir".replace(",", "")})
    assert not sales.same_place(hall, hall | {"address": "4 rue du Lavoir"})
    assert not sales.same_place(hall | {"address": ""}, hall | {"address": "", "name": "Halle"})
    assert sales.same_place(hall | {"address": ""}, hall | {"address": "", "name": "SALLE des fêtes"})


def test_more_than_four_blocks_and_four_do_not():  # SPEC S9
    assert not sales.is_blocked(4, 4)
    assert sales.is_blocked(5, 4)


@pytest.mark.parametrize(
    ("state", "orders", "not_delivering", "after"),
    [
        ("confirmed", 0, False, "withdrawn"),
        ("confirmed", 0, True, "withdrawn"),
        ("confirmed", 3, True, "not_delivering"),
        ("invited", 0, False, "declined"),
        (None, 0, False, "declined"),
        ("not_delivering", 3, False, "not_delivering"),
    ],
)
def test_leaving_a_sale_depends_on_what_was_ordered(state, orders, not_delivering, after):  # SPEC S6
    assert sales.participation_on_leaving(state, orders, not_delivering=not_delivering) == after


def test_leaving_after_the_first_order_is_refused():  # SPEC S6
    with pytest.raises(sales.ProducerHasOrders):
        sales.participation_on_leaving("confirmed", 1, not_delivering=False)


def test_validation_counts_by_rounds_in_whatever_order_they_are_told():
    assert sales.state_after_closing(0, 0) == "distributed"
    assert sales.state_after_closing(1, 0) == "validated"
    assert sales.state_after_closing(1, 1) == "distributed"
    assert sales.state_after_closing(2, 1) == "validated"
    assert sales.state_after_closing(0, 1) == "distributed"


def test_pasted_addresses_are_read_in_every_usual_form():  # SPEC N6
    pasted = "Anne Martin <Anne@Example.org>; bob@example.org,\n\tcarl@example.org dora@example.org\nanne@example.org"

    read = members.read_addresses([pasted, "not an address", "two@at@example.org"])

    assert read.valid == {
        "anne@example.org": "Anne Martin",
        "bob@example.org": "",
        "carl@example.org": "",
        "dora@example.org": "",
    }
    assert read.invalid == ["not", "an", "address", "two@at@example.org"]


@given(st.lists(st.text(max_size=60), max_size=10))
def test_no_pasted_text_is_too_strange_to_be_read(texts):  # SPEC N6
    read = members.read_addresses(texts)

    assert all(address == address.lower() and address.count("@") == 1 for address in read.valid)


def test_who_waits_gets_in_when_registration_opens():  # SPEC M8
    assert members.state_on_joining("open", None) == "member"
    assert members.state_on_joining("waiting_list", None) == "waiting"
    assert members.state_on_joining("open", "waiting") == "member"
    assert members.state_on_joining("closed", "member") == "member"
    with pytest.raises(members.RegistrationIsClosed):
        members.state_on_joining("closed", "gone")


def test_the_form_presets_what_it_does_not_ask():  # SPEC M1
    settings = markets.settings("producers", "97460", {"commission_bp": 150})

    assert settings["organisation_mode"] == "during"
    assert settings["time_zone"] == "Indian/Reunion"
    assert (settings["payment_fee_bp"], settings["commission_bp"]) == (300, 150)
    assert (settings["reservation_minutes"], settings["unvalidated_limit"]) == (35, 4)
    assert settings["registration"] == "open"


def test_holidays_are_those_of_the_place():  # SPEC S3
    days = [date(2026, 12, day) for day in (20, 25, 26)]

    assert list(public_holidays.of("33840", days, "fr")) == [days[1]]
    assert sorted(public_holidays.of("97460", days, "fr")) == [days[0], days[1]]
    assert sorted(public_holidays.of("67000", days, "fr")) == [days[1], days[2]]
    assert public_holidays.of("33840", days, "en")[days[1]] == "Christmas Day"
