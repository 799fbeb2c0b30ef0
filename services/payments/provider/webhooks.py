"""Webhooks: who sent it, and what it says."""

import json
from typing import Any

import stripe

from services.payments.provider.answers import WebhookEvent, instant
from services.payments.provider.errors import BadSignature

TOLERANCE_SECONDS = 300


def read(payload: bytes, signature: str | None, secret: str) -> WebhookEvent:
    """Return the event if the provider signed these very bytes in the last five minutes (of wall time)."""
    try:
        stripe.WebhookSignature.verify_header(payload, signature, secret, TOLERANCE_SECONDS)
        event: dict[str, Any] = json.loads(payload)
    except (stripe.SignatureVerificationError, ValueError) as error:
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
