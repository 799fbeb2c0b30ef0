"""Keeping the newest version of what was told."""

from typing import Any

from sqlalchemy.orm import Session


def keep_newer(session: Session, model: Any, key: dict[str, Any], version: int, **facts: Any) -> bool:
    """Insert the row, or replace it if its version is older; True if this is the newest word."""
    from sqlalchemy.dialects import postgresql, sqlite

    table = model.__table__
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(table).values(**key, **facts, version=version)
    replace = insert.on_conflict_do_update(
        index_elements=list(key), set_={**facts, "version": version}, where=table.c.version < version
    )
    return bool(session.execute(replace).rowcount)  # type: ignore[attr-defined]
