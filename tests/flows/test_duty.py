"""Duty shifts over the bus: the call for vacancies and the reminder, with the clock moved (SPEC M7)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clayette.demo.api import wait_for

PARIS = ZoneInfo("Europe/Paris")
HOUR = timedelta(hours=1)
DAY = 24 * HOUR


def plan(day, *, starts_in):
    """A sale whose distribution is that far away, with one shift of three places: (sale, shift, start)."""
    now = day.world.now().replace(microsecond=0)
    starts = now + starts_in
    times = {"opens_at": now + HOUR, "closes_at": starts - DAY, "starts_at": starts, "ends_at": starts + 3 * HOUR}
    body = {name: instant.isoformat() for name, instant in times.items()}
    sale = day.admin.do("POST", f"/markets/{day.tale.market_id}/sales", body)["sale_id"]
    for farm in day.tale.farms:
        farm.person.do("PUT", f"/sales/{sale}/participations/{farm.catalog_id}")
    shift = {"role": "Accueil", "starts": "08:00", "ends": "10:00", "places": 3}
    shown = day.admin.do("PUT", f"/sales/{sale}/shifts", {"shifts": [shift]})["shifts"][0]
    return sale, f"/sales/{sale}/shifts/{shown['shift_id']}/signup", starts


def mails_about(day, person, sale, kind):
    """(mails to this person of this kind, notices of this kind about this sale)."""
    words = {"duty_vacancies": "On a besoin de vous", "duty_reminder": "Vous êtes de permanence"}[kind]
    notices = person.get("/my/notices", limit=100)["items"]
    mails = [mail for mail in day.world.mails(person.email) if words in mail["subject"]]
    return len(mails), sum(one["kind"] == kind and one["sale_id"] == sale for one in notices)


@pytest.mark.timeout(900)
def test_vacancies_are_called_seven_days_before_and_who_signed_up_is_reminded_four_days_before(market):  # SPEC M7 N1 N4
    day = market(members=2)
    awa, other = day.tale.members
    farmer = day.tale.farms[0].person
    sale, signup, starts = plan(day, starts_in=12 * DAY)
    awa.do("POST", signup)

    day.world.move_to(starts - 7 * DAY)
    call = day.world.wait_for_mail(other.email, "On a besoin de vous")
    day.world.wait_for_mail(farmer.email, "On a besoin de vous")
    other.do("POST", signup)
    day.world.move_to(starts - 4 * DAY)
    for helper in (awa, other):
        day.world.wait_for_mail(helper.email, "Vous êtes de permanence")

    number = day.admin.get(f"/markets/{day.tale.market_id}")["number"]
    assert f"/group/{number}/duty/{sale}" in call["text"]
    assert other.get(f"/sales/{sale}/shifts")["shifts"][0]["taken"] == 2
    counts = {
        (person.name, kind): mails_about(day, person, sale, kind)
        for person in (awa, other, farmer)
        for kind in ("duty_vacancies", "duty_reminder")
    }
    assert counts == {
        (awa.name, "duty_vacancies"): (0, 0),
        (awa.name, "duty_reminder"): (1, 1),
        (other.name, "duty_vacancies"): (1, 1),
        (other.name, "duty_reminder"): (1, 1),
        (farmer.name, "duty_vacancies"): (1, 1),
        (farmer.name, "duty_reminder"): (0, 0),
    }


@pytest.mark.timeout(900)
def test_a_moved_distribution_is_called_for_on_its_new_date_and_a_cancelled_one_never(market):  # SPEC M7 S5
    day = market(members=2)
    awa, other = day.tale.members
    called_off, _, starts = plan(day, starts_in=12 * DAY)
    moved, signup, _ = plan(day, starts_in=14 * DAY)
    awa.do("POST", signup)
    day.admin.do("POST", f"/sales/{called_off}/cancel", {"reason": "La halle est fermée."})
    later = starts + 10 * DAY
    times = {"starts_at": later.isoformat(), "ends_at": (later + HOUR).isoformat()}
    day.admin.do("PATCH", f"/sales/{moved}", times)

    day.world.move_to(later - 7 * DAY)
    day.world.wait_for_mail(other.email, "On a besoin de vous")
    day.world.move_to(later - 4 * DAY)
    day.world.wait_for_mail(awa.email, "Vous êtes de permanence")

    wait_for("the notices", lambda: mails_about(day, awa, moved, "duty_reminder") == (1, 1))
    shown = awa.get(f"/sales/{moved}/shifts")["shifts"][0]
    assert datetime.fromisoformat(shown["starts_at"]).astimezone(PARIS).date() == later.astimezone(PARIS).date()
    assert mails_about(day, other, moved, "duty_vacancies") == (1, 1)
    assert mails_about(day, other, called_off, "duty_vacancies") == (1, 0)
