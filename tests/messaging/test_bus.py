"""A foreign program with plain kombu can listen and ask; events cross the real bus."""

import eventlet
from sqlalchemy import func, select

from shared.events.accounts import AccountRegistered
from shared.messaging.tables import outbox

PERSON = {"email": "jean@example.org", "password": "dix bottes de radis", "first_name": "Jean", "last_name": "Roux"}


def test_a_foreign_listener_hears_the_fact_right_after_its_commit(suite):
    accounts = suite("accounts")

    account = accounts.call("accounts.register", **PERSON)

    (event,) = accounts.bus.wait_for(AccountRegistered)
    (envelope,) = [e for e in accounts.bus.envelopes if e["type"] == "AccountRegistered"]
    assert envelope["specversion"] == "1.0"
    assert envelope["data"]["account_id"] == account["account_id"] == str(event.account_id)


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
