"""What the shop of a sale answers."""

from marshmallow import Schema, fields

from shared.fields import WireDecimal


class Place(Schema):
    name = fields.String()
    address = fields.String()
    postcode = fields.String()
    commune = fields.String()
    latitude = fields.String(allow_none=True)
    longitude = fields.String(allow_none=True)


class UnitPrice(Schema):
    """`per`: kg or l."""

    cents = fields.Integer()
    per = fields.String()


class Offer(Schema):
    """`available`: what may still be ordered; null is without limit."""

    product_id = fields.UUID()
    producer_id = fields.UUID()
    producer_name = fields.String()
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
    photo_id = fields.UUID(allow_none=True)
    vat_bp = fields.Integer()
    price_cents = fields.Integer()
    unit_price = fields.Nested(UnitPrice, allow_none=True)
    available = WireDecimal(allow_none=True)


class SaleFacts(Schema):
    """`state`: planned, open, closed or cancelled. `takes_orders`: at this instant. `opens_late`: planned, though its
    opening time is past.
    """

    sale_id = fields.UUID()
    market_id = fields.UUID()
    market_number = fields.Integer(allow_none=True)
    market_name = fields.String(allow_none=True)
    time_zone = fields.String(allow_none=True)
    state = fields.String()
    takes_orders = fields.Boolean()
    opens_late = fields.Boolean()
    opens_at = fields.AwareDateTime(allow_none=True)
    closes_at = fields.AwareDateTime(allow_none=True)
    starts_at = fields.AwareDateTime(allow_none=True)
    ends_at = fields.AwareDateTime(allow_none=True)
    place = fields.Nested(Place, allow_none=True)


class Few(Schema):
    product_id = fields.UUID()
    unit = fields.String()
    available = WireDecimal()


class RunningOut(SaleFacts):
    """`few`: the offers of which no more is left than was asked about."""

    few = fields.List(fields.Nested(Few))


class Shelf(Schema):
    """The offers of one category and producer: how many, and how many of them organic."""

    category = fields.String()
    producer_id = fields.UUID()
    producer_name = fields.String()
    count = fields.Integer()
    organic = fields.Integer()


class Shop(SaleFacts):
    """`shelves` is over the whole sale, whatever was asked for; empty unless asked for."""

    shelves = fields.List(fields.Nested(Shelf))
    offers = fields.List(fields.Nested(Offer))
    next = fields.UUID(allow_none=True)
