"""Invoices: exactly what was delivered, numbered without gaps per producer, never changed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Thread
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError

from services.payments import domain, queries
from services.payments.commands import documents
from services.payments.models import Invoice, InvoiceRate
from services.payments.service import PaymentsService
from shared.actor import Actor
from shared.db import Database
from shared.errors import NotFound
from shared.events.accounts import AccountChanged, AccountDeleted, AccountRegistered
from shared.events.catalogs import ProducerChanged
from shared.events.distributions import BasketValidated, DeliveredLine
from shared.money import line_total, vat_within
from tests.payments.conftest import ADMIN, FARMER, MARKET, MEMBER, administrator, market
from tests.support import databases
from tests.support.bus import deliver

RATES = [0, 210, 550, 1000, 2000]


def farm(name="Ferme", *, exempt=False, version=1, producer_id=None, people=(FARMER,)):
    return ProducerChanged(
        producer_id=producer_id or uuid4(),
        name=name,
        commune="Cambes",
        postcode="33880",
        latitude=None,
        longitude=None,
        email="ferme@example.org",
        phone=None,
        siret="73282932000074",
        vat_exempt=exempt,
        account_ids=[actor.account_id for actor in people],
        version=version,
    )


def person(account_id, name="Zoé Martin", *, kind=AccountRegistered, version=1):
    first, last = name.split(" ", 1)
    return kind(
        account_id=account_id,
        email="zoe@example.org",
        first_name=first,
        last_name=last,
        phone=None,
        language="fr",
        second_email=None,
        email_verified=True,
        version=version,
    )


def line(producer, cents=350, *, vat_bp=550, name="Carottes", line_id=None):
    return DeliveredLine(
        line_id=line_id or uuid4(),
        order_id=uuid4(),
        product_id=uuid4(),
        producer_id=producer,
        name=name,
        unit="kg",
        quantity=Decimal("1.250"),
        unit_price_cents=280,
        vat_bp=vat_bp,
        gross_cents=cents,
    )


def basket(*lines, version=3, number=7, **facts):
    worth = sum(each.gross_cents for each in lines)
    return BasketValidated(
        **{"basket_id": uuid4(), "sale_id": uuid4(), "market_id": MARKET, "member_id": MEMBER.account_id} | facts,
        basket_number=number,
        ordered_cents=worth,
        due_cents=worth,
        refunded_cents=0,
        changes=[],
        version=version,
        lines=list(lines),
    )


class Office:
    """Where invoices are issued."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def hear(self, *events):
        deliver(self.db, PaymentsService, *events)

    def issue(self):
        more = True
        while more:
            with self.db.write() as session:
                more = documents.issue(session)

    def validated(self, *events):
        self.hear(*events)
        self.issue()

    def invoices(self) -> list[Invoice]:
        with self.db.read() as session:
            return list(session.scalars(select(Invoice).order_by(Invoice.producer_id, Invoice.year, Invoice.sequence)))

    def ask(self, what, actor, *args, **more):
        with self.db.read() as session:
            return what(session, actor, *args, **more)


@pytest.fixture
def office(database, moment):
    one = Office(database("payments"))
    one.hear(market(), administrator(), person(MEMBER.account_id))
    return one


def test_a_validated_basket_is_invoiced_by_each_producer_for_what_was_delivered(office):  # SPEC O10 C1
    apples, bread = farm("Les Vergers"), farm("Le Fournil")
    office.hear(apples, bread)
    one = basket(
        line(apples.producer_id, 350), line(apples.producer_id, 200, vat_bp=2000), line(bread.producer_id, 120)
    )

    office.validated(one, one)

    issued = {row.producer_id: row for row in office.invoices()}
    assert {producer: row.gross_cents for producer, row in issued.items()} == {
        apples.producer_id: 550,
        bread.producer_id: 120,
    }
    content = issued[apples.producer_id].content
    assert content["seller"]["name"] == "Les Vergers"
    assert (content["seller"]["siret"], content["seller"]["commune"]) == ("73282932000074", "Cambes")
    assert content["buyer"] == {"name": "Zoé Martin"}
    assert (content["basket_number"], content["delivered_on"]) == (7, "2023-09-09")
    assert [(rate["vat_bp"], rate["gross_cents"], rate["vat_cents"]) for rate in content["rates"]] == [
        (550, 350, 18),
        (2000, 200, 33),
    ]
    assert issued[apples.producer_id].number == f"{str(apples.producer_id)[-6:].upper()}-2023-000001"


def test_what_was_not_delivered_and_what_costs_nothing_is_not_invoiced(office):  # SPEC F5
    gifts = farm()
    office.hear(gifts)

    office.validated(basket(), basket(line(gifts.producer_id, 0)))

    assert office.invoices() == []


def test_a_seller_without_vat_invoices_none(office):  # SPEC O9 C1
    small = farm(exempt=True)
    office.hear(small)

    office.validated(basket(line(small.producer_id, 1055, vat_bp=550)))

    (row,) = office.invoices()
    assert (row.gross_cents, row.vat_cents, row.content["seller"]["vat_exempt"]) == (1055, 0, True)
    assert [rate["vat_bp"] for rate in row.content["rates"]] == [0]


def test_a_correction_takes_the_former_invoice_back_whole_and_issues_a_new_one(office):  # SPEC D9 O10
    apples, bread = farm(), farm()
    office.hear(apples, bread)
    same = line(bread.producer_id, 120)
    first = basket(line(apples.producer_id, 350), same)
    office.validated(first)

    last = replace(first, lines=[line(apples.producer_id, 300), same], version=5)
    office.validated(last)

    mine = [row for row in office.invoices() if row.producer_id == apples.producer_id]
    assert [(row.kind, row.sequence, row.gross_cents) for row in mine] == [
        ("invoice", 1, 350),
        ("credit_note", 2, -350),
        ("invoice", 3, 300),
    ]
    assert mine[1].corrects_id == mine[0].id
    assert mine[1].content["corrects"]["number"] == mine[0].number == mine[2].content["replaces"]["number"]
    assert [row.kind for row in office.invoices() if row.producer_id == bread.producer_id] == ["invoice"]


def test_what_is_no_longer_delivered_is_only_taken_back(office):
    apples = farm()
    office.hear(apples)
    first = basket(line(apples.producer_id, 350))
    office.validated(first)

    office.validated(replace(first, lines=[], version=5), replace(first, lines=[], version=6))

    assert [(row.kind, row.gross_cents, row.vat_cents) for row in office.invoices()] == [
        ("invoice", 350, 18),
        ("credit_note", -350, -18),
    ]


def test_a_former_word_that_comes_late_issues_nothing(office):
    apples = farm()
    office.hear(apples)
    last = basket(line(apples.producer_id, 300), version=5)
    office.validated(last)

    office.validated(replace(last, lines=[line(apples.producer_id, 350)], version=3), last)

    assert [row.gross_cents for row in office.invoices()] == [300]


def test_an_issued_invoice_says_what_it_said(office):  # SPEC P5
    apples = farm("Les Vergers")
    office.hear(apples)
    office.validated(basket(line(apples.producer_id)))

    office.hear(
        farm("Autre nom", exempt=True, version=2, producer_id=apples.producer_id),
        AccountDeleted(account_id=MEMBER.account_id),
    )

    (row,) = office.invoices()
    shown = office.ask(queries.invoice, ADMIN, row.id)
    assert (shown["seller"]["name"], shown["seller"]["vat_exempt"], shown["buyer"]) == (
        "Les Vergers",
        False,
        {"name": "Zoé Martin"},
    )


@pytest.mark.parametrize("statement", ["UPDATE invoices SET gross_cents = 1", "DELETE FROM invoice_rates"])
def test_the_database_refuses_to_change_an_invoice(office, statement):
    apples = farm()
    office.hear(apples)
    office.validated(basket(line(apples.producer_id)))

    with pytest.raises(DBAPIError, match="final"), office.db.write() as session:
        session.execute(text(statement))


def test_a_deleted_buyer_is_invoiced_under_a_pseudonym(office):  # SPEC P5
    apples, gone = farm(), uuid4()
    office.hear(apples, AccountDeleted(account_id=gone), person(gone), person(gone, kind=AccountChanged, version=9))

    office.validated(basket(line(apples.producer_id), member_id=gone))

    (row,) = office.invoices()
    assert row.content["buyer"] == {"name": f"Membre {str(gone)[-6:].upper()}"}


def test_an_invoice_waits_for_its_seller_and_a_while_for_its_buyer(office, moment):
    apples, unheard = farm(), uuid4()
    office.validated(basket(line(apples.producer_id), member_id=unheard))
    assert office.invoices() == []

    office.validated(apples)
    assert office.invoices() == []
    moment.move(timedelta(minutes=61))
    office.issue()

    (row,) = office.invoices()
    assert row.content["buyer"]["name"].startswith("Membre ")


def test_a_new_year_of_the_market_begins_a_new_series(office, moment):
    apples = farm()
    office.hear(apples, replace(market(version=2), time_zone="Indian/Reunion"))
    moment.set(datetime(2023, 12, 31, 19, 59, tzinfo=UTC))
    office.validated(basket(line(apples.producer_id)))
    moment.set(datetime(2023, 12, 31, 20, 1, tzinfo=UTC))  # past midnight on the island

    office.validated(basket(line(apples.producer_id)))

    assert [(row.year, row.sequence, row.issued_on.isoformat()) for row in office.invoices()] == [
        (2023, 1, "2023-12-31"),
        (2024, 1, "2024-01-01"),
    ]


def test_the_statements_do_not_grow_with_what_is_invoiced(office):
    farms = [farm() for _ in range(4)]
    office.hear(*farms)

    def statements(count):
        office.hear(*(basket(*(line(each.producer_id) for each in farms)) for _ in range(count)))
        seen = []
        event.listen(office.db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        with office.db.write() as session:
            documents.issue(session)
        return len([sql for sql in seen if not sql.startswith("BEGIN")])

    few, many = statements(1), statements(12)

    assert many <= few


def test_replicas_number_without_gaps_and_without_doubles(office):  # SPEC O10
    farms = [farm() for _ in range(8)]
    office.hear(*farms)
    baskets = [basket(*(line(each.producer_id) for each in farms), number=n) for n in range(120)]
    office.hear(*baskets)
    replicas = [Office(databases.twin(office.db)) for _ in range(4)]
    failures = []

    def run(one):
        try:
            one.issue()
        except Exception as error:  # a deadlock, a lock held too long
            failures.append(error)

    threads = [Thread(target=run, args=(one,)) for one in replicas]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    office.issue()

    assert failures == []
    by_farm = {}
    for row in office.invoices():
        by_farm.setdefault(row.producer_id, []).append(row.sequence)
    assert by_farm == {each.producer_id: list(range(1, 121)) for each in farms}
    assert len({row.number for row in office.invoices()}) == 8 * 120
    for one in replicas:
        one.db.close()


def test_a_number_given_in_a_transaction_that_fails_is_given_again(office):
    apples = farm()
    office.hear(apples, basket(line(apples.producer_id)))

    def crash():
        with office.db.write() as session:
            documents.issue(session)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        crash()
    office.issue()

    assert [row.sequence for row in office.invoices()] == [1]


@given(
    parts=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(RATES), st.integers(0, 3000), st.integers(1, 9999)),
        min_size=1,
        max_size=12,
    ),
    exempt=st.sets(st.integers(0, 3)),
)
@settings(max_examples=25)
def test_invoices_of_a_basket_sum_to_its_due_and_their_rates_to_them(database, parts, exempt):  # SPEC F1 O9
    office = Office(database("payments"))
    farms = [farm(exempt=index in exempt) for index in range(4)]
    office.hear(market(), person(MEMBER.account_id), *farms)
    lines = []
    for index, vat_bp, price, grams in parts:
        quantity = Decimal(grams) / 1000
        facts = {"quantity": quantity, "unit_price_cents": price, "gross_cents": line_total(price, quantity)}
        lines.append(replace(line(farms[index].producer_id, vat_bp=vat_bp), **facts))
    one = basket(*lines)

    office.validated(one)

    rows = office.invoices()
    assert sum(row.gross_cents for row in rows) == one.due_cents
    assert all(row.gross_cents > 0 for row in rows)
    for row in rows:
        rates = row.content["rates"]
        assert sum(rate["gross_cents"] for rate in rates) == row.gross_cents
        assert sum(rate["vat_cents"] for rate in rates) == row.vat_cents
        assert all(rate["vat_cents"] == vat_within(rate["gross_cents"], rate["vat_bp"]) for rate in rates)
        if farms.index(next(f for f in farms if f.producer_id == row.producer_id)) in exempt:
            assert row.vat_cents == 0


@given(st.lists(st.lists(st.integers(1, 500), min_size=0, max_size=3), min_size=1, max_size=5))
@settings(max_examples=15)
def test_whatever_is_corrected_the_standing_invoices_are_the_last_word(database, words):
    office = Office(database("payments"))
    apples = farm()
    office.hear(market(), person(MEMBER.account_id), apples)
    first = basket()

    for version, cents in enumerate(words, start=1):
        lines = [line(apples.producer_id, each) for each in cents]
        office.validated(replace(first, lines=lines, version=version))

    rows = office.invoices()
    assert sum(row.gross_cents for row in rows) == sum(words[-1])
    assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
    with office.db.read() as session:
        kept = session.scalars(select(InvoiceRate)).all()
    assert sum(rate.gross_cents for rate in kept) == sum(words[-1])


def test_an_invoice_is_shown_to_whom_it_concerns_and_to_nobody_else(office):  # SPEC P3 X4
    apples, other = farm(), Actor(uuid4())
    office.hear(apples, farm("Autre", people=(other,)))
    office.validated(basket(line(apples.producer_id)))
    (row,) = office.invoices()

    for actor in (MEMBER, FARMER, ADMIN):
        assert office.ask(queries.invoice, actor, row.id)["number"] == row.number
    for actor in (other, Actor(uuid4())):
        with pytest.raises(NotFound):
            office.ask(queries.invoice, actor, row.id)
    assert [each["number"] for each in office.ask(queries.my_invoices, MEMBER, None, 50)["items"]] == [row.number]
    assert office.ask(queries.my_invoices, other, None, 50)["items"] == []


def test_lists_go_on_where_the_page_ends(office):
    apples = farm("Les Vergers")
    office.hear(apples)
    office.validated(*(basket(line(apples.producer_id)) for _ in range(5)))

    first = office.ask(queries.invoices_of, FARMER, apples.producer_id, None, 3)
    rest = office.ask(queries.invoices_of, FARMER, apples.producer_id, first["next"], 3)

    numbers = [each["number"][-1] for each in first["items"] + rest["items"]]
    assert (numbers, rest["next"]) == (["5", "4", "3", "2", "1"], None)
    assert {each["producer_name"] for each in first["items"]} == {"Les Vergers"}


def test_rates_are_rounded_once_per_rate():  # SPEC O9
    lines = [{"vat_bp": 550, "gross_cents": 10}] * 3 + [{"vat_bp": 0, "gross_cents": 7}]

    rates = domain.rates(lines)

    assert [(rate.vat_bp, rate.gross_cents, rate.vat_cents, rate.net_cents) for rate in rates] == [
        (0, 7, 0, 7),
        (550, 30, 2, 28),
    ]
