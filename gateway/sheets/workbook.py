"""Run as a process of its own: an XLSX or ODS on standard input → the first sheet's rows as JSON on standard output.

Fails, with no word that anyone reads, on whatever is no workbook or asks for more than the limits.
"""

import io
import json
import resource
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import load_workbook

MOST_MEMORY = 768 * 1024**2
MOST_SECONDS = 10
MOST_UNFOLDED = 64 * 1024**2
MOST_MEMBERS = 500
MOST_ROWS, MOST_COLUMNS = 5_000, 100


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    rows = _rows(unfolded(sys.stdin.buffer.read()))
    sys.stdout.write(json.dumps(rows))


def unfolded(content: bytes) -> bytes:
    """The archive written anew, uncompressed: what is read after this is no larger than it says."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNFOLDED:
            message = "too large"
            raise ValueError(message)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as plain:
            for member in members:
                plain.writestr(member.filename, archive.read(member))
    return out.getvalue()


def _rows(content: bytes) -> list[list[str]]:
    sheet = load_workbook(io.BytesIO(content)).get_sheet_by_index(0)
    if sheet.total_height > MOST_ROWS or sheet.total_width > MOST_COLUMNS:
        message = "too many cells"
        raise ValueError(message)
    return [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]


def _text(cell: Any) -> str:
    """Numbers with a decimal comma, as the services' tables have them."""
    if isinstance(cell, bool):
        return "oui" if cell else "non"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{cell:.6f}".rstrip("0").replace(".", ",")
    if isinstance(cell, date | datetime | time):
        return cell.isoformat()
    return "" if isinstance(cell, timedelta) else str(cell)


if __name__ == "__main__":
    main()
