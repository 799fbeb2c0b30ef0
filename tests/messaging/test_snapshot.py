"""A read is one moment of the database, however many statements it takes."""

from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from shared import clock
from shared.db import Database
from shared.messaging.tables import inbox
from tests.support import databases

COUNT = text("SELECT count(*) FROM inbox")


def add(db: Database) -> None:
    with db.write() as session:
        session.execute(inbox.insert().values(event_id=clock.new_id(), handler="on_it", handled_at=clock.now()))


def test_a_write_between_two_statements_of_a_read_is_not_seen_by_it(database: Any) -> None:  # SPEC F2
    db = database("payments")
    add(db)

    with db.read() as session:
        before = session.scalar(COUNT)
        add(db)
        after = session.scalar(COUNT)

    assert (before, after) == (1, 1)
    with db.read() as session:
        assert session.scalar(COUNT) == 2


def test_a_write_after_a_read_on_the_same_connection_sees_what_others_wrote(database: Any) -> None:
    db = database("payments")
    with db.read() as session:
        session.scalar(COUNT)

    with db.write() as session:
        before = session.scalar(COUNT)
        if not db.is_sqlite:
            add(databases.twin(db))
        after = session.scalar(COUNT)
        session.execute(inbox.insert().values(event_id=clock.new_id(), handler="on_it", handled_at=clock.now()))

    assert (before, after) == (0, 0 if db.is_sqlite else 1)


def test_nothing_can_be_written_in_a_read(database: Any) -> None:
    db = database("payments")
    if db.is_sqlite:
        pytest.skip("SQLite knows no transaction that only reads")

    with pytest.raises(DBAPIError, match="read-only"), db.read() as session:
        session.execute(inbox.insert().values(event_id=clock.new_id(), handler="on_it", handled_at=clock.now()))


def test_the_snapshot_costs_no_statement(database: Any) -> None:
    db, statements = database("payments"), []
    with db.read() as session:
        session.scalar(COUNT)  # the first connection asks the server who it is
    event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    with db.read() as session:
        session.scalar(COUNT)
        session.scalar(COUNT)

    own = ["BEGIN"] if db.is_sqlite else []
    assert statements == [*own, COUNT.text, COUNT.text]
