"""/dev/clock: only where the clock can be moved (the embedded set-up, or CLAYETTE_CLOCK_FILE in a cluster)."""

from datetime import datetime

from flask import Blueprint, Response, jsonify, request

from gateway.errors import Problem
from shared import clock

blp = Blueprint("dev", __name__, url_prefix="/dev")


@blp.route("/clock")
def show() -> Response:
    return jsonify(now=clock.now().isoformat())


@blp.route("/clock", methods=["POST"])
def move() -> Response:
    """{"to": instant with offset}: forward only."""
    body = request.get_json(silent=True) or {}
    try:
        to = datetime.fromisoformat(body["to"])
    except (KeyError, TypeError, ValueError):
        raise Problem(422, "invalid_input", field="to") from None
    if to.tzinfo is None:
        raise Problem(422, "invalid_input", field="to")
    clock.move_to(to)
    return show()
