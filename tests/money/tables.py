"""The worked tables of docs/money.md, as rows of text."""

import re
from decimal import Decimal
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "money.md"
NAMED = re.compile(r"<!-- worked: (?P<name>[^>]+?) -->\n(?P<table>(?:\|.*\n)+)")


def tables() -> dict[str, list[dict[str, str]]]:
    """{name: rows by heading}. Every table of the page must carry a name."""
    text = PAGE.read_text(encoding="utf-8")
    found = {each["name"]: _rows(each["table"]) for each in NAMED.finditer(text)}
    assert len(found) == len(re.findall(r"^\|[ :|-]+\|$", text, re.MULTILINE)), "a table without a name is not run"
    return found


def cents(text: str) -> int:
    """« 12.50 » or « +12.50 » is 1250; an empty cell is nothing."""
    value = Decimal(text or 0) * 100
    assert value == int(value), text
    return int(value)


def several(text: str) -> list[int]:
    return [cents(part) for part in text.split()]


def _rows(table: str) -> list[dict[str, str]]:
    head, _line, *rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in table.splitlines()]
    return [dict(zip(head, row, strict=True)) for row in rows]
