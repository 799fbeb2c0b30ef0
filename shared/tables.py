"""Tables for spreadsheets: cells as text with decimal commas, none that a program would calculate."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


class Table(Schema):
    """`numeric`: which columns hold numbers, written with decimal commas. `name`: of the file, without its ending."""

    name = fields.String()
    header = fields.List(fields.String())
    numeric = fields.List(fields.Boolean())
    rows = fields.List(fields.List(fields.String()))


Column = tuple[tuple[str, str], Callable[[Any], str], bool]
"""Header in French and English; the cell of an item; whether it is a number."""


def table(name: str, columns: Sequence[Column], items: Iterable[Any], language: str) -> dict[str, Any]:
    return {
        "name": name,
        "header": [headers[language_index(language)] for headers, _, _ in columns],
        "numeric": [is_number for _, _, is_number in columns],
        "rows": [[cell(item) for _, cell, _ in columns] for item in items],
    }


def language_index(language: str) -> int:
    return 1 if language == "en" else 0


def plain(text: str) -> str:
    """Text that a spreadsheet would calculate is marked as text by an apostrophe (one more if it has some already,
    so that exactly one can be taken away again).
    """
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def euros(cents: int | None) -> str:
    if cents is None:
        return ""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100},{abs(cents) % 100:02d}"


def number(value: Decimal | None) -> str:
    if value is None:
        return ""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")
