"""What migrations make of the rows that they find: a market is upgraded in the middle of a sale."""

from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import MetaData, Table, insert, select

from clayette import migrations
from shared import clock
from shared.db import Database


@pytest.fixture
def upgraded(tmp_path):
    """`upgraded("orders", "0004", {table: rows}, "baskets")`: rows of that table after all later versions."""
    made = []

    def upgrade(service, version, tables, asked):
        db = Database(f"sqlite:///{tmp_path}/{service}.sqlite")
        made.append(db)
        with db.engine.connect() as connection:
            alembic = migrations._alembic(service, connection)
            command.upgrade(alembic, version)
            for name, rows in tables.items():
                kept = Table(name, MetaData(), autoload_with=connection)
                connection.execute(insert(kept), [{**_blank(kept), **row} for row in rows])
            command.upgrade(alembic, "head")
            return connection.execute(select(migrations.metadata_of(service).tables[asked])).all()

    yield upgrade
    for db in made:
        db.close()


def _blank(table):
    """Something for every column that needs it."""
    now = clock.now().replace(tzinfo=None)
    samples = {"CHAR": lambda: uuid4().hex, "DATETIME": lambda: now, "VARCHAR": lambda: "x"}
    wanted = [column for column in table.columns if not column.nullable and column.server_default is None]
    return {c.name: samples.get(type(c.type).__name__, lambda: 0)() for c in wanted}


def test_baskets_that_were_begun_before_their_changes_were_counted_are_never_waited_for(upgraded):  # SPEC O8
    basket = uuid4()
    orders = [{"basket_id": basket.hex, "cancelled": cancelled} for cancelled in (0, 1)]

    rows = upgraded("distributions", "0003", {"paid_orders": orders}, "basket_changes")

    assert [(row.basket_id, row.known, row.begun) for row in rows] == [(basket, 2**31 - 1, 0)]


def test_producers_who_did_not_deliver_before_are_written_off_already(upgraded):  # SPEC S6
    assert [row.awaited for row in upgraded("distributions", "0003", {"non_deliveries": [{}]}, "non_deliveries")] == [
        False
    ]


def test_an_absence_that_was_kept_is_still_to_be_told(upgraded):  # SPEC S6
    rows = upgraded("orders", "0004", {"participations": [{"not_delivering": 1}]}, "participations")

    assert [(row.not_delivering, row.absence_told) for row in rows] == [(True, False)]


def test_cancellations_that_nobody_was_told_of_are_not_counted_any_more(upgraded):  # SPEC O8
    sale, paid, unpaid = (uuid4().hex for _ in range(3))
    baskets = [{"id": key, "sale_id": sale, "amendment": 2} for key in (paid, unpaid)]
    confirmed = {paid: clock.now().replace(tzinfo=None), unpaid: None}
    orders = [{"basket_id": key, "sale_id": sale, "confirmed_at": confirmed[key]} for key in (paid, unpaid)]
    tables = {"sales": [{"id": sale}], "baskets": baskets, "orders": orders}

    rows = upgraded("orders", "0004", tables, "baskets")

    assert {row.id.hex: row.amendment for row in rows} == {paid: 2, unpaid: 0}
