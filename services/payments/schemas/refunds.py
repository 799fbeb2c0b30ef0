"""Refunds."""

from marshmallow import Schema, fields

from shared.fields import Cents


class RefundPart(Schema):
    """`status`: pending, succeeded, failed, or credited: it failed and is the member's credit, until it is tried again.
    `to_credit`: the order was paid with credit, which this gives back.
    """

    payment_id = fields.UUID()
    amount_cents = Cents()
    to_credit = fields.Boolean()
    status = fields.String()
    error = fields.String(allow_none=True)


class Refund(Schema):
    """`status`: waiting (for its payment), pending (at the provider), succeeded or failed."""

    refund_id = fields.UUID()
    basket_id = fields.UUID()
    sale_id = fields.UUID()
    market_id = fields.UUID()
    member_id = fields.UUID()
    amount_cents = Cents()
    reason = fields.String()
    status = fields.String()
    error = fields.String(allow_none=True)
    asked_at = fields.AwareDateTime()
    parts = fields.List(fields.Nested(RefundPart))


class RefundTotal(Schema):
    count = fields.Integer()
    cents = fields.Integer()


class RefundStates(Schema):
    """`waiting` for a payment, `pending` at the provider, `succeeded`, `failed`: a person must act."""

    waiting = fields.Nested(RefundTotal)
    pending = fields.Nested(RefundTotal)
    succeeded = fields.Nested(RefundTotal)
    failed = fields.Nested(RefundTotal)


class RefundReason(RefundTotal):
    reason = fields.String()
    done = fields.Integer()


class SaleRefunds(Schema):
    """How far all refunds of a sale are: `done` of `total`. `failed`: the first 200."""

    sale_id = fields.UUID()
    total = fields.Integer()
    total_cents = fields.Integer()
    done = fields.Integer()
    done_cents = fields.Integer()
    states = fields.Nested(RefundStates)
    reasons = fields.List(fields.Nested(RefundReason))
    failed = fields.List(fields.Nested(Refund))


class Refunds(Schema):
    items = fields.List(fields.Nested(Refund))
