"""Accounts of a period: by producer, VAT rate and day, and to the cent what the ledger holds."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from marshmallow import ValidationError
from sqlalchemy import select

from services.payments import queries
from services.payments.models import Entry, Posting
from services.payments.schemas.statements import Period
from shared.actor import Actor
from shared.errors import NotFound
from tests.payments.conftest import ADMIN, FARMER, MARKET, MEMBER, market, reopened
from tests.payments.test_statements import FIRST, SATURDAY, WEEK, monday, on_saturday, sold


@pytest.fixture
def till(till, together):
    return on_saturday(till, together)


ALL = (date(2023, 1, 1), date(2023, 12, 31))


def of_market(till, since=ALL[0], until=ALL[1], actor=ADMIN):
    with till.db.read() as session:
        return queries.market_accounting(session, actor, MARKET, since, until)


def of_producer(till, producer, since=ALL[0], until=ALL[1], actor=FARMER):
    with till.db.read() as session:
        return queries.producer_accounting(session, actor, producer, since, until)


def booked(till, kinds, account):
    """The ledger's own sum."""
    with till.db.read() as session:
        rows = select(Posting.amount_cents, Posting.account).join(Entry).where(Entry.kind.in_(kinds))
        return sum(cents for cents, name in session.execute(rows) if name.startswith(account))


def test_the_accounts_of_a_market_are_the_ledgers_to_the_cent(till):  # SPEC F2 F7
    till.deliver(market(fee=300, commission=250, version=2))
    farms = [till.producer() for _ in range(3)]
    for week, cents in enumerate((1234, 999, 777)):
        till.moment.set(SATURDAY + week * WEEK)
        sale = sold(till, {farm: cents + index for index, farm in enumerate(farms)}, vat_bp=(550, 2000, 210)[week])
        monday(till, FIRST + (week - 1) * WEEK)
    basket_id = till.paid(500, sale=sale).basket_id
    till.deliver(till.refund(basket_id, sale, 500))
    till.deliver(reopened(sale))
    sold(till, {farms[0]: 300}, sale, number=2, paid=10_000)
    till.work()

    shown = of_market(till)

    totals = shown["totals"]
    assert totals["charges_cents"] == booked(till, ["charge"], "provider")
    assert totals["refunds_cents"] == -booked(till, ["refund"], "provider") == 500
    assert totals["shared_fee_cents"] == -booked(till, ["share"], "fees")
    assert totals["shared_commission_cents"] == -booked(till, ["share"], "commission:")
    assert totals["shared_amount_cents"] == -booked(till, ["share"], "producer:")
    assert totals["shared_gross_cents"] == booked(till, ["share"], "sale:")
    assert totals["gross_cents"] == totals["net_cents"] + totals["vat_cents"]


def test_a_period_holds_its_days_and_no_other(till):
    farm = till.producer()
    sold(till, {farm: 1055})
    till.moment.set(SATURDAY + WEEK)
    sold(till, {farm: 2110})

    first = of_market(till, SATURDAY.date(), SATURDAY.date())
    later = of_market(till, SATURDAY.date() + timedelta(days=1))

    assert [(row["day"], row["vat_bp"], row["gross_cents"], row["vat_cents"]) for row in first["sold"]] == [
        (SATURDAY.date(), 550, 1055, 55)
    ]
    assert [row["gross_cents"] for row in first["shared"]] == [1055]
    assert [row["gross_cents"] for row in later["sold"]] == [2110]


def test_a_day_is_the_markets_own(till):  # SPEC M4
    till.deliver(replace(market(version=2), time_zone="Indian/Reunion"))
    farm = till.producer()
    till.moment.set(datetime(2023, 9, 9, 20, 30, tzinfo=UTC))  # Sunday on the island

    sold(till, {farm: 1055})

    shown = of_market(till, date(2023, 9, 10), date(2023, 9, 10))
    assert [row["gross_cents"] for row in shown["sold"] + shown["shared"]] == [1055, 1055]
    assert shown["time_zone"] == "Indian/Reunion"


def test_a_producers_accounts_hold_the_own_sales_and_payouts(till):  # SPEC P3
    farm, other = till.producer(), till.producer()
    sold(till, {farm: 1000, other: 5000})
    monday(till, FIRST)

    shown = of_producer(till, farm)

    assert {row["producer_id"] for row in shown["sold"] + shown["shared"]} == {farm}
    totals = shown["totals"]
    assert (totals["gross_cents"], totals["shared_amount_cents"], totals["payouts_cents"]) == (1000, 970, 970)
    assert totals["payouts_cents"] == sum(row.amount_cents for row in till.payouts() if row.producer_id == farm)
    assert (totals["charges_cents"], totals["refunds_cents"]) == (0, 0)


def test_accounts_are_shown_to_whom_they_belong(till):  # SPEC P3 X4
    farm = till.producer()

    for actor in (MEMBER, Actor(uuid4()), FARMER):
        with pytest.raises(NotFound):
            of_market(till, actor=actor)
    for actor in (MEMBER, ADMIN):
        with pytest.raises(NotFound):
            of_producer(till, farm, actor=actor)


@pytest.mark.parametrize(
    ("since", "until"), [("2023-02-01", "2023-01-31"), ("2022-01-01", "2023-01-02"), ("0001-01-01", "0001-01-02")]
)
def test_a_period_is_in_order_and_a_year_at_the_most(since, until):  # SPEC X1
    with pytest.raises(ValidationError):
        Period().load({"from": since, "to": until})
