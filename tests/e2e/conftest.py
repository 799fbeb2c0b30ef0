"""A browser on the embedded suite, each in a process of its own. `make e2e`, or:

python -m pytest --confcutdir=tests/e2e tests/e2e

(The other tests run on eventlet's green threads, in which Playwright does not end.)
"""

import os
import shutil
import threading
import time

import pytest
from playwright.sync_api import sync_playwright

from clayette.demo.api import Card, Person, World
from clayette.seed import PASSWORD
from tests.e2e.visitor import PATIENCE_MILLISECONDS, visits
from tests.flows.embedded import Embedded

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_configure(config):
    if hasattr(threading, "_eventlet_patched") or "eventlet" in str(threading.get_ident):
        raise pytest.UsageError("run: python -m pytest --confcutdir=tests/e2e tests/e2e")
    if CHROMIUM is None:
        raise pytest.UsageError("Chromium is missing: scripts/chromium installs Debian's")


class Town:
    """The demo market on the embedded suite: Awa has a paid order, Nadège administers, four farms sell."""

    def __init__(self, suite):
        self.suite = suite
        self.url = suite.url
        self.world = World(suite.url, suite.mailbox)
        suite.until_printed("Log-ins")
        self.number = 1
        self.nobody = Person(self.world, "Personne", "Nulle-Part")
        self.market = self.nobody.get(f"/markets/by-number/{self.number}")
        self.sale_id = self.market["planning"][0]["sale_id"]

    @property
    def home(self):
        return f"/group/{self.number}"

    @property
    def shop(self):
        return f"{self.home}/shop/{self.sale_id}"

    def person(self, name):
        """Of the demo market: nadege, awa, producteur1 …: an API client."""
        known = Person(self.world, name.capitalize(), "Demo", email=f"{name}@clayette.example", password=PASSWORD)
        known._log_in()
        return known

    def newcomer(self, first_name="Camille"):
        """Somebody with an account who belongs nowhere yet."""
        return Person(self.world, first_name, "Martin", "06 11 22 33 44").register()

    def pay(self, url):
        Card.pay(url)


@pytest.fixture(scope="session")
def town(tmp_path_factory):
    suite = Embedded(tmp_path_factory.mktemp("suite"))
    try:
        suite.start(demo="small")
        yield Town(suite)
    finally:
        suite.kill()


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def visitor(town, browser):
    """`visitor()`: a browser of somebody new; `visitor("awa")`: logged in; `visitor(scripts=False)`: without JavaScript."""
    with visits(browser, town.url) as come:
        yield come


@pytest.fixture
def patience():
    """`patience(look)`: the first truthy answer."""

    def wait(look, seconds=PATIENCE_MILLISECONDS / 1000):
        until = time.monotonic() + seconds
        while not (found := look()):
            assert time.monotonic() < until
            time.sleep(0.1)
        return found

    return wait
