"""Payouts in trouble: held, refused, sent back, reopened meanwhile. Never lost, never doubled, always in sight."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import eventlet
import pytest

from services.payments import queries
from services.payments.commands import accounts, held, payouts
from services.payments.models import Account
from shared.db import Database
from shared.events.payments import PayoutFailed, PayoutHeld, PayoutSent
from shared.money import Cents
from tests.payments.conftest import ADMIN, FARMER, Till, reopened, validated
from tests.support import databases
from tests.support.fixtures import Moment

SATURDAY = datetime(2023, 9, 9, 10, 0, tzinfo=UTC)
MONDAY = datetime(2023, 9, 18, 4, 0, tzinfo=UTC)  # 06:00 in Paris
WEEK = timedelta(days=7)
FIRST = date(2023, 9, 18)


@pytest.fixture
def saturday(together: Moment) -> Moment:
    together.set(SATURDAY)
    return together


def sold(till: Till, delivered: dict[UUID, Cents]) -> UUID:
    sale = uuid4()
    till.paid(sum(delivered.values()), sale=sale)
    till.deliver(validated(sale, delivered, at=till.now()))
    return sale


def banked(till: Till) -> list[int]:
    return sorted(payout["amount"] for payout in till.stand_in.books()["payouts"])


def reminded(till: Till) -> list[tuple[date, Cents]]:
    return [(event.monday, event.amount_cents) for event in till.told(PayoutHeld)]


def put(till: Till, farm: UUID, state: str) -> None:
    """The account at the provider changes, and its webhook is taken."""
    with till.db.read() as session:
        provider_id = session.get_one(Account, farm).provider_id
    till.stand_in.ask(f"onboard/{provider_id}", {"state": state})
    with till.db.write() as session:
        session.get_one(Account, farm).try_at = till.now()
    accounts.look(till.db, till.provider)


def test_a_producer_without_an_account_is_reminded_each_monday_until_it_is_active(  # SPEC F6 N1
    till: Till, saturday: Moment
) -> None:
    farm = till.producer(active=False)
    sold(till, {farm: 1000})
    saturday.set(MONDAY - timedelta(seconds=1))
    till.work()
    assert reminded(till) == []

    saturday.set(MONDAY)
    till.work()
    till.work()
    saturday.set(MONDAY + WEEK)
    till.work()
    till.open_account(farm)
    till.activate(farm)
    till.work()
    saturday.set(MONDAY + 2 * WEEK)
    till.work()
    saturday.set(MONDAY + 3 * WEEK)
    till.work()

    assert reminded(till) == [(FIRST, 970), (FIRST + WEEK, 970)]
    assert banked(till) == [970]
    assert till.balances() == {"provider": 30, "fees": -30}


def test_an_account_that_the_provider_restricts_holds_the_payout_until_it_works_again(  # SPEC F6
    till: Till, saturday: Moment
) -> None:
    farm = till.producer()
    sold(till, {farm: 1000})
    put(till, farm, "restricted")
    saturday.set(MONDAY)
    till.work()
    assert (till.payouts(), reminded(till)) == ([], [(FIRST, 970)])

    put(till, farm, "active")
    saturday.set(MONDAY + WEEK)
    till.work()

    assert banked(till) == [970]
    assert len(reminded(till)) == 1


@pytest.mark.parametrize("delivered", [0, 600])
def test_a_zero_or_negative_balance_is_carried_over_without_a_reminder(  # SPEC F6
    till: Till, saturday: Moment, delivered: Cents
) -> None:
    farm = till.producer()
    sale = sold(till, {farm: 1000})
    saturday.set(MONDAY)
    till.work()
    put(till, farm, "restricted")
    back = 1000 - delivered
    till.deliver(reopened(sale), validated(sale, {farm: delivered}, at=MONDAY, paid=1000, refunded=back, number=2))

    saturday.set(MONDAY + WEEK)
    till.work()

    assert reminded(till) == []
    assert banked(till) == [970]
    with till.db.read() as session:
        found = queries.payouts_of(session, FARMER, farm, None, 50)
    assert found["expected_cents"] == -(970 - delivered * 97 // 100)


def test_a_producer_who_is_owed_nothing_yet_is_not_reminded(till: Till, saturday: Moment) -> None:  # SPEC F6
    farm = till.producer(active=False)
    sale = sold(till, {farm: 1000})
    till.deliver(reopened(sale))

    saturday.set(MONDAY)
    till.work()

    assert reminded(till) == []


def test_a_late_run_does_not_remind_of_an_account_that_is_active_by_now(
    till: Till, saturday: Moment
) -> None:  # SPEC F6
    farm = till.producer(active=False)
    sold(till, {farm: 1000})
    saturday.set(MONDAY + timedelta(days=1))
    till.open_account(farm)
    till.activate(farm)

    till.work()

    assert (reminded(till), till.payouts()) == ([], [])


def test_replicas_remind_a_producer_once_on_a_monday(till: Till, saturday: Moment) -> None:  # SPEC F6 X2
    farms = [till.producer(active=False) for _ in range(4)]
    sold(till, dict.fromkeys(farms, 1000))
    saturday.set(MONDAY)
    replicas = [databases.twin(till.db) for _ in range(3)]

    for thread in [eventlet.spawn(_remind, db) for db in replicas]:
        thread.wait()
    for db in replicas:
        db.close()

    assert sorted(event.producer_id for event in till.told(PayoutHeld)) == sorted(farms)


def _remind(db: Database) -> None:
    again = True
    while again:
        with db.write() as session:
            again = held.remind(session)
        eventlet.sleep(0)


@pytest.mark.parametrize("call", ["transfers.create", "payouts.create"])
def test_what_the_provider_refuses_is_seen_by_producer_and_administrators_until_it_is_done(  # SPEC F3 F6
    till: Till, saturday: Moment, call: str
) -> None:
    farm = till.producer()
    sale = sold(till, {farm: 1000})
    saturday.set(MONDAY)
    till.stand_in.ask(
        "fail", {"call": call, "mode": "refuse", "code": "balance_insufficient", "status": 400, "times": 2}
    )

    till.work()
    trouble = seen_by_both(till, farm, sale)
    for _ in range(3):
        saturday.move(timedelta(hours=1))
        till.work()

    assert trouble == ["balance_insufficient"] * 2
    assert seen_by_both(till, farm, sale) == [None, None]
    assert (banked(till), len(till.told(PayoutFailed))) == ([970], 1)


def seen_by_both(till: Till, farm: UUID, sale: UUID) -> list[str | None]:
    with till.db.read() as session:
        (mine,) = queries.payouts_of(session, FARMER, farm, None, 50)["items"]
        (ours,) = queries.sale_payouts(session, ADMIN, sale)["items"]
    return [mine["error"], ours["error"]]


def test_of_two_transfers_one_is_refused_and_the_payout_waits_for_both(till: Till, saturday: Moment) -> None:  # SPEC F3
    farm = till.producer()
    sold(till, {farm: 1000})
    sold(till, {farm: 2000})
    saturday.set(MONDAY)
    refusal = {"mode": "refuse", "code": "balance_insufficient", "status": 400}
    till.stand_in.ask("fail", {"call": "transfers.create", **refusal})

    till.work()
    assert banked(till) == []
    saturday.move(timedelta(hours=1))
    till.work()

    assert banked(till) == [2910]
    assert (len(till.told(PayoutFailed)), len(till.told(PayoutSent))) == (1, 1)
    assert till.balances() == {"provider": 90, "fees": -90}


def during(till: Till, call: str, what: Callable[[], None], monkeypatch: pytest.MonkeyPatch, *, after: bool) -> None:
    """Something happens while the provider is called: before or after it has done what it was asked for."""
    made = getattr(till.provider, call)
    left = [what]

    def calling(**asked: Any) -> Any:
        if not after and left:
            left.pop()()
        answer = made(**asked)
        if after and left:
            left.pop()()
        return answer

    monkeypatch.setattr(till.provider, call, calling)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", ["transfer", "payout"])
@pytest.mark.parametrize("delivered", [1000, 600, 0])
def test_a_sale_reopened_while_its_money_is_sent_is_corrected_by_the_next_payout(  # SPEC D9 F5
    till: Till, saturday: Moment, monkeypatch: pytest.MonkeyPatch, call: str, after: bool, delivered: Cents
) -> None:
    farm = till.producer()
    sale = sold(till, {farm: 1000})
    saturday.set(MONDAY)
    during(till, call, lambda: till.deliver(reopened(sale)), monkeypatch, after=after)

    till.work()
    assert banked(till) == [970]
    assert len(till.stand_in.books()["transfers"]) == 1
    back = 1000 - delivered
    till.deliver(validated(sale, {farm: delivered}, at=till.now(), paid=1000, refunded=back, number=2))
    other = sold(till, {farm: 3000})
    saturday.set(MONDAY + 2 * WEEK)
    till.work()

    right = delivered * 97 // 100
    assert banked(till) == sorted([970, 2910 + right - 970])
    event = till.told(PayoutSent)[-1]
    corrected = {each.sale_id: each.amount_cents for each in event.sales}
    assert corrected == {other: 2910} | ({sale: right - 970} if right != 970 else {})
    assert till.balances().get(f"sale:{sale}", 0) == -back  # its refund is for distributions to ask for


def test_a_payout_of_several_sales_goes_on_when_one_is_reopened_after_another_was_transferred(  # SPEC D9
    till: Till, saturday: Moment, monkeypatch: pytest.MonkeyPatch
) -> None:
    farm = till.producer()
    one, two = sold(till, {farm: 1000}), sold(till, {farm: 2000})
    saturday.set(MONDAY)
    during(till, "transfer", lambda: till.deliver(reopened(one), reopened(two)), monkeypatch, after=True)

    till.work()
    till.deliver(
        validated(one, {farm: 500}, at=MONDAY, paid=1000, refunded=500, number=2),
        validated(two, {farm: 2000}, at=MONDAY, number=2),
    )
    sold(till, {farm: 1000})
    saturday.set(MONDAY + 2 * WEEK)
    till.work()

    assert banked(till) == [485, 2910]  # 970 for the last sale less 485 that were too much


@pytest.mark.parametrize("mode", ["drop_before", "drop_after", "http_500"])
@pytest.mark.parametrize("call", ["transfers.create", "payouts.create"])
def test_a_payout_without_an_answer_is_not_undone_by_a_reopening(  # SPEC D9 X2
    till: Till, saturday: Moment, call: str, mode: str
) -> None:
    farm = till.producer()
    sale = sold(till, {farm: 1000})
    saturday.set(MONDAY)
    till.stand_in.ask("fail", {"call": call, "mode": mode, "times": 3})
    till.work()

    till.deliver(reopened(sale), validated(sale, {farm: 800}, at=MONDAY, paid=1000, refunded=200, number=2))
    sold(till, {farm: 1000})
    for _ in range(3):
        saturday.move(timedelta(minutes=5))
        till.work()
    saturday.set(MONDAY + 2 * WEEK)
    till.work()

    assert banked(till) == [970 - 194, 970]
    assert len(till.told(PayoutSent)) == 2


def test_a_reopening_that_comes_while_a_payout_is_begun_is_before_or_after_it(  # SPEC D9
    till: Till, saturday: Moment
) -> None:
    farm = till.producer()
    sale = sold(till, {farm: 1000})
    saturday.set(MONDAY)
    replica = databases.twin(till.db)

    threads = [eventlet.spawn(_begin, replica, till), eventlet.spawn(till.deliver, reopened(sale))]
    for thread in threads:
        thread.wait()
    replica.close()
    till.work()
    till.deliver(validated(sale, {farm: 600}, at=MONDAY, paid=1000, refunded=400, number=2))
    sold(till, {farm: 1000})
    saturday.set(MONDAY + 2 * WEEK)
    till.work()

    assert sum(banked(till)) == 582 + 970


def _begin(db: Database, till: Till) -> None:
    with db.write() as session:
        payouts.run(session)
    payouts.transfer(db, till.provider)
