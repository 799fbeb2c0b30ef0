"""Fresh databases for tests, on SQLite files or on the PostgreSQL server that DATABASE_URL names."""

import importlib
import os
import uuid
from pathlib import Path

import pytest
from sqlalchemy import MetaData, create_engine, make_url, text

from shared.db import Database
from shared.events import SERVICES


def on_postgresql() -> bool:
    return os.environ.get("DATABASE_URL", "").startswith("postgresql")


SEVERAL_WRITERS = pytest.mark.skipif(not on_postgresql(), reason="SQLite has one writer: nothing is ever under way")
"""Of tests in which one transaction meets another that is under way; they run with DATABASE_URL."""


def metadata_of(service: str) -> MetaData:
    metadata: MetaData = importlib.import_module(f"services.{service}.models").Base.metadata
    return metadata


def fresh(service: str, folder: Path) -> Database:
    """A database of its own, with the tables of the service's models."""
    db = Database(
        _create_on_server(service) if on_postgresql() else f"sqlite:///{folder}/{service}-{uuid.uuid4().hex}.sqlite"
    )
    metadata_of(service).create_all(db.engine)
    return db


def twin(db: Database) -> Database:
    """A second, independent connection pool to the same database: another replica."""
    return Database(db.url.render_as_string(hide_password=False))


def drop(db: Database) -> None:
    db.close()
    if not db.is_sqlite:
        _on_server(f'DROP DATABASE "{db.url.database}" WITH (FORCE)')


def _create_on_server(service: str) -> str:
    name = f"test_{service}_{uuid.uuid4().hex[:12]}"
    _on_server(f'CREATE DATABASE "{name}"')
    url = os.environ["DATABASE_URL"].replace("{service}", service)
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _on_server(statement: str) -> None:
    url = make_url(os.environ["DATABASE_URL"].replace("{service}", "postgres")).set(database="postgres")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def fresh_set(template: str) -> str:
    """A database per service under one fresh tag; answers the template that names them."""
    tag = uuid.uuid4().hex[:8]
    for service in SERVICES:
        _on_server(f'CREATE DATABASE "flows_{tag}_{service}"')
    return template.replace("{service}", f"flows_{tag}_{{service}}")


def drop_named(url: str) -> None:
    _on_server(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')
