"""Duty shifts (« permanences ») of a distribution: setting them, signing up, stepping back (SPEC M7).

The ETag counts changes of the shifts, not of who signed up: it is good for If-Match only.
"""

from typing import Any
from uuid import UUID

from flask import Response

from gateway.api import Blueprint
from gateway.backend import ask, command, query, reply
from services.markets import schemas

blp = Blueprint("duty", __name__, description="Duty shifts of a distribution, and who signed up for them")
Args = dict[str, Any]


@blp.route("/sales/<uuid:sale_id>/shifts")
@blp.response(200, schemas.DutyShifts)
def duty_shifts(sale_id: UUID) -> Response:
    """Who signed up is named to administrators and the référent alone."""
    return reply(ask("markets.duty_shifts", {"sale_id": sale_id}))


@blp.route("/sales/<uuid:sale_id>/shifts", methods=["PUT"])
@blp.arguments(schemas.SetDutyShiftsBody)
@blp.response(200, schemas.DutyShifts)
def set_duty_shifts(args: Args, sale_id: UUID) -> Response:
    """The whole list. A shift that people have signed up for neither goes nor shrinks below their number."""
    return command("markets.set_duty_shifts", args | {"sale_id": sale_id}, if_match=True)


@blp.route("/sales/<uuid:sale_id>/shifts/<uuid:shift_id>/signup", methods=["POST"])
@blp.response(200, schemas.DutyShifts)
def sign_up_for_duty(sale_id: UUID, shift_id: UUID) -> Response:
    """Members of the market, and producers who take part in the sale."""
    return command("markets.sign_up_for_duty", {"sale_id": sale_id, "shift_id": shift_id})


@blp.route("/sales/<uuid:sale_id>/shifts/<uuid:shift_id>/signup", methods=["DELETE"])
@blp.response(200, schemas.DutyShifts)
def withdraw_from_duty(sale_id: UUID, shift_id: UUID) -> Response:
    return command("markets.withdraw_from_duty", {"sale_id": sale_id, "shift_id": shift_id})


@blp.route("/my/duty")
@blp.arguments(schemas.WhichDuty, location="query")
@blp.response(200, schemas.MyDuty)
def my_duty(args: Args) -> Response:
    """Coming distributions where the asker may lend a hand: their own shifts, and those with free places."""
    return query("markets.my_duty", args)
