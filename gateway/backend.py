"""What pages and API call: one RPC, with the actor, the language, the idempotency key and the version of the request.

return command("orders.place", args, status=201)
return query("orders.shop", {"sale_id": sale_id})
"""

import json
from datetime import date, datetime
from typing import Any

from flask import Response, current_app, g, request

from gateway.errors import Problem
from gateway.rpc import TIMEOUT_SECONDS, RpcClient
from shared.errors import InvalidInput, Refused

MOST_KEY_LENGTH = 200


def ask(method: str, args: dict[str, Any], *, key: str | None = None, timeout: float = TIMEOUT_SECONDS) -> Any:
    """One RPC with the request's actor; answers plain JSON values. Raises what RpcClient.call raises."""
    client: RpcClient = current_app.extensions["rpc"]
    g.rpc_calls = g.get("rpc_calls", 0) + 1
    actor = {"account_id": g.get("account_id"), "language": g.get("language", "fr")}
    headers = {"nameko.correlation_id": g.get("correlation_id", "")}
    return client.call(method, headers=headers, timeout=timeout, actor=actor, args=plain(args), idempotency_key=key)


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
    if if_match and "If-Match" in request.headers:
        args["version"] = _version()
    return reply(ask(method, args, key=_key(required=key_required)), status)


def reply(body: Any, status: int = 200) -> Response:
    """The service's answer as it is; its version as a strong ETag."""
    answer = Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/json")
    if isinstance(body, dict) and body.get("version") is not None:
        answer.set_etag(str(body["version"]))
    return answer


def plain(value: Any) -> Any:
    """Parsed values back to JSON values, as any other caller on the bus would send them."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _key(*, required: bool) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is None and required:
        raise Problem(400, "idempotency_key_required", field="Idempotency-Key")
    if key is not None and not 8 <= len(key) <= MOST_KEY_LENGTH:
        raise Problem(400, "idempotency_key_invalid", field="Idempotency-Key")
    return key


def _version() -> int:
    text = request.headers["If-Match"].strip().removeprefix("W/").strip('"')
    if not text.isdigit():
        raise Refused.of(InvalidInput("If-Match", errors={"If-Match": "Not a version."}))
    return int(text)
