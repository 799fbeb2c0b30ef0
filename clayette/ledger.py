"""The audit of the books, for an operator or a treasurer: needs the database of payments and nothing else."""

from collections.abc import Iterator

from services.payments import audit
from shared.db import Database

OK, FAULT = "ok", "FAULT"


def check(url: str) -> Iterator[tuple[str, bool]]:
    """Lines to print, and whether each is fine."""
    db = Database(url)
    with db.read() as session:
        for rule, rows in audit.audit(session):
            yield f"{OK if not rows else FAULT:<6} {rule}", not rows
            for row in rows:
                yield "       " + "  ".join(f"{name}={value}" for name, value in row.items()), False
    db.close()
