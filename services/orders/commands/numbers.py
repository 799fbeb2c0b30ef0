"""Numbers for people: counted in the transaction that uses them, never used twice."""

from sqlalchemy import text
from sqlalchemy.orm import Session

_NEXT = text("""
INSERT INTO sequences (name, last) VALUES (:name, 1)
ON CONFLICT (name) DO UPDATE SET last = sequences.last + 1 RETURNING last
""")


def next_number(session: Session, name: str) -> int:
    """1, 2, 3… per name. Holds the sequence until the transaction ends: ask late."""
    return int(session.execute(_NEXT, {"name": name}).scalar_one())
