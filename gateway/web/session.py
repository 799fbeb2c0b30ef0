"""A browser's session: one signed cookie with the log-in token, the visit, the language; and the check of form posts.

Only pages read it. The API knows bearer tokens alone, so a page of somebody else's cannot act through it.
"""

import hashlib
import hmac
import re
import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, current_app, g, request, session

from gateway.errors import Problem
from shared.config import Config

LIFE = timedelta(days=30)
SAFE = {"GET", "HEAD", "OPTIONS"}


def register(app: Flask, config: Config) -> None:
    secure = config.public_url.startswith("https:")
    app.secret_key = config.secret_key or secrets.token_hex(32)
    app.config.update(
        SESSION_COOKIE_NAME="__Host-clayette" if secure else "clayette",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=LIFE,
    )
    app.before_request(check_origin)


def open_for(opened: dict[str, Any]) -> None:
    """Keep the token of `accounts.log_in`. The visit goes on, so that a cart survives the log-in."""
    session.permanent = True
    session["token"] = opened["token"]
    session.pop("language", None)
    g.account_id, g.session_id = opened["account_id"], opened["session_id"]


def end() -> None:
    """Forget who it was; also the cart, which another person at this machine must not see."""
    token = session.pop("token", None)
    if token:
        current_app.extensions["identities"].forget(token)
    session.pop("visit", None)
    g.account_id = g.session_id = None


def forget_identity() -> None:
    """After a change of name or language: ask again who this is."""
    if token := session.get("token"):
        current_app.extensions["identities"].forget(token)


def csrf_token() -> str:
    """Proves that a form came from a page of ours in this very session.

    Masked anew in each answer, so that no two packed pages hold the same secret (docs/decisions/0090).
    """
    if "csrf_mask" not in g:
        g.csrf_mask = secrets.token_bytes(hashlib.sha256().digest_size)
    mask: bytes = g.csrf_mask
    return (mask + _xor(mask, _form_proof())).hex()


def cart_id(sale_id: UUID | str) -> str:
    """The cart of this visit in a sale: an id that nobody else can guess, and no second cookie."""
    return str(UUID(bytes=_signed("cart", str(sale_id))[:16], version=4))


def check_origin() -> None:
    """Every form post: same origin, and the token of a page of ours (SPEC X4)."""
    from gateway.auth import is_page

    if request.method in SAFE or not is_page():
        return
    foreign = "Origin" in request.headers and not comes_from_here()
    sent = request.form.get("csrf_token", "") or request.headers.get("X-CSRF-Token", "")
    if foreign or "visit" not in session or not hmac.compare_digest(_unmasked(sent), _form_proof()):
        raise Problem(403, "form_is_stale")


def comes_from_here() -> bool:
    """The browser says that a page of ours posted this; a page of somebody else's cannot make it say so."""
    return urlsplit(request.headers.get("Origin", "")).netloc == request.host


def _form_proof() -> bytes:
    return _signed("form", session.get("token", ""))


def _unmasked(sent: str) -> bytes:
    """Nothing, of what no page of ours can have sent."""
    if not re.fullmatch(r"[0-9a-f]{128}", sent):
        return b""
    mask, masked = bytes.fromhex(sent[:64]), bytes.fromhex(sent[64:])
    return _xor(mask, masked)


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _signed(*words: str) -> bytes:
    if "visit" not in session:
        session.permanent = True
        session["visit"] = secrets.token_urlsafe(16)
    key = str(current_app.secret_key).encode()
    text = "\x00".join((session["visit"], *words)).encode()
    return hmac.new(key, text, hashlib.sha256).digest()
