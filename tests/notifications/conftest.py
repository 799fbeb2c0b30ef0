from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from services.notifications import commands
from services.notifications.service import NotificationsService
from shared.config import Config
from shared.db import Database
from tests.notifications import world
from tests.support import bus
from tests.support.smtp import MailServer, mail_server

PEOPLE = (
    world.account(world.MARIE, "marie@example.org", second_email="luc@example.org"),
    world.account(world.JOHN, "john@example.org", "John", "Smith", "en"),
    world.account(world.ADA, "ada@example.org", "Ada", "Min"),
    world.account(world.PAUL, "paul@example.org", "Paul", "Ferme"),
)


@dataclass
class Notifications:
    """The service on a database of its own, with a mail server at hand."""

    db: Database
    mail: MailServer
    config: Config
    moment: Any
    told: list[Any] = field(default_factory=list)

    def hear(self, *events: Any) -> None:
        bus.deliver(self.db, NotificationsService, *events)

    def ask(self, command: Any, *args: Any, **kwargs: Any) -> Any:
        with self.db.write() as session:
            return command(session, *args, **kwargs)

    def work(self, db: Database | None = None) -> None:
        """What the timers do, until nothing is due."""
        db = db or self.db
        for step in (commands.remind_of_pickup, commands.remind_of_closing, commands.work_one):
            while self._step(db, step):
                pass
        while commands.send_batch(db, self.config):
            pass

    def later(self, **span: float) -> None:
        self.moment.move(timedelta(**span))
        self.work()

    @staticmethod
    def _step(db: Database, step: Any) -> bool:
        with db.write() as session:
            return bool(step(session))


@pytest.fixture
def mails():
    with mail_server() as server:
        yield server


@pytest.fixture
def empty(database, mails, moment, monkeypatch):
    monkeypatch.setenv("OPERATOR_EMAIL", "ada@example.org")
    config = Config(smtp_url=mails.url, public_url="https://clayette.example", mail_from="bonjour@clayette.example")
    return Notifications(database("notifications"), mails, config, moment)


@pytest.fixture
def halle(empty):
    """A market with Ada as administrator, Paul's farm, and three members."""
    empty.hear(
        *PEOPLE,
        world.market(),
        *(world.joined(person) for person in (world.MARIE, world.JOHN, world.ADA)),
        world.role(world.ADA),
        world.farm(world.PAUL),
        world.sale(),
    )
    return empty
