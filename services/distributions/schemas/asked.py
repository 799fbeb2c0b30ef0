"""What distributions is asked. `…Body` is what a person sends; the gateway adds the ids."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from shared.fields import ExactInteger, Flag, Line, QuantityField

MOST_LINES = 5000
A_DAY_SECONDS = 86400


class SaleId(Schema):
    sale_id = fields.UUID(required=True)


class TurnoversQuery(Schema):
    sale_ids = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=200))


class TurnoversOf(TurnoversQuery):
    market_id = fields.UUID(required=True)


class BasketId(Schema):
    basket_id = fields.UUID(required=True)


class VersionBody(Schema):
    version = ExactInteger(load_default=None, allow_none=True)


class OneBasket(VersionBody):
    basket_id = fields.UUID(required=True)


class BasketSearch(Schema):
    """`uncollected`: only those that nobody has come for yet. `changed_within`: only those that changed in the last
    so many seconds; a change counts from the beginning of its transaction, so ask for a little more than you missed.
    """

    search = Line(80, load_default="")
    uncollected = fields.Boolean(load_default=False)
    changed_within = ExactInteger(load_default=None, allow_none=True, validate=validate.Range(1, A_DAY_SECONDS))


class Baskets(BasketSearch, SaleId):
    pass


class DeliveredLine(Schema):
    line_id = fields.UUID(required=True)
    delivered = QuantityField(zero=True, required=True)


class DeliveredLines(Schema):
    """Each line once."""

    lines = fields.List(fields.Nested(DeliveredLine), load_default=list, validate=validate.Length(max=MOST_LINES))

    @validates_schema
    def _each_once(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if len({line["line_id"] for line in data["lines"]}) != len(data["lines"]):
            raise ValidationError("A line is named twice.", "lines")


class AdjustBody(DeliveredLines):
    """The lines that differ from before. The version may come as If-Match instead."""

    lines = fields.List(fields.Nested(DeliveredLine), required=True, validate=validate.Length(min=1, max=MOST_LINES))
    version = ExactInteger()


class Adjust(AdjustBody):
    basket_id = fields.UUID(required=True)
    version = ExactInteger(required=True)


class MissingProductBody(Schema):
    product_id = fields.UUID(required=True)


class MissingProduct(MissingProductBody, SaleId):
    pass


class DeclareBody(DeliveredLines):
    """`missing_products`: not brought for anybody; a line of `lines` goes before it."""

    missing_products = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=500))


class Declare(DeclareBody, SaleId):
    pass


class ConfirmBody(Schema):
    producer_id = fields.UUID(load_default=None, allow_none=True)
    refund = Flag(load_default=True)


class Confirm(ConfirmBody, SaleId):
    pass


class SheetOptions(Schema):
    """`layout`: all baskets in one list, or one basket a page."""

    layout = fields.String(load_default="list", validate=validate.OneOf(["list", "pages"]))
    prices = fields.Boolean(load_default=True)
    phones = fields.Boolean(load_default=True)
    products = fields.Boolean(load_default=True)
    signature = fields.Boolean(load_default=True)
    notes = fields.Boolean(load_default=False)
    font_size = fields.String(load_default="M", validate=validate.OneOf(["S", "M", "L", "XL"]))


class LabelsQuery(Schema):
    producer_id = fields.UUID(load_default=None, allow_none=True)


class LabelsOf(LabelsQuery, SaleId):
    pass


class Sheet(SheetOptions, SaleId):
    pass
