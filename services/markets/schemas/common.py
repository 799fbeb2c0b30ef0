"""Pieces that several shapes share."""

from datetime import date, datetime, time
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from shared.fields import ExactInteger, Line

MOST_PER_PAGE = 200
EARLIEST, LATEST = 2000, 2100


class MarketId(Schema):
    market_id = fields.UUID(required=True)


class SaleId(Schema):
    sale_id = fields.UUID(required=True)


class PageBody(Schema):
    """`after`: the `next` of the page before."""

    after = fields.UUID(load_default=None, allow_none=True)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, MOST_PER_PAGE))


class Version(Schema):
    version = ExactInteger(load_default=None, allow_none=True)


class Done(Schema):
    done = fields.Boolean()


def _near_enough(value: datetime | date) -> None:
    if not EARLIEST <= value.year <= LATEST:
        raise ValidationError(f"Between {EARLIEST} and {LATEST}.")


class Instant(fields.DateTime):
    """With an offset it is an instant; without one it is wall-clock time in the market's own time zone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", validate=_near_enough, **kwargs)


class Day(fields.Date):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=_near_enough, **kwargs)


def _without_offset(value: time) -> None:
    if value.tzinfo is not None:
        raise ValidationError("Not a valid time.")


class Hour(fields.Time):
    """A wall-clock time in the market's own time zone: the day may come later, so an offset would be a guess."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=_without_offset, **kwargs)


class Place(Schema):
    """Coordinates that are not given are those of the commune."""

    name = Line(120, 1, required=True)
    address = Line(200, load_default="")
    postcode = Line(10, 2, validate.Regexp(r"^[0-9A-Za-z -]{2,10}$"), required=True)
    commune = Line(80, 1, required=True)
    latitude = fields.Float(load_default=None, allow_none=True, validate=validate.Range(-90, 90))
    longitude = fields.Float(load_default=None, allow_none=True, validate=validate.Range(-180, 180))

    @validates_schema
    def _both_or_none(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if (data.get("latitude") is None) != (data.get("longitude") is None):
            raise ValidationError("Latitude and longitude go together.", "longitude")
