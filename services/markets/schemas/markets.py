"""Shapes of markets and their search."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_dump, validate, validates_schema

from services.markets.schemas.common import MarketId, Place, Version
from shared.fields import MOST_PHOTO_BYTES, Base64, ExactInteger, Line, Text

KIND = validate.OneOf(["producers", "local_authority", "company", "association"])
MODE = validate.OneOf(["before", "during"])
REGISTRATION = validate.OneOf(["open", "closed", "waiting_list"])
MOST_NAME = 120
PHONE = validate.Regexp(r"^\+?[0-9 .()/-]{6,28}$")


class Nothing(Schema):
    pass


class _Settings(Schema):
    """What a market can be set to. Rates are in basis points: 300 is 3 %."""

    organisation_mode = fields.String(validate=MODE)
    time_zone = Line(60, 1)
    registration = fields.String(validate=REGISTRATION)
    welcome = Text(5000)
    contact_name = Line(MOST_NAME)
    contact_email = Line(254, 0, validate.Email(), allow_none=True, metadata={"format": "email"})
    contact_phone = Line(29, 6, PHONE, allow_none=True)
    payment_fee_bp = ExactInteger(validate=validate.Range(0, 2000))
    commission_bp = ExactInteger(validate=validate.Range(0, 5000))
    reservation_minutes = ExactInteger(validate=validate.Range(5, 120))
    unvalidated_limit = ExactInteger(validate=validate.Range(0, 50))
    reminder_hours = ExactInteger(validate=validate.OneOf([0, 24, 48]))


class CreateMarket(_Settings):
    """What is left out is preset by the kind of market and its place."""

    name = Line(MOST_NAME, 1, required=True)
    kind = fields.String(required=True, validate=KIND)
    place = fields.Nested(Place, required=True)


class ChangeMarketBody(_Settings):
    name = Line(MOST_NAME, 1)
    kind = fields.String(validate=KIND)
    place = fields.Nested(Place)

    @validates_schema
    def _something(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not set(data) - {"version", "market_id"}:
            raise ValidationError("Nothing to change.")


class ChangeMarket(ChangeMarketBody, MarketId, Version):
    pass


class LogoOf(MarketId):
    content = Base64(required=True, validate=validate.Length(max=MOST_PHOTO_BYTES))


class LogoId(Schema):
    logo_id = fields.UUID(required=True)


class LogoBack(LogoId, MarketId):
    pass


class Logo(LogoId):
    """`content`: a WebP as base64."""

    content = fields.String()


class Market(_Settings):
    """`logo_id`: seen at /logos/{logo_id}."""

    logo_id = fields.UUID(allow_none=True)
    market_id = fields.UUID(attribute="id")
    number = fields.Integer()
    name = fields.String()
    kind = fields.String()
    place = fields.Nested(Place)
    created_at = fields.AwareDateTime()
    version = fields.Integer()


class WhichMarket(Schema):
    market_id = fields.UUID()
    number = ExactInteger()

    @validates_schema
    def _one(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if len(data) != 1:
            raise ValidationError("Give market_id or number.")


class CatalogFacts(Schema):
    catalog_id = fields.UUID()
    number = fields.Integer()
    name = fields.String()


class HomeProducer(Schema):
    producer_id = fields.UUID()
    name = fields.String()
    commune = fields.String()
    postcode = fields.String()
    photo_id = fields.UUID(allow_none=True)
    catalogs = fields.List(fields.Nested(CatalogFacts))


class HomeSale(Schema):
    """`blocked_at`: when it should have opened and could not, because distributions before it are not validated."""

    sale_id = fields.UUID(attribute="id")
    state = fields.String()
    opens_at = fields.AwareDateTime()
    closes_at = fields.AwareDateTime()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    blocked_at = fields.AwareDateTime(allow_none=True)
    place = fields.Nested(Place)


class Mine(Schema):
    """What the asker is here. `membership`: member, waiting, or null."""

    membership = fields.String(allow_none=True)
    roles = fields.List(fields.String())


class FirstSteps(Schema):
    """What setting up a market takes, in the order of the guide; true once it is done."""

    settings = fields.Boolean()
    organisation = fields.Boolean()
    producers = fields.Boolean()
    sales = fields.Boolean()
    participation = fields.Boolean()
    customers = fields.Boolean()
    launched = fields.Boolean()


class MarketHome(Schema):
    """The public page. `settings`, `first_steps` and `blocking` are for administrators only; `logo_id`: seen at
    /logos/{logo_id}. `blocking`: the distributions to validate before what is blocked in `planning` opens.
    """

    logo_id = fields.UUID(allow_none=True)

    market_id = fields.UUID(attribute="id")
    number = fields.Integer()
    name = fields.String()
    kind = fields.String()
    time_zone = fields.String()
    place = fields.Nested(Place)
    welcome = fields.String()
    contact_name = fields.String()
    contact_email = fields.String(allow_none=True)
    contact_phone = fields.String(allow_none=True)
    registration = fields.String()
    organisation_mode = fields.String()
    organisation = fields.String(metadata={"description": "How distributions go, in the reader's language."})
    producers = fields.List(fields.Nested(HomeProducer))
    planning = fields.List(fields.Nested(HomeSale))
    blocking = fields.List(fields.Nested(HomeSale), allow_none=True)
    mine = fields.Nested(Mine)
    settings = fields.Nested(Market, allow_none=True)
    first_steps = fields.Nested(FirstSteps, allow_none=True)
    version = fields.Integer()


class SearchMarkets(Schema):
    """`near`: the beginning of a commune's name, or a postcode; or a point."""

    near = Line(80, load_default="")
    latitude = fields.Float(load_default=None, validate=validate.Range(-90, 90))
    longitude = fields.Float(load_default=None, validate=validate.Range(-180, 180))
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))

    @validates_schema
    def _somewhere(self, data: dict[str, Any], **_kwargs: Any) -> None:
        point = (data["latitude"], data["longitude"])
        if (None in point) if not data["near"].strip() else any(part is not None for part in point):
            raise ValidationError("Give a commune or postcode, or latitude and longitude.", "near")


class CommuneFacts(Schema):
    insee = fields.String()
    name = fields.String()
    postcodes = fields.List(fields.String())
    latitude = fields.Float(allow_none=True)
    longitude = fields.Float(allow_none=True)


class MarketCard(Schema):
    logo_id = fields.UUID(allow_none=True)
    market_id = fields.UUID(attribute="id")
    number = fields.Integer()
    name = fields.String()
    kind = fields.String()
    place = fields.Nested(Place)
    time_zone = fields.String()
    distance_km = fields.Float(allow_none=True)
    next_sale = fields.Nested(HomeSale, allow_none=True)


class FoundMarkets(Schema):
    """Nearest first. `communes`: what `near` may have meant; distances are from the first of them."""

    communes = fields.List(fields.Nested(CommuneFacts))
    items = fields.List(fields.Nested(MarketCard))


class MarketPoint(Schema):
    number = fields.Integer()
    name = fields.String()
    commune = fields.String()
    latitude = fields.Float()
    longitude = fields.Float()


class MarketMap(Schema):
    items = fields.List(fields.Nested(MarketPoint))


class MyMarket(MarketCard):
    membership = fields.String(allow_none=True)
    roles = fields.List(fields.String())

    @post_dump
    def _no_distance(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        data.pop("distance_km", None)
        return data


class MyMarkets(Schema):
    administered = fields.List(fields.Nested(MyMarket))
    joined = fields.List(fields.Nested(MyMarket))
