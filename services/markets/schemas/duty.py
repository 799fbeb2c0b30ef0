"""Shapes of duty shifts (« permanences »)."""

from marshmallow import Schema, fields, validate

from services.markets.schemas.common import Hour, Place, SaleId, Version
from shared.fields import ExactInteger, Line

MOST_SHIFTS = 30
MOST_PLACES = 100


class WantedDutyShift(Schema):
    """Hours are wall-clock times of the day of the distribution. `shift_id`: of a shift that stays, with its people."""

    shift_id = fields.UUID(load_default=None, allow_none=True)
    role = Line(80, 1, required=True)
    starts = Hour(required=True)
    ends = Hour(required=True)
    places = ExactInteger(required=True, validate=validate.Range(1, MOST_PLACES))


class SetDutyShiftsBody(Schema):
    """All the shifts of the distribution: those that are not named go, unless people have signed up for them."""

    shifts = fields.List(fields.Nested(WantedDutyShift), required=True, validate=validate.Length(max=MOST_SHIFTS))


class SetDutyShifts(SetDutyShiftsBody, SaleId, Version):
    pass


class DutyShiftOfSale(SaleId):
    shift_id = fields.UUID(required=True)


class WhichDuty(Schema):
    sale_id = fields.UUID(load_default=None, allow_none=True)


class PersonOnDuty(Schema):
    account_id = fields.UUID()
    first_name = fields.String()
    last_name = fields.String()
    phone = fields.String(allow_none=True)
    signed_at = fields.AwareDateTime()


class DutyShift(Schema):
    """`mine`: the asker has signed up. `people`: for administrators and the référent; null for others."""

    shift_id = fields.UUID(attribute="id")
    role = fields.String()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    places = fields.Integer()
    taken = fields.Integer()
    free = fields.Integer()
    mine = fields.Boolean()
    people = fields.List(fields.Nested(PersonOnDuty), allow_none=True)


class SaleOnDuty(Schema):
    """`starts_at`, `ends_at`: of the distribution."""

    sale_id = fields.UUID(attribute="id")
    market_id = fields.UUID()
    market_number = fields.Integer()
    market_name = fields.String()
    time_zone = fields.String()
    state = fields.String()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    place = fields.Nested(Place)
    shifts = fields.List(fields.Nested(DutyShift))


class DutyShifts(SaleOnDuty):
    """`version` counts changes of the shifts, not of who signed up. `ahead`: neither over nor cancelled."""

    version = fields.Integer()
    ahead = fields.Boolean()
    may_set = fields.Boolean()
    may_sign_up = fields.Boolean()


class MyDuty(Schema):
    items = fields.List(fields.Nested(SaleOnDuty))
