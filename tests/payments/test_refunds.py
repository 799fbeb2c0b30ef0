"""Money back to customers, against the stand-in: right, once, and visible when it fails."""

from datetime import timedelta
from uuid import uuid4

import eventlet
import pytest

from services.payments import domain, queries
from services.payments.commands import refunds
from services.payments.models import Refund, RefundPart
from services.payments.provider import Provider
from shared.actor import Actor
from shared.errors import NotFound
from shared.events.orders import LatePaymentRefused
from shared.events.payments import RefundFailed, RefundSucceeded
from tests.payments.conftest import ADMIN, KEY, SECRET, Till, cancelled, expired
from tests.support import databases
from tests.support.fixtures import Moment


def sent(till: Till) -> list[int]:
    return [refund["amount"] for refund in till.stand_in.books()["refunds"]]


def attention(till: Till) -> list[dict]:
    with till.db.read() as session:
        return queries.refunds_needing_attention(session, ADMIN, till.MARKET)["items"]


def test_a_refund_is_taken_from_the_largest_payment_first_and_told_when_all_is_accepted(till: Till) -> None:  # SPEC F4
    sale, basket = uuid4(), uuid4()
    till.paid(1000, sale=sale, basket=basket)
    till.paid(3000, sale=sale, basket=basket)
    request = till.refund(basket, sale, 3500)

    till.deliver(request)
    assert till.told(RefundSucceeded) == []
    till.work()

    (event,) = till.told(RefundSucceeded)
    assert (event.refund_id, event.amount_cents, event.reason) == (request.refund_id, 3500, "shortage")
    assert sorted(sent(till)) == [500, 3000]
    assert till.balances() == {"provider": 500, f"sale:{sale}": -500}


def test_more_than_is_left_is_refused_and_shown(till: Till) -> None:  # SPEC F4
    sale, basket = uuid4(), uuid4()
    till.paid(1000, sale=sale, basket=basket)
    till.deliver(till.refund(basket, sale, 600))

    till.deliver(till.refund(basket, sale, 401))
    till.work()

    (event,) = till.told(RefundFailed)
    assert (event.amount_cents, event.error) == (401, "exceeds_paid")
    assert sent(till) == [600]
    assert [item["error"] for item in attention(till)] == ["exceeds_paid"]


def test_a_refund_asked_for_before_the_payment_is_known_waits_for_it(till: Till) -> None:  # SPEC X2
    sale, basket = uuid4(), uuid4()
    till.deliver(till.refund(basket, sale, 400))
    till.work()
    assert [item["status"] for item in attention(till)] == ["waiting"]

    till.paid(1000, sale=sale, basket=basket)
    till.work()

    assert sent(till) == [400]
    assert len(till.told(RefundSucceeded)) == 1


def test_a_refund_waits_a_day_for_its_payment_and_then_fails(till: Till, together: Moment) -> None:
    sale, basket = uuid4(), uuid4()
    till.deliver(till.order(1000, sale=sale, basket=basket), till.refund(basket, sale, 400))

    together.move(timedelta(days=1, seconds=1))
    till.work()

    assert [event.error for event in till.told(RefundFailed)] == ["exceeds_paid"]


def test_a_cancelled_order_is_refunded_whole_whatever_was_refunded_before(till: Till) -> None:
    sale, basket = uuid4(), uuid4()
    order = till.paid(1000, sale=sale, basket=basket)
    till.paid(800, sale=sale, basket=basket)
    till.deliver(till.refund(basket, sale, 150))

    till.deliver(cancelled(order), cancelled(order))
    till.work()

    assert sorted(sent(till)) == [150, 850]
    assert till.balances() == {"provider": 800, f"sale:{sale}": -800}


def test_a_late_payment_that_cannot_be_honoured_is_refunded_whole(till: Till) -> None:  # SPEC O4
    sale = uuid4()
    order = till.paid(1000, sale=sale)
    till.deliver(expired(order))

    till.deliver(
        LatePaymentRefused(
            order_id=order.order_id,
            payment_id=till.payment(order).id,
            basket_id=order.basket_id,
            sale_id=sale,
            market_id=order.market_id,
            member_id=order.member_id,
            amount_cents=1000,
        )
    )
    till.work()

    (event,) = till.told(RefundSucceeded)
    assert (event.amount_cents, event.reason) == (1000, "late_payment")
    assert till.balances() == {}


def test_a_free_order_that_is_cancelled_has_nothing_to_refund(till: Till) -> None:
    order = till.order(0, sale=uuid4())
    till.deliver(order, cancelled(order))
    till.work()

    assert till.told(RefundSucceeded) == till.told(RefundFailed) == []


@pytest.mark.parametrize("mode", ["drop_before", "drop_after", "http_500", "http_429"])
def test_an_answer_that_is_lost_leads_to_one_refund(till: Till, together: Moment, mode: str) -> None:  # SPEC X2
    sale, basket = uuid4(), uuid4()
    till.paid(1000, sale=sale, basket=basket)
    till.stand_in.ask("fail", {"call": "refunds.create", "mode": mode, "times": 3})
    till.stand_in.take = None

    till.deliver(till.refund(basket, sale, 400))
    till.work()
    assert till.told(RefundSucceeded) == []
    for _ in range(3):
        together.move(timedelta(minutes=1))
        till.work()

    assert sent(till) == [400]
    assert len(till.told(RefundSucceeded)) == 1


def test_a_crash_after_the_call_leads_to_one_refund_even_when_the_key_is_forgotten(  # SPEC X2
    till: Till, together: Moment, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale, basket = uuid4(), uuid4()
    till.paid(1000, sale=sale, basket=basket)
    till.stand_in.take = None
    till.deliver(till.refund(basket, sale, 400))
    with monkeypatch.context() as killed:
        killed.setattr(refunds, "answered", _die)
        with pytest.raises(SystemExit):
            refunds.send(till.db, till.provider)
    assert till.told(RefundSucceeded) == []

    together.move(timedelta(days=2))
    till.work()

    assert sent(till) == [400]
    assert len(till.told(RefundSucceeded)) == 1


def test_a_webhook_that_comes_instead_of_the_answer_settles_the_refund(till: Till) -> None:  # SPEC F3 X2
    sale, basket = uuid4(), uuid4()
    till.paid(1000, sale=sale, basket=basket)
    till.stand_in.ask("fail", {"call": "refunds.create", "mode": "drop_after", "times": 3})

    till.deliver(till.refund(basket, sale, 400))
    refunds.send(till.db, till.provider)
    till.settled(lambda: till.told(RefundSucceeded))

    with till.db.read() as session:
        part = session.query(RefundPart).one()
    assert (part.status, part.try_at) == ("succeeded", None)
    assert refunds.send(till.db, till.provider) is False
    assert till.balances()["provider"] == 600


def _die(*_args: object, **_kwargs: object) -> None:
    raise SystemExit


def test_replicas_send_a_refund_once(till: Till) -> None:  # SPEC X2
    sale, basket = uuid4(), uuid4()
    till.paid(1000, sale=sale, basket=basket)
    till.deliver(*(till.refund(basket, sale, cents) for cents in (100, 200, 300)))
    replicas = [databases.twin(till.db) for _ in range(3)]
    provider = Provider(KEY, till.stand_in.url, SECRET)

    threads = [eventlet.spawn(refunds.send, db, provider) for db in replicas for _ in range(2)]
    for thread in threads:
        thread.wait()
    for db in replicas:
        db.close()

    assert sorted(sent(till)) == [100, 200, 300]
    assert sorted(event.amount_cents for event in till.told(RefundSucceeded)) == [100, 200, 300]


def test_a_refused_refund_is_told_and_an_administrator_tries_it_again(till: Till) -> None:  # SPEC F3
    sale, basket = uuid4(), uuid4()
    till.paid(1000, sale=sale, basket=basket)
    till.stand_in.ask("fail", {"call": "refunds.create", "mode": "refuse", "code": "charge_disputed", "status": 400})
    request = till.refund(basket, sale, 400)
    till.deliver(request)
    till.work()
    assert [event.error for event in till.told(RefundFailed)] == ["charge_disputed"]

    with pytest.raises(NotFound), till.db.write() as session:
        refunds.retry(session, Actor(uuid4()), request.refund_id)
    with till.db.write() as session:
        refunds.retry(session, ADMIN, request.refund_id)
    till.work()

    assert sent(till) == [400]
    assert [event.refund_id for event in till.told(RefundSucceeded)] == [request.refund_id]
    assert attention(till) == []
    with pytest.raises(domain.RefundNotFailed), till.db.write() as session:
        refunds.retry(session, ADMIN, request.refund_id)


def test_one_part_refused_leaves_only_that_part_to_try_again(till: Till) -> None:  # SPEC F4
    sale, basket = uuid4(), uuid4()
    till.paid(1000, sale=sale, basket=basket)
    till.paid(900, sale=sale, basket=basket)
    till.stand_in.ask("fail", {"call": "refunds.create", "mode": "refuse", "code": "refused", "status": 400})
    request = till.refund(basket, sale, 1500)
    till.deliver(request)
    till.work()
    assert till.told(RefundSucceeded) == []

    with till.db.write() as session:
        refunds.retry(session, ADMIN, request.refund_id)
    till.work()

    assert sum(sent(till)) == 1500
    assert [event.amount_cents for event in till.told(RefundSucceeded)] == [1500]
    assert till.balances()["provider"] == 400


def test_a_refund_that_the_bank_sends_back_becomes_a_credit_and_is_told(till: Till) -> None:  # SPEC F2 F3
    sale, basket = uuid4(), uuid4()
    till.paid(1000, sale=sale, basket=basket)
    till.stand_in.ask("fail", {"call": "refunds.create", "mode": "fail_later"})

    till.deliver(till.refund(basket, sale, 400))
    till.work()
    till.stand_in.wait("refund.failed")

    assert len(till.told(RefundSucceeded)) == 1
    assert [event.credited_cents for event in till.told(RefundFailed)] == [400]
    assert till.balances() == {"provider": 1000, f"sale:{sale}": -600, till.MEMBER_ACCOUNT: -400}
    assert till.ledger(sale)["refunds_cents"] == 400
    with till.db.read() as session:
        assert session.query(Refund).one().status == "failed"
