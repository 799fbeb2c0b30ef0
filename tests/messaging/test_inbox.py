"""An event has its effect once; one that cannot be digested is kept, retried, shown and replayable."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import OperationalError

from services.orders.models import Member
from shared import clock
from shared.events.accounts import AccountDeleted
from shared.messaging import inbox, outbox
from shared.messaging.tables import failed_events, sequences


def an_event():
    return outbox.envelope(AccountDeleted(account_id=clock.new_id()))


def effects(db):
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(sequences))


def failures(db):
    with db.read() as session:
        return session.execute(select(failed_events)).all()


def leave_a_mark(session, event):
    session.execute(insert(sequences).values(name=str(clock.new_id()), last=1))


class Flaky:
    """Leaves its mark and then fails, until told not to."""

    def __init__(self):
        self.broken = True

    def __call__(self, session, event):
        leave_a_mark(session, event)
        if self.broken:
            raise LookupError("no such member")


def test_the_same_event_twice_has_one_effect(database):  # SPEC X2
    db, wire = database("accounts"), an_event()

    inbox.digest(db, "on_account_deleted", leave_a_mark, wire)
    inbox.digest(db, "on_account_deleted", leave_a_mark, wire)

    assert effects(db) == 1


def test_two_handlers_of_one_event_both_have_their_effect(database):
    db, wire = database("accounts"), an_event()

    inbox.digest(db, "one", leave_a_mark, wire)
    inbox.digest(db, "two", leave_a_mark, wire)

    assert effects(db) == 2


def test_a_failed_event_leaves_no_effect_and_is_kept_with_its_error(database):  # SPEC X3
    db, wire = database("accounts"), an_event()

    inbox.digest(db, "on_account_deleted", Flaky(), wire)

    (kept,) = failures(db)
    assert effects(db) == 0
    assert "LookupError: no such member" in kept.error
    assert kept.envelope == wire
    assert not kept.dead


def test_a_failed_event_is_retried_with_back_off_until_it_is_digested(database, moment):  # SPEC X3
    db, handler = database("accounts"), Flaky()
    inbox.digest(db, "h", handler, an_event())

    assert inbox.retry_due(db, {"h": handler}) == 0
    moment.move(timedelta(seconds=2))
    assert inbox.retry_due(db, {"h": handler}) == 1
    assert failures(db)[0].attempts == 2
    handler.broken = False
    moment.move(timedelta(seconds=6))
    inbox.retry_due(db, {"h": handler})

    assert failures(db) == []
    assert effects(db) == 1


def test_after_the_last_attempt_an_event_is_dead_but_visible_and_replayable(database, moment):  # SPEC X3
    db, handler, wire = database("accounts"), Flaky(), an_event()
    inbox.digest(db, "h", handler, wire)
    for _ in inbox.BACK_OFF:
        moment.move(timedelta(hours=7))
        inbox.retry_due(db, {"h": handler})
    moment.move(timedelta(days=30))

    assert inbox.retry_due(db, {"h": handler}) == 0
    (kept,) = failures(db)
    assert kept.dead
    handler.broken = False
    with db.write() as session:
        assert inbox.replay(session, kept.event_id) == 1
    inbox.retry_due(db, {"h": handler})

    assert failures(db) == []
    assert effects(db) == 1


def test_an_event_of_the_wrong_shape_is_kept_and_does_not_stop_the_others(database):  # SPEC X3
    db, bad = database("accounts"), an_event()
    bad["data"] = {"account_id": 7}

    inbox.digest(db, "h", leave_a_mark, bad)
    inbox.digest(db, "h", leave_a_mark, an_event())

    assert effects(db) == 1
    assert "ValidationError" in failures(db)[0].error


def test_an_unknown_field_of_a_newer_emitter_is_passed_over(database):
    db, wire = database("accounts"), an_event()
    wire["data"]["reason"] = "told by a newer version"

    inbox.digest(db, "h", leave_a_mark, wire)

    assert effects(db) == 1
    assert failures(db) == []


def test_while_the_database_is_down_the_broker_keeps_the_event(database):  # SPEC X2
    db = database("accounts")

    def lose_the_connection(session, event):
        raise OperationalError("SELECT 1", {}, None)

    with pytest.raises(OperationalError):
        inbox.digest(db, "h", lose_the_connection, an_event())

    assert failures(db) == []


def test_a_version_is_kept_until_a_newer_one_comes(database):  # SPEC X2
    db, key = database("orders"), {"market_id": clock.new_id(), "account_id": clock.new_id()}

    def keep(version, joined, *also):
        with db.write() as session:
            return inbox.keep_newest(session, Member, key, version, *also, joined=joined)

    said = [keep(2, True), keep(1, False), keep(2, False), keep(4, False), keep(3, True), keep(5, True, Member.joined)]

    with db.read() as session:
        row = session.get_one(Member, tuple(key.values()))
    assert said == [True, False, False, True, False, False]
    assert (row.version, row.joined) == (4, False)
