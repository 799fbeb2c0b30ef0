"""What an imported sheet would do to a catalogue, decided without doing it: row by row, with every fault."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, validate

from services.catalogs import domain
from services.catalogs.domain import searchable
from services.catalogs.schemas.catalogs import DEAREST_CENTS
from services.catalogs.schemas.products import AddProductBody
from services.catalogs.sheets.columns import BY_HEADER, COLUMNS, NEEDED, Column, Entry
from services.catalogs.sheets.reading import key
from services.catalogs.taxonomy import CATEGORIES
from shared.errors import Refusal
from shared.fields import Cents, flatten
from shared.tables import language_index

ADDED, CHANGED, UNCHANGED, WITHDRAWN, TAKEN_OUT = "added", "changed", "unchanged", "withdrawn", "taken_out"
ACTIONS = (ADDED, CHANGED, UNCHANGED, WITHDRAWN, TAKEN_OUT)
KEEP, TAKE_OUT = "keep", "take_out"
HEADER_ROW = 1


class SheetWithoutProducts(Refusal):
    """No row below the headers, or neither a name nor an identifier among these."""

    status = 422


class ColumnTwice(Refusal):
    """details["column"]."""

    status = 422


class CellNeeded(Refusal):
    """An empty cell, or no such column, where a new product needs a value."""

    status = 422


class NotOfThisFarm(Refusal):
    """No product of the farm has this identifier. details["value"]."""

    status = 422


class NameNotUnique(Refusal):
    """Several products of the farm have it: only the identifier says which. details["value"]."""

    status = 422


class RowTwice(Refusal):
    """details["first"]: the row that has the product already."""

    status = 422


class _Shape(AddProductBody):
    price_cents = Cents(validate=validate.Range(1, DEAREST_CENTS))


_shape = _Shape(partial=True)


@dataclass(frozen=True)
class Fault:
    """`column`: as the sheet calls it; None for the whole row."""

    row: int
    column: str | None
    code: str
    message: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    column: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """`before` None: a new product. Row 0: not in the sheet."""

    number: int
    action: str
    before: Entry | None
    after: Entry
    changes: list[Change] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Plan:
    rows: list[Row]
    faults: list[Fault]
    ignored: list[str]


class _Faulty(Exception):
    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults)
        self.faults = faults


def plan(rows: Sequence[Sequence[str]], farm: Sequence[Entry], *, missing: str, language: str) -> Plan:
    """`rows`: the headers first. `farm`: all its products; those with a price are in the catalogue."""
    columns, ignored = _columns(rows)
    finder = _Finder(farm)
    planned: list[Row] = []
    faults: list[Fault] = []
    for number, cells in enumerate(rows[HEADER_ROW:], HEADER_ROW + 1):
        if not any(cell.strip() for cell in cells):
            continue
        try:
            planned.append(_row(number, columns, cells, finder, language_index(language)))
        except _Faulty as faulty:
            faults += faulty.faults
    if missing == TAKE_OUT:
        planned += _left_out(farm, finder)
    if not planned and not faults:
        raise SheetWithoutProducts("rows")
    return Plan(rows=planned, faults=faults, ignored=ignored)


def counts(planned: Plan) -> dict[str, int]:
    """How many products per action."""
    actions = [row.action for row in planned.rows]
    return {action: actions.count(action) for action in ACTIONS}


def _columns(rows: Sequence[Sequence[str]]) -> tuple[list[tuple[str, Column | None]], list[str]]:
    """Per column of the sheet its header and what it is to us; and the headers that are nothing."""
    headers = [header.strip() for header in rows[0]] if rows else []
    columns = [(header, BY_HEADER.get(key(header))) for header in headers]
    named = [column.name for _, column in columns if column]
    for header, column in columns:
        if column and named.count(column.name) > 1:
            raise ColumnTwice("rows", column=header)
    if not {"product_id", "name"} & set(named):
        raise SheetWithoutProducts("rows")
    return columns, [header for header, column in columns if header and (column is None or column.read is None)]


class _Finder:
    """Which product of the farm a row means: by identifier, else by name."""

    def __init__(self, farm: Sequence[Entry]) -> None:
        self._by_id = {entry.product_id: entry for entry in farm}
        self._by_name: dict[str, list[Entry]] = defaultdict(list)
        for entry in farm:
            self._by_name[searchable(entry.facts.name)].append(entry)
        self.met: dict[Any, int] = {}

    def find(self, number: int, said: Mapping[str, Any]) -> Entry | None:
        found = self._known(said)
        mark = found.product_id if found else searchable(said.get("name") or "")
        first = self.met.setdefault(mark, number)
        if first != number:
            raise RowTwice("product_id" if said.get("product_id") else "name", first=first)
        return found

    def _known(self, said: Mapping[str, Any]) -> Entry | None:
        product_id: UUID | None = said.get("product_id")
        if product_id is not None:
            if product_id not in self._by_id:
                raise NotOfThisFarm("product_id", value=str(product_id))
            return self._by_id[product_id]
        same = self._by_name.get(searchable(said.get("name") or ""), [])
        if len(same) > 1:
            raise NameNotUnique("name", value=said["name"])
        return same[0] if same else None


def _row(
    number: int, columns: Sequence[tuple[str, Column | None]], cells: Sequence[str], finder: _Finder, lang: int
) -> Row:
    headers = {column.name: header for header, column in columns if column}
    said = dict(_values(number, columns, cells))
    try:
        if said.get("product_id") is None and said.get("name", NEEDED) is NEEDED:
            raise CellNeeded("name")
        found = finder.find(number, said)
        after = _entry(found, said)
    except Refusal as refusal:
        raise _Faulty(_fault(number, headers, refusal, lang)) from None
    except ValidationError as error:
        raise _Faulty(
            *(
                Fault(number, headers.get(name, _header(name, lang)), "invalid_input", message)
                for name, message in flatten(error.messages).items()
            )
        ) from None
    return _compared(number, found, after, lang)


def _values(
    number: int, columns: Sequence[tuple[str, Column | None]], cells: Sequence[str]
) -> Iterator[tuple[str, Any]]:
    """What the cells say; all that cannot be read is told at once."""
    faults = []
    for (header, column), cell in zip(columns, cells, strict=False):
        if column is None or column.read is None:
            continue
        try:
            yield column.name, column.read(cell) if cell.strip() else column.blank
        except Refusal as refusal:
            faults.append(Fault(number, header, refusal.code(), refusal.code(), refusal.details))
    if faults:
        raise _Faulty(*faults)


def _entry(found: Entry | None, said: dict[str, Any]) -> Entry:
    """The product as the row wants it, or raises what the rules say."""
    given = {name: value for name, value in said.items() if name not in {"product_id", "withdrawn"}}
    if found is not None and found.price_cents is not None:
        given = {"price_cents": found.price_cents, **given}
    needed = ["price_cents"] if found else [c.name for c in COLUMNS if c.blank is NEEDED]
    empty = [name for name in given if given[name] is NEEDED]
    for name in [*empty, *needed]:
        if name in empty or name not in given:
            raise CellNeeded(name)
    shaped: dict[str, Any] = _shape.load({k: list(v) if isinstance(v, tuple) else v for k, v in given.items()})
    price, on_hand = shaped.pop("price_cents"), shaped.pop("on_hand", found.on_hand if found else None)
    facts = _facts(found, shaped)
    domain.ensure_countable(on_hand, facts.unit)
    return Entry(
        product_id=found.product_id if found else None,
        facts=facts,
        price_cents=price,
        on_hand=on_hand,
        withdrawn=said.get("withdrawn", found.withdrawn if found else False),
    )


def _facts(found: Entry | None, said: dict[str, Any]) -> domain.ProductFacts:
    if found is None:
        return domain.new_product(**said)
    if said.get("vat_bp", 0) is None:
        category = CATEGORIES.get(said.get("category", found.facts.category))
        said["vat_bp"] = category.vat_bp if category else found.facts.vat_bp
    return domain.changed_product(found.facts, **said)


def _compared(number: int, found: Entry | None, after: Entry, lang: int) -> Row:
    if found is None:
        return Row(number=number, action=ADDED, before=None, after=after)
    changes = [
        Change(column.header(lang), column.write(found, lang), column.write(after, lang))
        for column in COLUMNS
        if column.read and column.write(found, lang) != column.write(after, lang)
    ]
    gone = after.withdrawn and not found.withdrawn
    action = WITHDRAWN if gone else CHANGED if changes else UNCHANGED
    return Row(number=number, action=action, before=found, after=after, changes=changes)


def _left_out(farm: Sequence[Entry], finder: _Finder) -> list[Row]:
    """In the catalogue but not in the sheet: the farm keeps them, the catalogue does not."""
    return [
        Row(number=0, action=TAKEN_OUT, before=entry, after=replace(entry, price_cents=None))
        for entry in farm
        if entry.price_cents is not None and entry.product_id not in finder.met
    ]


def _fault(number: int, headers: Mapping[str, str], refusal: Refusal, lang: int) -> Fault:
    name = refusal.field or ""
    return Fault(number, headers.get(name, _header(name, lang)), refusal.code(), refusal.code(), refusal.details)


def _header(name: str, lang: int) -> str | None:
    return next((column.header(lang) for column in COLUMNS if column.name == name), None)
