"""Everything the stand-in knows, in one SQLite file: a killed process loses nothing that it has answered."""

import json
import secrets
import sqlite3
import string
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.stripe import clock
from sandbox.stripe.config import Config
from sandbox.stripe.errors import Body, missing

PLATFORM = "acct_1SandboxPlatform00"
_ALPHABET = string.ascii_letters + string.digits
_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
  account TEXT NOT NULL, created INTEGER NOT NULL, net INTEGER, available_on INTEGER, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, account, seq);
CREATE INDEX IF NOT EXISTS objects_by_balance ON objects (account, available_on, net) WHERE net IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_by_intent ON objects (kind, json_extract(body, '$.payment_intent'));
CREATE INDEX IF NOT EXISTS objects_by_group ON objects (kind, json_extract(body, '$.transfer_group'));
CREATE INDEX IF NOT EXISTS objects_by_charge ON objects (kind, json_extract(body, '$.charge'));
CREATE INDEX IF NOT EXISTS objects_by_expiry ON objects (json_extract(body, '$.expires_at'))
  WHERE json_extract(body, '$.status') = 'open';
CREATE TABLE IF NOT EXISTS replies (account TEXT NOT NULL, key TEXT NOT NULL, endpoint TEXT NOT NULL,
  fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, created INTEGER NOT NULL,
  PRIMARY KEY (account, key));
CREATE INDEX IF NOT EXISTS replies_by_age ON replies (created);
CREATE TABLE IF NOT EXISTS deliveries (seq INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL,
  due REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL, answer TEXT);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (state, due);
CREATE TABLE IF NOT EXISTS jobs (seq INTEGER PRIMARY KEY AUTOINCREMENT, due REAL NOT NULL, kind TEXT NOT NULL,
  object_id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


def new_id(prefix: str, length: int = 24) -> str:
    """Make up an id that looks like a real one: `pi_3Qx…`."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))


@dataclass(frozen=True)
class Origin:
    """The request that a change comes from; empty for what happens by itself."""

    request_id: str | None = None
    idempotency_key: str | None = None


class Tx:
    """One transaction: find, add and save objects. Names that begin with `_` stay inside the stand-in."""

    def __init__(self, db: sqlite3.Connection, config: Config, origin: Origin) -> None:
        """Begin with the present time, which stays the same to the end."""
        self.db = db
        self.config = config
        self.origin = origin
        self.posts = False
        self.now = clock.timestamp()

    def post_soon(self) -> None:
        """Have the couriers told, once this is committed, that there may be something to deliver."""
        self.posts = True

    def find(self, object_id: str) -> Body | None:
        """Return the object of any kind with that id."""
        row = self.db.execute("SELECT body FROM objects WHERE id = ?", (object_id,)).fetchone()
        return json.loads(row[0]) if row else None

    def get(self, kind: str, object_id: str, account: str | None = None, param: str = "id") -> Body:
        """Return the object; refuse an id of another kind, or of another account where one is given."""
        row = self.db.execute("SELECT kind, account, body FROM objects WHERE id = ?", (object_id,)).fetchone()
        if row is None or row[0] != kind or (account is not None and row[1] != account):
            raise missing(kind.rsplit(".", maxsplit=1)[-1], object_id, param)
        body: Body = json.loads(row[2])
        return body

    def add(self, body: Body, account: str = PLATFORM) -> Body:
        """Keep a new object; a balance transaction (it has a net amount) also counts towards the balance."""
        row = (body["id"], body["object"], account, body["created"], body.get("net"), body.get("available_on"))
        columns = "id, kind, account, created, net, available_on, body"
        sql = f"INSERT INTO objects ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - our own names
        self.db.execute(sql, (*row, json.dumps(body)))
        return body

    def save(self, body: Body) -> Body:
        """Replace what an object says."""
        self.db.execute("UPDATE objects SET body = ? WHERE id = ?", (json.dumps(body), body["id"]))
        return body

    def select(self, where: str, values: Sequence[Any] = (), tail: str = "ORDER BY seq") -> list[Body]:
        """Return the objects that a condition (our own text, never a caller's) picks."""
        sql = f"SELECT body FROM objects WHERE {where} {tail}"  # noqa: S608 - our own text
        return [json.loads(row[0]) for row in self.db.execute(sql, values)]

    def owned(self, kind: str) -> list[Body]:
        """Return all objects of a kind, oldest first, with `owner` added: the account that each belongs to."""
        rows = self.db.execute("SELECT account, body FROM objects WHERE kind = ? ORDER BY seq", (kind,))
        return [{"owner": row[0], **json.loads(row[1])} for row in rows]

    def setting(self, name: str) -> Any:
        """Return a test setting, None if never set."""
        row = self.db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    def set(self, name: str, value: Any) -> None:
        """Change a test setting."""
        self.db.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, json.dumps(value)))


class Store:
    """The one connection and the one lock around it."""

    def __init__(self, config: Config) -> None:
        """Open the file, and make the tables if it is new."""
        self.config = config
        self.lock = threading.Lock()
        self.ring: Callable[[], None] = lambda: None
        if config.db != ":memory:":
            Path(config.db).parent.mkdir(parents=True, exist_ok=True)
        self.db = sqlite3.connect(config.db, isolation_level=None, check_same_thread=False)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=NORMAL")
        self.db.executescript(_SCHEMA)

    @contextmanager
    def transaction(self, origin: Origin | None = None) -> Iterator[Tx]:
        """All or nothing. Inside, nothing waits: no network, no sleep, no second transaction."""
        with self.lock:
            self.db.execute("BEGIN IMMEDIATE")
            tx = Tx(self.db, self.config, origin or Origin())
            try:
                yield tx
            except BaseException:
                self.db.execute("ROLLBACK")
                raise
            self.db.execute("COMMIT")
        if tx.posts:
            self.ring()

    def close(self) -> None:
        """Close the file once nobody is inside."""
        with self.lock:
            self.db.close()
