"""What is recorded leaves exactly when its transaction has committed, and is not lost on the way."""

import eventlet
import pytest
from sqlalchemy import func, select

from shared import clock
from shared.events.accounts import AccountDeleted
from shared.messaging import outbox, trace
from shared.messaging.tables import outbox as table
from tests.support.databases import on_postgresql, twin


def deleted():
    return AccountDeleted(account_id=clock.new_id())


def waiting(db):
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(table).where(table.c.state == outbox.WAITING))


def record(db, count=1):
    with db.write() as session:
        outbox.record(session, *[deleted() for _ in range(count)])


class Bus:
    """Takes batches of envelopes; `gone` makes it fail as a broker that went away."""

    def __init__(self, *, gone=False, unroutable=()):
        self.gone = gone
        self.unroutable = set(unroutable)
        self.taken = []

    def __call__(self, envelopes):
        if self.gone:
            raise ConnectionError("the broker went away")
        self.taken += envelopes
        return {e["id"] for e in envelopes} & self.unroutable


def test_an_event_of_a_rolled_back_transaction_is_never_told(database):  # SPEC X1
    db = database("accounts")

    def fail_after_telling():
        with db.write() as session:
            outbox.record(session, deleted())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_telling()

    assert waiting(db) == 0


def test_events_are_published_in_the_order_they_were_recorded(database):
    db, bus = database("accounts"), Bus()
    record(db, 250)

    while outbox.relay_batch(db, bus):
        pass

    ids = [envelope["id"] for envelope in bus.taken]
    assert len(ids) == 250
    assert ids == sorted(ids)
    assert waiting(db) == 0


def test_events_wait_while_the_broker_is_gone(database):  # SPEC X2
    db, bus = database("accounts"), Bus(gone=True)
    record(db, 3)

    with pytest.raises(ConnectionError):
        outbox.relay_batch(db, bus)
    bus.gone = False
    outbox.relay_batch(db, bus)

    assert len(bus.taken) == 3
    assert waiting(db) == 0


def test_an_unroutable_event_is_kept_and_sent_at_the_next_start(database):
    db = database("accounts")
    record(db, 2)
    bus = Bus()
    with db.read() as session:
        lost = str(session.scalars(select(table.c.id).order_by(table.c.id)).first())
    bus.unroutable = {lost}

    outbox.relay_batch(db, bus)
    bus.unroutable = set()
    again = Bus()
    outbox.send_again(db)
    outbox.relay_batch(db, again)

    assert lost in {envelope["id"] for envelope in again.taken}


def test_an_envelope_is_a_cloud_event_that_names_its_cause():
    trace.correlation_id.set("request-1")
    trace.causation_id.set("event-1")

    wire = outbox.envelope(deleted())

    trace.correlation_id.set(None)
    trace.causation_id.set(None)
    assert {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data"} <= set(
        wire
    )
    assert (wire["specversion"], wire["type"], wire["source"]) == ("1.0", "AccountDeleted", "/services/accounts")
    assert wire["subject"] == wire["data"]["account_id"]
    assert (wire["correlationid"], wire["causationid"]) == ("request-1", "event-1")


@pytest.mark.skipif(
    not on_postgresql(), reason="an embedded database has one process, and its relay is one green thread"
)
def test_two_relays_do_not_publish_the_same_event_twice(database):  # SPEC S8
    db = database("accounts")
    other, slow = twin(db), Bus()
    record(db, 50)

    def publish(envelopes):
        eventlet.sleep(0.2)
        return slow(envelopes)

    threads = [eventlet.spawn(outbox.relay_batch, one, publish) for one in (db, other)]
    for thread in threads:
        thread.wait()

    ids = [envelope["id"] for envelope in slow.taken]
    assert len(ids) == len(set(ids)) == 50
    other.close()
