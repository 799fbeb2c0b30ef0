"""From an HTTP request to one endpoint and back: key, account, parameters, idempotency, transaction, answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, current_app, jsonify, request

from sandbox.stripe import auth, checks, failures, forms, replies
from sandbox.stripe.config import Config
from sandbox.stripe.courier import Courier
from sandbox.stripe.errors import ApiError, Body
from sandbox.stripe.present import expanded
from sandbox.stripe.store import Origin, Store, Tx, new_id

Run = Callable[..., Body]


@dataclass(frozen=True)
class Endpoint:
    """One method and path; `params` is the SDK's class, `known` the parameters that are imitated (dotted paths)."""

    name: str
    method: str
    path: str
    params: Any
    known: frozenset[str]
    run: Run


@dataclass(frozen=True)
class Call:
    """What an endpoint gets: checked parameters, on behalf of an account, in a transaction."""

    tx: Tx
    account: str
    params: Body
    base_url: str
    fails_later: bool


@dataclass(frozen=True)
class Desk:
    """The parts that serve requests, one of each per app."""

    config: Config
    store: Store
    courier: Courier
    in_flight: replies.InFlight


@dataclass(frozen=True)
class _Request:
    endpoint: Endpoint
    ids: dict[str, str]
    account: str
    params: Body
    asked: replies.Asked | None
    origin: Origin
    trouble: failures.Trouble


ENDPOINTS: list[Endpoint] = []


def endpoint(name: str, method: str, path: str, params: Any, known: str = "") -> Callable[[Run], Run]:
    """Enter a function as the endpoint `name`; it is called with the Call and the path's parts."""

    def enter(run: Run) -> Run:
        names = frozenset(known.split()) | {"expand"}
        ENDPOINTS.append(Endpoint(name, method, path, params, names, run))
        return run

    return enter


def desk() -> Desk:
    """Return the parts of the app that serves the present request."""
    found: Desk = current_app.extensions["stand_in"]
    return found


def base_url() -> str:
    """Where a browser reaches the pages."""
    return (desk().config.public_url or request.host_url).rstrip("/")


def install(app: Flask) -> None:
    """Route every entered endpoint, and answer what is routed nowhere as the real API does."""
    for each in ENDPOINTS:
        app.add_url_rule(each.path, each.name, _view(each), methods=[each.method])
    app.add_url_rule("/v1/<path:path>", "unknown", _unrecognised, methods=["GET", "POST", "DELETE"])
    app.register_error_handler(ApiError, lambda error: _answer(error.status, error.body, new_id("req_", 14)))


def _unrecognised(path: str) -> Response:
    raise ApiError(f"Unrecognized request URL ({request.method}: /v1/{path}).", status=404)


def _view(each: Endpoint) -> Callable[..., Response]:
    def view(**ids: str) -> Response:
        request_id = new_id("req_", 14)
        try:
            status, body, replayed = _serve(_read(each, ids, request_id))
        except ApiError as error:
            return _answer(error.status, error.body, request_id)
        return _answer(status, body, request_id, replayed=replayed)

    return view


def _answer(status: int, body: Body, request_id: str, *, replayed: bool = False) -> Response:
    response = jsonify(body)
    response.status_code = status
    response.headers["Request-Id"] = request_id
    response.headers["Stripe-Version"] = request.headers.get("Stripe-Version", "")
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _read(each: Endpoint, ids: dict[str, str], request_id: str) -> _Request:
    auth.authenticate(desk().config.api_key)
    account = auth.scope(desk().store)
    pairs = list((request.args if each.method == "GET" else request.form).items(multi=True))
    params = checks.checked(each.params, forms.decode(pairs), each.known)
    key = request.headers.get("Idempotency-Key") if each.method == "POST" else None
    asked = replies.Asked(account, key, request.path, replies.fingerprint(pairs)) if key else None
    with desk().store.transaction() as tx:
        trouble = failures.take(tx, each.name)
    return _Request(each, ids, account, params, asked, Origin(request_id, key), trouble)


def _serve(wanted: _Request) -> tuple[int, Body, bool]:
    mode = wanted.trouble.mode
    answer: tuple[int, Body, bool] = (500, {}, False)
    with desk().in_flight.holding(wanted.asked):
        wanted.trouble.at_the_door()
        if mode != "drop_before":
            answer = _once(wanted)
    if mode in ("drop_before", "drop_after"):
        failures.cut(request.environ)
    return answer


def _once(wanted: _Request) -> tuple[int, Body, bool]:
    with desk().store.transaction(wanted.origin) as tx:
        before = replies.find(tx, wanted.asked) if wanted.asked else None
        if before is not None:
            return (*before, True)
        status, body = _run(tx, wanted)
        if wanted.asked:
            replies.keep(tx, wanted.asked, status, body)
        return status, body, False


def _run(tx: Tx, wanted: _Request) -> tuple[int, Body]:
    call = Call(tx, wanted.account, wanted.params, base_url(), wanted.trouble.mode == "fail_later")
    tx.db.execute("SAVEPOINT effect")
    try:
        wanted.trouble.inside()
        body = wanted.endpoint.run(call, **wanted.ids)
        return 200, expanded(tx, body, call.params.get("expand", []))
    except ApiError as error:
        tx.db.execute("ROLLBACK TO effect")
        if not error.saved:
            raise
        return error.status, error.body
