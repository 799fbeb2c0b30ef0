"""What members owe or have."""

from marshmallow import Schema, fields, validate

from services.payments.schemas.common import MOST_PER_PAGE, Amount, MarketPage
from shared.fields import Cents


class BalanceEntry(Schema):
    """One change of a balance. `reason`: balance_due (what was handed over beyond what was paid, or less of it), payment (a
    balance paid above zero, a credit used below), credit (a refund that could not be given back otherwise) or
    credit_returned (that refund is tried again).
    """

    at = fields.AwareDateTime()
    reason = fields.String()
    sale_id = fields.UUID(allow_none=True)
    amount_cents = Amount()


class Balance(Schema):
    """`balance_cents`: above zero a credit that the next order uses, below zero a balance due. `payable_cents` of that is
    on no open payment page. `entries`: the last ones, the last booked first.
    """

    market_id = fields.UUID()
    balance_cents = Amount()
    payable_cents = Cents()
    entries = fields.List(fields.Nested(BalanceEntry))


class MyBalances(Schema):
    """Of the markets in which there ever was one."""

    items = fields.List(fields.Nested(Balance))


class MemberBalancesOf(MarketPage):
    """`member_ids`: of these only."""

    member_ids = fields.List(
        fields.UUID(), load_default=None, allow_none=True, validate=validate.Length(max=MOST_PER_PAGE)
    )


class MemberBalance(Schema):
    member_id = fields.UUID()
    balance_cents = Amount()


class MemberBalances(Schema):
    """Of the members whose balance is not zero. The sums are of the whole market, whoever was asked for."""

    items = fields.List(fields.Nested(MemberBalance))
    next = fields.UUID(allow_none=True)
    due_cents = Cents()
    credit_cents = Cents()


class BalancePage(Schema):
    """`url`: the provider's payment page for a balance due."""

    payment_id = fields.UUID()
    market_id = fields.UUID()
    status = fields.String()
    balance_cents = Cents()
    url = fields.String(allow_none=True)
    page_expires_at = fields.AwareDateTime()
