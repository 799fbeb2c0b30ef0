"""Shapes of what notifications is asked and answers. `…Body` and `Page` are what a person sends."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from shared.fields import Flag

MOST = validate.Length(max=200)


class Nothing(Schema):
    pass


class Page(Schema):
    """`after` is the `next` of the page before."""

    after = fields.UUID(load_default=None, allow_none=True)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class Notice(Schema):
    """`text` is in the reader's language; `path` is the page to go to."""

    notice_id = fields.UUID(attribute="id")
    kind = fields.String()
    text = fields.String()
    path = fields.String()
    market = fields.String(allow_none=True)
    market_id = fields.UUID(allow_none=True)
    sale_id = fields.UUID(allow_none=True)
    created_at = fields.AwareDateTime()
    read = fields.Boolean()


class Notices(Schema):
    items = fields.List(fields.Nested(Notice))
    next = fields.UUID(allow_none=True)
    unread = fields.Integer()


class MarkRead(Schema):
    """Without `notice_ids`: all."""

    notice_ids = fields.List(fields.UUID(), load_default=None, allow_none=True, validate=MOST)


class Unread(Schema):
    unread = fields.Integer()


class MarketChoice(Schema):
    """`opening`: mails to everybody, at the opening and before the closing of a sale, and when hands are needed."""

    market_id = fields.UUID(required=True)
    opening = Flag(required=True)


class ChangePreferences(Schema):
    pickup_4h = Flag()
    markets = fields.List(fields.Nested(MarketChoice), validate=MOST)

    @validates_schema
    def _something(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not data:
            raise ValidationError("Nothing to change.")


class MarketPreference(MarketChoice):
    name = fields.String()
    number = fields.Integer()


class Preferences(Schema):
    """`pickup_4h`: a second reminder four hours before the pickup."""

    pickup_4h = fields.Boolean()
    markets = fields.List(fields.Nested(MarketPreference))


class Token(Schema):
    token = fields.String(required=True, validate=validate.Length(max=200))


class Subscription(Schema):
    market = fields.String()
    kind = fields.String()
    subscribed = fields.Boolean()
    language = fields.String()


class Deliveries(Page):
    market_id = fields.UUID(required=True)


class Delivery(Schema):
    """`state`: waiting (with the time of the next try) or bounced (for good); `error` is the mail server's word."""

    delivery_id = fields.UUID(attribute="id")
    kind = fields.String()
    state = fields.String()
    account_id = fields.UUID(allow_none=True)
    sale_id = fields.UUID(allow_none=True)
    name = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    attempts = fields.Integer()
    error = fields.String(allow_none=True)
    created_at = fields.AwareDateTime()
    retry_at = fields.AwareDateTime(allow_none=True)


class DeliveryPage(Schema):
    items = fields.List(fields.Nested(Delivery))
    next = fields.UUID(allow_none=True)
