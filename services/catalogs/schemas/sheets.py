"""Catalogues as sheets: tables out, rows in."""

from marshmallow import Schema, fields, validate

from services.catalogs.schemas.catalogs import MOST_ITEMS, CatalogId

MOST_COLUMNS, MOST_CELL = 60, 6000


class ImportOptions(Schema):
    """`missing`: what becomes of products that the catalogue lists and the sheet does not."""

    missing = fields.String(load_default="keep", validate=validate.OneOf(["keep", "take_out"]))


class ApplyOptions(ImportOptions):
    """`seen`: as the preview answered it."""

    seen = fields.String(required=True, validate=validate.Regexp(r"^[0-9a-f]{64}$"))


class SheetRows(Schema):
    """The headers first; cells as text."""

    rows = fields.List(
        fields.List(fields.String(validate=validate.Length(max=MOST_CELL)), validate=validate.Length(max=MOST_COLUMNS)),
        required=True,
        validate=validate.Length(1, MOST_ITEMS + 1),
    )


class PreviewImport(ImportOptions, SheetRows, CatalogId):
    pass


class ApplyImport(ApplyOptions, SheetRows, CatalogId):
    pass


class Counts(Schema):
    added = fields.Integer()
    changed = fields.Integer()
    unchanged = fields.Integer()
    withdrawn = fields.Integer()
    taken_out = fields.Integer()


class CellChange(Schema):
    column = fields.String()
    before = fields.String()
    after = fields.String()


class PlannedRow(Schema):
    """`row`: as the spreadsheet counts them, 0 for what is not in it. `product_id` null: a new product."""

    row = fields.Integer()
    action = fields.String()
    product_id = fields.UUID(allow_none=True)
    name = fields.String()
    changes = fields.List(fields.Nested(CellChange))


class CellFault(Schema):
    """`code` is stable, `message` a sentence in the reader's language, `column` null for the whole row."""

    row = fields.Integer()
    column = fields.String(allow_none=True)
    code = fields.String()
    message = fields.String()
    details = fields.Dict()


class ImportPreview(Schema):
    """Nothing can be imported while there are `faults`. `seen` goes back with what is imported."""

    catalog_id = fields.UUID()
    seen = fields.String()
    counts = fields.Nested(Counts)
    rows = fields.List(fields.Nested(PlannedRow))
    faults = fields.List(fields.Nested(CellFault))
    ignored_columns = fields.List(fields.String())


class Imported(Counts):
    catalog_id = fields.UUID()
    version = fields.Integer()
