"""Balances due and credits: to the cent, once, and never charged by themselves (SPEC D2)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import eventlet
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from services.payments import domain, queries
from services.payments.commands import balance_pages, checkout, refunds
from services.payments.models import Payment, Share
from shared import clock
from shared.actor import Actor
from shared.errors import NotFound
from shared.events.distributions import BasketValidated
from shared.events.payments import (
    MemberBalanceChanged,
    PaymentSucceeded,
    PayoutScheduled,
    RefundFailed,
    RefundSucceeded,
)
from shared.money import Cents
from tests.payments.conftest import ADMIN, FARMER, MARKET, MEMBER, Till, cancelled, expired, reopened, validated
from tests.support import databases
from tests.support.fixtures import Moment

ME = Till.MEMBER_ACCOUNT


def owing(sale: UUID, basket: UUID, owed: Cents, *, version: int = 3, due: Cents = 1000) -> BasketValidated:
    return BasketValidated(
        basket_id=basket,
        basket_number=7,
        sale_id=sale,
        market_id=MARKET,
        member_id=MEMBER.account_id,
        ordered_cents=1000,
        due_cents=due,
        refunded_cents=0,
        changes=[],
        version=version,
        owed_cents=owed,
    )


def in_debt(till: Till, owed: Cents) -> UUID:
    """A sale of which the member owes so much more than the 10.00 that were paid."""
    sale, basket = uuid4(), uuid4()
    till.paid(1000, sale=sale, basket=basket)
    till.deliver(owing(sale, basket, owed, due=1000 + owed))
    return sale


def in_credit(till: Till, cents: Cents) -> UUID:
    """A sale of which a refund could not be given back otherwise."""
    sale, basket = uuid4(), uuid4()
    till.paid(cents + 100, sale=sale, basket=basket)
    fail_to_refund(till, sale, basket, cents)
    return sale


def fail_to_refund(till: Till, sale: UUID, basket: UUID, cents: Cents) -> None:
    till.stand_in.ask("fail", {"call": "refunds.create", "mode": "refuse", "code": "charge_disputed", "status": 400})
    request = till.refund(basket, sale, cents)
    till.deliver(request)
    till.work()
    till.last_refund = request.refund_id


def mine(till: Till, actor: Actor = MEMBER) -> list[dict[str, Any]]:
    with till.db.read() as session:
        return queries.my_balances(session, actor)["items"]


def balance(till: Till) -> Cents:
    items = mine(till)
    return items[0]["balance_cents"] if items else 0


def pay_page(till: Till) -> Payment:
    return balance_pages.open_page(till.db, till.provider, MEMBER, MARKET)


def pay_balance(till: Till) -> Payment:
    page = pay_page(till)
    till.stand_in.ask(f"pay/{page.session_id}", {"card": "4242424242424242"})
    till.settled(lambda: row(till, page).status == domain.SUCCEEDED)
    return row(till, page)


def row(till: Till, payment: Payment) -> Payment:
    with till.db.read() as session:
        return session.get_one(Payment, payment.id)


def charges(till: Till) -> list[Cents]:
    return sorted(charge["amount"] for charge in till.stand_in.books()["charges"])


def shares(till: Till, sale: UUID) -> dict[tuple[int, int], list[Cents]]:
    with till.db.read() as session:
        rows = session.scalars(select(Share).where(Share.sale_id == sale).order_by(Share.amount_cents.desc())).all()
        found: dict[tuple[int, int], list[Cents]] = {}
        for each in rows:
            found.setdefault((each.round, each.balance_round), []).append(each.amount_cents)
        return found


def test_what_is_handed_over_beyond_what_was_paid_is_a_balance_due(till: Till) -> None:  # SPEC D2 F2
    sale = in_debt(till, 300)

    assert till.balances() == {"provider": 1000, f"sale:{sale}": -1300, ME: 300}
    (told,) = till.told(MemberBalanceChanged)
    assert (told.balance_cents, told.change_cents, told.reason, told.basket_number) == (-300, -300, "balance_due", 7)
    ledger = till.ledger(sale)
    assert (ledger["charges_cents"], ledger["balances_cents"], ledger["unsettled_cents"]) == (1000, 300, 1300)
    assert ledger["open_balances_cents"] == 300
    assert charges(till) == [1000]


def test_a_validation_told_twice_or_late_is_booked_once_and_a_later_one_corrects_it(till: Till) -> None:  # SPEC D2 X2
    sale, basket = uuid4(), uuid4()
    first, second = owing(sale, basket, 300), owing(sale, basket, 120, version=5)

    till.deliver(first, first, second, first)

    assert till.balances() == {f"sale:{sale}": -120, ME: 120}
    assert [told.balance_cents for told in till.told(MemberBalanceChanged)] == [-300, -120]
    assert [told.version for told in till.told(MemberBalanceChanged)] == [1, 2]


def test_producers_are_paid_the_rest_three_days_after_the_balance_was_paid(till: Till, together: Moment) -> None:
    # SPEC D2 F5 F7: the worked example of decision 0060
    farms = [till.producer(), till.producer()]
    sale = in_debt(till, 300)
    validation = validated(sale, {farms[0]: 800, farms[1]: 500}, at=clock.now(), paid=1000)
    till.deliver(validation)
    assert till.ledger(sale)["missing_cents"] == 300

    together.move(timedelta(days=2))
    pay_balance(till)

    ledger = till.ledger(sale)
    assert shares(till, sale) == {(1, 0): [597, 373], (1, 1): [179, 112]}
    assert (ledger["producers_cents"], ledger["fees_cents"], ledger["missing_cents"]) == (1261, 39, 0)
    assert (ledger["unsettled_cents"], ledger["open_balances_cents"]) == (0, 0)
    later = [told for told in till.told(PayoutScheduled) if told.balance_round]
    assert {told.available_at for told in later} == {domain.available_at(clock.now())}
    assert till.balances() == {
        "provider": 1300,
        "fees": -39,
        f"producer:{farms[0]}": -776,
        f"producer:{farms[1]}": -485,
    }


def test_a_balance_paid_before_the_distribution_is_validated_is_shared_out_with_it(till: Till) -> None:  # SPEC F5
    farm, sale = till.producer(), in_debt(till, 300)
    pay_balance(till)

    till.deliver(validated(sale, {farm: 1300}, at=clock.now(), paid=1000))

    assert shares(till, sale) == {(1, 0): [1261]}
    assert till.ledger(sale)["unsettled_cents"] == 0


def test_a_later_validation_counts_what_was_shared_out_between(till: Till) -> None:  # SPEC F5 D9
    farm, sale, basket = till.producer(), uuid4(), uuid4()
    till.paid(1000, sale=sale, basket=basket)
    till.deliver(owing(sale, basket, 300), validated(sale, {farm: 1300}, at=clock.now(), paid=1000))
    pay_balance(till)

    till.deliver(reopened(sale), owing(sale, basket, 0, version=5, due=900))
    till.deliver(till.refund(basket, sale, 100))
    till.deliver(validated(sale, {farm: 900}, at=clock.now(), paid=1000, refunded=100, number=2))
    till.work()

    assert shares(till, sale) == {(1, 0): [970], (1, 1): [291], (2, 0): [-388]}
    assert balance(till) == 300  # what was paid for the balance that is none any more
    assert till.ledger(sale)["unsettled_cents"] == 0


def test_a_balance_is_paid_by_link_once(till: Till) -> None:  # SPEC D2 O5
    sale = in_debt(till, 300)

    first, second = pay_page(till), pay_page(till)
    pay_balance(till)

    assert first.session_id == second.session_id
    assert first.checkout["success_url"].endswith(f"/balances/{MARKET}?payment=done")
    assert charges(till) == [300, 1000]
    assert till.balances() == {"provider": 1300, f"sale:{sale}": -1300}
    assert [told.balance_cents for told in till.told(MemberBalanceChanged)] == [-300, 0]
    assert len(till.told(PaymentSucceeded)) == 1  # the order's: no order is paid by the other
    with pytest.raises(domain.NothingToPay):
        pay_page(till)


def test_a_balance_too_small_for_a_card_waits_for_the_next_order(till: Till) -> None:  # SPEC D2
    in_debt(till, 30)

    with pytest.raises(domain.AmountTooSmall):
        pay_page(till)
    till.paid(20, sale=uuid4())

    assert charges(till) == [50, 1000]
    assert balance(till) == 0


def test_whoever_owes_nothing_has_nothing_to_pay(till: Till) -> None:
    with pytest.raises(domain.NothingToPay):
        pay_page(till)


def test_a_balance_page_that_expires_leaves_the_balance_to_pay(till: Till, together: Moment) -> None:  # SPEC X2
    in_debt(till, 300)
    till.stand_in.take = None
    first = pay_page(till)

    together.move(timedelta(hours=2))
    till.stand_in.ask("tick")
    till.work()
    second = pay_page(till)

    assert row(till, first).status == domain.EXPIRED
    assert second.session_id != first.session_id
    assert balance(till) == -300


def test_a_request_for_a_page_that_is_lost_leads_to_one_page(till: Till, together: Moment) -> None:  # SPEC X2
    in_debt(till, 300)
    till.stand_in.ask("fail", {"call": "checkout.sessions.create", "mode": "drop_after", "times": 3})
    with pytest.raises(domain.ProviderIsUnavailable):
        pay_page(till)

    together.move(timedelta(minutes=3))
    till.work()

    pay_balance(till)
    assert charges(till) == [300, 1000]
    assert balance(till) == 0


def test_the_next_order_pays_the_balance_on_a_line_of_its_own(till: Till) -> None:  # SPEC D2
    debt, sale = in_debt(till, 300), uuid4()

    order = till.order(700, sale=sale)
    till.deliver(order)
    page = till.checkout(order)
    with pytest.raises(domain.BalanceIsBeingPaid):
        pay_page(till)
    till.pay(order)
    till.captured(order)

    lines = checkout._lines(page)
    assert [line.amount_cents for line in lines] == [700, 300]
    assert till.told(PaymentSucceeded)[-1].amount_cents == 700
    assert till.balances() == {"provider": 2000, f"sale:{debt}": -1300, f"sale:{sale}": -700}
    assert mine(till)[0]["entries"][0]["reason"] == "payment"


def test_an_order_that_paid_a_balance_too_is_refunded_without_it(till: Till) -> None:  # SPEC F4
    in_debt(till, 300)
    order = till.paid(700, sale=uuid4())

    till.deliver(cancelled(order))
    till.work()

    assert [refund["amount"] for refund in till.stand_in.books()["refunds"]] == [700]
    assert balance(till) == 0


def test_two_orders_at_once_pay_the_balance_once(till: Till) -> None:  # SPEC D2 O5
    in_debt(till, 300)
    orders = [till.order(700, sale=uuid4()) for _ in range(3)]
    till.deliver(*orders)

    pages = [eventlet.spawn(till.checkout, order) for order in orders]

    assert sorted(page.wait().balance_cents for page in pages) == [0, 0, 300]


def test_a_refund_that_fails_is_a_credit_at_once(till: Till) -> None:  # SPEC F3 F2
    sale = in_credit(till, 400)

    assert till.balances() == {"provider": 500, f"sale:{sale}": -100, ME: -400}
    (failed,) = till.told(RefundFailed)
    (told,) = till.told(MemberBalanceChanged)
    assert (failed.amount_cents, failed.credited_cents) == (400, 400)
    assert (told.balance_cents, told.reason, told.sale_id) == (400, "credit", sale)
    with till.db.read() as session:
        (item,) = queries.refunds_needing_attention(session, ADMIN, MARKET)["items"]
    assert [part.status for part in item["parts"]] == ["credited"]


def test_the_next_order_uses_the_credit(till: Till) -> None:  # SPEC D2 O7
    old, sale = in_credit(till, 400), uuid4()

    order = till.paid(1000, sale=sale)

    assert charges(till) == [500, 600]
    assert till.told(PaymentSucceeded)[-1].amount_cents == 1000
    assert till.balances() == {"provider": 1100, f"sale:{old}": -100, f"sale:{sale}": -1000}
    assert till.payment(order).credit_cents == 400


def test_an_order_that_the_credit_covers_is_paid_without_a_card(till: Till) -> None:  # SPEC D2
    in_credit(till, 400)
    order = till.order(400, sale=uuid4())
    till.deliver(order)

    page = queries.checkout(till.checkout(order))

    assert (page["status"], page["card_cents"]) == ("succeeded", 0)
    assert page["url"].endswith(f"/orders/{order.order_id}?payment=done")
    assert till.told(PaymentSucceeded)[-1].amount_cents == 400
    assert charges(till) == [500]
    with pytest.raises(domain.AlreadyPaid):
        till.checkout(order)


def test_a_card_is_never_left_with_less_than_it_can_be_charged(till: Till) -> None:
    in_credit(till, 400)

    till.paid(430, sale=uuid4())

    assert charges(till) == [50, 500]
    assert balance(till) == 20


def test_a_refund_of_an_order_paid_with_credit_goes_to_the_card_first(till: Till) -> None:  # SPEC F4
    in_credit(till, 400)
    sale, basket = uuid4(), uuid4()
    till.paid(1000, sale=sale, basket=basket)

    till.deliver(till.refund(basket, sale, 500), till.refund(basket, sale, 250))
    till.work()

    assert sorted(refund["amount"] for refund in till.stand_in.books()["refunds"]) == [100, 500]
    assert balance(till) == 150
    assert sorted(told.credited_cents for told in till.told(RefundSucceeded)) == [0, 150]
    assert till.told(MemberBalanceChanged)[-1].reason == "credit_restored"


def test_an_order_paid_with_credit_alone_is_refunded_as_credit(till: Till) -> None:  # SPEC F4
    in_credit(till, 400)
    order = till.order(400, sale=uuid4())
    till.deliver(order)
    till.checkout(order)

    till.deliver(cancelled(order))
    till.work()

    assert balance(till) == 400
    assert till.told(RefundSucceeded)[-1].credited_cents == 400


def test_a_credit_is_used_by_one_page_alone(till: Till) -> None:  # SPEC D2 X2
    in_credit(till, 400)
    orders = [till.order(1000, sale=uuid4()) for _ in range(3)]
    till.deliver(*orders)
    replicas = [databases.twin(till.db) for _ in orders]

    clicks = [
        eventlet.spawn(checkout.open_page, db, till.provider, MEMBER, order.order_id)
        for db, order in zip(replicas, orders, strict=True)
    ]
    used = [click.wait().credit_cents for click in clicks]
    for db in replicas:
        db.close()

    assert sorted(used) == [0, 0, 400]


def test_a_page_that_is_over_gives_its_credit_free(till: Till) -> None:  # SPEC O3
    in_credit(till, 400)
    first, second = till.order(1000, sale=uuid4()), till.order(1000, sale=uuid4())
    till.deliver(first, second)
    assert till.checkout(first).credit_cents == 400

    till.deliver(expired(first))
    till.work()

    assert till.checkout(second).credit_cents == 400


def test_a_balance_that_was_settled_otherwise_meanwhile_is_paid_as_a_credit(till: Till) -> None:  # SPEC D2
    sale, basket = uuid4(), uuid4()
    till.deliver(owing(sale, basket, 300))
    page = pay_page(till)

    till.deliver(owing(sale, basket, 0, version=5))
    till.stand_in.ask(f"pay/{page.session_id}", {"card": "4242424242424242"})
    till.settled(lambda: row(till, page).status == domain.SUCCEEDED)

    assert till.balances() == {"provider": 300, ME: -300}


def test_a_credit_settles_what_was_owed_before(till: Till) -> None:  # SPEC D2 F5
    farm, sale, basket, other = till.producer(), uuid4(), uuid4(), uuid4()
    till.paid(1000, sale=sale, basket=basket)
    till.paid(1000, sale=other, basket=other)
    till.deliver(owing(sale, basket, 300), validated(sale, {farm: 1300}, at=clock.now(), paid=1000))

    fail_to_refund(till, other, other, 400)

    assert balance(till) == 100
    assert shares(till, sale) == {(1, 0): [970], (1, 1): [291]}


def test_an_administrator_who_tries_again_takes_the_credit_back(till: Till) -> None:  # SPEC F3
    sale = in_credit(till, 400)

    with till.db.write() as session:
        refunds.retry(session, ADMIN, till.last_refund)
    assert balance(till) == 0
    till.work()

    assert till.balances() == {"provider": 100, f"sale:{sale}": -100}
    assert [told.amount_cents for told in till.told(RefundSucceeded)] == [400]


def test_a_credit_that_was_used_is_not_refunded_again(till: Till) -> None:  # SPEC F4
    in_credit(till, 400)
    order = till.order(1000, sale=uuid4())
    till.deliver(order)
    till.checkout(order)

    with pytest.raises(domain.CreditUsed) as refusal, till.db.write() as session:
        refunds.retry(session, ADMIN, till.last_refund)

    assert refusal.value.details == {"credit_cents": 0}
    assert balance(till) == 400  # held by the page


def test_members_see_their_own_and_administrators_those_of_the_market(till: Till) -> None:  # SPEC P3
    other = uuid4()
    till.paid(1000, sale=other, basket=other)
    in_debt(till, 300)
    basket = replace(owing(uuid4(), uuid4(), 50), member_id=uuid4())
    till.deliver(basket, replace(owing(uuid4(), uuid4(), 70), member_id=uuid4(), market_id=uuid4()))
    fail_to_refund(till, other, other, 400)

    with till.db.read() as session:
        all_of_them = queries.market_balances(session, ADMIN, MARKET, None, None, 50)
        first = queries.market_balances(session, ADMIN, MARKET, None, None, 1)
        second = queries.market_balances(session, ADMIN, MARKET, None, first["next"], 1)
        named = first["items"][0]["member_id"]
        some = queries.market_balances(session, ADMIN, MARKET, [named, uuid4()], None, 50)
        none = queries.market_balances(session, ADMIN, MARKET, [], None, 50)
        for other in (MEMBER, FARMER):
            with pytest.raises(NotFound):
                queries.market_balances(session, other, MARKET, [named], None, 50)

    assert sorted(item["balance_cents"] for item in all_of_them["items"]) == [-50, 100]
    assert (all_of_them["due_cents"], all_of_them["credit_cents"]) == (50, 100)
    assert first["items"] + second["items"] == all_of_them["items"]
    assert (some["items"], some["due_cents"]) == (first["items"], all_of_them["due_cents"])
    assert none["items"] == []
    assert (second["next"], mine(till, ADMIN)) == (None, [])
    (own,) = mine(till)
    assert [entry["amount_cents"] for entry in own["entries"]] == [400, -300]
    assert (own["balance_cents"], own["payable_cents"]) == (100, 0)


@given(order=st.integers(0, 3000), balance=st.integers(-2000, 4000))
def test_a_page_adds_up_and_can_be_charged(order: Cents, balance: Cents) -> None:  # SPEC F1
    page = domain.page_amounts(order, balance)

    assert page.card_cents == order - page.credit_cents + page.balance_cents
    assert 0 <= page.credit_cents <= max(0, min(order, balance))
    assert page.balance_cents == max(0, -balance)
    assert page.card_cents == 0 or page.card_cents >= min(order, domain.LEAST_CARD_CENTS)


DUES = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), max_size=5)


@given(DUES, st.integers(0, 3000))
def test_dues_are_paid_oldest_first_and_add_up(figures: list[tuple[Cents, Cents]], still_open: Cents) -> None:
    dues = [domain.Due(UUID(int=n), owed, paid) for n, (owed, paid) in enumerate(figures)]
    still_open = min(still_open, sum(due.owed_cents for due in dues))

    paid = domain.pay_dues(dues, still_open)

    assert sum(paid.values()) == sum(due.owed_cents for due in dues) - still_open
    assert all(0 <= paid[due.basket_id] <= due.owed_cents for due in dues)
    assert domain.pay_dues([replace(due, paid_cents=paid[due.basket_id]) for due in dues], still_open) == paid
