"""Catalogues: priced selections of products."""

from marshmallow import Schema, fields, validate

from services.catalogs.schemas.base import Version
from services.catalogs.schemas.producers import CatalogCard, ProducerFacts, ProducerId
from services.catalogs.schemas.products import Product
from shared.fields import Cents, ExactInteger, Line

MOST_ITEMS = 500
DEAREST_CENTS = 10_000_00


class ItemBody(Schema):
    product_id = fields.UUID(required=True)
    price_cents = Cents(required=True, validate=validate.Range(1, DEAREST_CENTS))


class ItemsBody(Schema):
    """The whole selection, in the order shown."""

    items = fields.List(fields.Nested(ItemBody), required=True, validate=validate.Length(max=MOST_ITEMS))


class CatalogBody(Schema):
    name = Line(120, 1, required=True)
    items = fields.List(fields.Nested(ItemBody), load_default=list, validate=validate.Length(max=MOST_ITEMS))


class CreateCatalog(CatalogBody, ProducerId):
    pass


class ChangeCatalogBody(Schema):
    """`items` replaces the selection; `set_items` adds products or changes prices; `remove_items` takes out."""

    name = Line(120, 1)
    items = fields.List(fields.Nested(ItemBody), validate=validate.Length(max=MOST_ITEMS))
    set_items = fields.List(fields.Nested(ItemBody), validate=validate.Length(max=MOST_ITEMS))
    remove_items = fields.List(fields.UUID(), validate=validate.Length(max=MOST_ITEMS))


class CatalogId(Schema):
    catalog_id = fields.UUID(required=True)


class ChangeCatalog(ChangeCatalogBody, CatalogId, Version):
    pass


class AskCatalog(Schema):
    """Either of the two."""

    catalog_id = fields.UUID()
    number = ExactInteger(validate=validate.Range(1, 2**31 - 1))


class MyCatalogs(Schema):
    producer_id = fields.UUID(load_default=None, allow_none=True)


class UnitPrice(Schema):
    """`per`: kg, l or piece."""

    cents = fields.Integer()
    per = fields.String()


class CatalogItem(Product):
    price_cents = fields.Integer()
    unit_price = fields.Nested(UnitPrice, allow_none=True)


class Catalog(CatalogCard):
    own = fields.Boolean()
    producer = fields.Nested(ProducerFacts)
    items = fields.List(fields.Nested(CatalogItem))


class CatalogList(Schema):
    items = fields.List(fields.Nested(CatalogCard))
