"""The receipt of an order: what it holds, what was paid for it, what came back."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments import domain, queries
from services.payments.commands import documents
from services.payments.models import PaidOrder
from shared.actor import Actor
from shared.errors import NotFound
from shared.events.accounts import AccountDeleted
from shared.events.orders import AmendedOrder, OrderAmended, OrderConfirmed, OrderLine
from shared.money import vat_within
from tests.payments.conftest import ADMIN, FARMER, MEMBER, Till, cancelled
from tests.payments.test_balances import fail_to_refund
from tests.payments.test_invoices import basket, farm, line, person


def ordered(producer, cents, *, vat_bp=550, name="Carottes"):
    return OrderLine(
        line_id=uuid4(),
        product_id=uuid4(),
        producer_id=producer,
        name=name,
        unit="kg",
        by_weight=True,
        weighed=False,
        quantity=Decimal("1.250"),
        unit_price_cents=280,
        vat_bp=vat_bp,
        gross_cents=cents,
    )


def confirmed(order, *lines):
    names = ("order_id", "basket_id", "sale_id", "market_id", "member_id", "total_cents")
    facts = {name: getattr(order, name) for name in names}
    return OrderConfirmed(**facts, basket_number=7, confirmed_at=order.expires_at, lines=list(lines))


def amended(order, lines, *, number=1, refund=0):
    return OrderAmended(
        basket_id=order.basket_id,
        basket_number=7,
        amendment=number,
        sale_id=order.sale_id,
        market_id=order.market_id,
        member_id=order.member_id,
        orders=[AmendedOrder(order_id=order.order_id, lines=lines)],
        total_cents=sum(each.gross_cents for each in lines),
        refund_id=uuid4() if refund else None,
        refund_cents=refund,
    )


def receipt(till, order, actor=MEMBER):
    with till.db.read() as session:
        return queries.receipt(session, actor, order.order_id)


class Bought:
    """An order for 10.00: apples for 6.00 at 5.5 %, bread for 4.00 of a seller without VAT."""

    def __init__(self, till):
        self.apples, self.bread = farm("Les Vergers"), farm("Le Fournil", exempt=True)
        till.deliver(person(MEMBER.account_id), self.apples, self.bread)
        self.order = till.paid(1000, sale=uuid4())
        self.lines = [ordered(self.apples.producer_id, 600), ordered(self.bread.producer_id, 400, name="Pain")]


@pytest.fixture
def bought(till: Till) -> Bought:
    return Bought(till)


def test_a_receipt_shows_lines_by_seller_with_vat_and_the_payment(till, bought):  # SPEC O10 O9 C1
    till.deliver(confirmed(bought.order, *bought.lines))

    shown = receipt(till, bought.order)

    assert (shown["state"], shown["basket_number"], shown["buyer"]) == ("ordered", 7, {"name": "Zoé Martin"})
    assert [(seller["name"], seller["gross_cents"], seller["vat_exempt"]) for seller in shown["sellers"]] == [
        ("Le Fournil", 400, True),
        ("Les Vergers", 600, False),
    ]
    assert [(rate.vat_bp, rate.gross_cents, rate.vat_cents) for rate in shown["rates"]] == [(0, 400, 0), (550, 600, 31)]
    (paid,) = shown["payments"]
    assert (paid["kind"], paid["amount_cents"], paid["reference"][:3]) == ("card", 1000, "pi_")
    assert (shown["total_cents"], shown["paid_cents"], shown["refunded_cents"], shown["elsewhere_cents"]) == (
        1000,
        1000,
        0,
        0,
    )


def test_after_an_amendment_it_shows_what_is_left_and_what_came_back(till, bought):  # SPEC O8
    less = [replace(bought.lines[0], quantity=Decimal(1), gross_cents=480)]
    told = amended(bought.order, less, refund=520)
    till.deliver(confirmed(bought.order, *bought.lines), told, amended(bought.order, bought.lines, number=0))
    till.deliver(till.refund(bought.order.basket_id, bought.order.sale_id, 520))
    pending = receipt(till, bought.order)
    till.work()

    shown = receipt(till, bought.order)

    assert [line["gross_cents"] for seller in shown["sellers"] for line in seller["lines"]] == [480]
    assert [(each["amount_cents"], each["status"], each["at"]) for each in pending["refunds"]] == [
        (520, "pending", None)
    ]
    (back,) = shown["refunds"]
    assert (back["amount_cents"], back["status"], back["at"] is None) == (520, "succeeded", False)
    assert (shown["total_cents"], shown["paid_cents"], shown["refunded_cents"], shown["elsewhere_cents"]) == (
        480,
        1000,
        520,
        0,
    )


def test_an_amendment_told_before_the_order_is_what_it_shows(till, bought):  # SPEC O8 X2
    less = [replace(bought.lines[0], quantity=Decimal(1), gross_cents=480)]
    order = confirmed(bought.order, *bought.lines)
    till.deliver(amended(bought.order, less), order, order)

    shown = receipt(till, bought.order)

    assert [line["gross_cents"] for seller in shown["sellers"] for line in seller["lines"]] == [480]
    with till.db.read() as session:
        assert session.get_one(PaidOrder, bought.order.order_id).confirmed_at == order.confirmed_at


def test_once_handed_over_it_shows_what_was_and_the_invoices(till, bought):  # SPEC O10
    till.deliver(confirmed(bought.order, *bought.lines))
    mine = {"order_id": bought.order.order_id}
    given_out = [
        replace(line(bought.apples.producer_id, 550), **mine),
        line(bought.apples.producer_id, 99, name="Autre"),
    ]
    facts = {name: getattr(bought.order, name) for name in ("basket_id", "sale_id", "market_id")}
    till.deliver(basket(*given_out, **facts), till.refund(facts["basket_id"], facts["sale_id"], 450))
    with till.db.write() as session:
        documents.issue(session)
    till.work()

    shown = receipt(till, bought.order)

    assert (shown["state"], shown["total_cents"], shown["refunded_cents"]) == ("delivered", 550, 450)
    assert [(each["kind"], each["gross_cents"]) for each in shown["invoices"]] == [("invoice", 649)]


def test_a_cancelled_order_has_nothing_left_but_its_refund(till, bought):  # SPEC O8
    till.deliver(confirmed(bought.order, *bought.lines), cancelled(bought.order))
    till.work()

    shown = receipt(till, bought.order)

    assert (shown["state"], shown["sellers"], shown["total_cents"]) == ("cancelled", [], 0)
    assert (shown["refunded_cents"], shown["elsewhere_cents"]) == (1000, 0)


def test_a_member_who_left_is_named_by_a_pseudonym(till, bought):  # SPEC P5
    till.deliver(confirmed(bought.order, *bought.lines), AccountDeleted(account_id=MEMBER.account_id))

    shown = receipt(till, bought.order, ADMIN)

    assert shown["buyer"] == {"name": domain.pseudonym(MEMBER.account_id)}


def test_a_receipt_is_for_the_member_and_the_administrators(till, bought):  # SPEC P3 X4
    till.deliver(confirmed(bought.order, *bought.lines))

    assert receipt(till, bought.order, ADMIN)["total_cents"] == 1000
    for actor in (FARMER, Actor(uuid4())):
        with pytest.raises(NotFound):
            receipt(till, bought.order, actor)


def test_there_is_no_receipt_for_what_is_not_paid(till):  # SPEC X1
    order = till.order(1000, sale=uuid4())
    till.deliver(order)

    with pytest.raises(domain.ReceiptNotReady):
        receipt(till, order)


@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from([0, 210, 550, 1000, 2000]), st.integers(0, 99999)), max_size=8), max_size=5
    )
)
def test_vat_of_many_sellers_is_the_sum_of_theirs(sellers):  # SPEC F1 O9
    groups = [domain.rates([{"vat_bp": bp, "gross_cents": cents} for bp, cents in lines]) for lines in sellers]

    total = domain.summed(groups)

    assert sum(rate.gross_cents for rate in total) == sum(cents for lines in sellers for _, cents in lines)
    assert sum(rate.vat_cents for rate in total) == sum(rate.vat_cents for group in groups for rate in group)
    assert all(rate.net_cents + rate.vat_cents == rate.gross_cents for rate in total)
    assert all(rate.vat_cents == vat_within(rate.gross_cents, rate.vat_bp) for group in groups for rate in group)


def test_a_receipt_shows_what_was_paid_with_credit_and_what_became_credit(till, bought):  # SPEC O10 F4
    till.deliver(confirmed(bought.order, *bought.lines))
    fail_to_refund(till, bought.order.sale_id, bought.order.basket_id, 400)
    second = till.paid(1000, sale=bought.order.sale_id)
    till.deliver(confirmed(second, *bought.lines))

    first, shown = receipt(till, bought.order), receipt(till, second)

    (back,) = first["refunds"]
    assert (back["kind"], back["amount_cents"], back["status"], back["at"] is None) == (
        "credit",
        400,
        "credited",
        False,
    )
    assert (first["paid_cents"], first["refunded_cents"]) == (1000, 400)
    assert [(paid["kind"], paid["amount_cents"]) for paid in shown["payments"]] == [("card", 600), ("credit", 400)]
    assert shown["paid_cents"] == 1000
