"""Catalogues as spreadsheets: export, and import in two steps (a preview, then all or nothing)."""

from typing import Any
from uuid import UUID

from flask import Response, g, request

from gateway.api import Blueprint
from gateway.backend import ask, command, reply
from gateway.errors import Problem, fault_sentence
from gateway.sheets import MOST_SHEET_BYTES, as_file, rows_of
from services.catalogs import schemas
from shared.errors import Refused

blp = Blueprint("catalog_sheets", __name__, description="Catalogues as spreadsheets")
Args = dict[str, Any]


@blp.route("/catalogs/<uuid:catalog_id>/export.csv")
@blp.response(200, content_type="text/csv", description="`;` between cells, decimal commas, UTF-8 with byte order mark")
def export_csv(catalog_id: UUID) -> Response:
    """Imports again unchanged."""
    return as_file(ask("catalogs.export_catalog", {"catalog_id": catalog_id}), "csv")


@blp.route("/catalogs/<uuid:catalog_id>/export.xlsx")
@blp.response(200, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
def export_xlsx(catalog_id: UUID) -> Response:
    """Imports again unchanged."""
    return as_file(ask("catalogs.export_catalog", {"catalog_id": catalog_id}), "xlsx")


@blp.route("/catalogs/<uuid:catalog_id>/import/preview", methods=["POST"])
@blp.arguments(schemas.ImportOptions, location="query")
@blp.response(200, schemas.ImportPreview)
def preview_import(args: Args, catalog_id: UUID) -> Response:
    """The body is the file itself: CSV, XLSX or ODS, 2 MB at the most. Tells what it would change and every fault in it."""
    preview = ask("catalogs.preview_import", args | {"catalog_id": catalog_id, "rows": _sent_rows()})
    return reply(preview | {"faults": [_told(fault) for fault in preview["faults"]]})


@blp.route("/catalogs/<uuid:catalog_id>/import", methods=["POST"])
@blp.arguments(schemas.ApplyOptions, location="query")
@blp.response(200, schemas.Imported)
def apply_import(args: Args, catalog_id: UUID) -> Response:
    """The same file again, with `seen` of its preview. All is written or nothing; refused when anything changed since."""
    try:
        return command("catalogs.apply_import", args | {"catalog_id": catalog_id, "rows": _sent_rows()})
    except Refused as refused:
        refused.details |= {"faults": [_told(fault) for fault in refused.details.get("faults", [])]}
        raise


def _sent_rows() -> list[list[str]]:
    if g.get("account_id") is None:
        raise Problem(401, "log_in_required")
    request.max_content_length = MOST_SHEET_BYTES
    return rows_of(request.get_data(cache=False))


def _told(fault: Args) -> Args:
    """With the fault's sentence in the reader's language."""
    return fault | {"message": fault_sentence(fault["message"], g.get("language", "fr"), fault["details"])}
