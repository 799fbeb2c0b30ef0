"""Spreadsheets: tables of services as files, files of people as rows. What a row means, its service knows."""

from gateway.sheets.reading import MOST_SHEET_BYTES, rows_of
from gateway.sheets.writing import XLSX, as_csv, as_file

__all__ = ["MOST_SHEET_BYTES", "XLSX", "as_csv", "as_file", "rows_of"]
