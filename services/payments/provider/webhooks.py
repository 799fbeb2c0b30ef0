"""Webhooks: who sent it, and what it says."""

import json
from typing import Any

import stripe

from services.payments.provider.answers import WebhookEvent, instant
from services.payments.provider.errors import BadSignature

TOLERANCE_SECONDS = 300


def read(payload: bytes, signature: str | None, secret: str) -> WebhookEvent:
    """Return the event if the provider signed these very bytes in the last five minutes (of wall time).

    `secret` may be several, with commas between: the provider has one endpoint for the platform's own events and one
    for those of connected accounts, each with a secret. Without any, nothing is genuine.
    """
    secrets = [each.strip() for each in secret.split(",") if each.strip()]
    if not any(_is_signed(payload, signature, each) for each in secrets):
        raise BadSignature
    try:
        event: dict[str, Any] = json.loads(payload)
    except ValueError as error:
        raise BadSignature from error
    body = event["data"]["object"]
    return WebhookEvent(
        event_id=event["id"],
        kind=event["type"],
        created_at=instant(event["created"]),
        account=event.get("account"),
        object_id=body["id"],
        body=body,
    )


def _is_signed(payload: bytes, signature: str | None, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(payload, signature, secret, TOLERANCE_SECONDS)
    except (stripe.SignatureVerificationError, ValueError):
        return False
    return True
