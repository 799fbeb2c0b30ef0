"""Fixtures that every suite may ask for."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from shared import clock
from shared.db import Database
from tests.support import databases

settings.register_profile(
    "default",
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("default")


class Moment:
    """The frozen clock: stands still until a test moves it."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def set(self, instant: datetime) -> None:
        self.instant = instant

    def move(self, step: timedelta) -> None:
        self.instant += step

    def __call__(self) -> datetime:
        return self.instant


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> Moment:
    """`clock.now()` answers Saturday 9 September 2023, 10:00 UTC, until the test moves it."""
    frozen = Moment(datetime(2023, 9, 9, 10, 0, tzinfo=UTC))
    monkeypatch.setattr(clock, "now", frozen)
    return frozen


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Callable[[str], Database]]:
    """`database("orders")`: a fresh database with the service's tables; SQLite, or PostgreSQL if DATABASE_URL says so."""
    made: list[Database] = []

    def make(service: str) -> Database:
        db = databases.fresh(service, tmp_path)
        made.append(db)
        return db

    yield make
    for db in made:
        databases.drop(db)
