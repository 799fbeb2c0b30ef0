"""The directory of producers."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.catalogs.schemas.producers import CatalogCard
from shared.fields import Line

MOST_LEFT_OUT = 500


class DirectoryPage(Schema):
    """`grows`: a group or category of the taxonomy. `name`: words of the farm's name. `after`: the `next` of the page before."""

    grows = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 40))
    name = Line(80, load_default="")
    within_km = fields.Integer(load_default=100, validate=validate.Range(1, 1000))
    after = fields.UUID(load_default=None, allow_none=True)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))


class DirectoryQuery(DirectoryPage):
    """`near`: a commune or postcode; or a point. Neither: by name."""

    near = Line(80, load_default="")
    latitude = fields.Float(load_default=None, allow_none=True, validate=validate.Range(-90, 90))
    longitude = fields.Float(load_default=None, allow_none=True, validate=validate.Range(-180, 180))

    @validates_schema
    def _both_coordinates(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if (data.get("latitude") is None) != (data.get("longitude") is None):
            raise ValidationError("Give both coordinates or none.", "latitude")


class SearchProducers(DirectoryQuery):
    """`but`: farms to leave out, known already."""

    but = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=MOST_LEFT_OUT))


class FoundCommune(Schema):
    name = fields.String()
    postcodes = fields.List(fields.String())
    latitude = fields.Float(allow_none=True)
    longitude = fields.Float(allow_none=True)


class FoundProducer(Schema):
    """Phone and e-mail are on the showcase. `photo_id`: the first of its photos."""

    producer_id = fields.UUID()
    name = fields.String()
    commune = fields.String()
    postcode = fields.String()
    latitude = fields.Float(allow_none=True)
    longitude = fields.Float(allow_none=True)
    presentation = fields.String()
    grows = fields.List(fields.String())
    labels = fields.List(fields.String())
    photo_id = fields.UUID(allow_none=True)
    distance_km = fields.Float(allow_none=True)
    catalogs = fields.List(fields.Nested(CatalogCard))


class Directory(Schema):
    """Nearest first. `communes`: what `near` may have meant; distances are from the first of them."""

    communes = fields.List(fields.Nested(FoundCommune))
    items = fields.List(fields.Nested(FoundProducer))
    next = fields.UUID(allow_none=True)
