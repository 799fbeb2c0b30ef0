"""Documents made from the code: docs/events.md, docs/asyncapi.json, docs/openapi.json."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

from marshmallow import Schema
from marshmallow import fields as wire

from shared.events import CONSUMERS, SERVICES, Event, Fact, exchange_of, queue_of
from shared.fields import ExactInteger, WireDecimal

DOCS = Path(__file__).resolve().parent.parent / "docs"
ENVELOPE = [
    "specversion",
    "id",
    "source",
    "type",
    "subject",
    "time",
    "datacontenttype",
    "dataschema",
    "data",
    "correlationid",
    "causationid",
]


def write(folder: Path = DOCS) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "events.md").write_text(events_page(), "utf-8")
    (folder / "asyncapi.json").write_text(_json(asyncapi()), "utf-8")
    (folder / "openapi.json").write_text(_json(openapi()), "utf-8")


def openapi() -> dict[str, Any]:
    from gateway.app import create_app, smorest_of
    from shared.config import Config

    nobody_to_call: Any = object()
    app = create_app(Config(), rpc=nobody_to_call)
    document: dict[str, Any] = smorest_of(app).spec.to_dict()
    return document


def events_page() -> str:
    """The catalogue for people: emitter, consumers with their queues, fields."""
    parts = [
        "# Events",
        "",
        "Made from `shared/events` by `clayette documents`; do not edit.",
        "",
        "Every body is a CloudEvents 1.0 envelope: " + ", ".join(f"`{name}`" for name in ENVELOPE) + ".",
        "",
    ]
    for service in SERVICES:
        parts += [f"## {service}", "", f"Exchange `{exchange_of(service)}` (topic, durable).", ""]
        for event in _told_by(service):
            parts += _event_section(event)
    return "\n".join(parts).rstrip() + "\n"


def _told_by(service: str) -> list[type[Event]]:
    return [event for event in CONSUMERS if event.emitter() == service]


def _event_section(event: type[Event]) -> list[str]:
    queues = [f"- {consumer}: `{queue_of(event, consumer)}`" for consumer in CONSUMERS[event]] or ["- nobody yet"]
    rows = [f"| `{name}` | {kind} |" for name, kind in _fields_of(event)]
    return [
        f"### {event.wire_name()}",
        "",
        (event.__doc__ or "").strip(),
        "",
        f"Subject: `{event.subject}`. Consumers:",
        "",
        *queues,
        "",
        "| field | type |",
        "| --- | --- |",
        *rows,
        "",
    ]


def _fields_of(fact: type[Fact]) -> list[tuple[str, str]]:
    hints = get_type_hints(fact)
    return [(field.name, _type_name(hints[field.name])) for field in fields(fact)]


def _type_name(hint: Any) -> str:
    inner = [part for part in get_args(hint) if part is not type(None)]
    if not inner:
        return str(hint.__name__)
    if type(None) in get_args(hint):
        return f"{_type_name(inner[0])} or null"
    return f"list of {_type_name(inner[0])}"


def asyncapi() -> dict[str, Any]:
    """AsyncAPI 3.0: a channel per event, a receive operation per consumer."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for event, consumers in CONSUMERS.items():
        name = event.wire_name()
        channels[name] = {
            "address": name,
            "messages": {name: {"$ref": f"#/components/messages/{name}"}},
            "bindings": {
                "amqp": {
                    "is": "routingKey",
                    "exchange": {"name": exchange_of(event.emitter()), "type": "topic", "durable": True},
                }
            },
        }
        messages[name] = {
            "name": name,
            "contentType": "application/cloudevents+json",
            "summary": (event.__doc__ or "").strip().split("\n")[0],
            "payload": {"$ref": f"#/components/schemas/{name}Envelope"},
        }
        schemas |= {name: json_schema(event.schema()), f"{name}Envelope": _envelope_schema(event)}
        operations |= _operations(event, consumers)
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Clayette events", "version": "1"},
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": schemas},
    }


def _operations(event: type[Event], consumers: tuple[str, ...]) -> dict[str, Any]:
    channel = {"$ref": f"#/channels/{event.wire_name()}"}
    told = {f"{event.emitter()}.tells.{event.wire_name()}": {"action": "send", "channel": channel}}
    heard = {
        f"{consumer}.{event.handler_name()}": {
            "action": "receive",
            "channel": channel,
            "description": f"queue {queue_of(event, consumer)}",
        }
        for consumer in consumers
    }
    return told | heard


def _envelope_schema(event: type[Event]) -> dict[str, Any]:
    properties: dict[str, Any] = {name: {"type": "string"} for name in ENVELOPE if name != "data"}
    properties |= {
        "specversion": {"const": "1.0"},
        "type": {"const": event.wire_name()},
        "data": {"$ref": f"#/components/schemas/{event.wire_name()}"},
    }
    return {"type": "object", "required": ENVELOPE, "properties": properties}


def json_schema(schema: Schema) -> dict[str, Any]:
    """The JSON Schema of a body: fields may be added, so more properties are allowed."""
    properties = {name: _property(field) for name, field in schema.fields.items()}
    required = [name for name, field in schema.fields.items() if field.required]
    return {"type": "object", "required": required, "properties": properties}


def _property(field: Any) -> dict[str, Any]:
    shape = _shape(field)
    return {"anyOf": [shape, {"type": "null"}]} if field.allow_none else shape


def _shape(field: Any) -> dict[str, Any]:
    if isinstance(field, wire.Nested):
        return json_schema(field.schema)
    if isinstance(field, wire.List):
        return {"type": "array", "items": _property(field.inner)}
    formats = {wire.UUID: "uuid", wire.AwareDateTime: "date-time", wire.Date: "date"}
    for kind, name in formats.items():
        if isinstance(field, kind):
            return {"type": "string", "format": name}
    if isinstance(field, WireDecimal):
        return {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}
    if isinstance(field, ExactInteger):
        return {"type": "integer"}
    return {"type": "boolean"} if isinstance(field, wire.Boolean) else {"type": "string"}


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
