"""The journal defends itself, with the tables of the tests and with those of the migration."""

from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from clayette import migrations
from services.payments import ledger
from services.payments.models import Entry, Posting
from shared import clock
from shared.config import Config
from shared.db import Database
from tests.support import databases

CHANGES = (
    "UPDATE postings SET amount_cents = amount_cents + 1",
    "DELETE FROM postings",
    "UPDATE entries SET kind = 'gift'",
    "DELETE FROM entries",
)


@pytest.fixture(params=["models", "migration"])
def journal(request: pytest.FixtureRequest, database, tmp_path: Path) -> Database:
    if request.param == "models":
        return database("payments")
    if databases.on_postgresql():
        db = database("payments")
        databases.metadata_of("payments").drop_all(db.engine)
    else:
        db = Database(f"sqlite:///{tmp_path}/migrated.sqlite")
    migrations.upgrade(["payments"], Config(database_url=db.url.render_as_string(hide_password=False)))
    return db


def book(db: Database, key: str = "charge:1", amount: int = 100) -> bool:
    with db.write() as session:
        return ledger.book(session, key, ledger.move("provider", "sale:1", amount), at=clock.now())


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses_to_change_or_delete_what_is_booked(journal: Database, change: str) -> None:  # SPEC F2
    book(journal)

    with pytest.raises(DBAPIError, match="append-only"), journal.write() as session:
        session.execute(text(change))

    with journal.read() as session:
        assert ledger.balance(session, "provider") == 100


def test_a_fact_is_booked_once(journal: Database) -> None:  # SPEC F2
    assert book(journal)
    assert not book(journal)

    with journal.read() as session:
        assert ledger.balance(session, "provider") == 100


def test_an_entry_that_is_not_balanced_is_refused(journal: Database) -> None:  # SPEC F2
    with pytest.raises(ledger.Unbalanced), journal.write() as session:
        ledger.book(session, "charge:1", {"provider": 100, "sale:1": -99}, at=clock.now())


def test_postgresql_refuses_an_unbalanced_entry_whoever_writes_it(journal: Database) -> None:  # SPEC F2
    if journal.is_sqlite:
        pytest.skip("SQLite has no deferred triggers")
    with pytest.raises(DBAPIError, match="not balanced"):
        _smuggle(journal)


def _smuggle(journal: Database) -> None:
    entry_id = uuid4()
    with journal.write() as session:
        session.add(Entry(id=entry_id, key="x", kind="x", at=clock.now()))
        session.flush()
        session.add(Posting(id=uuid4(), entry_id=entry_id, account="provider", amount_cents=5))
