"""Every answer "no" is a problem document (RFC 9457): stable code, field, a sentence in the reader's language."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from gateway.field_sentences import in_french
from gateway.rpc import ServiceTimeout, ServiceUnavailable
from shared.errors import Refused
from shared.fields import flatten
from shared.logs import Log
from shared.typography import french_spaces

log = Log(__name__)
SENTENCES = Path(__file__).parent / "sentences"
HTTP_CODES = {
    400: "bad_request",
    401: "log_in_required",
    403: "forbidden",
    404: "page_not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "request_timeout",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid_input",
    429: "too_many_requests",
}


NO_PAGES = ("/api/", "/dev/", "/healthz", "/readyz")


class Problem(Exception):
    """A refusal of the gateway itself."""

    def __init__(self, status: int, code: str, *, field: str | None = None, **details: Any) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.field = field
        self.details = details


@cache
def sentences() -> dict[str, dict[str, str]]:
    """{code: {language: sentence}} of all services."""
    merged: dict[str, dict[str, str]] = {}
    for file in sorted(SENTENCES.glob("*.json")):
        merged |= json.loads(file.read_text("utf-8"))
    return merged


def sentence(code: str, language: str, details: dict[str, Any] | None = None) -> str:
    """The sentence of a code with its {placeholders} filled; the code itself when there is none."""
    template = sentences().get(code, {}).get(language) or code.replace("_", " ")
    if language == "fr":
        template = french_spaces(template)
    try:
        return template.format(**(details or {}))
    except (KeyError, IndexError):
        return template


def problem(status: int, code: str, field: str | None = None, details: dict[str, Any] | None = None) -> Response:
    details = dict(details or {})
    language = g.get("language", "fr")
    errors = details.pop("errors", None) or ({field: code} if field else {})
    body = {"type": f"/problems/{code}", "title": sentence(code, language, details), "status": status, "code": code}
    if errors:
        body["errors"] = [
            {"field": name, "message": fault_sentence(text, language, details)} for name, text in errors.items()
        ]
    text = json.dumps(body | details, ensure_ascii=False).encode("utf-8", "replace")  # a name sent to us may be broken
    answer = Response(text, status, mimetype="application/problem+json")
    if "retry_after" in details:
        answer.headers["Retry-After"] = str(details["retry_after"])
    return answer


def fault_sentence(text: str, language: str, details: dict[str, Any]) -> str:
    """A field's fault: a code of ours, or a sentence of marshmallow with its twin in the reader's language."""
    if text in sentences():
        return sentence(text, language, details)
    return in_french(text) if language == "fr" else text


def say(status: int, code: str, field: str | None = None, details: dict[str, Any] | None = None) -> Any:
    """A page for who asks for one, a problem document for every other caller."""
    if is_page():
        from gateway.web.troubles import trouble

        return trouble(status, code, details)
    return problem(status, code, field, details)


def register(app: Flask) -> None:
    """Every error of the app leaves through here; no trace is ever shown."""
    app.register_error_handler(Problem, lambda e: say(e.status, e.code, e.field, e.details))
    app.register_error_handler(Refused, lambda e: say(e.status, e.code, e.field, e.details))
    app.register_error_handler(ServiceTimeout, lambda _e: say(504, "service_timeout", details={"retry_after": 2}))
    app.register_error_handler(
        ServiceUnavailable, lambda _e: say(503, "service_unavailable", details={"retry_after": 5})
    )
    app.register_error_handler(Exception, _unexpected)


def is_page() -> bool:
    """A browser's own address, not one of the API, the clock of the demo, or a probe."""
    if request.path.startswith(NO_PAGES):
        return False
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "text/html"


def http_problem(error: HTTPException) -> Response:
    """What werkzeug, Flask and flask-smorest raise."""
    if error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    if error.code >= 500:
        return say(500, "internal_error")  # type: ignore[no-any-return]
    data = getattr(error, "data", None) or {}
    messages = data.get("messages")
    details = {"errors": _without_location(messages)} if messages else {}
    answer: Response = say(error.code, HTTP_CODES.get(error.code, "bad_request"), details=details)
    for name, value in error.get_headers():
        if name.lower() in {"allow", "www-authenticate"}:
            answer.headers[name] = value
    return answer


def _without_location(messages: Any) -> dict[str, str]:
    """flask-smorest names where a value came from (json, query, …) before the field."""
    if isinstance(messages, dict) and set(messages) <= {"json", "query", "headers", "form", "files", "path"}:
        flat: dict[str, str] = {}
        for group in messages.values():
            flat |= flatten(group)
        return flat
    return flatten(messages)


def _unexpected(error: Exception) -> Response:
    if isinstance(error, HTTPException):
        return http_problem(error)
    log.exception("request_failed", error=error, correlation_id=g.get("correlation_id"))  # noqa: LOG004 - it is given
    return say(500, "internal_error")  # type: ignore[no-any-return]
