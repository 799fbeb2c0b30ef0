"""Fields and shapes that several nouns use."""

from typing import Any

from marshmallow import Schema, fields, validate

from shared.fields import ExactInteger


class Codes(fields.List[str]):
    def __init__(self, most: int, **kwargs: Any) -> None:
        super().__init__(fields.String(validate=validate.Length(1, 40)), validate=validate.Length(max=most), **kwargs)


class Version(Schema):
    version = ExactInteger(load_default=None, allow_none=True)


class Nothing(Schema):
    pass
