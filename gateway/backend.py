"""What pages and API call: one RPC, with the actor, the language, the idempotency key and the version of the request.

return command("orders.place", args, status=201)
return query("orders.shop", {"sale_id": sale_id})
"""

import json
import time
from datetime import date, datetime
from typing import Any

from flask import Response, current_app, g, request

from gateway.errors import Problem
from gateway.rpc import RpcClient
from shared.errors import InvalidInput, Refused
from shared.fields import Text

READY_PAUSES = (0.1, 0.2, 0.4, 0.6, 0.7)
"""Seconds between tries."""
MOST_KEY_LENGTH = 200
MOST_VERSION_DIGITS = 9
MOST_INTEGER = 2**63 - 1
"""Beyond it is no column of ours."""


def ask(method: str, args: dict[str, Any], *, key: str | None = None) -> Any:
    """One RPC with the request's actor; answers plain JSON values. Raises what RpcClient.call raises."""
    client: RpcClient = current_app.extensions["rpc"]
    g.rpc_calls = g.get("rpc_calls", 0) + 1
    actor = {"account_id": g.get("account_id"), "language": g.get("language", "fr")}
    headers = {"nameko.correlation_id": g.get("correlation_id", "")}
    return client.call(method, headers=headers, actor=actor, args=plain(args), idempotency_key=key)


def ask_when_ready(method: str, args: dict[str, Any]) -> Any:
    """The same, patient with payments while an order placed a moment ago is on its way there."""
    for pause in READY_PAUSES:
        try:
            return ask(method, args)
        except Refused as refused:
            if refused.code != "payment_not_ready":
                raise
        time.sleep(pause)
    return ask(method, args)


def query(method: str, args: dict[str, Any] | None = None) -> Response:
    """A read, answered with an ETag; 304 when the caller has it already."""
    answer = reply(ask(method, args or {}))
    if "ETag" not in answer.headers:
        answer.add_etag(weak=True)
    answer.make_conditional(request)
    return answer


def command(
    method: str,
    args: dict[str, Any] | None = None,
    *,
    status: int = 200,
    if_match: bool = False,
    key_required: bool = False,
) -> Response:
    """A write, once per Idempotency-Key header. `if_match`: the If-Match header goes into args["version"]."""
    args = dict(args or {})
    if if_match and (version := _version()) is not None:
        args["version"] = version
    return reply(ask(method, args, key=_key(required=key_required)), status)


def reply(body: Any, status: int = 200) -> Response:
    """The service's answer as it is; its version as a strong ETag."""
    answer = Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/json")
    if isinstance(body, dict) and body.get("version") is not None:
        answer.set_etag(str(body["version"]))
    return answer


def plain(value: Any, path: str = "") -> Any:
    """Parsed values back to JSON values, as any other caller on the bus would send them.

    Refuses, naming the field, what JSON can hold but no database: NUL, halves of characters, integers beyond 64 bits.
    """
    if isinstance(value, dict):
        return {key: plain(item, f"{path}.{key}" if path else str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(item, f"{path}.{index}" if path else str(index)) for index, item in enumerate(value)]
    if isinstance(value, str) and not is_text(value):
        raise Refused.of(InvalidInput(path, errors={path: "Not a valid string."}))
    if isinstance(value, int) and not -MOST_INTEGER <= value <= MOST_INTEGER:
        raise Refused.of(InvalidInput(path, errors={path: "Number too large."}))
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def is_text(value: str) -> bool:
    """No NUL, and no half of a character (which JSON's escapes can make)."""
    return not Text.refused.search(value)


def _key(*, required: bool) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is None and required:
        raise Problem(400, "idempotency_key_required", field="Idempotency-Key")
    if key is not None and not (8 <= len(key) <= MOST_KEY_LENGTH and is_text(key)):
        raise Problem(400, "idempotency_key_invalid", field="Idempotency-Key")
    return key


def _version() -> int | None:
    """The version in If-Match; `*` is any, as without the header."""
    text = request.headers.get("If-Match", "*").strip().removeprefix("W/").strip('"')
    if text == "*":
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_VERSION_DIGITS):
        raise Refused.of(InvalidInput("If-Match", errors={"If-Match": "Not a version."}))
    return int(text)
