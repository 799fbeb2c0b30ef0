"""Payments of orders."""

from marshmallow import Schema, fields, validate

from shared.fields import Cents


class Webhook(Schema):
    """`payload` is the raw body, `signature` the header Stripe-Signature."""

    payload = fields.String(required=True, validate=validate.Length(max=1_000_000))
    signature = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=2000))


class Received(Schema):
    received = fields.Boolean()


class Checkout(Schema):
    """`url` is the provider's payment page; the order is paid once `status` says so, not when the page says so.

    card = amount (the order) - credit used + balance due paid with it. Where credit pays for all, the order is paid at
    once and `url` is its own page.
    """

    payment_id = fields.UUID()
    order_id = fields.UUID()
    status = fields.String()
    amount_cents = Cents()
    credit_cents = Cents()
    balance_cents = Cents()
    card_cents = Cents()
    url = fields.String()
    page_expires_at = fields.AwareDateTime(allow_none=True)
    reserved_until = fields.AwareDateTime()


class Payment(Schema):
    """`status`: awaiting, succeeded or expired. `url`: the open payment page, for the member alone."""

    payment_id = fields.UUID()
    order_id = fields.UUID()
    basket_id = fields.UUID()
    sale_id = fields.UUID()
    status = fields.String()
    amount_cents = Cents()
    credit_cents = Cents()
    balance_cents = Cents()
    card_cents = Cents()
    captured_cents = Cents()
    refunded_cents = Cents()
    captured_at = fields.AwareDateTime(allow_none=True)
    reserved_until = fields.AwareDateTime()
    url = fields.String(allow_none=True)
    last_failure = fields.String(allow_none=True)
