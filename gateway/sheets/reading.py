"""A person's file as rows of text: CSV (UTF-8 or cp1252, `;` `,` or tab), XLSX, ODS.

Workbooks are archives that may unfold to anything and tables whose last cell may be in row a million: they are read
in a process of their own with a limit of memory and time, which stalls neither threads nor green threads.
"""

import csv
import io
import json
import subprocess
import sys
import threading
from pathlib import Path

from gateway.errors import Problem

MOST_SHEET_BYTES = 2 * 1024 * 1024
PATIENCE_SECONDS = 15
CHILD = Path(__file__).with_name("workbook.py")
ARCHIVE = b"PK\x03\x04"
SEPARATORS = ";,\t"
_one_at_a_time = threading.Semaphore(1)

Rows = list[list[str]]


def rows_of(content: bytes) -> Rows:
    """The headers first, without empty rows at the end. Raises a Problem."""
    if len(content) > MOST_SHEET_BYTES:
        raise Problem(413, "sheet_too_large", field="file", most_megabytes=MOST_SHEET_BYTES // 1024**2)
    rows = _workbook(content) if content.startswith(ARCHIVE) else _csv(content)
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise Problem(422, "sheet_unreadable", field="file")
    return rows


def _csv(content: bytes) -> Rows:
    text = _text(content)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True))
    except csv.Error:
        raise Problem(422, "sheet_unreadable", field="file") from None
    if "\x00" in text:
        raise Problem(422, "sheet_unreadable", field="file")
    return rows


def _text(content: bytes) -> str:
    """As spreadsheets save: with a byte order mark, or in UTF-8, or as old Windows programs do."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Problem(422, "sheet_unreadable", field="file")


def _separator(text: str) -> str:
    """The one that the headers have most of."""
    headers = text.partition("\n")[0]
    return max(SEPARATORS, key=headers.count)


def _workbook(content: bytes) -> Rows:
    with _one_at_a_time:
        try:
            done = subprocess.run(  # noqa: S603 - our own file; what is untrusted is its input
                [sys.executable, "-I", str(CHILD)],
                input=content,
                capture_output=True,
                timeout=PATIENCE_SECONDS,
                check=True,
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            raise Problem(422, "sheet_unreadable", field="file") from None
    rows: Rows = json.loads(done.stdout)
    return rows
