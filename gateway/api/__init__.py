"""/api/v1: one blueprint per module. Requests are checked by the schemas that the services themselves check with."""

import json
from typing import Any

import flask_smorest
from webargs.flaskparser import FlaskParser


class _Parser(FlaskParser):
    """Also what Python's JSON reader gives up on is the sender's fault: nesting without end, numbers without end."""

    def _raw_load_json(self, req: Any) -> Any:
        try:
            return super()._raw_load_json(req)
        except (json.JSONDecodeError, UnicodeDecodeError):
            raise
        except (ValueError, RecursionError):
            raise json.JSONDecodeError("Too large.", "…", 0) from None


class Blueprint(flask_smorest.Blueprint):
    ARGUMENTS_PARSER = _Parser()
