"""Reminders before the pickup and before closing."""

from datetime import timedelta

import pytest

from services.notifications import commands
from shared.events import markets
from tests.notifications import world as w

START = w.sale().starts_at
CLOSE = w.sale().closes_at
LATER = {"starts_at": START + timedelta(days=7), "ends_at": START + timedelta(days=7, hours=3)}


def hours_before(instant, hours):
    return instant - timedelta(hours=hours)


def wait_until(halle, instant):
    halle.moment.set(instant)
    halle.work()


def mails_about(halle, words):
    return sorted(
        address
        for mail, address in zip(halle.mail.messages, halle.mail.recipients, strict=True)
        if words in mail["Subject"]
    )


def pickups(halle):
    return mails_about(halle, "panier vous attend") + mails_about(halle, "basket is waiting")


def test_customers_and_their_households_are_reminded_a_day_before_the_pickup(halle):  # SPEC N1, SPEC P1
    halle.hear(w.confirmed(), w.confirmed(w.JOHN, w.an_id("his")))
    wait_until(halle, hours_before(START, 24.1))
    assert pickups(halle) == []

    wait_until(halle, hours_before(START, 24))
    for _ in range(30):
        halle.later(minutes=30)

    assert pickups(halle) == ["luc@example.org", "marie@example.org", "john@example.org"]
    [mail] = halle.mail.to("luc@example.org")
    assert "Halle couverte" in mail.get_body(("plain",)).get_content()


def test_two_orders_of_one_member_are_one_reminder(halle):  # SPEC N4
    halle.hear(w.confirmed(w.JOHN, w.an_id("1")), w.confirmed(w.JOHN, w.an_id("2")))

    wait_until(halle, hours_before(START, 20))

    assert pickups(halle) == ["john@example.org"]


def test_nobody_is_reminded_of_a_cancelled_order_or_sale(halle):
    other = w.an_id("other sale")
    halle.hear(w.sale(sale_id=other), w.confirmed(), w.cancelled())
    halle.hear(
        w.confirmed(w.JOHN, w.an_id("his")), markets.SaleCancelled(sale_id=w.SALE, market_id=w.MARKET, reason="")
    )

    wait_until(halle, hours_before(START, 20))

    assert pickups(halle) == []


def test_a_cancellation_that_overtakes_its_confirmation_counts(halle):  # SPEC X2
    halle.hear(w.cancelled(), w.confirmed())

    wait_until(halle, hours_before(START, 20))

    assert pickups(halle) == []


def test_a_sale_moved_to_another_day_is_reminded_of_on_the_new_day(halle):  # SPEC S5
    halle.hear(w.confirmed(w.JOHN, w.an_id("his")))
    wait_until(halle, hours_before(START, 20))
    halle.hear(w.sale(markets.SaleRescheduled, version=2, **LATER))
    wait_until(halle, hours_before(START, 1))
    assert len(pickups(halle)) == 1

    wait_until(halle, hours_before(LATER["starts_at"], 20))

    assert len(pickups(halle)) == 2


def test_a_sale_moved_within_its_day_is_not_reminded_of_twice(halle):  # SPEC N4
    halle.hear(w.confirmed(w.JOHN, w.an_id("his")))
    wait_until(halle, hours_before(START, 20))

    halle.hear(
        w.sale(
            markets.SaleRescheduled, version=2, starts_at=START + timedelta(hours=2), ends_at=START + timedelta(hours=4)
        )
    )
    halle.later(hours=1)

    assert len(pickups(halle)) == 1


def test_a_reminder_that_could_not_leave_before_the_sale_was_moved_is_dropped(halle):  # SPEC S5
    halle.hear(w.confirmed(w.JOHN, w.an_id("his")))
    halle.work()
    halle.mail.stop()
    wait_until(halle, hours_before(START, 23))

    halle.hear(w.sale(markets.SaleRescheduled, version=2, **LATER))
    halle.mail.start()
    halle.later(minutes=30)

    assert pickups(halle) == []


def test_the_reminder_four_hours_before_is_for_those_who_asked(halle):  # SPEC N1
    halle.hear(w.confirmed(), w.confirmed(w.JOHN, w.an_id("his")))
    halle.ask(commands.change_preferences, w.JOHN, pickup_4h=True)
    wait_until(halle, hours_before(START, 24))
    wait_until(halle, hours_before(START, 4.1))
    assert mails_about(halle, "today") == []

    wait_until(halle, hours_before(START, 4))
    halle.later(minutes=30)

    assert mails_about(halle, "today") + mails_about(halle, "aujourd’hui") == ["john@example.org"]


def test_who_has_not_ordered_is_reminded_before_closing_as_the_market_wishes(halle):  # SPEC N1
    halle.hear(w.opened(), w.confirmed(), w.market(version=2, reminder_hours=48))
    halle.work()
    wait_until(halle, hours_before(CLOSE, 48.2))
    assert mails_about(halle, "closes") + mails_about(halle, "clôture") == []

    wait_until(halle, hours_before(CLOSE, 48))
    for _ in range(50):
        halle.later(hours=1)

    assert mails_about(halle, "closes") + mails_about(halle, "clôture") == ["john@example.org", "ada@example.org"]
    closing = [mail for mail in halle.mail.messages if "closes" in mail["Subject"]]
    assert closing[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "Wednesday 13 September at 23:55" in closing[0].get_body(("plain",)).get_content()


@pytest.mark.parametrize("changes", [{"reminder_hours": 0}, {"reminder_hours": 48, "sale": hours_before(CLOSE, 30)}])
def test_no_reminder_before_closing_unless_wanted_and_the_opening_is_long_past(halle, changes):  # SPEC N1
    opens = changes.pop("sale", None)
    if opens:
        halle.hear(w.sale(markets.SaleRescheduled, version=2, opens_at=opens))
    halle.hear(w.opened(), w.market(version=2, **changes))
    halle.work()

    wait_until(halle, hours_before(CLOSE, 10))

    assert mails_about(halle, "closes") + mails_about(halle, "clôture") == []


def test_who_orders_while_the_reminder_waits_is_spared_it(halle):
    halle.hear(w.opened())
    halle.work()
    halle.mail.stop()
    wait_until(halle, hours_before(CLOSE, 24))

    halle.hear(w.confirmed(w.JOHN, w.an_id("his")))
    halle.mail.start()
    halle.later(minutes=30)

    assert mails_about(halle, "closes") == []


def test_a_sale_that_never_opened_is_not_reminded_of(halle):
    wait_until(halle, hours_before(CLOSE, 10))

    assert mails_about(halle, "closes") + mails_about(halle, "clôture") == []
