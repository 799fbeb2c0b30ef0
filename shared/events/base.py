"""What an event is on the wire: a frozen dataclass in a CloudEvents 1.0 envelope.

The body is read and written by a marshmallow schema derived from the dataclass, so that a field is named in
one place. Unknown fields are dropped on reading: an older consumer survives an added field.
"""

import re
import types
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar, Self, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from marshmallow import EXCLUDE, Schema, post_load
from marshmallow import fields as wire

from shared.fields import ExactInteger, WireDecimal

_SCALARS: dict[Any, type[wire.Field[Any]]] = {
    UUID: wire.UUID,
    str: wire.String,
    bool: wire.Boolean,
    int: ExactInteger,
    Decimal: WireDecimal,
    datetime: wire.AwareDateTime,
    date: wire.Date,
}


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A group of fields nested in events."""

    @classmethod
    @cache
    def schema(cls) -> Schema:
        return _schema_of(cls)

    @classmethod
    def load(cls, body: dict[str, Any]) -> Self:
        """From wire values. Raises marshmallow.ValidationError when the shape is not ours."""
        loaded: Self = cls.schema().load(body)
        return loaded

    def dump(self) -> dict[str, Any]:
        body: dict[str, Any] = self.schema().dump(self)
        return body


@dataclass(frozen=True, kw_only=True)
class Event(Fact):
    """Something that happened, told by one service. `subject` names the field that identifies what it is about."""

    subject: ClassVar[str]

    @classmethod
    def wire_name(cls) -> str:
        """Class name = routing key. Not `name`: that is a field of some events."""
        return cls.__name__

    @classmethod
    def emitter(cls) -> str:
        return cls.__module__.rsplit(".", 1)[-1]

    @classmethod
    def handler_name(cls) -> str:
        """OrderPlaced is handled by on_order_placed, in every consumer."""
        return "on_" + re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


def _schema_of(fact: type[Fact]) -> Schema:
    hints = get_type_hints(fact)
    members: dict[str, Any] = {
        field.name: _field(hints[field.name], required=field.default is MISSING and field.default_factory is MISSING)
        for field in fields(fact)
    }
    members["_build"] = post_load(lambda _self, loaded, **_kwargs: fact(**loaded))
    return Schema.from_dict(members, name=f"{fact.__name__}Wire")(unknown=EXCLUDE)


def _field(hint: Any, *, required: bool) -> wire.Field[Any]:
    options: dict[str, Any] = {"required": required}
    if get_origin(hint) in (Union, types.UnionType):
        (hint,) = (part for part in get_args(hint) if part is not type(None))
        options["allow_none"] = True
    if get_origin(hint) is list:
        return wire.List(_field(get_args(hint)[0], required=True), **options)
    if isinstance(hint, type) and issubclass(hint, Fact):
        return wire.Nested(hint.schema, **options)
    return _SCALARS[hint](**options)
