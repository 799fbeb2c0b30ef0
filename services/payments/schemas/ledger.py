"""A sale's ledger."""

from marshmallow import Schema, fields

from services.payments.schemas.common import Amount


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
    """charges + balances = refunds + producers + commission + fees + disputes + unsettled; `unsettled_cents` is zero once
    all is done, and while all but `open_balances_cents` is done, these.

    `balances_cents`: what members owe beyond what they paid, paid meanwhile or not. Refunds include those that became
    credit, charges the credit that was used. `disputes_cents` were lost; `disputed_cents` are with the customers' banks
    until their disputes are closed; `provider_fees_cents` is what the provider kept, to be held against `fees_cents`.
    """

    sale_id = fields.UUID()
    charges_cents = Amount()
    balances_cents = Amount()
    refunds_cents = Amount()
    producers_cents = Amount()
    commission_cents = Amount()
    fees_cents = Amount()
    disputes_cents = Amount()
    disputed_cents = Amount()
    provider_fees_cents = Amount()
    unsettled_cents = Amount()
    open_balances_cents = Amount()
    missing_cents = Amount()
    accounts = fields.List(fields.Nested(Posting))
    entries = fields.List(fields.Nested(Entry))
