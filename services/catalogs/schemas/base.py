"""Fields and shapes that several nouns use."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from shared.fields import ExactInteger


class Text(fields.String):
    """Trimmed; at most `most` characters, at least `least`."""

    def __init__(self, most: int, least: int = 0, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(least, most), **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs)).strip()
        if "\x00" in text or not _is_utf8(text):
            raise ValidationError("Not a valid string.")
        return text


class Line(Text):
    """Text without line breaks or other control characters."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if any(ord(char) < ord(" ") for char in text):
            raise ValidationError("Not a valid string.")
        return text


class Codes(fields.List[str]):
    def __init__(self, most: int, **kwargs: Any) -> None:
        super().__init__(fields.String(validate=validate.Length(1, 40)), validate=validate.Length(max=most), **kwargs)


class Version(Schema):
    version = ExactInteger(load_default=None, allow_none=True)


class Nothing(Schema):
    pass


def _is_utf8(text: str) -> bool:
    """JSON can hold halves of characters, which no database takes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
