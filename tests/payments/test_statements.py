"""Each Monday has a statement: what it paid and what it carried over, with the invoices of what was sold."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments import domain, queries
from services.payments.commands import documents
from shared.actor import Actor
from shared.errors import NotFound
from tests.payments.conftest import FARMER, MEMBER, Till, reopened, validated
from tests.payments.test_balances import owing, pay_balance
from tests.payments.test_disputes import closed, handed_over, opened
from tests.payments.test_invoices import basket, line, person
from tests.support.fixtures import Moment

SATURDAY = datetime(2023, 9, 9, 10, 0, tzinfo=UTC)
MONDAY = datetime(2023, 9, 18, 4, 0, tzinfo=UTC)  # 06:00 in Paris
FIRST, SECOND, THIRD = date(2023, 9, 18), date(2023, 9, 25), date(2023, 10, 2)
WEEK = timedelta(days=7)


@pytest.fixture
def till(till: Till, together: Moment) -> Till:
    return on_saturday(till, together)


def on_saturday(till, moment):
    moment.set(SATURDAY)
    till.moment = moment
    till.deliver(person(MEMBER.account_id))
    return till


def sold(till, delivered, sale=None, *, vat_bp=550, number=1, paid=None):
    """A sale paid, handed over in one basket, invoiced and validated now."""
    sale, total = sale or uuid4(), sum(delivered.values())
    if number == 1:
        till.paid(total, sale=sale)
    lines = [line(producer, cents, vat_bp=vat_bp) for producer, cents in delivered.items()]
    hand_over(till, basket(*lines, sale_id=sale, version=number))
    till.deliver(validated(sale, delivered, at=till.now(), number=number, paid=paid))
    return sale


def hand_over(till, *baskets):
    till.deliver(*baskets)
    with till.db.write() as session:
        documents.issue(session)


def monday(till, day):
    till.moment.set(MONDAY + (day - FIRST))
    till.work()


def statement(till, producer, day, actor=FARMER):
    with till.db.read() as session:
        return queries.statement_on(session, actor, producer, day)


def listed(till, producer):
    with till.db.read() as session:
        items = queries.statements_of(session, FARMER, producer, None, 50)["items"]
    names = ("monday", "amount_cents", "carried_over_cents")
    return [(*(row[name] for name in names), row["status"] == "carried_over") for row in items]


def test_a_payout_is_explained_sale_by_sale_with_its_vat_and_invoices(till):  # SPEC F6 F7 O9
    farm = till.producer()
    sales = {sold(till, {farm: 1055}), sold(till, {farm: 600}, vat_bp=2000)}
    monday(till, FIRST)

    shown = statement(till, farm, FIRST)

    assert {item["sale_id"] for item in shown["items"]} == sales
    assert {item["kind"] for item in shown["items"]} == {"sale"}
    assert (shown["gross_cents"], shown["fee_cents"], shown["commission_cents"]) == (1655, 50, 0)
    assert shown["amount_cents"] == shown["paid_cents"] == 1605
    assert [(rate.vat_bp, rate.gross_cents, rate.vat_cents) for rate in shown["rates"]] == [
        (550, 1055, 55),
        (2000, 600, 100),
    ]
    assert [each["number"][-6:] for each in shown["invoices"]] == ["000001", "000002"]
    assert shown["seller"]["siret"] is None
    with till.db.read() as session:
        again = queries.statement(session, FARMER, shown["payout_id"])
    assert again == shown | {"status": again["status"]}, "the payout may arrive meanwhile"


def test_a_correction_after_the_payout_is_carried_over_and_explained(till):  # SPEC F6
    farm = till.producer()
    sale = sold(till, {farm: 1000})
    monday(till, FIRST)
    till.deliver(reopened(sale))
    sold(till, {farm: 400}, sale, number=2, paid=1000)

    monday(till, SECOND)
    held = statement(till, farm, SECOND)
    sold(till, {farm: 5000})
    monday(till, THIRD)
    paid = statement(till, farm, THIRD)

    assert (held["status"], held["carried_because"], held["payout_id"]) == ("carried_over", "balance", None)
    assert [(item["kind"], item["amount_cents"]) for item in held["items"]] == [("correction", -582)]
    assert (held["paid_cents"], held["carried_over_cents"], held["invoices"]) == (0, -582, [])
    assert [(item["kind"], item["amount_cents"], item["due_since"]) for item in paid["items"]] == [
        ("correction", -582, SECOND),
        ("sale", 4850, None),
    ]
    assert paid["amount_cents"] == paid["paid_cents"] == 4268
    assert listed(till, farm) == [(THIRD, 4268, 0, False), (SECOND, 0, -582, True), (FIRST, 970, 0, False)]


def test_an_account_that_is_not_active_carries_the_share_over(till):  # SPEC F6
    farm = till.producer(active=False)
    sold(till, {farm: 1000})
    monday(till, FIRST)

    shown = statement(till, farm, FIRST)

    assert (shown["carried_because"], shown["carried_over_cents"]) == ("account", 970)
    assert shown["next_run_on"] == SECOND


def test_a_sale_that_is_reopened_waits_for_its_validation(till):  # SPEC D9
    farm = till.producer()
    till.deliver(reopened(sold(till, {farm: 1000})))
    monday(till, FIRST)

    shown = statement(till, farm, FIRST)

    assert (shown["carried_because"], shown["carried_over_cents"]) == ("sale", 970)


def test_every_invoice_is_named_by_one_statement(till):
    farm = till.producer()
    sale = uuid4()
    till.paid(1000, sale=sale)
    first = basket(line(farm, 1000), sale_id=sale, version=1)
    hand_over(till, first)
    till.deliver(validated(sale, {farm: 1000}, at=till.now()))
    monday(till, FIRST)
    till.moment.move(timedelta(hours=1))
    till.deliver(reopened(sale))
    till.deliver(validated(sale, {farm: 900}, at=till.now(), number=2, paid=1000))
    hand_over(till, basket(line(farm, 900), sale_id=sale, version=2, basket_id=first.basket_id))
    sold(till, {farm: 3000})
    monday(till, SECOND)

    named = [
        [(each["kind"], each["gross_cents"]) for each in statement(till, farm, day)["invoices"]]
        for day in (FIRST, SECOND)
    ]

    assert named == [
        [("invoice", 1000)],
        [("credit_note", -1000), ("invoice", 900), ("invoice", 3000)],
    ]
    assert statement(till, farm, SECOND)["gross_cents"] == 2900


def test_a_statement_is_the_producers_own(till):  # SPEC P3
    farm = till.producer()
    sold(till, {farm: 1000})
    monday(till, FIRST)
    shown = statement(till, farm, FIRST)

    for actor in (MEMBER, Actor(uuid4())):
        with pytest.raises(NotFound):
            statement(till, farm, FIRST, actor)
        with pytest.raises(NotFound), till.db.read() as session:
            queries.statement(session, actor, shown["payout_id"])


@pytest.mark.parametrize("day", [SECOND, FIRST - WEEK, date(2023, 9, 19)])
def test_a_day_without_anything_due_has_no_statement(till, day):
    farm = till.producer()
    sold(till, {farm: 1000})
    monday(till, FIRST)

    with pytest.raises(NotFound):
        statement(till, farm, day)


def test_the_statements_of_all_mondays_sum_to_what_was_paid(till):  # SPEC F2 F6
    farm, other = till.producer(), till.producer()
    for week, cents in enumerate((1234, 999, 777)):
        till.moment.set(SATURDAY + week * WEEK)
        sold(till, {farm: cents, other: 350})
        monday(till, FIRST + (week - 1) * WEEK)
    monday(till, THIRD)
    monday(till, THIRD + WEEK)

    days = {row.paid_on for row in till.payouts() if row.producer_id == farm}
    sums = [statement(till, farm, day)["amount_cents"] for day in days]

    assert sum(sums) == sum(row.amount_cents for row in till.payouts() if row.producer_id == farm)
    assert sum(statement(till, farm, day)["gross_cents"] for day in days) == 1234 + 999 + 777


cents = st.integers(-5000, 5000)
weeks = st.integers(0, 6)


@given(st.lists(st.tuples(cents, weeks, st.none() | weeks), max_size=12))
def test_what_a_monday_carries_over_is_what_was_due_and_not_yet_paid(claims):  # SPEC F6
    last = FIRST + 6 * WEEK
    made = [
        domain.Claim(amount, FIRST + due * WEEK, None if wait is None else FIRST + (due + wait) * WEEK)
        for amount, due, wait in claims
    ]

    carried = domain.carried(made, last)

    for week in range(7):
        day = FIRST + week * WEEK
        open_then = [c.amount_cents for c in made if c.pay_on <= day and (c.paid_on is None or c.paid_on > day)]
        assert carried.get(day, 0) == sum(open_then)


def test_a_statement_names_a_balance_paid_later_and_a_lost_dispute(till):  # SPEC F6 F2 D2
    farm, sale, other = till.producer(), uuid4(), uuid4()
    first, second = till.paid(1000, sale=sale), till.paid(2000, sale=other)
    till.deliver(owing(sale, first.basket_id, 300), handed_over(second, (farm, 2000)))
    till.deliver(validated(sale, {farm: 1300}, at=till.now(), paid=1000))
    till.deliver(validated(other, {farm: 2000}, at=till.now(), paid=2000))
    pay_balance(till)
    closed(till, opened(till, second), "lost")
    monday(till, FIRST)
    till.paid(5000, sale=uuid4())
    till.work()

    items = statement(till, farm, FIRST)["items"]
    with till.db.read() as session:
        accounts = queries.producer_accounting(session, FARMER, farm, date(2023, 1, 1), date(2023, 12, 31))

    assert sorted((item["kind"], item["amount_cents"]) for item in items) == [
        ("balance", 291),
        ("dispute", -2000),
        ("sale", 970),
        ("sale", 1940),
    ]
    assert accounts["totals"]["shared_amount_cents"] == 970 + 291 + 1940 - 2000
