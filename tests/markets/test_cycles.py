"""Dates and times of cycles: pure rules, over many calendars and zones."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.markets.domain import cycles
from services.markets.domain.cycles import NoDates, TooManyDates, at, dates, nth_weekday
from services.markets.domain.sales import cycle_times, default_times

ZONES = [
    "Europe/Paris",
    "America/Martinique",
    "America/Cayenne",
    "Indian/Reunion",
    "Indian/Mayotte",
    "Pacific/Noumea",
    "Pacific/Tahiti",
    "Pacific/Wallis",
    "America/Miquelon",
]
zones = st.sampled_from(ZONES).map(ZoneInfo)
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
paris = ZoneInfo("Europe/Paris")


def test_a_weekly_cycle_keeps_its_weekday_between_its_two_dates():  # SPEC S3
    found = dates("weekly", date(2026, 9, 1), date(2026, 9, 29))

    assert found == [date(2026, 9, day) for day in (1, 8, 15, 22, 29)]


def test_a_cycle_every_three_weeks_leaves_two_out():  # SPEC S3
    assert dates("every_3_weeks", date(2026, 9, 1), date(2026, 10, 20)) == [
        date(2026, 9, 1),
        date(2026, 9, 22),
        date(2026, 10, 13),
    ]


def test_a_missing_fifth_weekday_is_the_last_of_its_month():  # SPEC S3
    found = dates("monthly", date(2027, 1, 29), date(2027, 5, 31))

    assert found == [date(2027, 1, 29), date(2027, 2, 26), date(2027, 3, 26), date(2027, 4, 30), date(2027, 5, 28)]


def test_dates_to_skip_are_left_out_and_do_not_count():  # SPEC S3
    skipped = [date(2026, 12, 25)]

    found = dates("weekly", date(2026, 12, 18), date(2027, 1, 1), skipped)

    assert found == [date(2026, 12, 18), date(2027, 1, 1)]


def test_a_cycle_has_a_hundred_dates_at_most():  # SPEC S3
    hundredth = date(2026, 1, 6) + timedelta(weeks=99)

    assert len(dates("weekly", date(2026, 1, 6), hundredth)) == 100
    with pytest.raises(TooManyDates):
        dates("weekly", date(2026, 1, 6), hundredth + timedelta(weeks=1))


def test_a_cycle_without_dates_is_refused():  # SPEC S3
    with pytest.raises(NoDates):
        dates("weekly", date(2026, 9, 2), date(2026, 9, 1))


@given(first_on=days, months=st.integers(0, 40))
def test_a_monthly_cycle_has_one_date_a_month_on_its_weekday(first_on, months):  # SPEC S3
    found = dates("monthly", first_on, first_on + timedelta(days=30 * months))

    nth = (first_on.day - 1) // 7 + 1
    assert found[0] == first_on
    assert {on.weekday() for on in found} == {first_on.weekday()}
    assert len({(on.year, on.month) for on in found}) == len(found)
    for on in found:
        is_last = (on + timedelta(days=7)).month != on.month
        assert (on.day - 1) // 7 + 1 == nth or (nth == 5 and is_last)


@given(year=st.integers(2000, 2100), month=st.integers(1, 12), weekday=st.integers(0, 6))
def test_the_fifth_of_a_month_is_always_its_last(year, month, weekday):  # SPEC S3
    on = nth_weekday(year, month, weekday, 5)

    assert on.weekday() == weekday
    assert (on + timedelta(days=7)).month != on.month


@given(zone=zones, first_on=days, rhythm=st.sampled_from(cycles.RHYTHMS), hour=st.integers(4, 20))
def test_wall_clock_times_stay_the_same_across_daylight_saving(zone, first_on, rhythm, hour):  # SPEC S3
    until = first_on + timedelta(days=400)

    found = cycle_times(zone, rhythm, first_on, until, starts=time(hour, 30), ends=time(hour + 2, 0))

    for on, times in found:
        assert local(times.starts_at, zone) == datetime.combine(on, time(hour, 30))
        assert local(times.ends_at, zone) == datetime.combine(on, time(hour + 2, 0))
        assert local(times.opens_at, zone) == datetime.combine(on - timedelta(days=10), time(8, 0))
        assert local(times.closes_at, zone) == datetime.combine(on - timedelta(days=2), time(23, 55))


def test_a_cycle_over_the_change_of_clocks_moves_in_utc_and_not_on_the_wall():  # SPEC S3
    found = cycle_times(paris, "weekly", date(2026, 3, 24), date(2026, 3, 31), starts=time(19, 0), ends=time(20, 0))

    assert [times.starts_at for _, times in found] == [
        datetime(2026, 3, 24, 18, 0, tzinfo=UTC),
        datetime(2026, 3, 31, 17, 0, tzinfo=UTC),
    ]


def test_a_time_that_the_clocks_skip_is_an_hour_later_and_one_that_comes_twice_is_the_first():
    skipped = at(date(2026, 3, 29), time(2, 30), paris)
    twice = at(date(2026, 10, 25), time(2, 30), paris)

    assert skipped.astimezone(paris).time() == time(3, 30)
    assert twice == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(zone=zones, on=days, wall=st.times(timezones=st.none()))
def test_every_wall_clock_time_is_one_instant_that_reads_the_same_or_lies_in_a_gap(zone, on, wall):
    instant = at(on, wall, zone)

    seen = local(instant, zone)
    assert instant.utcoffset() == timedelta(0)
    assert seen in {datetime.combine(on, wall), datetime.combine(on, wall) + timedelta(hours=1)}


@given(zone=zones, today=days)
def test_the_form_proposes_thirty_ten_and_twenty_days_in_the_zone_of_the_market(zone, today):  # SPEC S2
    times = default_times(zone, today)

    assert local(times.starts_at, zone) == datetime.combine(today + timedelta(days=30), time(19, 0))
    assert local(times.ends_at, zone) == datetime.combine(today + timedelta(days=30), time(20, 0))
    assert local(times.opens_at, zone) == datetime.combine(today + timedelta(days=10), time(8, 0))
    assert local(times.closes_at, zone) == datetime.combine(today + timedelta(days=20), time(23, 59))


def local(instant, zone):
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)
