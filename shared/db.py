"""One database per service: column types that keep their promises, and the two kinds of transaction."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from eventlet.semaphore import Semaphore
from sqlalchemy import BigInteger, DateTime, Dialect, Engine, MetaData, Uuid, create_engine, event, make_url
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
THOUSAND = 1000
CLUSTER_SPARE_CONNECTIONS = 4


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Refuses naive values, always answers aware UTC (SQLite drops time zones)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"naive datetime: {value!r}"
            raise ValueError(message)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Quantity(TypeDecorator[Decimal]):
    """A decimal with up to three places, kept as whole thousandths so that sums in SQL are exact."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        thousandths = Decimal(value) * THOUSAND
        if thousandths != int(thousandths):
            message = f"more than three decimals: {value}"
            raise ValueError(message)
        return int(thousandths)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / THOUSAND


class Model(DeclarativeBase):
    """Base of a service's own `Base`, which must bring `metadata = new_metadata()`."""

    __abstract__ = True
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime, Decimal: Quantity, UUID: Uuid}


class Database:
    """A service's database. `write()` and `read()` give a session for exactly one transaction."""

    def __init__(self, url: str, *, max_workers: int = 10) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _engine(self.url, max_workers)
        self.on_commit: Callable[[], None] = lambda: None
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._reads = sessionmaker(_reading(self.engine), expire_on_commit=False)
        # SQLite has one writer; waiting for it must let the other green threads run
        self._one_writer: Any = Semaphore() if self.is_sqlite else nullcontext()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction that commits at the end, or rolls back whole. No outside call inside."""
        with self._one_writer, self._sessions(info={"writes": True}) as session, session.begin():
            if self.is_sqlite:
                session.connection().exec_driver_sql("BEGIN IMMEDIATE")
            yield session
        if session.info.get("events"):
            self.on_commit()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One moment: all its statements see the database as the first of them did. It cannot write on PostgreSQL."""
        with self._reads() as session:
            if self.is_sqlite:
                session.connection().exec_driver_sql("BEGIN")
            yield session

    def close(self) -> None:
        self.engine.dispose()


def new_metadata(*shared_tables: MetaData) -> MetaData:
    """Metadata with our naming rule, holding a copy of the tables that every service has."""
    metadata = MetaData(naming_convention=NAMES)
    for group in shared_tables:
        for table in group.sorted_tables:
            table.to_metadata(metadata)
    return metadata


def _engine(url: Any, max_workers: int) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(
            url,
            pool_size=max_workers + CLUSTER_SPARE_CONNECTIONS,
            pool_pre_ping=False,
            max_overflow=max_workers,
            pool_recycle=1800,
        )
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"check_same_thread": False}, pool_size=50)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _reading(engine: Engine) -> Engine:
    """The same pool. On PostgreSQL the terms travel inside BEGIN, so they cost no statement; SQLite's BEGIN has them."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")
