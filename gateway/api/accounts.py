"""Accounts, log-in and sessions."""

from typing import Any
from uuid import UUID

from flask import Response, current_app, g, request

from gateway.api import Blueprint
from gateway.auth import bearer_token
from gateway.backend import ask, command, query, reply
from gateway.errors import Problem
from services.accounts import schemas

blp = Blueprint("accounts", __name__, description="Accounts, log-in, sessions and tokens")
Args = dict[str, Any]


def _from(args: Args) -> Args:
    """With the caller's network address, which the throttle counts by."""
    return args | {"address": request.remote_addr or ""}


@blp.route("/accounts", methods=["POST"])
@blp.arguments(schemas.RegisterBody)
@blp.response(201, schemas.Account)
def register(args: Args) -> Response:
    return command("accounts.register", _from(args), status=201)


@blp.route("/accounts/verification", methods=["POST"])
@blp.arguments(schemas.Token)
@blp.response(200, schemas.Account)
def verify_email(args: Args) -> Response:
    return command("accounts.verify_email", args)


@blp.route("/accounts/me/verification", methods=["POST"])
@blp.response(202, schemas.Done)
def request_verification() -> Response:
    return command("accounts.request_verification", status=202)


@blp.route("/accounts/reset-request", methods=["POST"])
@blp.arguments(schemas.RequestResetBody)
@blp.response(202, schemas.Done)
def request_reset(args: Args) -> Response:
    return command("accounts.request_reset", _from(args), status=202)


@blp.route("/accounts/reset", methods=["POST"])
@blp.arguments(schemas.Reset)
@blp.response(200, schemas.Done)
def reset(args: Args) -> Response:
    return command("accounts.reset_password", args)


@blp.route("/accounts/me")
@blp.response(200, schemas.Account)
def me() -> Response:
    return query("accounts.me")


@blp.route("/accounts/me", methods=["PATCH"])
@blp.arguments(schemas.ChangeMe)
@blp.response(200, schemas.Account)
def change_me(args: Args) -> Response:
    return command("accounts.change_me", args, if_match=True)


@blp.route("/accounts/me/deletion", methods=["POST"])
@blp.arguments(schemas.DeleteMe)
@blp.response(200, schemas.Done)
def delete_me(args: Args) -> Response:
    """Refused while paid orders or a farm's payouts are under way."""
    answer = command("accounts.delete_me", args)
    current_app.extensions["identities"].forget(bearer_token())
    return answer


@blp.route("/sessions", methods=["POST"])
@blp.arguments(schemas.LogInBody)
@blp.response(201, schemas.OpenedSession)
def log_in(args: Args) -> Response:
    return reply(ask("accounts.log_in", _from(args)), 201)


@blp.route("/sessions")
@blp.response(200, schemas.Sessions)
def sessions() -> Response:
    return query("accounts.sessions")


@blp.route("/sessions/current", methods=["DELETE"])
@blp.response(200, schemas.Done)
def log_out() -> Response:
    if "session_id" not in g:
        raise Problem(401, "log_in_required")
    answer = command("accounts.log_out", {"session_id": g.session_id})
    current_app.extensions["identities"].forget(bearer_token())
    return answer


@blp.route("/sessions/<uuid:session_id>", methods=["DELETE"])
@blp.response(200, schemas.Done)
def revoke(session_id: UUID) -> Response:
    return command("accounts.log_out", {"session_id": session_id})
