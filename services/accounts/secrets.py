"""Passwords and tokens: what is handed out and what is kept of it."""

import hashlib
import secrets
from collections.abc import Callable
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from eventlet import tpool

_argon2id = PasswordHasher()  # the library's defaults follow RFC 9106
_NOBODY = _argon2id.hash("nobody has this password")


def _aside(work: Callable[..., Any], *args: Any) -> Any:
    """In a real thread: 80 ms of argon2 would hold up all green threads."""
    return tpool.execute(work, *args)


def hash_password(password: str) -> str:
    return str(_aside(_argon2id.hash, password))


def password_fits(kept: str | None, password: str) -> bool:
    """Takes as long for an unknown account (`kept` None) as for a known one."""
    return bool(_aside(_verify, kept or _NOBODY, password)) and kept is not None


def _verify(kept: str, password: str) -> bool:
    try:
        return bool(_argon2id.verify(kept, password))
    except (VerificationError, InvalidHashError):
        return False


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """Tokens are random: a plain hash is enough to make a stolen table useless."""
    return hashlib.sha256(token.encode()).hexdigest()
