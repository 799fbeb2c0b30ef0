"""Payout statements, and accounts of a period."""

from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.payments.schemas.common import LIMIT, Amount
from services.payments.schemas.documents import Seller, VatRate

MOST_DAYS = 366
YEARS = validate.Range(date(2000, 1, 1), date(2100, 12, 31))


class StatementOn(Schema):
    """`monday`: the day of the run."""

    producer_id = fields.UUID(required=True)
    monday = fields.Date(required=True, validate=YEARS)


class StatementPage(Schema):
    before = fields.Date(load_default=None, allow_none=True, validate=YEARS)
    limit = LIMIT


class StatementsOf(StatementPage):
    producer_id = fields.UUID(required=True)


class Period(Schema):
    """Both days included, a year at the most."""

    since = fields.Date(required=True, data_key="from", validate=YEARS)
    until = fields.Date(required=True, data_key="to", validate=YEARS)

    @validates_schema
    def _in_order(self, period: dict[str, Any], **_: Any) -> None:
        days = (period["until"] - period["since"]).days
        if not 0 <= days < MOST_DAYS:
            raise ValidationError("Not before the first day, and a year after it at the most.", "to")


class MarketPeriod(Period):
    market_id = fields.UUID(required=True)


class ProducerPeriod(Period):
    producer_id = fields.UUID(required=True)


class PeriodQuery(Period):
    """`format`: json, or csv for a spreadsheet."""

    format = fields.String(load_default="json", validate=validate.OneOf(["json", "csv"]))


class ListedStatement(Schema):
    """`status`: that of the payout, or carried_over. `carried_over_cents`: due on that Monday and not paid by it."""

    monday = fields.Date()
    payout_id = fields.UUID(allow_none=True)
    status = fields.String()
    amount_cents = Amount()
    carried_over_cents = Amount()


class Statements(Schema):
    items = fields.List(fields.Nested(ListedStatement))
    next = fields.Date(allow_none=True)


class StatementItem(Schema):
    """`kind`: sale, correction of one validated before, balance (a due paid later) or dispute (lost). `due_since`: the Monday from which it was carried over."""

    sale_id = fields.UUID()
    market_id = fields.UUID()
    market_name = fields.String()
    validated_at = fields.AwareDateTime(allow_none=True)
    kind = fields.String()
    due_since = fields.Date(allow_none=True)
    gross_cents = Amount()
    fee_cents = Amount()
    commission_cents = Amount()
    amount_cents = Amount()


class StatementInvoice(Schema):
    invoice_id = fields.UUID()
    kind = fields.String()
    number = fields.String()
    issued_on = fields.Date()
    gross_cents = Amount()
    vat_cents = Amount()
    sale_id = fields.UUID()


class Statement(ListedStatement):
    """gross - fee - commission = amount, item by item and in sum; a payout pays the amount.

    `carried_because`: balance (not above zero), account (could not be paid) or sale (reopened, or short of money).
    """

    seller = fields.Nested(Seller)
    sent_at = fields.AwareDateTime(allow_none=True)
    error = fields.String(allow_none=True)
    carried_because = fields.String(allow_none=True)
    next_run_on = fields.Date(allow_none=True)
    items = fields.List(fields.Nested(StatementItem))
    gross_cents = Amount()
    fee_cents = Amount()
    commission_cents = Amount()
    paid_cents = Amount()
    invoices = fields.List(fields.Nested(StatementInvoice))
    rates = fields.List(fields.Nested(VatRate))


class Sold(VatRate):
    """Invoices and credit notes of a day."""

    day = fields.Date()
    producer_id = fields.UUID()
    producer_name = fields.String()
    siret = fields.String(allow_none=True)


class Shared(Schema):
    """A producer's shares that were booked on a day."""

    day = fields.Date()
    producer_id = fields.UUID()
    producer_name = fields.String()
    siret = fields.String(allow_none=True)
    gross_cents = Amount()
    fee_cents = Amount()
    commission_cents = Amount()
    amount_cents = Amount()


class Moved(Schema):
    """Money of a day: charged to customers, given back to them, paid out to the producer."""

    day = fields.Date()
    charges_cents = Amount()
    refunds_cents = Amount()
    payouts_cents = Amount()


class AccountingTotals(Schema):
    gross_cents = Amount()
    net_cents = Amount()
    vat_cents = Amount()
    shared_gross_cents = Amount()
    shared_fee_cents = Amount()
    shared_commission_cents = Amount()
    shared_amount_cents = Amount()
    charges_cents = Amount()
    refunds_cents = Amount()
    payouts_cents = Amount()


class Accounting(Schema):
    """Of a market (money: its customers') or of a producer (money: its payouts)."""

    name = fields.String()
    since = fields.Date(data_key="from")
    until = fields.Date(data_key="to")
    time_zone = fields.String()
    sold = fields.List(fields.Nested(Sold))
    shared = fields.List(fields.Nested(Shared))
    money = fields.List(fields.Nested(Moved))
    totals = fields.Nested(AccountingTotals)
