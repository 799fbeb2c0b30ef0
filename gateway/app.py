"""The gateway: the only door for browsers and other frontends. It has no tables and no rules."""

import importlib
import pkgutil
from typing import Any

from flask import Flask, Response, g
from flask_smorest import Api as SmorestApi
from werkzeug.exceptions import HTTPException

from gateway import api, auth, dev, docs, errors
from gateway.rpc import RpcClient, ServiceUnavailable
from shared import clock
from shared.config import Config
from shared.events import SERVICES

API_PREFIX = "/api/v1"
MOST_BODY_BYTES = 30 * 1024 * 1024
READY_SECONDS = 3.0


class Api(SmorestApi):
    """OpenAPI 3.1; errors are our problem documents, in the answers and in the description alike."""

    ERROR_SCHEMA = api.ProblemSchema

    def handle_http_exception(self, error: HTTPException) -> Response:
        return errors.http_problem(error)


def create_app(config: Config | None = None, rpc: RpcClient | None = None) -> Flask:
    config = config or Config()
    app = Flask("gateway", static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=MOST_BODY_BYTES,
        API_TITLE="Clayette",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS=api.spec_options(),
    )
    app.extensions["rpc"] = rpc or RpcClient(config.amqp_uri)
    auth.register(app)
    errors.register(app)
    _register_api(app)
    app.register_blueprint(docs.blp)
    if clock.can_move():
        app.register_blueprint(dev.blp)
    app.add_url_rule("/healthz", "healthz", lambda: {"status": "ok"})
    app.add_url_rule("/readyz", "readyz", _readyz)
    app.after_request(_secure)
    return app


def smorest_of(app: Flask) -> Api:
    """The API's registry, whose `spec` is the OpenAPI document."""
    registry: Api = app.extensions["clayette-api"]
    return registry


def _register_api(app: Flask) -> None:
    smorest = Api(app, spec_kwargs={"marshmallow_plugin": api.naming()})
    app.extensions["clayette-api"] = smorest
    for module in pkgutil.iter_modules(api.__path__):
        blueprint = getattr(importlib.import_module(f"gateway.api.{module.name}"), "blp", None)
        if blueprint is not None:
            smorest.register_blueprint(blueprint, url_prefix=API_PREFIX)


def _readyz() -> tuple[dict[str, Any], int]:
    """Each service answers over the bus."""
    from flask import current_app

    client: RpcClient = current_app.extensions["rpc"]
    states = {service: _state(client, service) for service in SERVICES}
    ready = all(state == "ok" for state in states.values())
    return {"status": "ok" if ready else "waiting", "services": states}, 200 if ready else 503


def _state(client: RpcClient, service: str) -> str:
    try:
        client.call(f"{service}.ping", headers={}, timeout=READY_SECONDS)
    except ServiceUnavailable:
        return "silent"
    return "ok"


def _secure(answer: Response) -> Response:
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    answer.headers.setdefault("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'")
    answer.headers.setdefault("Referrer-Policy", "same-origin")
    answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    answer.headers["X-Correlation-Id"] = g.get("correlation_id", "")
    return answer
