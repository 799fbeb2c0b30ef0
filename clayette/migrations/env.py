"""What alembic runs for each service; the caller brings the connection and the metadata."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from shared import db as types


def _render(kind: str, item: Any, autogen: Any) -> str | Literal[False]:
    """Our column types by name: a version reads like the models."""
    if kind == "type" and type(item) in {types.UtcDateTime, types.Quantity}:
        autogen.imports.add("from shared import db as types")
        return f"types.{type(item).__name__}()"
    return False


connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=context.config.attributes["metadata"],
    render_item=_render,
    compare_type=True,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    if connection.dialect.name == "sqlite":
        # a changed table is copied and dropped: its rows that others refer to are away for a moment
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.run_migrations()
connection.commit()
if connection.dialect.name == "sqlite":
    connection.exec_driver_sql("PRAGMA foreign_keys = ON")
    connection.commit()
