"""The four tables that every service's database has, beside its own."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, Text, Uuid

from shared.db import UtcDateTime

metadata = MetaData()

outbox = Table(
    "outbox",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("type", String(80), nullable=False),
    Column("envelope", JSON, nullable=False),
    # published but kept: the embedded bus forgets, and unroutable events wait here to be seen
    Column("state", String(12), nullable=False, server_default="waiting"),
    Column("recorded_at", UtcDateTime, nullable=False),
    Index("ix_outbox_state_id", "state", "id"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("handler", String(80), primary_key=True),
    Column("handled_at", UtcDateTime, nullable=False, index=True),
)

failed_events = Table(
    "failed_events",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("handler", String(80), primary_key=True),
    Column("type", String(80), nullable=False),
    Column("envelope", JSON, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("first_failed_at", UtcDateTime, nullable=False),
    Column("retry_at", UtcDateTime, nullable=True),
    Column("dead", Boolean, nullable=False),
    Index("ix_failed_events_retry", "dead", "retry_at"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("actor", String(80), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("body_hash", String(64), nullable=False),
    Column("answer", JSON(none_as_null=True), nullable=True),
    Column("recorded_at", UtcDateTime, nullable=False, index=True),
)

sequences = Table(
    "sequences",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("last", BigInteger, nullable=False),
)
