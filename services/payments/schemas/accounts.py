"""Producers' payment accounts."""

from marshmallow import Schema, fields


class PaymentAccount(Schema):
    """`standing`: not_opened, to_complete, in_verification, active (can be paid) or disabled. `due`: what the provider
    still asks for, in its words; also of an active account, which stays so until `due_by`.
    """

    producer_id = fields.UUID()
    standing = fields.String()
    active = fields.Boolean()
    details_submitted = fields.Boolean()
    due = fields.List(fields.String())
    due_by = fields.AwareDateTime(allow_none=True)
    disabled_reason = fields.String(allow_none=True)


class OpenedAccount(PaymentAccount):
    """`url`: the provider's onboarding page, for one visit within minutes."""

    url = fields.String()
