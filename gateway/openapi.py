"""The OpenAPI document: what flask-smorest gathers from the views, completed by what is alike everywhere."""

import inspect
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_cls
from flask import Flask
from flask_smorest.spec.plugins import FlaskPlugin
from marshmallow import INCLUDE, Schema, fields, validate

from services.accounts.schemas import Email
from shared.fields import MOST_QUANTITY, ONE_LINE, ExactInteger, Line, QuantityField, WireDecimal

DESCRIPTION = (
    "Writes take an `Idempotency-Key` header: the same key with the same body gives the same answer. Editable "
    "things have an ETag; send it back as `If-Match`. Lists answer `next`: send it as `after`. Amounts are euro "
    "cents, instants are ISO 8601 with offset, quantities are decimal strings. Every refusal is a problem document "
    "(RFC 9457) with a stable `code`."
)
KEY_SCHEMA = {"type": "string", "minLength": 8, "maxLength": 200}
PARAMETERS: dict[str, dict[str, Any]] = {
    "IdempotencyKey": {
        "description": "Anything unique, a UUID for instance. Sent again with the same body, nothing is done twice.",
        "schema": KEY_SCHEMA,
    },
    "RequiredIdempotencyKey": {
        "description": "Anything unique, a UUID for instance. Sent again with the same body, nothing is done twice.",
        "required": True,
        "schema": KEY_SCHEMA,
    },
    "IfMatch": {
        "description": "The ETag of what is changed, as it was read. If somebody changed it since: 412.",
        "schema": {"type": "string", "pattern": r'^("[0-9]{1,9}"|\*)$'},
    },
}
DECIMAL = r"^-?[0-9]+(\.[0-9]+)?$"
QUANTITY = r"^[0-9]{1,6}(\.[0-9]{1,3})?$"


class ProblemField(Schema):
    field = fields.String()
    message = fields.String()


class ProblemSchema(Schema):
    """RFC 9457, application/problem+json. `code` is stable; `title` is a sentence in the reader's language.

    Further members belong to the code: `current` with version_conflict, `lines` with stock_lacking, …
    """

    class Meta:
        unknown = INCLUDE

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    errors = fields.List(fields.Nested(ProblemField))


def spec_options() -> dict[str, Any]:
    """Options of apispec; made anew, since apispec keeps what it is given."""
    return {
        "info": {"description": DESCRIPTION},
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        "security": [{"bearer": []}, {}],
    }


class Shapes(MarshmallowPlugin):
    """services.orders.schemas.Order is described as orders.Order: two services may use one word."""

    def __init__(self) -> None:
        super().__init__(schema_name_resolver=_schema_name)

    def init_spec(self, spec: APISpec) -> None:
        super().init_spec(spec)
        converter: Any = self.converter
        converter.map_to_openapi_type(ExactInteger, "integer", None)
        converter.map_to_openapi_type(WireDecimal, "string", None)
        converter.map_to_openapi_type(Email, fields.Email)
        converter.add_attribute_function(_decimal)
        converter.add_attribute_function(_line)


def complete(app: Flask, spec: APISpec) -> None:
    """After all views are known: their headers, and problem documents for all that can go wrong."""
    for name, parameter in PARAMETERS.items():
        header = "If-Match" if name == "IfMatch" else "Idempotency-Key"
        spec.components.parameter(name, "header", {"name": header, **parameter})
    document = spec.to_dict()
    for response in document["components"]["responses"].values():
        response["content"] = {"application/problem+json": next(iter(response["content"].values()))}
    for rule in app.url_map.iter_rules():
        operations = document["paths"].get(FlaskPlugin.flaskpath2openapi(rule.rule), {})
        for method in rule.methods or ():
            if method.lower() in operations:
                view, schemas = app.view_functions[rule.endpoint], document["components"]["schemas"]
                _complete(operations[method.lower()], view, rule.endpoint, schemas)


def _complete(operation: dict[str, Any], view: Any, endpoint: str, schemas: dict[str, Any]) -> None:
    words = _words(view)
    headers = {
        "IdempotencyKey": "command" in words and "key_required" not in words,
        "RequiredIdempotencyKey": "key_required" in words,
        "IfMatch": "if_match" in words,
    }
    refs = [{"$ref": f"#/components/parameters/{name}"} for name, takes in headers.items() if takes]
    operation.setdefault("operationId", endpoint)
    if refs:
        operation["parameters"] = operation.get("parameters", []) + refs
    if "requestBody" in operation:
        operation["requestBody"]["required"] = not _may_be_empty(operation["requestBody"], schemas)
    if headers["IfMatch"]:
        operation["responses"]["412"] = {"$ref": "#/components/responses/DEFAULT_ERROR"}


def _may_be_empty(body: dict[str, Any], schemas: dict[str, Any]) -> bool:
    """Nothing in it is required: it may be left out."""
    name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return not schemas[name].get("required")


def _words(view: Any) -> set[str]:
    """What a view calls, and the keywords it gives: so that the document cannot forget what the code does."""
    code = inspect.unwrap(view).__code__
    keywords = {word for const in code.co_consts if isinstance(const, tuple) for word in const}
    return {*code.co_names, *keywords}


def _schema_name(schema: Any) -> str:
    kind: Any = resolve_schema_cls(schema)
    service = kind.__module__.split(".")[1] if kind.__module__.startswith("services.") else "gateway"
    return f"{service}.{kind.__name__}"


def _line(_converter: Any, field: Any, **_kwargs: Any) -> dict[str, Any]:
    """No line breaks; unless the field has a pattern of its own, which allows none either."""
    own = any(isinstance(validator, validate.Regexp) for validator in field.validators)
    return {"pattern": ONE_LINE} if isinstance(field, Line) and not own else {}


def _decimal(_converter: Any, field: Any, **_kwargs: Any) -> dict[str, Any]:
    """Written as a string; a quantity may be sent as a JSON number too."""
    if not isinstance(field, QuantityField):
        return {"pattern": DECIMAL} if isinstance(field, WireDecimal) else {}
    types = ["string", "number", *(["null"] if field.allow_none else [])]
    return {"type": types, "pattern": QUANTITY, "minimum": 0, "maximum": MOST_QUANTITY}
