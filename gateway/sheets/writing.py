"""A service's table as CSV or XLSX. Its cells are text already; formulas are already marked as text."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter
from flask import Response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AS_TEXT = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
WIDEST = 60
Table = dict[str, Any]


def as_file(table: Table, kind: str) -> Response:
    """`kind`: csv (`;` between cells, decimal commas, UTF-8 with byte order mark) or xlsx."""
    content, mimetype = (
        (_xlsx(table), XLSX) if kind == "xlsx" else (as_csv([table["header"], *table["rows"]]), "text/csv")
    )
    answer = Response(content, mimetype=mimetype)
    answer.headers.set("Content-Disposition", "attachment", filename=f"{table['name']}.{kind}")
    return answer


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """As French spreadsheets expect it. Cells are safe already: texts by `shared.tables.plain`."""
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _xlsx(table: Table) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, AS_TEXT) as book:
        sheet = book.add_worksheet()
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        sheet.write_row(0, 0, table["header"], bold)
        sheet.freeze_panes(1, 0)
        for column, is_number in enumerate(table["numeric"]):
            cells = [row[column] for row in table["rows"]]
            sheet.set_column(column, column, _width([table["header"][column], *cells]))
            for row, cell in enumerate(cells, 1):
                if is_number and cell:
                    sheet.write_number(row, column, float(cell.replace(",", ".")), _as_written(book, cell))
                elif cell:
                    sheet.write_string(row, column, cell, wrapped)
    return out.getvalue()


def _as_written(book: Any, cell: str) -> Any:
    """Shown with as many decimals as the service wrote."""
    decimals = len(cell.partition(",")[2])
    kept: dict[int, Any] = book.__dict__.setdefault("formats_by_decimals", {})
    if decimals not in kept:
        kept[decimals] = book.add_format({"num_format": f"0.{'0' * decimals}" if decimals else "0", "valign": "top"})
    return kept[decimals]


def _width(cells: Sequence[str]) -> int:
    longest = max(len(line) for cell in cells for line in (cell.splitlines() or [""]))
    return min(WIDEST, longest + 2)
