"""Disputes."""

from marshmallow import Schema, fields

from shared.fields import Cents


class DisputeLoss(Schema):
    """What a producer bears; `payout_id` is the payout that it was taken from."""

    producer_id = fields.UUID()
    producer_name = fields.String(allow_none=True)
    amount_cents = Cents()
    pay_on = fields.Date()
    payout_id = fields.UUID(allow_none=True)


class Dispute(Schema):
    """`status`: open, won or lost."""

    dispute_id = fields.String()
    payment_id = fields.UUID()
    order_id = fields.UUID()
    basket_id = fields.UUID()
    sale_id = fields.UUID()
    member_id = fields.UUID()
    amount_cents = Cents()
    reason = fields.String()
    status = fields.String()
    opened_at = fields.AwareDateTime()
    closed_at = fields.AwareDateTime(allow_none=True)
    losses = fields.List(fields.Nested(DisputeLoss))


class Disputes(Schema):
    items = fields.List(fields.Nested(Dispute))
