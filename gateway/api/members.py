"""Members of a market, their roles, and invitations."""

from typing import Any
from uuid import UUID

from flask import Response

from gateway.api import Blueprint
from gateway.backend import ask, command, query
from gateway.sheets import XLSX, as_file
from services.markets import schemas

blp = Blueprint("members", __name__, description="Members of a market, their roles, and invitations")
Args = dict[str, Any]


@blp.route("/markets/<uuid:market_id>/members", methods=["POST"])
@blp.response(200, schemas.Joined)
def join(market_id: UUID) -> Response:
    """At once if registration is open; else onto the waiting list, if there is one."""
    return command("markets.join", {"market_id": market_id})


@blp.route("/markets/<uuid:market_id>/members/me", methods=["DELETE"])
@blp.response(200, schemas.Joined)
def leave(market_id: UUID) -> Response:
    return command("markets.leave", {"market_id": market_id})


@blp.route("/markets/<uuid:market_id>/members")
@blp.arguments(schemas.MembersPage, location="query")
@blp.response(200, schemas.Members)
def members(args: Args, market_id: UUID) -> Response:
    """For administrators, by last name; `state=waiting` for those who wait."""
    return query("markets.members", args | {"market_id": market_id})


@blp.route("/markets/<uuid:market_id>/members.csv")
@blp.arguments(schemas.WhichMembers, location="query")
@blp.response(200, content_type="text/csv")
def members_csv(args: Args, market_id: UUID) -> Response:
    """For administrators: names, addresses, phones and roles of all."""
    return as_file(ask("markets.export_members", args | {"market_id": market_id}), "csv")


@blp.route("/markets/<uuid:market_id>/members.xlsx")
@blp.arguments(schemas.WhichMembers, location="query")
@blp.response(200, content_type=XLSX)
def members_xlsx(args: Args, market_id: UUID) -> Response:
    return as_file(ask("markets.export_members", args | {"market_id": market_id}), "xlsx")


@blp.route("/markets/<uuid:market_id>/members/<uuid:account_id>/decision", methods=["POST"])
@blp.arguments(schemas.DecideWaitingBody)
@blp.response(200, schemas.Joined)
def decide_waiting(args: Args, market_id: UUID, account_id: UUID) -> Response:
    return command("markets.decide_waiting", args | {"market_id": market_id, "account_id": account_id})


@blp.route("/markets/<uuid:market_id>/members/<uuid:account_id>/roles/<role>", methods=["PUT"])
@blp.response(200, schemas.RoleHeld)
def grant_role(market_id: UUID, account_id: UUID, role: str) -> Response:
    """administrator, message_sender or catalog_manager; roles add up."""
    return command("markets.grant_role", {"market_id": market_id, "account_id": account_id, "role": role})


@blp.route("/markets/<uuid:market_id>/members/<uuid:account_id>/roles/<role>", methods=["DELETE"])
@blp.response(200, schemas.RoleHeld)
def revoke_role(market_id: UUID, account_id: UUID, role: str) -> Response:
    """Not from the last administrator."""
    return command("markets.revoke_role", {"market_id": market_id, "account_id": account_id, "role": role})


@blp.route("/markets/<uuid:market_id>/invitations", methods=["POST"])
@blp.arguments(schemas.InviteBody)
@blp.response(200, schemas.Invited)
def invite(args: Args, market_id: UUID) -> Response:
    """One address or many pasted ones; each gets its own answer."""
    return command("markets.invite", args | {"market_id": market_id})


@blp.route("/markets/<uuid:market_id>/invitations")
@blp.arguments(schemas.PageBody, location="query")
@blp.response(200, schemas.Invitations)
def invitations(args: Args, market_id: UUID) -> Response:
    return query("markets.invitations", args | {"market_id": market_id})


@blp.route("/invitations/acceptance", methods=["POST"])
@blp.arguments(schemas.AcceptInvitation)
@blp.response(200, schemas.Joined)
def accept_invitation(args: Args) -> Response:
    """With the token of the mail, as the person who is logged in."""
    return command("markets.accept_invitation", args)
