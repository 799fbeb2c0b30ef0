"""Once, whatever is retried; later, when the mail server will not; never, when it will not at all."""

from datetime import timedelta

import eventlet
import pytest
from sqlalchemy import select, update

from services.notifications import commands, domain
from services.notifications.models import Delivery
from services.notifications.service import NotificationsService
from shared.events.notifications import DeliveryBounced
from shared.messaging import outbox
from tests.notifications import world as w
from tests.support import bus, databases

MARIE = "marie@example.org"


def rows(halle):
    with halle.db.read() as session:
        return session.scalars(select(Delivery).order_by(Delivery.id)).all()


def orders(count):
    return [w.confirmed(order_id=w.an_id(f"order {n}"), number=n) for n in range(count)]


def test_an_event_delivered_twice_is_one_mail(halle):  # SPEC N4
    wire = outbox.envelope(w.confirmed())

    bus.deliver_wire(halle.db, NotificationsService, wire)
    bus.deliver_wire(halle.db, NotificationsService, wire)
    halle.work()

    assert len(halle.mail.messages) == 1


def test_a_fact_told_twice_is_one_mail_and_one_notice(halle):  # SPEC N4
    halle.hear(w.confirmed(), w.opened(), w.confirmed(), w.opened())
    halle.work()

    halle.later(minutes=5)

    assert sorted(halle.mail.recipients) == ["ada@example.org", "john@example.org", MARIE, MARIE]


def test_nothing_is_sent_of_a_transaction_that_does_not_commit(halle):  # SPEC N4
    handle = NotificationsService.event_handlers()["on_order_confirmed"]

    def heard_and_crashed():
        with halle.db.write() as session:
            handle(None, session, w.confirmed())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        heard_and_crashed()

    halle.work()

    assert halle.mail.messages == []


def test_two_workers_at_once_share_the_mails_and_double_none(halle):  # SPEC N4, SPEC X2
    halle.hear(*orders(60))
    halle.mail.pause = 0.002
    other = databases.twin(halle.db)

    workers = [eventlet.spawn(halle.work, db) for db in (halle.db, other)]
    for worker in workers:
        worker.wait()
    halle.work()
    other.close()

    assert len(halle.mail.messages) == 60
    assert len({mail["Message-ID"] for mail in halle.mail.messages}) == 60


def test_one_connection_serves_a_batch(halle):
    halle.hear(*orders(20))

    halle.work()

    assert len(halle.mail.messages) == 20
    assert halle.mail.connections == 1


def test_a_worker_that_dies_leaves_its_mails_to_the_next_when_the_lease_ends(halle):  # SPEC X2
    from services.notifications.commands import sending

    halle.hear(*orders(3))
    with halle.db.write() as session:
        sending._claim(session)

    halle.work()
    assert halle.mail.messages == []
    halle.later(minutes=6)

    assert len(halle.mail.messages) == 3


def test_a_mail_sent_again_after_a_crash_bears_the_same_message_id(halle):  # SPEC X2
    halle.hear(w.confirmed())
    halle.mail.hang_up_after_data = True
    halle.work()
    halle.mail.hang_up_after_data = False

    halle.later(minutes=2)

    first, again = halle.mail.messages
    assert first["Message-ID"] == again["Message-ID"]
    assert [row.state for row in rows(halle)] == [domain.SENT]


def test_a_server_that_is_down_for_an_hour_costs_nothing_but_the_hour(halle):  # SPEC N4, SPEC X2
    halle.mail.stop()
    halle.hear(*orders(120))
    for _ in range(12):
        halle.later(minutes=5)

    halle.mail.start()
    for _ in range(7):
        halle.later(minutes=5)

    assert len(halle.mail.messages) == 120
    assert len({mail["Message-ID"] for mail in halle.mail.messages}) == 120
    assert {row.state for row in rows(halle)} == {domain.SENT}


def test_a_mail_refused_for_the_moment_is_tried_for_a_day_and_then_given_up(halle):  # SPEC N4
    tries = []
    halle.mail.refuse = lambda address: tries.append(address) or "451 try later"
    halle.hear(w.confirmed())
    for _ in range(23 * 12):
        halle.later(minutes=5)
    before = len(tries)
    assert [row.state for row in rows(halle)] == [domain.WAITING]

    for _ in range(24):
        halle.later(minutes=5)

    [row] = rows(halle)
    assert 40 < before < 60
    assert row.state == domain.BOUNCED
    [bounce] = bus.told(halle.db, DeliveryBounced)
    assert (bounce.email, bounce.kind, bounce.market_id, bounce.account_id) == (
        MARIE,
        "order_confirmed",
        w.MARKET,
        w.MARIE,
    )
    assert "451 try later" in bounce.reason


def test_a_server_that_is_down_for_more_than_a_day_gives_up_aloud(halle):  # SPEC N4
    halle.mail.stop()
    halle.hear(w.confirmed())

    for _ in range(50):
        halle.later(minutes=30)

    assert [row.state for row in rows(halle)] == [domain.BOUNCED]
    assert len(bus.told(halle.db, DeliveryBounced)) == 1


def test_a_suite_that_slept_for_days_still_sends(halle):  # SPEC X2
    halle.hear(w.confirmed())

    halle.later(days=3)

    assert halle.mail.recipients == [MARIE]


def test_a_refusal_for_the_moment_does_not_hold_up_the_others(halle):  # SPEC N4
    halle.mail.refuse = lambda address: "450 mailbox busy" if address == MARIE else None
    halle.hear(w.confirmed(), w.confirmed(w.JOHN, w.an_id("his")))

    halle.work()
    assert halle.mail.recipients == ["john@example.org"]
    halle.mail.refuse = lambda _address: None
    halle.later(minutes=2)

    assert halle.mail.recipients == ["john@example.org", MARIE]


def test_a_mail_that_the_server_hangs_up_on_does_not_hold_up_the_others(halle):
    halle.mail.refuse = lambda address: "421 closing" if address == MARIE else None
    halle.hear(w.confirmed(), w.confirmed(w.JOHN, w.an_id("his")))

    halle.work()
    halle.later(seconds=1)

    assert halle.mail.recipients == ["john@example.org"]


def test_an_address_refused_for_good_is_recorded_told_and_shown(halle):  # SPEC N4
    halle.mail.refuse = lambda address: "550 no such user" if address == MARIE else None
    halle.hear(w.confirmed())
    halle.work()
    halle.later(hours=2)

    [row] = rows(halle)
    assert (row.state, row.attempts) == (domain.BOUNCED, 1)
    [bounce] = bus.told(halle.db, DeliveryBounced)
    assert bounce.reason == "550 no such user"


@pytest.mark.parametrize(
    "address", ["", "nobody", "a b@example.org", "a@b@example.org", "x@" + "y" * 70 + ".org", "é@example.org"]
)
def test_an_address_that_is_none_holds_up_nobody(halle, address):
    halle.hear(w.account(w.MARIE, address, version=2))
    halle.hear(w.confirmed(), w.confirmed(w.JOHN, w.an_id("his")))

    halle.work()

    assert halle.mail.recipients == ["john@example.org"]
    assert {row.state for row in rows(halle)} <= {domain.SENT, domain.BOUNCED, domain.DROPPED}


def test_a_mail_waits_for_what_it_speaks_of(empty):  # SPEC X2
    empty.hear(w.confirmed())
    empty.work()
    empty.hear(w.sale(), w.account(w.MARIE, MARIE))
    empty.later(minutes=2)
    assert empty.mail.messages == []

    empty.hear(w.market())
    empty.later(minutes=3)

    assert empty.mail.recipients == [MARIE]


def test_what_one_person_waits_for_goes_before_what_all_are_told(halle):
    halle.hear(w.opened())
    with halle.db.write() as session:
        commands.work_one(session)
    halle.moment.move(timedelta(seconds=5))

    halle.hear(w.confirmed())
    halle.work()

    assert "Commande confirmée" in halle.mail.messages[0]["Subject"]


def test_a_result_is_committed_even_if_the_database_goes_away_for_a_moment(halle, monkeypatch):  # SPEC X2
    from sqlalchemy.exc import OperationalError

    from services.notifications.commands import sending

    failures = [OperationalError("COMMIT", {}, None), OperationalError("COMMIT", {}, None)]
    write = halle.db.write
    monkeypatch.setattr(sending, "COMMIT_PAUSE_SECONDS", 0)

    def unsteady():
        if halle.mail.messages and failures:
            raise failures.pop()
        return write()

    monkeypatch.setattr(halle.db, "write", unsteady)
    halle.hear(w.confirmed())
    halle.work()

    assert failures == []
    assert [row.state for row in rows(halle)] == [domain.SENT]


def test_a_delivery_settled_meanwhile_is_left_alone(halle):
    from services.notifications.commands import sending

    halle.hear(w.confirmed())
    with halle.db.write() as session:
        batch = sending._claim(session)
        session.execute(update(Delivery).values(state=domain.DROPPED))

    with halle.db.write() as session:
        sending._bounced(session, batch.deliveries[0], "550")

    assert [row.state for row in rows(halle)] == [domain.DROPPED]
    assert bus.told(halle.db, DeliveryBounced) == []
