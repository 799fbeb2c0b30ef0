"""A catalogue as a table for spreadsheets, out and in again: one row a product, one column a fact."""

from services.catalogs.sheets.columns import Entry, table
from services.catalogs.sheets.planning import ACTIONS, KEEP, TAKE_OUT, Plan, Row, counts, plan

__all__ = ["ACTIONS", "KEEP", "TAKE_OUT", "Entry", "Plan", "Row", "counts", "plan", "table"]
