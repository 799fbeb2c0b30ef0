"""What happens by itself after a while, kept in the file so that a restart does not forget it."""

import time

from sandbox.stripe.store import Tx


def later(tx: Tx, kind: str, object_id: str) -> None:
    """Have a chore done once the payout time has passed; `sandbox.stripe.chores` knows the kinds."""
    due = time.time() + tx.config.payout_seconds
    tx.db.execute("INSERT INTO jobs (due, kind, object_id) VALUES (?, ?, ?)", (due, kind, object_id))


def take_due(tx: Tx) -> list[tuple[str, str]]:
    """Take the chores that are due off the list, as (kind, object id)."""
    rows = tx.db.execute("SELECT seq, kind, object_id FROM jobs WHERE due <= ? ORDER BY seq", (time.time(),)).fetchall()
    tx.db.executemany("DELETE FROM jobs WHERE seq = ?", [(row[0],) for row in rows])
    return [(row[1], row[2]) for row in rows]
