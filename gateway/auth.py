"""Who asks: by the bearer token at the API, by the session cookie on pages; in which language."""

import threading
from typing import Any

from flask import Flask, current_app, g, request, session

from gateway.errors import NO_PAGES, Problem
from gateway.rpc import RpcClient
from shared import clock
from shared.errors import Refused

CACHE_SECONDS = 5.0
MOST_CACHED = 10_000
LANGUAGES = ("fr", "en")


class Identities:
    """Tokens seen lately. A revoked session may live on here for CACHE_SECONDS; log-out forgets it at once."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, dict[str, Any]]] = {}
        self._lock = threading.Lock()

    def of(self, token: str, client: RpcClient) -> dict[str, Any]:
        with self._lock:
            known = self._known.get(token)
        if known and known[0] > clock.monotonic():
            return known[1]
        identity: dict[str, Any] = client.call("accounts.authenticate", headers={}, actor=None, args={"token": token})
        with self._lock:
            if len(self._known) >= MOST_CACHED:
                self._known.clear()
            self._known[token] = (clock.monotonic() + CACHE_SECONDS, identity)
        return identity

    def forget(self, token: str) -> None:
        with self._lock:
            self._known.pop(token, None)


def identify() -> None:
    """Before each request: set g.account_id, g.session_id, g.language and g.correlation_id."""
    wanted = request.accept_languages.best_match(LANGUAGES)
    g.language = wanted or "fr"
    g.correlation_id = clock.new_id().hex
    if is_page():
        _identify_browser()
        return
    token = bearer_token()
    if token is None:
        return
    identity = current_app.extensions["identities"].of(token, current_app.extensions["rpc"])
    g.account_id, g.session_id = identity["account_id"], identity["session_id"]
    g.language = wanted or identity["language"]
    if request.method not in {"GET", "HEAD", "OPTIONS"} and "write" not in identity["scopes"]:
        raise Problem(403, "token_is_read_only")


def is_page() -> bool:
    """Pages are for browsers, known by their cookie; the rest never looks at a cookie, so it needs no CSRF token."""
    return not request.path.startswith((*NO_PAGES, "/static/"))


def _identify_browser() -> None:
    """An ended session reads as nobody. The language: the account's, else the one chosen on the page, else the browser's."""
    chosen = session.get("language")
    g.language = chosen if chosen in LANGUAGES else g.language
    g.person = None
    if not (token := session.get("token")):
        return
    try:
        identity = current_app.extensions["identities"].of(token, current_app.extensions["rpc"])
    except Refused:
        session.pop("token", None)
        return
    g.account_id, g.session_id, g.person = identity["account_id"], identity["session_id"], identity
    g.language = identity["language"]


def bearer_token() -> str | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if not token:
        return None
    if kind.lower() != "bearer" or len(token) > 200:
        raise Problem(401, "log_in_required")
    return token.strip()


def register(app: Flask) -> None:
    app.extensions["identities"] = Identities()
    app.before_request(identify)
