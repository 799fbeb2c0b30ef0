"""The mails and the faults, in one SQLite file: a restart loses nothing that was accepted."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared import clock

KEPT_MAILS = 10_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS mails (id INTEGER PRIMARY KEY AUTOINCREMENT, received_at TEXT NOT NULL, sender TEXT NOT NULL,
  recipients TEXT NOT NULL, raw BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS recipients (mail_id INTEGER NOT NULL REFERENCES mails (id) ON DELETE CASCADE,
  address TEXT NOT NULL, PRIMARY KEY (address, mail_id));
CREATE INDEX IF NOT EXISTS recipients_by_mail ON recipients (mail_id);
CREATE TABLE IF NOT EXISTS faults (id INTEGER PRIMARY KEY AUTOINCREMENT, pattern TEXT NOT NULL, code INTEGER NOT NULL,
  text TEXT NOT NULL, stage TEXT NOT NULL, times INTEGER);
"""


@dataclass(frozen=True)
class Mail:
    """What came over the wire. `sender` and `recipients` are those of the envelope."""

    id: int
    received_at: str
    sender: str
    recipients: list[str]
    raw: bytes


@dataclass(frozen=True)
class Fault:
    """Refuse addresses that match `pattern` (* and ?) with an SMTP code: 4xx for now, 5xx for good.

    `stage`: rcpt (the address) or data (the whole mail). `times` None: always.
    """

    pattern: str
    code: int
    text: str
    stage: str = "rcpt"
    times: int | None = None


class Store:
    """One connection behind a lock; every call is short, so that green threads are never held up."""

    def __init__(self, file: str | Path) -> None:
        if str(file) != ":memory:":
            Path(file).parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA foreign_keys=ON")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def add(self, sender: str, recipients: Sequence[str], raw: bytes) -> int:
        """Keep a mail; it is on disk when this returns."""
        with self._transaction() as db:
            row = db.execute(
                "INSERT INTO mails (received_at, sender, recipients, raw) VALUES (?, ?, ?, ?) RETURNING id",
                (clock.now().isoformat(timespec="seconds"), sender, json.dumps(list(recipients)), raw),
            ).fetchone()
            db.executemany(
                "INSERT OR IGNORE INTO recipients (mail_id, address) VALUES (?, ?)",
                [(row[0], address.lower()) for address in recipients],
            )
            db.execute("DELETE FROM mails WHERE id <= ?", (row[0] - KEPT_MAILS,))
        return int(row[0])

    def mails(self, *, to: str = "", before: int | None = None, after: int = 0, limit: int = 50) -> list[Mail]:
        """Newest first. `to`: an address of the envelope, in any case; * and ? stand for other characters."""
        asked = "SELECT id, received_at, sender, recipients, raw FROM mails WHERE id > :after"
        if before is not None:
            asked += " AND id < :before"
        if to:
            asked += " AND id IN (SELECT mail_id FROM recipients WHERE address GLOB :address)"
        values = {"after": after, "before": before, "address": _literal_brackets(to.lower()), "limit": limit}
        with self._transaction() as db:
            rows = db.execute(f"{asked} ORDER BY id DESC LIMIT :limit", values).fetchall()
        return [_mail(row) for row in rows]

    def mail(self, mail_id: int) -> Mail | None:
        with self._transaction() as db:
            asked = "SELECT id, received_at, sender, recipients, raw FROM mails WHERE id = ?"
            row = db.execute(asked, (mail_id,)).fetchone()
        return _mail(row) if row else None

    def forget_mails(self) -> None:
        with self._transaction() as db:
            db.execute("DELETE FROM mails")

    def set_fault(self, fault: Fault) -> None:
        """A new fault for a pattern and stage replaces the former one."""
        with self._transaction() as db:
            db.execute("DELETE FROM faults WHERE pattern = ? AND stage = ?", (fault.pattern, fault.stage))
            db.execute(
                "INSERT INTO faults (pattern, code, text, stage, times) VALUES (?, ?, ?, ?, ?)",
                (fault.pattern, fault.code, fault.text, fault.stage, fault.times),
            )

    def faults(self) -> list[Fault]:
        with self._transaction() as db:
            rows = db.execute("SELECT pattern, code, text, stage, times FROM faults ORDER BY id").fetchall()
        return [Fault(*row) for row in rows]

    def clear_faults(self) -> None:
        with self._transaction() as db:
            db.execute("DELETE FROM faults")

    def fault_for(self, address: str, stage: str) -> Fault | None:
        """The fault that this address meets now; a limited one is used up by it."""
        with self._transaction() as db:
            row = db.execute(
                "SELECT pattern, code, text, stage, times, id FROM faults WHERE stage = ? AND ? GLOB pattern ORDER BY id",
                (stage, address.lower()),
            ).fetchone()
            if row is not None and row[4] is not None:
                db.execute("UPDATE faults SET times = times - 1 WHERE id = ?", (row[5],))
                db.execute("DELETE FROM faults WHERE times <= 0")
        return Fault(*row[:5]) if row else None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")


def _mail(row: tuple[int, str, str, str, bytes]) -> Mail:
    return Mail(row[0], row[1], row[2], json.loads(row[3]), row[4])


def _literal_brackets(pattern: str) -> str:
    """GLOB knows sets of characters; an address has none."""
    return pattern.replace("[", "[[]")
