"""The call for vacancies, seven days before a distribution, and the reminder, four days before."""

import eventlet
import pytest

from services.markets import commands
from shared import clock
from shared.events.markets import DutyReminderDue, DutyVacanciesCalled
from tests.markets.duty import DAY, Stall, shift
from tests.support import databases


@pytest.fixture
def stall(world):
    return Stall(world)


def roles(event):
    return [each.role for each in event.shifts]


def test_vacancies_are_called_seven_days_before_once(stall):  # SPEC M7
    first, full, _ = stall.set(shift(), shift("Caisse", places=1), shift("Rangement", places=3))
    stall.sign_up(stall.zoe, first)
    stall.sign_up(stall.luc, full)

    stall.wait(days=23, seconds=-1)
    before = stall.told(DutyVacanciesCalled)
    stall.wait(seconds=1)
    stall.wait(days=1)

    (called,) = stall.told(DutyVacanciesCalled)
    assert before == []
    assert [(each.role, each.free) for each in called.shifts] == [("Accueil", 1), ("Rangement", 3)]
    assert called.signed_up == sorted([stall.zoe, stall.luc])
    assert str(called.sale_id) == stall.sale["sale_id"]


def test_nobody_is_called_while_every_place_is_taken_and_a_place_that_gets_free_is_called_at_once(stall):  # SPEC M7
    (one,) = stall.set(shift(places=1))
    stall.sign_up(stall.zoe, one)

    stall.wait(days=24)
    full = stall.told(DutyVacanciesCalled)
    stall.withdraw(stall.zoe, one)
    stall.tick()
    stall.sign_up(stall.zoe, one)
    stall.withdraw(stall.zoe, one)
    stall.tick()

    (called,) = stall.told(DutyVacanciesCalled)
    assert full == []
    assert called.signed_up == []


def test_shifts_set_late_are_called_at_once_and_once(stall):  # SPEC M7
    stall.wait(days=28)
    stall.set(shift())
    stall.tick()
    stall.set(shift(), shift("Caisse"))
    stall.tick()

    (called,) = stall.told(DutyVacanciesCalled)
    assert roles(called) == ["Accueil"]


def test_those_who_signed_up_are_reminded_four_days_before_once_each(stall):  # SPEC M7
    first, second = stall.set(shift(), shift("Rangement", "13:00", "14:00"))
    stall.sign_up(stall.zoe, second)
    stall.sign_up(stall.zoe, first)
    stall.sign_up(stall.paul, first)

    stall.wait(days=26, seconds=-1)
    before = stall.told(DutyReminderDue)
    stall.wait(seconds=1)
    stall.wait(days=1)

    told = {event.account_id: roles(event) for event in stall.told(DutyReminderDue)}
    assert before == []
    assert told == {stall.zoe: ["Accueil", "Rangement"], stall.paul: ["Accueil"]}
    assert len(stall.told(DutyReminderDue)) == 2


def test_who_signs_up_later_needs_no_reminder(stall, world):  # SPEC M7
    (one,) = stall.set(shift())
    stall.sign_up(stall.zoe, one)
    world.moment.move(27 * DAY)

    stall.sign_up(stall.luc, one)
    stall.tick()

    assert [event.account_id for event in stall.told(DutyReminderDue)] == [stall.zoe]


def test_who_stepped_back_is_not_reminded(stall):  # SPEC M7
    (one,) = stall.set(shift())
    stall.sign_up(stall.zoe, one)
    stall.withdraw(stall.zoe, one)

    stall.wait(days=27)

    assert stall.told(DutyReminderDue) == []


def test_a_cancelled_sale_calls_and_reminds_nobody(stall):  # SPEC M7 S5
    (one,) = stall.set(shift())
    stall.sign_up(stall.zoe, one)
    stall.say("cancel_sale", stall.anne, reason="Pluie")

    stall.wait(days=27)

    assert stall.told((DutyVacanciesCalled, DutyReminderDue)) == []


def test_what_was_missed_until_the_distribution_is_not_told_after_its_beginning(stall, world):  # SPEC M7 X2
    (one,) = stall.set(shift())
    stall.sign_up(stall.zoe, one)

    stall.wait(days=30)

    assert stall.told((DutyVacanciesCalled, DutyReminderDue)) == []


def test_a_distribution_that_moves_is_called_and_reminded_for_on_its_new_date(stall):  # SPEC M7 S5
    (one,) = stall.set(shift())
    stall.sign_up(stall.zoe, one)
    stall.wait(days=27)
    later = clock.now() + 10 * DAY

    stall.say("reschedule_sale", stall.anne, starts_at=later, ends_at=later + DAY / 24)
    stall.tick()
    told = [len(stall.told(kind)) for kind in (DutyVacanciesCalled, DutyReminderDue)]
    stall.wait(days=3)
    stall.wait(days=3)

    calls, reminders = stall.told(DutyVacanciesCalled), stall.told(DutyReminderDue)
    assert told == [1, 1]
    assert [event.starts_at for event in calls] == [later - 7 * DAY, later]
    assert [event.starts_at for event in reminders] == [later - 7 * DAY, later]


def test_a_distribution_brought_forward_tells_at_once_who_signed_up_for_another_date(stall):  # SPEC M7 S5
    stall.wait(days=10)
    (one,) = stall.set(shift())
    stall.sign_up(stall.zoe, one)
    sooner = clock.now() + 3 * DAY

    times = {"closes_at": clock.now() + DAY, "starts_at": sooner, "ends_at": sooner + DAY / 24}
    stall.say("reschedule_sale", stall.anne, **times)
    stall.tick()

    assert [(event.account_id, event.starts_at) for event in stall.told(DutyReminderDue)] == [(stall.zoe, sooner)]


def test_another_hour_of_the_same_day_calls_nobody_again_but_is_told_to_those_on_duty(stall):  # SPEC M7 S5
    (one,) = stall.set(shift())
    stall.sign_up(stall.zoe, one)
    stall.wait(days=27)
    start = clock.now() + 3 * DAY + DAY / 8

    stall.say("reschedule_sale", stall.anne, starts_at=start, ends_at=start + DAY / 24)
    stall.tick()

    assert len(stall.told(DutyVacanciesCalled)) == 1
    assert [event.shifts[0].starts_at.hour for event in stall.told(DutyReminderDue)] == [9, 12]


def test_two_replicas_call_and_remind_exactly_once(stall, world):  # SPEC M7 S8
    (one,) = stall.set(shift(places=5))
    for by in (stall.zoe, stall.luc, stall.paul):
        stall.sign_up(by, one)
    world.moment.move(27 * DAY)
    replicas = [world.db] + ([databases.twin(world.db)] if databases.on_postgresql() else [])

    done = [eventlet.spawn(keep_going, db) for db in replicas for _ in range(2)]
    for work in done:
        work.wait()
    for twin in replicas[1:]:
        twin.close()

    assert len(stall.told(DutyVacanciesCalled)) == 1
    assert sorted(event.account_id for event in stall.told(DutyReminderDue)) == sorted(
        [stall.zoe, stall.luc, stall.paul]
    )


def keep_going(db):
    for _ in range(5):
        for work in (commands.call_vacancies, commands.remind_of_duty):
            with db.write() as session:
                work(session)
                eventlet.sleep(0) if not db.is_sqlite else None
        eventlet.sleep(0.01)
