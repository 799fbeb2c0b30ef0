"""Who calls, and on behalf of which account."""

import base64
import binascii

from flask import request

from sandbox.stripe.errors import ApiError
from sandbox.stripe.store import PLATFORM, Store


def authenticate(api_key: str) -> None:
    """Refuse a call without the secret key."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Basic":
        given = _user(given)
    if not given:
        message = "You did not provide an API key. You need to provide your API key in the Authorization header."
        raise ApiError(message, status=401, saved=False)
    if given != api_key:
        raise ApiError(f"Invalid API Key provided: {given[:8]}****{given[-4:]}", status=401, saved=False)


def _user(credentials: str) -> str:
    try:
        return base64.b64decode(credentials).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def scope(store: Store) -> str:
    """Return the account that the call acts for: the platform, or the connected account in its header."""
    account = request.headers.get("Stripe-Account") or PLATFORM
    if account == PLATFORM:
        return PLATFORM
    with store.transaction() as tx:
        found = tx.find(account)
    if found is None or found["object"] != "account":
        message = f"The provided key does not have access to account '{account}' (or that account does not exist)."
        raise ApiError(message, status=403, code="account_invalid", saved=False)
    return account
