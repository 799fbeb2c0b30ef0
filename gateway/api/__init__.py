"""/api/v1: one blueprint per module. Requests are checked by the schemas that the services themselves check with."""

from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_cls
from marshmallow import Schema, fields


class ProblemField(Schema):
    field = fields.String()
    message = fields.String()


class ProblemSchema(Schema):
    """RFC 9457, application/problem+json. `code` is stable; `title` is a sentence in the reader's language."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    errors = fields.List(fields.Nested(ProblemField))


DESCRIPTION = (
    "Writes take an `Idempotency-Key` header: the same key with the same body gives the same answer. Editable "
    "things have an ETag; send it back as `If-Match`. Lists answer `next`: send it as `after`. Amounts are euro "
    "cents, instants are ISO 8601 with offset, quantities are decimal strings."
)


def spec_options() -> dict[str, Any]:
    """Options of apispec; made anew, since apispec keeps what it is given."""
    return {
        "info": {"description": DESCRIPTION},
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        "security": [{"bearer": []}, {}],
    }


def naming() -> MarshmallowPlugin:
    """services.orders.schemas.Order is described as orders.Order: two services may use one word."""
    return MarshmallowPlugin(schema_name_resolver=_schema_name)


def _schema_name(schema: Any) -> str:
    kind: Any = resolve_schema_cls(schema)
    service = kind.__module__.split(".")[1] if kind.__module__.startswith("services.") else "gateway"
    return f"{service}.{kind.__name__}"
