"""Shapes of members, roles and invitations."""

from marshmallow import Schema, fields, validate

from services.markets.schemas.common import MOST_PER_PAGE, MarketId, PageBody
from shared.fields import Flag, Line

ROLE = validate.OneOf(["administrator", "message_sender", "catalog_manager"])


class Joined(Schema):
    """`state`: member, waiting (for an administrator's word), gone or turned_away."""

    market_id = fields.UUID()
    account_id = fields.UUID()
    state = fields.String()
    joined_at = fields.AwareDateTime()
    version = fields.Integer()


class WhichMembers(Schema):
    state = fields.String(load_default="member", validate=validate.OneOf(["member", "waiting"]))


class MembersPage(WhichMembers, PageBody):
    search = Line(80, load_default="")


class ExportMembers(WhichMembers, MarketId):
    pass


class MembersAsked(MembersPage, MarketId):
    """`state` any: also who left or was turned away. `account_ids`: these only."""

    state = fields.String(load_default="member", validate=validate.OneOf(["member", "waiting", "any"]))
    account_ids = fields.List(
        fields.UUID(), load_default=None, allow_none=True, validate=validate.Length(1, MOST_PER_PAGE)
    )


class MemberFacts(Schema):
    """`bounced`: why mail to this address was refused for good, or null."""

    account_id = fields.UUID()
    first_name = fields.String(allow_none=True)
    last_name = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    state = fields.String()
    joined_at = fields.AwareDateTime()
    roles = fields.List(fields.String())
    bounced = fields.String(allow_none=True)


class Members(Schema):
    items = fields.List(fields.Nested(MemberFacts))
    total = fields.Integer()
    next = fields.UUID(allow_none=True)


class InviteBody(Schema):
    """`addresses`: one in each string, or what was pasted. `consent`: these people agreed to be written to."""

    addresses = fields.List(
        fields.String(validate=validate.Length(max=100_000)), required=True, validate=validate.Length(1, 500)
    )
    consent = Flag(required=True)
    language = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(["fr", "en"]))


class Invite(InviteBody, MarketId):
    pass


class InvitedAddress(Schema):
    """`outcome`: invited, already_member or invalid."""

    email = fields.String()
    outcome = fields.String()


class Invited(Schema):
    invited = fields.Integer()
    items = fields.List(fields.Nested(InvitedAddress))


class InvitationsAsked(PageBody, MarketId):
    pass


class InvitationFacts(Schema):
    invitation_id = fields.UUID(attribute="id")
    email = fields.String()
    invited_at = fields.AwareDateTime()
    expires_at = fields.AwareDateTime()
    accepted_at = fields.AwareDateTime(allow_none=True)
    bounced = fields.String(allow_none=True)


class Invitations(Schema):
    items = fields.List(fields.Nested(InvitationFacts))
    next = fields.UUID(allow_none=True)


class AcceptInvitation(Schema):
    token = fields.String(required=True, validate=validate.Length(min=1, max=200))


class DecideWaitingBody(Schema):
    accept = Flag(required=True)


class DecideWaiting(DecideWaitingBody, MarketId):
    account_id = fields.UUID(required=True)


class RoleOf(MarketId):
    account_id = fields.UUID(required=True)
    role = fields.String(required=True, validate=ROLE)


class RoleHeld(RoleOf):
    held = fields.Boolean()
    version = fields.Integer()
