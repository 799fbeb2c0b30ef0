"""Accounts over the bus and the gateway's API, as a frontend uses them."""

import pytest
from sqlalchemy import select

from services.accounts.models import Session
from shared.events import BY_NAME
from shared.events.accounts import EmailVerificationRequested
from shared.messaging.tables import outbox

MARIE = {"email": "Marie@Example.org", "password": "un panier de pommes", "first_name": "Marie", "last_name": "Dupont"}


@pytest.fixture
def accounts(suite):
    return suite("accounts")


def last_link(accounts, kind=EmailVerificationRequested):
    with accounts.databases["accounts"].read() as session:
        rows = session.execute(select(outbox).where(outbox.c.type == kind.name()).order_by(outbox.c.id)).all()
    return BY_NAME[kind.name()].load(rows[-1].envelope["data"]).token


def logged_in(accounts, **changes):
    accounts.http.post("/api/v1/accounts", json=MARIE | changes)
    answer = accounts.http.post("/api/v1/sessions", json={"email": MARIE["email"], "password": MARIE["password"]})
    return {"Authorization": f"Bearer {answer.json['token']}"}


def test_a_person_registers_and_logs_in_with_one_address_in_any_spelling(accounts):  # SPEC P1
    registered = accounts.http.post("/api/v1/accounts", json=MARIE)

    answer = accounts.http.post("/api/v1/sessions", json={"email": "MARIE@example.org", "password": MARIE["password"]})

    assert registered.status_code == 201, registered.json
    assert registered.json["email"] == "marie@example.org"
    assert "password" not in registered.json
    assert answer.status_code == 201
    assert answer.json["account_id"] == registered.json["account_id"]
