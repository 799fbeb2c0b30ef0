"""Events in and out of a service's database without a broker: the inbox and the outbox are real."""

from typing import Any

from kombu import Connection
from sqlalchemy import delete, select

from shared.db import Database
from shared.events import BY_NAME, CONSUMERS, SERVICES, Event, queue_of
from shared.messaging import inbox, outbox, topology
from shared.messaging.service import Service
from shared.messaging.tables import failed_events
from shared.messaging.tables import outbox as outbox_table


class HandlerFailed(AssertionError):
    """The handler raised; the event is in failed_events. The message holds its trace."""


def deliver(db: Database, service: type[Service], *events: Event) -> None:
    """Deliver each event as the bus would, through the inbox. Raises HandlerFailed if its handler raised."""
    for event in events:
        deliver_wire(db, service, outbox.envelope(event))


def deliver_wire(db: Database, service: type[Service], wire: dict[str, Any]) -> None:
    """Deliver an envelope as it is: call twice with one envelope to deliver a double."""
    name = BY_NAME[wire["type"]].handler_name()
    instance = service()
    instance.db = db
    inbox.digest(db, name, instance._handlers()[name], wire)
    with db.read() as session:
        row = session.execute(select(failed_events).where(failed_events.c.event_id == inbox.UUID(wire["id"]))).first()
    if row:
        raise HandlerFailed(row.error)


def told(db: Database, kind: type[Event] | None = None) -> list[Any]:
    """The events recorded and not yet relayed, in order; of one class if `kind` is given."""
    with db.read() as session:
        rows = session.execute(select(outbox_table).order_by(outbox_table.c.id)).all()
    events = [BY_NAME[row.type].load(row.envelope["data"]) for row in rows]
    return [event for event in events if kind is None or type(event) is kind]


def forget_told(db: Database) -> None:
    with db.write() as session:
        session.execute(delete(outbox_table))


def empty_queues(amqp_uri: str) -> None:
    """Forget what earlier tests told services that did not run: their events are of other databases."""
    topology.declare(amqp_uri)
    with Connection(amqp_uri) as connection:
        channel = connection.channel()
        for service in SERVICES:
            topology.rpc_queue(service)(channel).purge()
        for event, consumers in CONSUMERS.items():
            for consumer in consumers:
                topology.event_queue(queue_of(event, consumer), event.emitter(), event.wire_name())(channel).purge()
