"""Field types of the wire that marshmallow's own do not keep exact."""

import base64
import binascii
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import ValidationError, fields, validate

MOST_CENTS = 10_000_000_00
MOST_QUANTITY = 100_000
MOST_PHOTO_BYTES = 12 * 1024 * 1024
CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
ONE_LINE = rf"^[^{CONTROLS}]*$"


class Text(fields.String):
    """Trimmed; at most `most` characters, at least `least`. `refused`: what no database takes."""

    refused = re.compile(r"[\x00\ud800-\udfff]")

    def __init__(self, most: int, least: int = 0, *also: validate.Validator, **kwargs: Any) -> None:
        super().__init__(validate=[validate.Length(least, most), *also], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs))
        if self.refused.search(text):
            raise self.make_error("invalid")
        return text.strip()


class Line(Text):
    """Text without line breaks or other control characters."""

    refused = re.compile(rf"[{CONTROLS}\ud800-\udfff]")


class ExactInteger(fields.Field[int]):
    """A whole number and nothing that merely looks like one: "610", 610.5 and true are refused."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if type(value) is not int:
            message = "Not a whole number."
            raise ValidationError(message)
        return value


class Flag(fields.Boolean):
    """true or false and nothing that merely looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if type(value) is not bool:
            raise self.make_error("invalid", input=value)
        return value


class Cents(ExactInteger):
    """An amount in euro cents, 0 … 10 million euros."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("validate", validate.Range(0, MOST_CENTS))
        super().__init__(**kwargs)


class WireDecimal(fields.Field[Decimal]):
    """An exact decimal: written as a string ("1.25"), read from a string or a JSON number."""

    def _serialize(self, value: Decimal | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else _plain(Decimal(value))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Decimal:
        message = "Not a number."
        if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
            raise ValidationError(message)
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            raise ValidationError(message) from None
        if not number.is_finite():
            raise ValidationError(message)
        return number


class QuantityField(WireDecimal):
    """A quantity of goods: more than zero (or zero with `zero=True`), three decimals at the most."""

    def __init__(self, *, zero: bool = False, **kwargs: Any) -> None:
        self.zero = zero
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Decimal:
        number = super()._deserialize(value, attr, data, **kwargs)
        if number < 0 or (number == 0 and not self.zero) or number > MOST_QUANTITY:
            message = (
                f"Must be between 0 and {MOST_QUANTITY}." if self.zero else f"Must be above 0, at most {MOST_QUANTITY}."
            )
            raise ValidationError(message)
        if number != round(number, 3):
            message = "Three decimals at the most."
            raise ValidationError(message)
        return number


class Base64(fields.String):
    """Bytes, written as base64."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise ValidationError("Not base64.") from None


def flatten(messages: Any, path: str = "") -> dict[str, str]:
    """{"lines": {0: {"quantity": ["Not a number."]}}} → {"lines.0.quantity": "Not a number."}."""
    if not isinstance(messages, dict):
        return {path: " ".join(str(m) for m in messages) if isinstance(messages, list) else str(messages)}
    flat: dict[str, str] = {}
    for key, value in messages.items():
        flat |= flatten(value, f"{path}.{key}" if path else str(key))
    return flat


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
