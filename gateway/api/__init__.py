"""/api/v1: one blueprint per module. Requests are checked by the schemas that the services themselves check with."""

from typing import Any

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


SPEC_OPTIONS: dict[str, Any] = {
    "info": {"description": (
        "Writes take an `Idempotency-Key` header: the same key with the same body gives the same answer. Editable "
        "things have an ETag; send it back as `If-Match`. Lists answer `next`: send it as `after`. Amounts are euro "
        "cents, instants are ISO 8601 with offset, quantities are decimal strings."
    )},
    "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    "security": [{"bearer": []}, {}],
}
