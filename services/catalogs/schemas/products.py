"""Products and their stock."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.catalogs.schemas.base import Codes, Version
from services.catalogs.schemas.producers import ProducerId
from shared.fields import ExactInteger, Flag, Line, QuantityField, Text, WireDecimal


class ProductBody(Schema):
    """Quantities and prices are per `unit`; `net_quantity` `net_unit` is what one unit holds (a jar of 250 g).

    `vat_bp` left out: the rate of the category.
    """

    name = Line(120, 1, required=True)
    category = fields.String(required=True, validate=validate.Length(1, 40))
    unit = fields.String(required=True, validate=validate.Length(1, 10))
    description = Text(5000, load_default="")
    net_quantity = QuantityField(load_default=None, allow_none=True)
    net_unit = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 10))
    vat_bp = ExactInteger(load_default=None)
    organic = Flag(load_default=False)
    weighed = Flag(load_default=False)
    allergens = Codes(14, load_default=list)
    ingredients = Text(3000, load_default="")
    storage = Line(300, load_default="")
    origin = Line(120, load_default="")


class AddProductBody(ProductBody):
    """`on_hand` left out or null: unlimited."""

    on_hand = QuantityField(zero=True, load_default=None, allow_none=True)


class AddProduct(AddProductBody, ProducerId):
    pass


class ChangeProductBody(ProductBody):
    """What is left out stays as it is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs | {"partial": tuple(ProductBody._declared_fields)})


class ProductId(Schema):
    product_id = fields.UUID(required=True)


class ChangeProduct(ChangeProductBody, ProductId, Version):
    pass


class SetStockBody(Schema):
    """null: unlimited."""

    on_hand = QuantityField(zero=True, required=True, allow_none=True)


class SetStock(SetStockBody, ProductId, Version):
    pass


class ProductsQuery(Schema):
    after = fields.UUID(load_default=None, allow_none=True)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    search = Line(120, load_default=None, allow_none=True)
    withdrawn = fields.Boolean(load_default=None, allow_none=True)


class Products(ProductsQuery, ProducerId):
    pass


class Stock(Schema):
    """`version` counts what the farm sets and what distributions hand out."""

    product_id = fields.UUID()
    on_hand = WireDecimal(allow_none=True)
    version = fields.Integer()


class Product(Schema):
    """`vat_bp`: the rate charged. Only the farm sees `stock` and `goods_vat_bp` (the rate were it not exempt)."""

    product_id = fields.UUID()
    producer_id = fields.UUID()
    name = fields.String()
    description = fields.String()
    category = fields.String()
    unit = fields.String()
    net_quantity = WireDecimal(allow_none=True)
    net_unit = fields.String(allow_none=True)
    by_weight = fields.Boolean()
    weighed = fields.Boolean()
    organic = fields.Boolean()
    allergens = fields.List(fields.String())
    ingredients = fields.String()
    storage = fields.String()
    origin = fields.String()
    photo_id = fields.UUID(allow_none=True)
    vat_bp = fields.Integer()
    withdrawn = fields.Boolean()
    version = fields.Integer()
    goods_vat_bp = fields.Integer()
    stock = fields.Nested(Stock)


class ProductPage(Schema):
    items = fields.List(fields.Nested(Product))
    next = fields.UUID(allow_none=True)
