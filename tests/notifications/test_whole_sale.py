"""A cancelled sale, and baskets nobody came for, as their customers read of them."""

import pytest
from sqlalchemy import select

from services.notifications import queries
from services.notifications.letters.formats import NBSP
from services.notifications.models import Delivery
from shared.events import markets, payments
from tests.notifications import world as w

SECOND = w.an_id("second order")
CANCELLED = markets.SaleCancelled(sale_id=w.SALE, market_id=w.MARKET, reason="Neige")


def mails(halle, kind):
    with halle.db.read() as session:
        ids = [str(one) for one in session.scalars(select(Delivery.id).where(Delivery.kind == kind))]
    return [mail for mail in halle.mail.messages if mail["Message-ID"].partition("@")[0].strip("<") in ids]


def text(mail):
    return mail.get_body(("plain",)).get_content().replace(NBSP, " ")


def void(order_id=w.ORDER):
    return w.cancelled(order_id=order_id, reason="sale_cancelled")


def test_a_customer_with_two_orders_in_a_cancelled_sale_gets_one_mail_with_their_sum(halle):  # SPEC S5 N4
    halle.hear(w.confirmed(), w.confirmed(order_id=SECOND), CANCELLED, void())
    halle.later(minutes=1)
    assert mails(halle, "sale_refunded") == []  # the other order is still to be ended

    halle.hear(void(SECOND), void())
    halle.later(minutes=2)

    [mail] = mails(halle, "sale_refunded")
    assert "25,00 €" in text(mail)
    assert "Neige" in text(mail)


@pytest.mark.parametrize("reason", ["missing_product", "not_delivering", "not_collected", "adjusted", "too_late"])
def test_what_was_given_back_before_is_not_announced_again(halle, reason):  # SPEC S5
    halle.hear(w.confirmed(), w.refunded(amount_cents=450, reason=reason), CANCELLED, void())

    halle.later(minutes=1)

    [mail] = mails(halle, "sale_refunded")
    assert "8,00 €" in text(mail)


def test_somebody_who_has_everything_back_already_is_told_so(halle):  # SPEC S5
    halle.hear(w.confirmed(), w.refunded(reason="not_delivering"), CANCELLED, void())

    halle.later(minutes=1)

    [mail] = mails(halle, "sale_refunded")
    assert "déjà été rendu" in text(mail)


def test_what_the_bank_sent_back_comes_back_now(halle):  # SPEC S5
    returned = w.about_money() | {"amount_cents": 450, "reason": "missing_product"}
    failed = payments.RefundFailed(refund_id=w.an_id("refund"), basket_id=w.BASKET, error="closed", **returned)
    halle.hear(w.confirmed(), w.refunded(amount_cents=450, reason="missing_product"), failed, CANCELLED, void())

    halle.later(minutes=1)

    [mail] = mails(halle, "sale_refunded")
    assert "12,50 €" in text(mail)


def test_the_refund_of_a_cancelled_sale_is_noticed_and_not_mailed_a_second_time(halle):  # SPEC N7
    halle.hear(w.confirmed(), CANCELLED, void(), w.refunded(reason="sale_cancelled"))

    halle.later(minutes=1)

    assert mails(halle, "refund") == []
    with halle.db.read() as session:
        kinds = [each["kind"] for each in queries.my_notices(session, w.MARIE, "fr", 50)["items"]]
    assert kinds == ["refund", "sale_refunded", "order_confirmed"]


@pytest.mark.parametrize("late", [False, True])
def test_a_basket_that_was_collected_after_all_is_not_mailed_about(halle, late):  # SPEC D7
    halle.hear(*([w.collected(), w.not_collected()] if late else [w.not_collected(), w.collected()]))

    halle.later(hours=2)

    assert halle.mail.messages == []
    with halle.db.read() as session:
        assert queries.my_notices(session, w.MARIE, "fr", 50)["items"] == []


def test_a_basket_noted_again_after_it_was_taken_back_is_mailed_about(halle):  # SPEC D7
    again = w.datetime(2023, 9, 16, 9, 58, tzinfo=w.UTC)
    halle.hear(w.not_collected(), w.collected(), w.not_collected(noted_at=again))

    halle.later(hours=1)

    assert len(mails(halle, "basket_not_collected")) == 1
