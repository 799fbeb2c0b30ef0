"""What distributions answers."""

from marshmallow import Schema, fields

from services.distributions.schemas.asked import SheetOptions
from shared.fields import WireDecimal


class Place(Schema):
    name = fields.String()
    address = fields.String()
    postcode = fields.String()
    commune = fields.String()
    latitude = fields.String(allow_none=True)
    longitude = fields.String(allow_none=True)


class Head(Schema):
    sale_id = fields.UUID()
    market_id = fields.UUID()
    market_name = fields.String()
    organisation_mode = fields.String(allow_none=True)
    time_zone = fields.String()
    day = fields.Date()
    opens_at = fields.AwareDateTime()
    closes_at = fields.AwareDateTime()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    place = fields.Nested(Place)


class Referent(Schema):
    account_id = fields.UUID()
    first_name = fields.String()
    last_name = fields.String()


class Counts(Schema):
    """`awaited`: not validated, and nobody has noted that they were not collected."""

    baskets = fields.Integer()
    validated = fields.Integer()
    adjusted = fields.Integer()
    to_refund = fields.Integer()
    awaited = fields.Integer()
    not_collected = fields.Integer()
    declared_lines = fields.Integer()


class Totals(Schema):
    ordered_cents = fields.Integer()
    due_cents = fields.Integer()
    paid_cents = fields.Integer()
    refunded_cents = fields.Integer()


class Distribution(Head):
    """`stage`: planned, open, closed, distributed, validated, cancelled. `button`: see_orders, validate_distribution.
    `time_to_call`: those whose baskets are `awaited` (counts), from 15 minutes before the end. `changes`: grows with
    every change of a basket. `absence_awaited`: a producer does not deliver, and these lines are not at zero yet.
    """

    stage = fields.String()
    button = fields.String()
    time_to_call = fields.Boolean()
    orders_settled = fields.Boolean()
    absence_awaited = fields.Boolean()
    referent = fields.Nested(Referent, allow_none=True)
    counts = fields.Nested(Counts)
    totals = fields.Nested(Totals)
    changes = fields.Integer()
    round = fields.Integer()
    validated_at = fields.AwareDateTime(allow_none=True)
    validated_by = fields.UUID(allow_none=True)
    money_transferred = fields.Boolean()
    may_reopen = fields.Boolean()


class Turnover(Schema):
    """`due_cents`: what was ordered, but for what is known not to be handed over."""

    sale_id = fields.UUID()
    basket_count = fields.Integer()
    ordered_cents = fields.Integer()
    due_cents = fields.Integer()


class Turnovers(Schema):
    items = fields.List(fields.Nested(Turnover))


class ListedBasket(Schema):
    """`state`: open or validated. `adjusted`: delivered is worth less, or more, than ordered. `not_collected_at`:
    « non retiré » was noted.

    paid - refunded = due, but for what is `to_refund` yet or `owed`: a balance due, which is no charge by itself.
    """

    basket_id = fields.UUID()
    sale_id = fields.UUID()
    number = fields.Integer()
    member_id = fields.UUID()
    first_name = fields.String()
    last_name = fields.String()
    phone = fields.String(allow_none=True)
    state = fields.String()
    adjusted = fields.Boolean()
    ordered_cents = fields.Integer()
    due_cents = fields.Integer()
    paid_cents = fields.Integer()
    refunded_cents = fields.Integer()
    to_refund_cents = fields.Integer()
    owed_cents = fields.Integer()
    line_count = fields.Integer()
    not_collected_at = fields.AwareDateTime(allow_none=True)
    version = fields.Integer()


class BasketList(Schema):
    items = fields.List(fields.Nested(ListedBasket))


class Line(Schema):
    line_id = fields.UUID()
    product_id = fields.UUID()
    producer_id = fields.UUID()
    producer_name = fields.String()
    name = fields.String()
    unit = fields.String()
    by_weight = fields.Boolean()
    weighed = fields.Boolean()
    unit_price_cents = fields.Integer()
    ordered = WireDecimal()
    ordered_cents = fields.Integer()
    delivered = WireDecimal()
    delivered_cents = fields.Integer()
    declared = WireDecimal(allow_none=True)


class RefundMade(Schema):
    """`state`: requested, succeeded or failed."""

    refund_id = fields.UUID()
    amount_cents = fields.Integer()
    reason = fields.String()
    state = fields.String()
    requested_at = fields.AwareDateTime()


class Basket(ListedBasket):
    validated_at = fields.AwareDateTime(allow_none=True)
    validated_by = fields.UUID(allow_none=True)
    not_collected_by = fields.UUID(allow_none=True)
    lines = fields.List(fields.Nested(Line))
    refunds = fields.List(fields.Nested(RefundMade))
    next_basket_id = fields.UUID(allow_none=True)


class TrailChange(Schema):
    line_id = fields.UUID()
    name = fields.String()
    unit = fields.String()
    before = fields.String()
    after = fields.String()
    before_cents = fields.Integer()
    after_cents = fields.Integer()


class TrailItem(Schema):
    """`account_id` None: the system, because of something that others told."""

    at = fields.AwareDateTime()
    account_id = fields.UUID(allow_none=True)
    who = fields.String()
    action = fields.String()
    due_before_cents = fields.Integer()
    due_after_cents = fields.Integer()
    refunded_before_cents = fields.Integer()
    refunded_after_cents = fields.Integer()
    changes = fields.List(fields.Nested(TrailChange))


class Trail(Schema):
    items = fields.List(fields.Nested(TrailItem))


class Done(Schema):
    """How many baskets changed, and for how many a refund was generated."""

    baskets = fields.Integer()
    refunds = fields.Integer()


class DeclaredLine(Schema):
    """Of the customer only the name and the basket's number."""

    line_id = fields.UUID()
    product_id = fields.UUID()
    producer_id = fields.UUID()
    producer_name = fields.String()
    name = fields.String()
    unit = fields.String()
    by_weight = fields.Boolean()
    weighed = fields.Boolean()
    ordered = WireDecimal()
    delivered = WireDecimal()
    declared = WireDecimal(allow_none=True)
    basket_number = fields.Integer()
    basket_state = fields.String()
    first_name = fields.String()
    last_name = fields.String()


class Declarations(Schema):
    items = fields.List(fields.Nested(DeclaredLine))


class SheetLine(Schema):
    product_id = fields.UUID()
    producer_name = fields.String()
    name = fields.String()
    unit = fields.String()
    ordered = WireDecimal()
    delivered = WireDecimal()
    unit_price_cents = fields.Integer(allow_none=True)
    delivered_cents = fields.Integer(allow_none=True)


class SheetBasket(Schema):
    basket_id = fields.UUID()
    number = fields.Integer()
    first_name = fields.String()
    last_name = fields.String()
    name = fields.String()
    phone = fields.String(allow_none=True)
    state = fields.String()
    due_cents = fields.Integer(allow_none=True)
    lines = fields.List(fields.Nested(SheetLine))


class SignOffSheet(Head):
    options = fields.Nested(SheetOptions)
    baskets = fields.List(fields.Nested(SheetBasket))


class LotLine(Schema):
    name = fields.String()
    quantity = WireDecimal()
    unit = fields.String()


class Lot(Schema):
    """What one producer brings for one basket. `qr`: what its code says, an address that leads to the basket."""

    basket_id = fields.UUID()
    basket_number = fields.Integer()
    first_name = fields.String()
    last_name = fields.String()
    producer_id = fields.UUID()
    producer_name = fields.String()
    lines = fields.List(fields.Nested(LotLine))
    qr = fields.String()


class Labels(Head):
    items = fields.List(fields.Nested(Lot))
