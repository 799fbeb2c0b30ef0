"""Shapes of what payments is asked and answers."""

from datetime import datetime

from marshmallow import Schema, ValidationError, fields, validate

from shared.fields import Cents, ExactInteger

Amount = ExactInteger
"""Cents that may be below zero."""
EARLIEST, LATEST = 2000, 2100
LIMIT = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class OrderId(Schema):
    order_id = fields.UUID(required=True)


class SaleId(Schema):
    sale_id = fields.UUID(required=True)


class ProducerId(Schema):
    producer_id = fields.UUID(required=True)


class MarketId(Schema):
    market_id = fields.UUID(required=True)


class RefundId(Schema):
    refund_id = fields.UUID(required=True)


class PayoutId(Schema):
    payout_id = fields.UUID(required=True)


class PageQuery(Schema):
    after = fields.UUID(load_default=None, allow_none=True)
    limit = LIMIT


class PayoutsOf(PageQuery):
    producer_id = fields.UUID(required=True)


def _near_enough(value: datetime) -> None:
    if not EARLIEST <= value.year <= LATEST:
        raise ValidationError(f"Between {EARLIEST} and {LATEST}.")


class PayoutDateQuery(Schema):
    """Without `validated_at`: as if validated now."""

    validated_at = fields.AwareDateTime(load_default=None, allow_none=True, validate=_near_enough)


class Webhook(Schema):
    """`payload` is the raw body, `signature` the header Stripe-Signature."""

    payload = fields.String(required=True, validate=validate.Length(max=1_000_000))
    signature = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=2000))


class Received(Schema):
    received = fields.Boolean()


class Checkout(Schema):
    """`url` is the provider's payment page; the order is paid once `status` says so, not when the page says so."""

    payment_id = fields.UUID()
    order_id = fields.UUID()
    status = fields.String()
    amount_cents = Cents()
    url = fields.String()
    page_expires_at = fields.AwareDateTime()
    reserved_until = fields.AwareDateTime()


class Payment(Schema):
    """`status`: awaiting, succeeded or expired. `url`: the open payment page, for the member alone."""

    payment_id = fields.UUID()
    order_id = fields.UUID()
    basket_id = fields.UUID()
    sale_id = fields.UUID()
    status = fields.String()
    amount_cents = Cents()
    captured_cents = Cents()
    refunded_cents = Cents()
    captured_at = fields.AwareDateTime(allow_none=True)
    reserved_until = fields.AwareDateTime()
    url = fields.String(allow_none=True)
    last_failure = fields.String(allow_none=True)


class RefundPart(Schema):
    payment_id = fields.UUID()
    amount_cents = Cents()
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


class Refunds(Schema):
    items = fields.List(fields.Nested(Refund))


class Posting(Schema):
    """Debit positive: what the provider holds is above zero, what is owed below."""

    account = fields.String()
    amount_cents = Amount()


class Entry(Schema):
    entry_id = fields.UUID()
    key = fields.String()
    kind = fields.String()
    at = fields.AwareDateTime()
    cause = fields.String(allow_none=True)
    postings = fields.List(fields.Nested(Posting))


class Ledger(Schema):
    """charges = refunds + producers + commission + fees + unsettled; `unsettled_cents` is zero once all is done."""

    sale_id = fields.UUID()
    charges_cents = Amount()
    refunds_cents = Amount()
    producers_cents = Amount()
    commission_cents = Amount()
    fees_cents = Amount()
    unsettled_cents = Amount()
    missing_cents = Amount()
    accounts = fields.List(fields.Nested(Posting))
    entries = fields.List(fields.Nested(Entry))


class PaymentAccount(Schema):
    """`active`: can be paid. `due`: what the provider still asks for, in its words."""

    producer_id = fields.UUID()
    active = fields.Boolean()
    details_submitted = fields.Boolean()
    due = fields.List(fields.String())
    disabled_reason = fields.String(allow_none=True)


class OpenedAccount(PaymentAccount):
    """`url`: the provider's onboarding page, for one visit within minutes."""

    url = fields.String()


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
