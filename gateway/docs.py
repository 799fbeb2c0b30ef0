"""/api/docs: Swagger UI from its package, started by a script of our own (the page has nothing inline)."""

from pathlib import Path

import flask_swagger_ui
from flask import Blueprint, Response, send_from_directory

DIST = Path(flask_swagger_ui.__file__).parent / "dist"
SHOWN = {"swagger-ui.css", "swagger-ui-bundle.js"}
POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Clayette API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/api/docs/swagger-ui.css"><body><div id="ui"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script><script src="/api/docs/start.js"></script></body></html>"""
START = 'SwaggerUIBundle({url: "/api/openapi.json", dom_id: "#ui", deepLinking: true});'

blp = Blueprint("docs", __name__)


@blp.route("/api/docs")
def page() -> Response:
    return Response(PAGE, mimetype="text/html", headers={"Content-Security-Policy": POLICY})


@blp.route("/api/docs/start.js")
def start() -> Response:
    return Response(START, mimetype="text/javascript")


@blp.route("/api/docs/<name>")
def part(name: str) -> Response:
    return send_from_directory(DIST, name if name in SHOWN else "none", max_age=86400)
