"""Cells as values: what people write for prices, quantities, rates, units and categories, in French or English."""

import re
from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from services.catalogs import taxonomy
from services.catalogs.domain import searchable
from shared.errors import Refusal
from shared.tables import FORMULA_STARTS

NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,6})?")
WRITTEN_AS_FRACTION = Decimal("0.25")
"""A percentage below is 5.5 % as spreadsheets keep it (0.055): no rate is that low."""
UNIT_WORDS = {
    "unite": "piece",
    "unit": "piece",
    "kilo": "kg",
    "kilogramme": "kg",
    "gramme": "g",
    "gram": "g",
    "litre": "l",
    "liter": "l",
}
YES, NO = {"oui", "yes", "vrai", "true", "1", "x", "o", "y"}, {"non", "no", "faux", "false", "0", "n"}


class CellNotANumber(Refusal):
    """details["value"]."""

    status = 422


class CellNotAnAmount(Refusal):
    """Not euros with two decimals at the most. details["value"]."""

    status = 422


class CellNotOnTheList(Refusal):
    """No label of ours. details["value"]."""

    status = 422


class CellNotYesOrNo(Refusal):
    """details["value"]."""

    status = 422


class CellNotAnIdentifier(Refusal):
    """details["value"]."""

    status = 422


def key(text: str) -> str:
    """What headers and labels are compared by: no case, accents, or surplus blanks."""
    return " ".join(searchable(text).replace("’", "'").split())


def text(cell: str) -> str:
    """Without the apostrophe that marks a formula as text, and what is blank around it."""
    marked = cell.startswith("'") and cell.lstrip("'").startswith(FORMULA_STARTS)
    return (cell[1:] if marked else cell).strip()


def product_id(cell: str) -> UUID:
    try:
        return UUID(cell.strip())
    except ValueError:
        raise CellNotAnIdentifier(value=_quoted(cell)) from None


def quantity(cell: str) -> Decimal:
    return _number(cell, CellNotANumber)


def cents(cell: str) -> int:
    value = _number(cell.replace("€", "").replace("EUR", ""), CellNotAnAmount) * 100
    if value != int(value):
        raise CellNotAnAmount(value=_quoted(cell))
    return int(value)


def vat(cell: str) -> int:
    """In basis points; what no rate is, is refused by the rules of products."""
    percent = _number(cell.replace("%", ""), CellNotANumber)
    if 0 < percent < WRITTEN_AS_FRACTION:
        percent *= 100
    return int(percent * 100) if percent * 100 == int(percent * 100) else -1


def flag(cell: str) -> bool:
    word = key(cell)
    if word not in YES | NO:
        raise CellNotYesOrNo(value=_quoted(cell))
    return word in YES


def category(cell: str) -> str:
    return _choice(CATEGORIES, cell)


def unit(cell: str) -> str:
    return _choice(UNITS, cell)


def allergens(cell: str) -> list[str]:
    return [_choice(ALLERGENS, word) for word in re.split(r"[,;\n]", cell) if word.strip()]


def labels(rows: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    return {key(word): code for code, names in rows.items() for word in (*names, code)}


CATEGORIES = labels({code: (each.fr, each.en) for code, each in taxonomy.CATEGORIES.items()})
UNITS = UNIT_WORDS | labels(taxonomy.UNITS)
ALLERGENS = labels(taxonomy.ALLERGENS)


def _choice(choices: Mapping[str, str], cell: str) -> str:
    word = key(cell)
    found = choices.get(word) or choices.get(word.removesuffix("s"))
    if found is None:
        raise CellNotOnTheList(value=_quoted(cell))
    return found


def _number(cell: str, fault: type[Refusal]) -> Decimal:
    """« 1 234,50 », "1234.5"."""
    written = "".join(cell.split())
    if not NUMBER.fullmatch(written) or not written.isascii():
        raise fault(value=_quoted(cell))
    return Decimal(written.replace(",", "."))


def _quoted(cell: str) -> str:
    return cell.strip()[:60]
