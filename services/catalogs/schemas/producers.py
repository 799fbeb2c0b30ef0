"""Farms."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.catalogs.schemas.base import Codes, Version
from shared.fields import Flag, Line, Text

PHONE = validate.Regexp(r"^\+?[0-9 .()/-]{6,28}$")


class ProducerBody(Schema):
    """`grows`: groups or categories of the taxonomy. SIRET may hold spaces. Coordinates in degrees, both or none."""

    name = Line(120, 1, required=True)
    commune = Line(120, 1, required=True)
    postcode = Line(10, 3, validate.Regexp(r"^[0-9A-Za-z -]{3,10}$"), required=True)
    latitude = fields.Float(load_default=None, allow_none=True, validate=validate.Range(-90, 90))
    longitude = fields.Float(load_default=None, allow_none=True, validate=validate.Range(-180, 180))
    presentation = Text(5000, load_default="")
    grows = Codes(40, load_default=list)
    labels = Codes(20, load_default=list)
    siret = Line(30, load_default=None, allow_none=True)
    vat_exempt = Flag(load_default=False)
    phone = Line(29, 6, PHONE, load_default=None, allow_none=True)
    email = Line(254, 0, validate.Email(), load_default=None, allow_none=True, metadata={"format": "email"})

    @validates_schema
    def _both_coordinates(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if (data.get("latitude") is None) != (data.get("longitude") is None):
            raise ValidationError("Give both coordinates or none.", "latitude")


class ChangeProducerBody(ProducerBody):
    """What is left out stays as it is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs | {"partial": tuple(ProducerBody._declared_fields)})


class ProducerId(Schema):
    producer_id = fields.UUID(required=True)


class ChangeProducer(ChangeProducerBody, ProducerId, Version):
    pass


class ProducerFacts(Schema):
    """`own`: the reader acts for the farm."""

    producer_id = fields.UUID()
    name = fields.String()
    commune = fields.String()
    postcode = fields.String()
    latitude = fields.Float(allow_none=True)
    longitude = fields.Float(allow_none=True)
    presentation = fields.String()
    grows = fields.List(fields.String())
    labels = fields.List(fields.String())
    siret = fields.String(allow_none=True)
    vat_exempt = fields.Boolean()
    phone = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    photo_ids = fields.List(fields.UUID())
    own = fields.Boolean()
    version = fields.Integer()


class CatalogCard(Schema):
    """`item_count` counts what is on sale."""

    catalog_id = fields.UUID()
    number = fields.Integer()
    producer_id = fields.UUID()
    name = fields.String()
    item_count = fields.Integer()
    changed_at = fields.AwareDateTime()
    version = fields.Integer()


class Producer(ProducerFacts):
    catalogs = fields.List(fields.Nested(CatalogCard))


class ProducerList(Schema):
    items = fields.List(fields.Nested(ProducerFacts))
