"""One alembic environment for the seven databases; each service keeps its own versions."""

import importlib
import time
from collections.abc import Iterable
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, text
from sqlalchemy.exc import DBAPIError

from shared.config import Config
from shared.db import Database
from shared.events import SERVICES
from shared.logs import Log

log = Log(__name__)
ROOT = Path(__file__).resolve().parents[2]
LOCK = 7_140_917  # an arbitrary number that all migrating processes agree on


def upgrade(names: Iterable[str] = (), config: Config | None = None) -> None:
    """Bring each database to the head of its versions. Safe to run from several processes at once."""
    for name in names or SERVICES:
        db = Database((config or Config()).database_of(name))
        _wait_for(name, db)
        with db.engine.connect() as connection:
            if not db.is_sqlite:
                connection.execute(text(f"SELECT pg_advisory_lock({LOCK})"))
                connection.commit()
            command.upgrade(_alembic(name, connection), "head")
        db.close()


def wait_until_current(name: str, config: Config) -> None:
    """Until the database answers and its tables are those of this code: services start in any order."""
    db = Database(config.database_of(name))
    while not _is_current(name, db):
        log.info("waiting_for_migration", service=name)
        time.sleep(1)
    db.close()


def _wait_for(name: str, db: Database) -> None:
    while not _answers(db):
        log.info("waiting_for_database", service=name)
        time.sleep(1)


def _answers(db: Database) -> bool:
    try:
        db.engine.connect().close()
    except DBAPIError:
        return False
    return True


def _is_current(name: str, db: Database) -> bool:
    head = ScriptDirectory.from_config(_alembic(name, None)).get_current_head()
    try:
        with db.engine.connect() as connection:
            return bool(MigrationContext.configure(connection).get_current_revision() == head)
    except DBAPIError:
        return False


def write_revision(name: str, message: str) -> None:
    """Write the next version of a service's tables by comparing its models with a migrated scratch database."""
    db = Database(f"sqlite:///{Config().var}/scratch-{name}.sqlite")
    with db.engine.connect() as connection:
        command.upgrade(_alembic(name, connection), "head")
        known = len(list((ROOT / "services" / name / "migrations" / "versions").glob("0*.py")))
        command.revision(_alembic(name, connection), message, autogenerate=True, rev_id=f"{known + 1:04d}")
    db.close()
    Path(db.url.database or "").unlink()


def metadata_of(name: str) -> MetaData:
    metadata: MetaData = importlib.import_module(f"services.{name}.models").Base.metadata
    return metadata


def _alembic(name: str, connection: object) -> AlembicConfig:
    alembic = AlembicConfig()
    alembic.set_main_option("script_location", str(Path(__file__).parent))
    alembic.set_main_option("version_locations", str(ROOT / "services" / name / "migrations" / "versions"))
    alembic.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    alembic.attributes |= {"connection": connection, "metadata": metadata_of(name)}
    return alembic
