"""Who is called to duty shifts, who is spared, and what has become moot."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from services.notifications import queries
from services.notifications.models import Delivery
from shared.events import markets
from tests.notifications import world as w

CANCELLED = w.sale_cancelled()


def takes_part(**changes):
    facts = {"sale_id": w.SALE, "market_id": w.MARKET, "catalog_id": w.CATALOG, "producer_id": w.FARM, "version": 2}
    return markets.ParticipationConfirmed(**(facts | changes))


def on_duty(halle):
    return sorted(
        address
        for mail, address in zip(halle.mail.messages, halle.mail.recipients, strict=True)
        if any(words in mail["Subject"] for words in ("On a besoin de vous", "You are needed", "permanence", "on duty"))
    )


def notices(halle, person):
    with halle.db.read() as session:
        return [each["kind"] for each in queries.my_notices(session, person, "fr", 50)["items"]]


def test_members_and_people_of_farms_that_take_part_are_called_but_for_who_signed_up(halle):  # SPEC M7
    halle.hear(takes_part(), w.duty_called(w.JOHN))

    halle.work()
    halle.later(minutes=2)

    assert on_duty(halle) == ["ada@example.org", "marie@example.org", "paul@example.org"]
    assert "duty_vacancies" in notices(halle, w.PAUL)
    assert "duty_vacancies" not in notices(halle, w.JOHN)


def test_a_farm_that_does_not_take_part_is_not_called(halle):  # SPEC M7
    halle.hear(
        takes_part(),
        markets.ParticipationWithdrawn(
            sale_id=w.SALE, market_id=w.MARKET, catalog_id=w.CATALOG, producer_id=w.FARM, version=3
        ),
        w.duty_called(),
    )

    halle.work()

    assert "paul@example.org" not in on_duty(halle)


def test_the_names_of_those_who_signed_up_are_in_no_mail_of_others(halle):  # SPEC P3 X4
    halle.hear(w.duty_called(w.JOHN))
    halle.work()

    with halle.db.read() as session:
        kept = session.scalars(select(Delivery).where(Delivery.kind == "duty_vacancies")).all()
    assert kept
    assert all(set(delivery.facts) == {"shifts"} for delivery in kept)


def test_a_call_told_twice_is_one_mail_and_for_another_date_a_second(halle):  # SPEC N4 M7
    halle.hear(w.duty_called(), w.duty_called())
    halle.work()
    halle.later(minutes=2)
    first = on_duty(halle)

    halle.hear(w.duty_called(starts_at=w.sale().starts_at + timedelta(days=3)))
    halle.work()

    assert len(first) == len(set(first)) == 3
    assert len(on_duty(halle)) == 6


def test_the_call_can_be_unsubscribed_and_the_reminder_cannot(halle):  # SPEC N3 M7
    halle.hear(w.duty_called(), w.duty_due())
    halle.work()

    called, reminder = sorted(halle.mail.to("marie@example.org"), key=lambda mail: "permanence le" in mail["Subject"])

    assert called["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert reminder["List-Unsubscribe"] is None


def test_a_reminder_told_twice_is_one_mail_and_one_notice(halle):  # SPEC N4 M7
    halle.hear(w.duty_due(), w.duty_due())
    halle.work()

    assert on_duty(halle) == ["marie@example.org"]
    assert notices(halle, w.MARIE) == ["duty_reminder"]


@pytest.mark.parametrize("event", [w.duty_called(), w.duty_due()])
def test_nobody_is_mailed_about_duty_at_a_cancelled_distribution(halle, event):  # SPEC M7 S5
    halle.hear(CANCELLED, event)
    halle.work()

    assert on_duty(halle) == []


def test_what_could_not_leave_before_the_distribution_is_dropped(halle):  # SPEC M7 X2
    halle.moment.set(w.sale().starts_at)

    halle.hear(w.duty_called(), w.duty_due())
    halle.work()

    assert on_duty(halle) == []


def told_of_the_cancellation(halle):
    return sorted(
        address
        for mail, address in zip(halle.mail.messages, halle.mail.recipients, strict=True)
        if mail["Subject"].startswith(("Vente annul", "Sale cancelled"))
    )


def test_who_is_on_duty_at_a_cancelled_distribution_is_told_once_in_their_language(halle):  # SPEC M7 S5 N4
    cancelled = w.sale_cancelled("Neige", w.MARIE, w.JOHN)
    halle.hear(cancelled, cancelled)

    halle.later(minutes=2)
    halle.later(minutes=2)

    assert told_of_the_cancellation(halle) == ["john@example.org", "marie@example.org"]
    assert halle.mail.to("john@example.org")[0]["Subject"] == "Sale cancelled: no duty on Saturday 16 September"
    assert notices(halle, w.MARIE) == ["duty_cancelled"]
    assert "duty_cancelled" not in notices(halle, w.ADA)


@pytest.mark.parametrize("orders_are_told_first", [True, False])
def test_who_is_on_duty_and_has_an_order_or_a_farm_there_gets_one_mail(halle, orders_are_told_first):  # SPEC M7 S5
    cancelled, void = w.sale_cancelled("Neige", w.MARIE, w.PAUL, w.JOHN), w.cancelled(reason="sale_cancelled")
    halle.hear(
        takes_part(), *([w.confirmed(), void, cancelled] if orders_are_told_first else [cancelled, w.confirmed()])
    )
    halle.later(seconds=30)
    halle.hear(void)

    halle.later(minutes=2)
    halle.later(minutes=2)

    assert told_of_the_cancellation(halle) == ["john@example.org", "marie@example.org", "paul@example.org"]
    assert "duty_cancelled" not in notices(halle, w.MARIE) + notices(halle, w.PAUL)


def test_who_cancelled_the_own_order_before_is_told_as_on_duty(halle):  # SPEC M7 S5
    halle.hear(w.confirmed(), w.cancelled(reason="member"), w.sale_cancelled("Neige", w.MARIE))

    halle.later(minutes=2)

    assert told_of_the_cancellation(halle) == ["marie@example.org"]
    assert "duty_cancelled" in notices(halle, w.MARIE)
