"""From the order to the captured payment, over the real SDK and the stand-in's HTTP API."""

from datetime import timedelta
from uuid import uuid4

import eventlet
import pytest

from services.payments import domain, queries
from services.payments.commands import checkout
from shared import clock
from shared.actor import Actor
from shared.errors import NotFound
from shared.events.payments import PaymentFailed, PaymentSucceeded
from tests.payments.conftest import ADMIN, MEMBER, Till, expired
from tests.support.fixtures import Moment


def test_an_order_is_paid_on_the_providers_page_and_told_once(till: Till) -> None:  # SPEC O2 F2 F3
    sale = uuid4()
    order = till.order(1234, sale=sale)
    till.deliver(order)

    till.pay(order)

    payment = till.captured(order)
    (event,) = till.told(PaymentSucceeded)
    assert (event.order_id, event.amount_cents, event.payment_id) == (order.order_id, 1234, payment.id)
    assert till.balances() == {"provider": 1234, f"sale:{sale}": -1234}
    (charge,) = till.stand_in.books()["charges"]
    assert (charge["amount"], charge["transfer_group"]) == (1234, str(sale))


def test_a_page_asked_for_twice_is_the_same_page(till: Till) -> None:  # SPEC O5
    order = till.order(1000, sale=uuid4())
    till.deliver(order)

    first, second = till.checkout(order), till.checkout(order)

    assert first.session_url == second.session_url is not None


def test_two_clicks_at_once_open_one_page(till: Till) -> None:  # SPEC O5
    order = till.order(1000, sale=uuid4())
    till.deliver(order)

    clicks = [eventlet.spawn(till.checkout, order) for _ in range(4)]
    pages = {click.wait().session_id for click in clicks}

    assert len(pages) == 1


def test_the_page_lives_as_long_as_the_reservation_but_half_an_hour_at_least(till: Till) -> None:  # SPEC O3
    order = till.order(1000, sale=uuid4(), expires_at=clock.now() + timedelta(minutes=35))
    late = till.order(1000, sale=uuid4(), expires_at=clock.now() + timedelta(minutes=5))
    till.deliver(order, late)

    assert till.checkout(order).session_expires_at == order.expires_at.replace(microsecond=0)
    assert till.checkout(late).session_expires_at > clock.now() + timedelta(minutes=30)


def test_a_page_is_not_ready_before_the_order_has_arrived(till: Till) -> None:
    with pytest.raises(domain.PaymentNotReady):
        till.checkout(till.order(1000, sale=uuid4()))


def test_somebody_elses_order_is_not_found(till: Till) -> None:  # SPEC X4
    order = till.order(1000, sale=uuid4())
    till.deliver(order)

    with pytest.raises(NotFound):
        till.checkout(order, Actor(uuid4()))
    with till.db.read() as session:
        with pytest.raises(NotFound):
            queries.payment(session, Actor(uuid4()), order.order_id)
        assert queries.payment(session, ADMIN, order.order_id)["url"] is None
        assert queries.payment(session, MEMBER, order.order_id)["status"] == "awaiting"


def test_a_paid_order_is_not_paid_again(till: Till) -> None:  # SPEC O5
    order = till.paid(1000, sale=uuid4())

    with pytest.raises(domain.AlreadyPaid):
        till.checkout(order)


def test_less_than_fifty_cents_cannot_be_paid_by_card_and_nothing_is_free(till: Till) -> None:
    small, free = till.order(49, sale=uuid4()), till.order(0, sale=uuid4())
    till.deliver(small, free)

    with pytest.raises(domain.AmountTooSmall):
        till.checkout(small)

    (event,) = till.told(PaymentSucceeded)
    assert (event.order_id, event.amount_cents) == (free.order_id, 0)


def test_a_declined_card_is_told_and_another_one_may_pay(till: Till) -> None:  # SPEC N1
    order = till.order(1000, sale=uuid4())
    till.deliver(order)

    till.pay(order, card="4000000000009995")
    till.stand_in.wait("payment_intent.payment_failed")
    till.pay(order)

    till.captured(order)
    (event,) = till.told(PaymentFailed)
    assert event.reason == "insufficient_funds"


def test_an_expired_order_closes_the_page_at_the_provider(till: Till) -> None:  # SPEC O3
    order = till.order(1000, sale=uuid4())
    till.deliver(order)
    page = till.checkout(order)

    till.deliver(expired(order))
    till.work()

    assert till.provider.find_checkout(page.session_id).status == "expired"
    with pytest.raises(domain.ReservationOver):
        till.checkout(order)


def test_an_order_that_expires_before_it_arrives_is_never_payable(till: Till) -> None:  # SPEC X2
    order = till.order(1000, sale=uuid4())

    till.deliver(expired(order), order)

    with pytest.raises(domain.ReservationOver):
        till.checkout(order)


def test_a_payment_made_while_the_order_expires_counts(till: Till) -> None:  # SPEC O4
    order = till.order(1000, sale=uuid4())
    till.deliver(order)
    till.stand_in.take = None
    till.pay(order)

    till.deliver(expired(order))
    till.work()

    assert till.payment(order).status == "succeeded"
    assert len(till.told(PaymentSucceeded)) == 1


def test_a_lost_webhook_is_found_by_asking(till: Till, together: Moment) -> None:  # SPEC F8 X2
    order = till.order(1000, sale=uuid4())
    till.deliver(order)
    till.stand_in.take = None
    till.pay(order)

    till.work()
    assert till.payment(order).status == "awaiting"
    paid_at = clock.now()
    together.move(timedelta(minutes=4))
    till.work()

    (event,) = till.told(PaymentSucceeded)
    assert event.captured_at == paid_at.replace(microsecond=0)


def test_a_page_left_half_open_by_a_crash_is_opened_with_the_same_key(till: Till, together: Moment) -> None:  # SPEC X2
    order = till.order(1000, sale=uuid4())
    till.deliver(order)
    till.stand_in.ask("fail", {"call": "checkout.sessions.create", "mode": "drop_after", "times": 3})
    with pytest.raises(domain.ProviderIsUnavailable):
        till.checkout(order)

    together.move(timedelta(minutes=3))
    till.work()

    payment = till.payment(order)
    assert payment.session_url is not None
    assert payment.checkout["key"].endswith(":1")
    assert till.checkout(order).session_id == payment.session_id


def test_a_page_that_could_not_be_opened_in_time_is_asked_for_anew(till: Till, together: Moment) -> None:  # SPEC X2
    order = till.order(1000, sale=uuid4())
    till.deliver(order)
    till.stand_in.ask("fail", {"call": "checkout.sessions.create", "mode": "drop_before", "times": 3})
    with pytest.raises(domain.ProviderIsUnavailable):
        till.checkout(order)

    together.move(timedelta(minutes=20))

    assert till.checkout(order).checkout["key"].endswith(":2")


def test_pages_are_left_alone_when_nothing_is_due(till: Till) -> None:
    order = till.order(1000, sale=uuid4())
    till.deliver(order)
    till.checkout(order)

    assert checkout.look(till.db, till.provider) is False
