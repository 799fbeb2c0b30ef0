"""What the pages of a full distribution day cost: questions, statements, kilobytes, and time against a day of two baskets.

    python -m bench.settle --baskets 400 --rounds 20

Services and gateway in one process on SQLite, as embedded; no network in between. Of each page the fastest of the
rounds is told, as a ratio to the same page of two baskets: that holds on any machine, milliseconds do not.
"""

import warnings

warnings.filterwarnings("ignore", category=DeprecationWarning)
import eventlet

eventlet.monkey_patch()

from shared.messaging import embedded

embedded.mend()

import argparse
import json
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import flask
from sqlalchemy import Engine, event

from services.distributions import projections
from shared import clock
from shared.db import Database
from tests.distributions.world import planned
from tests.gateway.people import Client, wait_for
from tests.gateway.test_pages import Browser
from tests.support.full_sale import fill
from tests.support.suite import Suite

FEW = 2
PLACE = {"name": "Halle", "address": "1 place de la Mairie", "postcode": "33880", "commune": "Cambes"}


class Town:
    """A market whose administrator looks at sales that distributions alone knows of."""

    def __init__(self, suite: Suite) -> None:
        self.suite, self.app = suite, suite.app
        self.db: Database = suite.databases["distributions"]
        self.admin = Client(suite.app, "admin")
        facts = {"name": "Marché de la Halle", "kind": "association", "place": PLACE}
        made = lambda: self.admin.ok("POST", "/markets", facts, key="the one market")  # noqa: E731
        self.market = wait_for("the market", made)
        self.browser = Browser(self, self.admin)

    def sale(self, count: int) -> str:
        """Its distribution is going on; the path of its page."""
        sale_id, market_id = clock.new_id(), UUID(self.market["market_id"])
        told = replace(planned(sale_id, clock.now() + timedelta(hours=1)), market_id=market_id)
        with self.db.write() as session:
            projections.sale_planned(session, told)
        fill(self.db, sale_id, market_id, count)
        wait_for("the market", lambda: self.admin.get(f"/sales/{sale_id}/distribution"))
        return f"/group/{self.market['number']}/distributions/{sale_id}"

    def change(self, path: str) -> None:
        """One basket, back and forth: « non retiré »."""
        basket = self.admin.get(f"/sales/{path.rpartition('/')[2]}/baskets")["items"][0]
        method = "DELETE" if basket["not_collected_at"] else "POST"
        self.admin.ok(method, f"/baskets/{basket['basket_id']}/not-collected")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--baskets", type=int, default=400)
    asked.add_argument("--rounds", type=int, default=20)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clock._file = str(Path(folder, "clock"))
        suite = Suite(("accounts", "markets", "distributions"), Path(folder))
        try:
            print(json.dumps(measured(Town(suite), options.baskets, options.rounds), indent=2))
        finally:
            suite.stop()


def measured(town: Town, many: int, rounds: int) -> dict[str, Any]:
    days = {count: town.sale(count) for count in (FEW, many)}
    clock.move_to(clock.now() + timedelta(hours=1, minutes=30))
    told = {}
    for name, asks in PAGES.items():
        few, full = (_fastest(town, lambda path=path, asks=asks: asks(town, path), rounds) for path in days.values())
        ratio = round(full["seconds"] / few["seconds"], 1)
        told[name] = full | {"milliseconds": round(full.pop("seconds") * 1000, 1), "times_that_of_two": ratio}
    return told


def _fastest(town: Town, asks: Callable[[], str], rounds: int) -> dict[str, Any]:
    """`asks` prepares a round and answers what is then asked, as htmx does."""
    rows = []
    for _ in range(rounds):
        url = asks()
        with _statements(town.db) as counted, town.browser.http:
            began = time.perf_counter()
            answer = town.browser.get(url, **({"HX-Request": "true"} if "?" in url else {}))
            seconds = time.perf_counter() - began
            assert answer.status_code < 300, answer.text
            rows.append((seconds, flask.g.rpc_calls, len(counted), len(answer.data)))
    seconds, questions, statements, size = min(rows)
    return {"seconds": seconds, "questions": questions, "statements": statements, "kilobytes": round(size / 1000, 1)}


@contextmanager
def _statements(db: Database) -> Iterator[list[str]]:
    """About baskets; the service has an engine of its own for the same database."""
    counted: list[str] = []

    def listen(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if connection.engine.url.database == db.url.database and "basket" in statement:
            counted.append(statement)

    event.listen(Engine, "before_cursor_execute", listen)
    yield counted
    event.remove(Engine, "before_cursor_execute", listen)


def _poll(town: Town, path: str) -> str:
    """What a phone that has the page open asks two minutes later."""
    found = re.search(r'hx-vals="([^"]+)"', town.browser.get(path).text)
    assert found is not None
    values = json.loads(found[1].replace("&#34;", '"'))
    clock.move_to(clock.now() + timedelta(minutes=2))
    return f"{path}?" + "&".join(f"{name}={value}" for name, value in values.items())


def _poll_after_a_change(town: Town, path: str) -> str:
    asked = _poll(town, path)
    town.change(path)
    return asked


PAGES: dict[str, Callable[[Town, str], str]] = {
    "page of the day": lambda _town, path: path,
    "every 15 s, nothing new": _poll,
    "every 15 s, one basket changed": _poll_after_a_change,
    "search": lambda _town, path: f"{path}?search=client001",
    "missing product": lambda _town, path: f"{path}/missing",
    "sign-off sheet": lambda _town, path: f"{path}/sheet",
}


if __name__ == "__main__":
    main()
