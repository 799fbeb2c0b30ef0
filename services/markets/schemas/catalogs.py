"""Shapes of catalogues, and of what they serve."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from services.markets.schemas.common import MarketId
from services.markets.schemas.markets import CatalogFacts
from shared.fields import ExactInteger, Line


class LinkCatalogBody(Schema):
    catalog_id = fields.UUID()
    number = ExactInteger()

    @validates_schema
    def _one(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if ("catalog_id" in data) == ("number" in data):
            raise ValidationError("Give catalog_id or number.")


class LinkCatalog(LinkCatalogBody, MarketId):
    pass


class UnlinkCatalog(MarketId):
    catalog_id = fields.UUID(required=True)


class Link(Schema):
    market_id = fields.UUID()
    catalog_id = fields.UUID()
    producer_id = fields.UUID()
    active = fields.Boolean()
    linked_at = fields.AwareDateTime()
    version = fields.Integer()


class CatalogNumber(Schema):
    market_id = fields.UUID(load_default=None, allow_none=True)
    number = ExactInteger(required=True)


class NamedCatalog(CatalogFacts):
    producer_id = fields.UUID()
    producer_name = fields.String()
    commune = fields.String()
    postcode = fields.String()
    product_count = fields.Integer()


class FoundCatalog(NamedCatalog):
    linked = fields.Boolean(metadata={"description": "It serves the market that was asked for."})


class LinkedCatalogsQuery(Schema):
    """`search`: words of the names of farm, catalogue or commune, or the number."""

    search = Line(80, load_default="")


class LinkedCatalogsOf(LinkedCatalogsQuery, MarketId):
    pass


class LinkedCatalog(NamedCatalog):
    linked_at = fields.AwareDateTime()


class LinkedCatalogs(Schema):
    """`total`: all that serve the market, whatever was searched for."""

    items = fields.List(fields.Nested(LinkedCatalog))
    total = fields.Integer()


class MyLink(Schema):
    catalog_id = fields.UUID()
    producer_id = fields.UUID()
    linked_at = fields.AwareDateTime()
    market_id = fields.UUID()
    market_number = fields.Integer()
    market_name = fields.String()


class MyLinks(Schema):
    items = fields.List(fields.Nested(MyLink))
