"""The journal defends itself: the database refuses to change or delete its rows, and on PostgreSQL an entry that does
not sum to zero at commit. Invoices likewise. One list of statements serves the tests' `create_all` and the migration.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import DDL, event

TABLES = ("entries", "postings")
INVOICES = ("invoices", "invoice_rates")

_POSTGRESQL = [
    """CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$""",
    """CREATE OR REPLACE FUNCTION refuse_imbalance() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
      IF (SELECT SUM(amount_cents) FROM postings WHERE entry_id = NEW.entry_id) <> 0 THEN
        RAISE EXCEPTION 'entry % is not balanced', NEW.entry_id;
      END IF;
      RETURN NULL;
    END $$""",
    """CREATE TRIGGER entries_are_final BEFORE UPDATE OR DELETE ON entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change()""",
    """CREATE TRIGGER entries_stay BEFORE TRUNCATE ON entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
    """CREATE TRIGGER postings_are_final BEFORE UPDATE OR DELETE ON postings
    FOR EACH ROW EXECUTE FUNCTION refuse_change()""",
    """CREATE TRIGGER postings_stay BEFORE TRUNCATE ON postings FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
    """CREATE CONSTRAINT TRIGGER postings_are_balanced AFTER INSERT ON postings DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_imbalance()""",
]
_SQLITE = [
    f"""CREATE TRIGGER {table}_refuse_{verb} BEFORE {verb} ON {table}
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"""
    for table in TABLES
    for verb in ("UPDATE", "DELETE")
]


def statements(dialect: str) -> list[str]:
    """The DDL for a database whose tables exist."""
    return _POSTGRESQL if dialect == "postgresql" else _SQLITE


def invoices(dialect: str) -> list[str]:
    """What is issued is never changed: the DDL for a database whose tables exist."""
    if dialect != "postgresql":
        return [
            f"""CREATE TRIGGER {table}_refuse_{verb} BEFORE {verb} ON {table}
            BEGIN SELECT RAISE(ABORT, 'issued invoices are final'); END"""
            for table in INVOICES
            for verb in ("UPDATE", "DELETE")
        ]
    function = """CREATE OR REPLACE FUNCTION refuse_invoice_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'issued invoices are final'; END $$"""
    return [
        function,
        *(
            f"""CREATE TRIGGER {table}_{name} BEFORE {verbs} ON {table}
            FOR EACH {each} EXECUTE FUNCTION refuse_invoice_change()"""
            for table in INVOICES
            for name, verbs, each in (("are_final", "UPDATE OR DELETE", "ROW"), ("stay", "TRUNCATE", "STATEMENT"))
        ),
    ]


def protect(last: Any, of: Callable[[str], list[str]] = statements) -> None:
    """Add the triggers whenever the metadata creates `last`, the later of the tables."""
    for dialect in ("postgresql", "sqlite"):
        for statement in of(dialect):
            ddl: Any = DDL(statement.replace("%", "%%")).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
            event.listen(last, "after_create", ddl)
