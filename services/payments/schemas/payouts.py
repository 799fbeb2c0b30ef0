"""Producers' shares and payouts."""

from datetime import datetime

from marshmallow import Schema, ValidationError, fields

from services.payments.schemas.common import Amount, PageQuery
from shared.fields import Cents


class PayoutsOf(PageQuery):
    producer_id = fields.UUID(required=True)


EARLIEST, LATEST = 2000, 2100


def _near_enough(value: datetime) -> None:
    if not EARLIEST <= value.year <= LATEST:
        raise ValidationError(f"Between {EARLIEST} and {LATEST}.")


class PayoutDateQuery(Schema):
    """Without `validated_at`: as if validated now."""

    validated_at = fields.AwareDateTime(load_default=None, allow_none=True, validate=_near_enough)


class SaleShare(Schema):
    """gross - fee - commission = amount."""

    sale_id = fields.UUID()
    market_id = fields.UUID()
    gross_cents = Amount()
    fee_cents = Amount()
    commission_cents = Amount()
    amount_cents = Amount()


class Payout(Schema):
    """`status`: transferring, paying (both: tried until done; `error` is the last refusal), sent or arrived."""

    payout_id = fields.UUID()
    producer_id = fields.UUID()
    paid_on = fields.Date()
    amount_cents = Cents()
    status = fields.String()
    error = fields.String(allow_none=True)
    sent_at = fields.AwareDateTime(allow_none=True)
    sales = fields.List(fields.Nested(SaleShare))


class ExpectedShare(SaleShare):
    """A share that no payout has taken up. `waits_for`: date, validation, money, account or balance (carried over: what
    is due is not above zero).
    """

    producer_id = fields.UUID()
    available_at = fields.AwareDateTime()
    pay_on = fields.Date()
    waits_for = fields.String()


class Payouts(Schema):
    """`expected_cents`: all that is owed and not yet taken up by a payout."""

    items = fields.List(fields.Nested(Payout))
    next = fields.UUID(allow_none=True)
    expected = fields.List(fields.Nested(ExpectedShare))
    expected_cents = Amount()


class PayoutDate(Schema):
    """Money is available three days after validation and paid by the first Monday run (06:00 Europe/Paris) after."""

    validated_at = fields.AwareDateTime()
    available_at = fields.AwareDateTime()
    pay_on = fields.Date()


class SalePayout(SaleShare):
    """A producer's part of a sale. `status`: expected (see `waits_for`) or that of its payout."""

    producer_id = fields.UUID()
    producer_name = fields.String(allow_none=True)
    available_at = fields.AwareDateTime()
    pay_on = fields.Date()
    paid_on = fields.Date(allow_none=True)
    status = fields.String()
    waits_for = fields.String(allow_none=True)
    error = fields.String(allow_none=True)


class SalePayouts(Schema):
    """`round` is 0 and `items` empty before the distribution is validated; then see `if_validated_now`."""

    sale_id = fields.UUID()
    round = fields.Integer()
    validated_at = fields.AwareDateTime(allow_none=True)
    reopened = fields.Boolean()
    items = fields.List(fields.Nested(SalePayout))
    if_validated_now = fields.Nested(PayoutDate)
