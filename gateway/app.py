"""The gateway: the only door for browsers and other frontends. It has no tables and no rules."""

import importlib
import pkgutil
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from flask import Flask, Response, g, request
from flask_smorest import Api as SmorestApi
from werkzeug.exceptions import HTTPException, UnsupportedMediaType
from werkzeug.middleware.proxy_fix import ProxyFix

from gateway import api, auth, compression, dev, docs, errors, openapi, web
from gateway.rpc import RpcClient, ServiceUnavailable
from shared import clock
from shared.config import Config
from shared.errors import Refused
from shared.events import SERVICES

API_PREFIX = "/api/v1"
MOST_BODY_BYTES = 2 * 1024 * 1024
READY_SECONDS = 3.0
TAKE_ANY_CONTENT = {
    "payments.stripe_webhook",
    "notifications.unsubscribe",
    "photos.set_product_photo",
    "photos.add_farm_photo",
    "photos.set_logo",
    "catalog_sheets.preview_import",
    "catalog_sheets.apply_import",
}
"""A signed raw body, the form post of mail programs, pictures and sheets as they are."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'self'; base-uri 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
    "Cache-Control": "private, no-cache",
}
"""Of every answer that does not say otherwise: what is one person's is kept for nobody else."""


class Api(SmorestApi):
    """OpenAPI 3.1; errors are our problem documents, in the answers and in the description alike."""

    ERROR_SCHEMA = openapi.ProblemSchema

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
        API_SPEC_OPTIONS=openapi.spec_options(),
    )
    app.extensions["rpc"] = rpc or RpcClient(config.amqp_uri)
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    compression.register(app)  # the first registered is the last to see an answer
    auth.register(app)
    web.register(app, config)
    app.before_request(_take_json_only)
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
    smorest = Api(app, spec_kwargs={"marshmallow_plugin": openapi.Shapes()})
    app.extensions["clayette-api"] = smorest
    for module in pkgutil.iter_modules(api.__path__):
        blueprint = getattr(importlib.import_module(f"gateway.api.{module.name}"), "blp", None)
        if blueprint is not None:
            smorest.register_blueprint(blueprint, url_prefix=API_PREFIX)
    openapi.complete(app, smorest.spec)


def _readyz() -> tuple[dict[str, Any], int]:
    """Each service answers over the bus."""
    from flask import current_app

    client: RpcClient = current_app.extensions["rpc"]
    with ThreadPoolExecutor(len(SERVICES)) as threads:
        states = dict(zip(SERVICES, threads.map(partial(_state, client), SERVICES), strict=True))
    ready = all(state == "ok" for state in states.values())
    return {"status": "ok" if ready else "waiting", "services": states}, 200 if ready else 503


def _state(client: RpcClient, service: str) -> str:
    try:
        client.call(f"{service}.ping", headers={}, timeout=READY_SECONDS)
    except ServiceUnavailable:
        return "silent"
    except Refused as refused:  # its database is away
        return refused.code
    return "ok"


def _take_json_only() -> None:
    """415 instead of a body that is silently not read."""
    has_body = request.content_length or request.headers.get("Transfer-Encoding")
    if not has_body or request.is_json or request.endpoint in TAKE_ANY_CONTENT:
        return
    if request.path.startswith(API_PREFIX):
        raise UnsupportedMediaType


def _secure(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    if request.path.startswith(API_PREFIX):
        answer.vary.update(("Authorization", "Accept-Language"))
    answer.headers["X-Correlation-Id"] = g.get("correlation_id", "")
    return answer
