"""The rules: dates of payouts, splits of refunds and sales."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments import domain
from services.payments.domain import Figures, Source
from shared.money import portion

PARIS = ZoneInfo("Europe/Paris")
DAYS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
IDS = [UUID(int=n) for n in range(1, 9)]


def paris(*when: int) -> datetime:
    return datetime(*when, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("validated", "available", "paid"),
    [
        # the guide's two examples
        (paris(2023, 9, 9, 12, 0), paris(2023, 9, 12, 12, 0), date(2023, 9, 18)),
        (paris(2023, 9, 6, 12, 0), paris(2023, 9, 9, 12, 0), date(2023, 9, 11)),
        # every weekday of that week
        (paris(2023, 9, 4, 9, 0), paris(2023, 9, 7, 9, 0), date(2023, 9, 11)),
        (paris(2023, 9, 5, 23, 59), paris(2023, 9, 8, 23, 59), date(2023, 9, 11)),
        (paris(2023, 9, 7, 0, 0), paris(2023, 9, 10, 0, 0), date(2023, 9, 11)),
        (paris(2023, 9, 8, 5, 59), paris(2023, 9, 11, 5, 59), date(2023, 9, 11)),
        (paris(2023, 9, 8, 6, 0), paris(2023, 9, 11, 6, 0), date(2023, 9, 11)),
        (paris(2023, 9, 8, 6, 1), paris(2023, 9, 11, 6, 1), date(2023, 9, 18)),
        (paris(2023, 9, 8, 23, 0), paris(2023, 9, 11, 23, 0), date(2023, 9, 18)),
        (paris(2023, 9, 10, 23, 30), paris(2023, 9, 13, 23, 30), date(2023, 9, 18)),
        # clocks go forward on Sunday 31 March 2024 and back on Sunday 27 October 2024: the wall time stays
        (paris(2024, 3, 29, 6, 0), paris(2024, 4, 1, 6, 0), date(2024, 4, 1)),
        (paris(2024, 3, 29, 6, 1), paris(2024, 4, 1, 6, 1), date(2024, 4, 8)),
        (paris(2024, 10, 25, 6, 0), paris(2024, 10, 28, 6, 0), date(2024, 10, 28)),
        (paris(2024, 10, 25, 6, 1), paris(2024, 10, 28, 6, 1), date(2024, 11, 4)),
        # the hour that does not exist, and the one that comes twice
        (paris(2024, 3, 28, 2, 30), paris(2024, 3, 31, 3, 30), date(2024, 4, 1)),
        (paris(2024, 10, 24, 2, 30), paris(2024, 10, 27, 2, 30), date(2024, 10, 28)),
        # over the turn of the year
        (paris(2024, 12, 27, 6, 0), paris(2024, 12, 30, 6, 0), date(2024, 12, 30)),
        (paris(2024, 12, 28, 18, 0), paris(2024, 12, 31, 18, 0), date(2025, 1, 6)),
    ],
)
def test_money_is_available_after_three_days_and_paid_on_the_first_monday_after(  # SPEC F5
    validated: datetime, available: datetime, paid: date
) -> None:
    assert domain.available_at(validated.astimezone(UTC)) == available.astimezone(UTC)
    assert domain.pay_on(domain.available_at(validated)) == paid


@given(DAYS)
def test_the_payout_is_on_a_monday_within_a_week_of_the_money(validated: datetime) -> None:  # SPEC F5
    available = domain.available_at(validated)
    paid = domain.pay_on(available)

    assert paid.weekday() == 0
    assert available <= domain.run_at(paid) < available + timedelta(days=7, hours=1)
    assert abs(available - validated - timedelta(days=3)) <= timedelta(hours=1)
    assert domain.run_at(paid).astimezone(PARIS).hour == 6


@given(DAYS)
def test_the_last_run_is_the_one_that_is_due(now: datetime) -> None:
    monday = domain.last_run(now)

    assert monday.weekday() == 0
    assert domain.run_at(monday) <= now < domain.next_run(now)


@given(st.lists(st.integers(0, 10_000), max_size=6), st.integers(0, 60_000))
def test_a_refund_is_split_exactly_and_largest_first(left: list[int], amount: int) -> None:  # SPEC F1 F4
    sources = [Source(IDS[n], cents) for n, cents in enumerate(left)]
    if amount > sum(left):
        with pytest.raises(domain.RefundExceedsPaid):
            domain.allocate(amount, sources)
        return

    parts = domain.allocate(amount, sources)

    room = {source.payment_id: source.left_cents for source in sources}
    assert sum(part for _, part in parts) == amount
    assert all(0 < part <= room[payment] for payment, part in parts)
    assert all(part == room[payment] for payment, part in parts[:-1])
    assert [room[payment] for payment, _ in parts] == sorted(left, reverse=True)[: len(parts)]


@given(
    st.lists(st.integers(0, 50_000), max_size=8), st.integers(0, 400_000), st.integers(0, 1000), st.integers(0, 2000)
)
def test_a_sale_is_split_to_the_cent(gross: list[int], money: int, fee: int, commission: int) -> None:  # SPEC F1 F2 F7
    figures = domain.split_sale(dict(zip(IDS, gross, strict=False)), money, fee, commission)

    net = min(sum(gross), money)
    assert sum(each.gross_cents for each in figures.values()) == net
    assert sum(each.amount_cents + each.fee_cents + each.commission_cents for each in figures.values()) == net
    assert sum(each.fee_cents for each in figures.values()) == portion(net, fee)
    if money >= sum(gross) > 0:
        assert {p: each.gross_cents for p, each in figures.items()} == {
            p: cents for p, cents in zip(IDS, gross, strict=False) if cents
        }


def test_the_fee_is_borne_in_proportion_by_largest_remainder() -> None:  # SPEC F7
    figures = domain.split_sale({IDS[0]: 3333, IDS[1]: 3333, IDS[2]: 3334}, 10_000, 300, 0)

    assert figures == {IDS[0]: Figures(3333, 100, 0), IDS[1]: Figures(3333, 100, 0), IDS[2]: Figures(3334, 100, 0)}


@given(st.lists(st.integers(-10_000, 10_000), min_size=1, max_size=8))
def test_transfers_sum_to_the_balance_of_a_producer(amounts: list[int]) -> None:  # SPEC F6
    transfers = domain.net_transfers(dict(zip(IDS, amounts, strict=False)))

    assert sum(transfers.values()) == max(sum(amounts), 0)
    assert all(cents > 0 for cents in transfers.values())
    assert all(cents <= dict(zip(IDS, amounts, strict=False))[sale] for sale, cents in transfers.items())


@given(st.integers(1, 60))
def test_pauses_grow_and_end_at_an_hour(tries: int) -> None:
    assert timedelta(seconds=5) <= domain.back_off(tries) <= domain.back_off(tries + 1) <= timedelta(hours=1)


def test_a_line_of_the_payment_page_has_no_code_of_a_unit() -> None:
    assert domain.line_name("Tomates", Decimal("0.500"), "kg") == "Tomates, 0,5 kg"
    assert domain.line_name("Panier de la semaine", Decimal(10), "basket") == "Panier de la semaine × 10"
