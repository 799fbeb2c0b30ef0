"""From the validated distribution to the money at the producers' banks, against the stand-in."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import eventlet
import pytest
from sqlalchemy import select

from services.payments import queries
from services.payments.commands import payouts
from services.payments.models import Payment
from services.payments.service import PaymentsService
from shared.db import Database
from shared.errors import NotFound
from shared.events.payments import PaymentAccountChanged, PayoutFailed, PayoutScheduled, PayoutSent
from shared.messaging import inbox, outbox
from shared.money import Cents
from tests.payments.conftest import ADMIN, FARMER, MEMBER, Till, market, reopened, validated
from tests.support import databases
from tests.support.bus import HandlerFailed, deliver_wire
from tests.support.fixtures import Moment

SATURDAY = datetime(2023, 9, 9, 10, 0, tzinfo=UTC)
MONDAY = datetime(2023, 9, 18, 4, 0, tzinfo=UTC)  # 06:00 in Paris
WEEK = timedelta(days=7)


@pytest.fixture
def saturday(together: Moment) -> Moment:
    together.set(SATURDAY)
    return together


def sold(till: Till, delivered: dict[UUID, Cents], **facts: Any) -> UUID:
    """A sale, paid by one customer, delivered as paid, validated now."""
    sale = uuid4()
    till.paid(sum(delivered.values()), sale=sale)
    till.deliver(validated(sale, delivered, at=till.now(), **facts))
    return sale


def banked(till: Till) -> list[int]:
    return sorted(payout["amount"] for payout in till.stand_in.books()["payouts"])


def expected(till: Till, producer: UUID) -> list[tuple[Cents, str]]:
    with till.db.read() as session:
        found = queries.payouts_of(session, FARMER, producer, None, 50)
    return [(row["amount_cents"], row["waits_for"]) for row in found["expected"]]


def test_producers_are_paid_what_they_delivered_less_the_fee_on_the_second_monday(  # SPEC F2 F5 F7
    till: Till, saturday: Moment
) -> None:
    apples, bread = till.producer(), till.producer()
    sale = sold(till, {apples: 8000, bread: 2000})

    scheduled = {event.producer_id: event for event in till.told(PayoutScheduled)}
    assert (scheduled[apples].amount_cents, scheduled[apples].fee_cents) == (7760, 240)
    assert {event.pay_on for event in scheduled.values()} == {date(2023, 9, 18)}
    saturday.set(MONDAY - timedelta(seconds=1))
    till.work()
    assert banked(till) == []
    saturday.set(MONDAY)
    till.work()

    assert banked(till) == [1940, 7760]
    events = {event.producer_id: event for event in till.told(PayoutSent)}
    assert [(each.sale_id, each.amount_cents) for each in events[apples].sales] == [(sale, 7760)]
    assert {each.paid_on for each in events.values()} == {date(2023, 9, 18)}
    assert till.balances() == {"provider": 300, "fees": -300}
    ledger = till.ledger(sale)
    assert (ledger["charges_cents"], ledger["producers_cents"], ledger["fees_cents"], ledger["unsettled_cents"]) == (
        10_000,
        9700,
        300,
        0,
    )
    assert {each["transfer_group"] for each in till.stand_in.books()["transfers"]} == {str(sale)}


def test_the_commission_goes_to_the_market(till: Till, saturday: Moment) -> None:  # SPEC F7
    till.deliver(market(fee=300, commission=500, version=2))
    farm = till.producer()

    sale = sold(till, {farm: 1010})

    (event,) = till.told(PayoutScheduled)
    assert (event.gross_cents, event.fee_cents, event.commission_cents, event.amount_cents) == (1010, 30, 51, 929)
    assert till.balances()[f"commission:{till.MARKET}"] == -51
    assert till.ledger(sale)["commission_cents"] == 51


def test_a_run_that_was_missed_is_caught_up(till: Till, saturday: Moment) -> None:  # SPEC X2
    farm = till.producer()
    sold(till, {farm: 1000})

    saturday.set(MONDAY + timedelta(days=3))
    till.work()

    assert [row.paid_on for row in till.payouts()] == [date(2023, 9, 18)]
    assert banked(till) == [970]


def test_one_payout_pays_for_all_the_sales_that_are_due(till: Till, saturday: Moment) -> None:
    farm = till.producer()
    sales = {sold(till, {farm: 1000}), sold(till, {farm: 2000})}

    saturday.set(MONDAY)
    till.work()
    till.work()

    (event,) = till.told(PayoutSent)
    assert event.amount_cents == 2910
    assert {each.sale_id for each in event.sales} == sales
    assert sorted(each["amount"] for each in till.stand_in.books()["transfers"]) == [970, 1940]


def test_a_producer_without_an_active_account_is_paid_on_the_first_monday_after_activation(  # SPEC F6
    till: Till, saturday: Moment
) -> None:
    farm = till.producer(active=False)
    sold(till, {farm: 1000})
    saturday.set(MONDAY)
    till.work()
    assert till.payouts() == []
    assert expected(till, farm) == [(970, "account")]

    saturday.move(timedelta(days=1))
    till.open_account(farm)
    till.activate(farm)
    till.work()
    assert [event.active for event in till.told(PaymentAccountChanged)] == [True]
    assert till.payouts() == []
    saturday.set(MONDAY + WEEK)
    till.work()

    assert banked(till) == [970]


def test_a_reopened_sale_is_held_and_its_next_round_is_paid(till: Till, saturday: Moment) -> None:  # SPEC D9 F5
    farm = till.producer()
    sale = sold(till, {farm: 1000})
    till.deliver(reopened(sale))
    saturday.set(MONDAY)
    till.work()
    assert till.payouts() == []
    assert expected(till, farm) == [(970, "validation")]

    till.deliver(validated(sale, {farm: 800}, at=MONDAY, paid=1000, refunded=200, number=2))
    till.work()
    assert till.payouts() == []  # three days again
    saturday.set(MONDAY + WEEK)
    till.work()

    assert banked(till) == [776]
    assert till.told(PayoutScheduled)[-1].amount_cents == 776


def test_a_sale_reopened_between_the_run_and_the_first_transfer_is_taken_out_of_the_payout(  # SPEC D9
    till: Till, saturday: Moment
) -> None:
    farm = till.producer()
    held, other = sold(till, {farm: 1000}), sold(till, {farm: 2000})
    saturday.set(MONDAY)
    with till.db.write() as session:
        assert payouts.run(session)

    till.deliver(reopened(held))
    till.work()

    (event,) = till.told(PayoutSent)
    assert [(each.sale_id, each.amount_cents) for each in event.sales] == [(other, 1940)]
    assert expected(till, farm) == [(970, "validation")]


def test_what_was_paid_too_much_is_carried_over_to_the_next_sale(till: Till, saturday: Moment) -> None:  # SPEC F6
    farm = till.producer()
    first = sold(till, {farm: 1000})
    saturday.set(MONDAY)
    till.work()
    till.deliver(reopened(first), validated(first, {farm: 600}, at=MONDAY, paid=1000, refunded=400, number=2))
    saturday.set(MONDAY + WEEK)
    till.work()
    assert len(till.payouts()) == 1
    assert expected(till, farm) == [(-388, "balance")]

    second = sold(till, {farm: 2000})
    saturday.set(MONDAY + 3 * WEEK)
    till.work()

    event = till.told(PayoutSent)[-1]
    assert event.amount_cents == 1940 - 388
    assert {each.sale_id: each.amount_cents for each in event.sales} == {first: -388, second: 1940}
    assert banked(till) == [970, 1552]


def test_rounds_that_arrive_in_any_order_come_to_the_last_one(till: Till, saturday: Moment) -> None:  # SPEC X2
    farm, sale = till.producer(), uuid4()
    till.paid(1000, sale=sale)
    words = [
        reopened(sale, 1),
        validated(sale, {farm: 500}, at=SATURDAY, paid=1000, refunded=500, number=2),
        validated(sale, {farm: 1000}, at=SATURDAY, number=1),
    ]

    till.deliver(*words)
    saturday.set(MONDAY)
    till.work()

    assert banked(till) == [485]


def test_a_sale_waits_for_the_rates_of_its_market(till: Till, saturday: Moment) -> None:  # SPEC X3
    farm, sale = till.producer(), uuid4()
    word = validated(sale, {farm: 1000}, at=SATURDAY)
    wire = outbox.envelope(word)
    wire["data"]["market_id"] = str(uuid4())

    with pytest.raises(HandlerFailed, match="MarketUnknown"):
        deliver_wire(till.db, PaymentsService, wire)
    till.deliver(_market(wire["data"]["market_id"]))
    saturday.move(timedelta(minutes=1))
    instance = PaymentsService()
    instance.db = till.db
    inbox.retry_due(till.db, instance._handlers())

    assert len(till.told(PayoutScheduled)) == 1


def _market(market_id: str) -> Any:
    return replace(market(), market_id=UUID(market_id))


def test_rates_are_those_of_the_first_validation(till: Till, saturday: Moment) -> None:  # SPEC F7
    farm = till.producer()
    sale = sold(till, {farm: 1000})
    till.deliver(market(fee=1000, version=2))

    till.deliver(reopened(sale), validated(sale, {farm: 1000}, at=SATURDAY, number=2))

    assert till.told(PayoutScheduled)[-1].fee_cents == 30


def test_what_customers_still_owe_is_not_paid_out(till: Till, saturday: Moment) -> None:  # SPEC F2
    one, two, sale = till.producer(), till.producer(), uuid4()
    till.paid(1000, sale=sale)

    till.deliver(validated(sale, {one: 600, two: 600}, at=SATURDAY, paid=1000))

    ledger = till.ledger(sale)
    assert (ledger["missing_cents"], ledger["unsettled_cents"]) == (200, 0)
    assert [event.gross_cents for event in till.told(PayoutScheduled)] == [500, 500]


def test_a_sale_that_shared_out_more_than_it_has_is_held(till: Till, saturday: Moment) -> None:  # SPEC F2
    farm = till.producer()
    sale = sold(till, {farm: 1000})
    with till.db.read() as session:
        basket = select(Payment.basket_id).where(Payment.sale_id == sale)
        basket_id = session.execute(basket).scalar_one()
    till.deliver(till.refund(basket_id, sale, 300))

    saturday.set(MONDAY)
    till.work()

    assert till.payouts() == []
    assert expected(till, farm) == [(970, "money")]


@pytest.mark.parametrize("step", ["transferred", "told"])
def test_a_crash_after_the_call_never_pays_twice(  # SPEC X2
    till: Till, saturday: Moment, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    farm = till.producer()
    sold(till, {farm: 1000})
    saturday.set(MONDAY)
    till.stand_in.take = None
    with monkeypatch.context() as killed:
        killed.setattr(payouts, step, _die)
        with pytest.raises(SystemExit):
            till.work()

    saturday.move(timedelta(days=2))  # the provider has forgotten the key
    till.work()

    books = till.stand_in.books()
    assert [each["amount"] for each in books["transfers"]] == [970]
    assert [each["amount"] for each in books["payouts"]] == [970]
    assert len(till.told(PayoutSent)) == 1


def _die(*_args: object, **_kwargs: object) -> None:
    raise SystemExit


@pytest.mark.parametrize("call", ["transfers.create", "payouts.create"])
@pytest.mark.parametrize("mode", ["drop_before", "drop_after", "http_500"])
def test_an_answer_that_is_lost_never_pays_twice(till: Till, saturday: Moment, call: str, mode: str) -> None:  # SPEC X2
    farm = till.producer()
    sold(till, {farm: 1000})
    saturday.set(MONDAY)
    till.stand_in.ask("fail", {"call": call, "mode": mode, "times": 3})

    till.work()
    saturday.move(timedelta(minutes=5))
    till.work()

    assert banked(till) == [970]
    assert len(till.told(PayoutSent)) == 1


@pytest.mark.parametrize("call", ["transfers.create", "payouts.create"])
def test_a_refusal_is_told_once_and_tried_until_it_is_done(till: Till, saturday: Moment, call: str) -> None:  # SPEC F3
    farm = till.producer()
    sold(till, {farm: 1000})
    saturday.set(MONDAY)
    till.stand_in.ask(
        "fail", {"call": call, "mode": "refuse", "code": "balance_insufficient", "status": 400, "times": 2}
    )

    till.work()
    assert [event.error for event in till.told(PayoutFailed)] == ["balance_insufficient"]
    for _ in range(3):
        saturday.move(timedelta(hours=1))
        till.work()

    assert banked(till) == [970]
    assert len(till.told(PayoutFailed)) == 1
    assert len(till.told(PayoutSent)) == 1


def test_a_payout_that_the_bank_sends_back_is_paid_again_the_next_monday(
    till: Till, saturday: Moment
) -> None:  # SPEC F2
    farm = till.producer()
    sold(till, {farm: 1000})
    saturday.set(MONDAY)
    till.stand_in.ask("fail", {"call": "payouts.create", "mode": "fail_later"})

    till.work()
    till.stand_in.wait("payout.failed")
    till.settled(lambda: till.told(PayoutFailed))
    assert till.balances()[f"producer:{farm}"] == -970
    till.work()
    assert len(banked(till)) == 1
    saturday.move(WEEK)
    till.work()
    till.stand_in.wait("payout.paid")
    till.settled(lambda: [row.status for row in till.payouts()] == ["arrived"])

    assert banked(till) == [970, 970]
    assert len(till.told(PayoutSent)) == 2
    assert till.balances() == {"provider": 30, "fees": -30}


def test_replicas_make_one_payout_for_a_producer_and_monday(till: Till, saturday: Moment) -> None:  # SPEC X2
    farms = [till.producer() for _ in range(3)]
    sold(till, dict.fromkeys(farms, 1000))
    saturday.set(MONDAY)
    replicas = [databases.twin(till.db) for _ in range(3)]

    threads = [eventlet.spawn(_run, db, till) for db in replicas]
    for thread in threads:
        thread.wait()
    for db in replicas:
        db.close()
    till.work()

    assert banked(till) == [970, 970, 970]
    assert len(till.told(PayoutSent)) == 3


def _run(db: Database, till: Till) -> None:
    again = True
    while again:
        with db.write() as session:
            again = payouts.run(session)
        eventlet.sleep(0)
    for step in (payouts.transfer, payouts.pay):
        while step(db, till.provider):
            eventlet.sleep(0)


def test_an_administrator_sees_when_producers_are_paid(till: Till, saturday: Moment) -> None:  # SPEC F5
    farm = till.producer()
    sale = sold(till, {farm: 1000})
    with till.db.read() as session:
        before = queries.sale_payouts(session, ADMIN, sale)
    saturday.set(MONDAY)
    till.work()

    with till.db.read() as session:
        after = queries.sale_payouts(session, ADMIN, sale)
        with pytest.raises(NotFound):
            queries.sale_payouts(session, MEMBER, sale)
        with pytest.raises(NotFound):
            queries.sale_ledger(session, MEMBER, sale)
    assert [(row["status"], row["waits_for"], row["pay_on"]) for row in before["items"]] == [
        ("expected", "date", date(2023, 9, 18))
    ]
    assert before["if_validated_now"]["pay_on"] == date(2023, 9, 18)
    assert before["items"][0]["producer_name"] == "Ferme"
    assert [(row["paid_on"], row["amount_cents"]) for row in after["items"]] == [(date(2023, 9, 18), 970)]
    assert after["items"][0]["status"] in {"sent", "arrived"}


def test_a_producer_sees_the_own_payouts_alone(till: Till, saturday: Moment) -> None:  # SPEC P3
    farm = till.producer()
    sold(till, {farm: 1000})
    saturday.set(MONDAY)
    till.work()

    with till.db.read() as session:
        (row,) = queries.payouts_of(session, FARMER, farm, None, 1)["items"]
        statement = queries.payout(session, FARMER, row["payout_id"])
        with pytest.raises(NotFound):
            queries.payouts_of(session, MEMBER, farm, None, 1)
        with pytest.raises(NotFound):
            queries.payout(session, MEMBER, row["payout_id"])
    assert [(each["gross_cents"], each["fee_cents"], each["amount_cents"]) for each in statement["sales"]] == [
        (1000, 30, 970)
    ]
