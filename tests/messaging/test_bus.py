"""A foreign program with plain kombu can listen and ask; events cross the real bus."""

import eventlet
from kombu import Connection, Exchange, Queue
from sqlalchemy import func, select

from shared.messaging.tables import outbox

PERSON = {"email": "jean@example.org", "password": "dix bottes de radis", "first_name": "Jean", "last_name": "Roux"}


class Listener:
    """Collects what is published to an exchange."""

    def __init__(self, uri, exchange, key):
        self.heard = []
        self._connection = Connection(uri)
        queue = Queue(
            f"foreign-{key}", Exchange(exchange, type="topic"), routing_key=key, auto_delete=True, durable=False
        )
        self._consumer = self._connection.Consumer([queue], callbacks=[self._take], accept=["json"])
        self._consumer.consume()

    def _take(self, body, message):
        self.heard.append(body)
        message.ack()

    def wait_for(self, count, seconds=5):
        with eventlet.Timeout(seconds, exception=False):
            while len(self.heard) < count:
                try:
                    self._connection.drain_events(timeout=0.2)
                except TimeoutError:
                    eventlet.sleep(0.01)
        self._connection.release()
        return self.heard


def test_a_foreign_listener_hears_the_fact_right_after_its_commit(suite):
    accounts = suite("accounts")
    listener = Listener(accounts.config.amqp_uri, "accounts.events", "AccountRegistered")

    account = accounts.call("accounts.register", **PERSON)

    (envelope,) = listener.wait_for(1)
    assert envelope["type"] == "AccountRegistered"
    assert envelope["data"]["account_id"] == account["account_id"]


def test_the_relay_empties_the_outbox(suite):
    accounts = suite("accounts")

    accounts.call("accounts.register", **PERSON)

    with eventlet.Timeout(5), accounts.databases["accounts"].read() as session:
        count = select(func.count()).select_from(outbox).where(outbox.c.state == "waiting")
        while session.scalar(count):
            session.rollback()
            eventlet.sleep(0.05)


def test_each_service_says_that_it_is_ready(suite):
    accounts = suite("accounts")

    answer = accounts.call("accounts.ping")

    assert answer == {"service": "accounts"}
