"""Ids and pages."""

from marshmallow import Schema, fields, validate

from shared.fields import ExactInteger

Amount = ExactInteger
"""Cents that may be below zero."""


MOST_PER_PAGE = 200
LIMIT = fields.Integer(load_default=50, validate=validate.Range(1, MOST_PER_PAGE))


class OrderId(Schema):
    order_id = fields.UUID(required=True)


class SaleId(Schema):
    sale_id = fields.UUID(required=True)


class ProducerId(Schema):
    producer_id = fields.UUID(required=True)


class MarketId(Schema):
    market_id = fields.UUID(required=True)


class Nothing(Schema):
    pass


class RefundId(Schema):
    refund_id = fields.UUID(required=True)


class PayoutId(Schema):
    payout_id = fields.UUID(required=True)


class PageQuery(Schema):
    after = fields.UUID(load_default=None, allow_none=True)
    limit = LIMIT


class MarketPage(PageQuery):
    market_id = fields.UUID(required=True)
