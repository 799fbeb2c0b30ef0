"""What the provider tells. Delivered at least once and in any order: each is taken once, terminal states are never left
for older ones, and what does not say enough is asked about. Objects that are not ours are ignored.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.payments import domain
from services.payments.commands import checkout, disputes, orders, payouts, refunds
from services.payments.models import Account, Payment, ProviderEvent, RefundPart
from services.payments.provider import BadSignature, Provider, WebhookEvent
from services.payments.provider import Refund as Made
from shared import clock
from shared.db import Database
from shared.messaging.inbox import insert_or_skip


def receive(db: Database, provider: Provider, payload: str, signature: str | None) -> None:
    """Check the signature over the raw body, then take the event in one transaction with the proof of it."""
    try:
        event = provider.read_webhook(payload.encode(), signature)
    except BadSignature:
        raise domain.InvalidSignature from None
    take = HANDLERS.get(event.kind)
    if take is None:
        return
    with db.write() as session:
        seen = {"event_id": event.event_id[:120], "kind": event.kind, "handled_at": clock.now()}
        if insert_or_skip(session, ProviderEvent.__table__, **seen):
            take(session, event)


def forget_old(session: Session) -> bool:
    """The provider repeats an event for three days."""
    horizon = clock.now() - domain.KEEP_PROVIDER_EVENTS
    session.execute(delete(ProviderEvent).where(ProviderEvent.handled_at < horizon))
    return False


def _page_paid(session: Session, event: WebhookEvent) -> None:
    payment_id = _id(event.body.get("client_reference_id"))
    if payment_id and event.body.get("payment_status") == "paid":
        intent, amount = event.body.get("payment_intent"), event.body.get("amount_total") or 0
        orders.capture(session, payment_id, intent, amount=amount, at=event.created_at, cause=event.event_id)


def _page_expired(session: Session, event: WebhookEvent) -> None:
    payment = orders.locked(session, Payment.session_id == event.object_id)
    if payment is not None and payment.status != domain.SUCCEEDED:
        checkout.closed(session, payment)


def _intent_paid(session: Session, event: WebhookEvent) -> None:
    payment_id = _id(_metadata(event).get("reference"))
    if payment_id and event.body.get("status") == "succeeded":
        amount = event.body.get("amount_received") or 0
        orders.capture(session, payment_id, event.object_id, amount=amount, at=event.created_at, cause=event.event_id)


def _intent_failed(session: Session, event: WebhookEvent) -> None:
    payment_id = _id(_metadata(event).get("reference"))
    if payment_id:
        error = event.body.get("last_payment_error") or {}
        orders.try_failed(session, payment_id, error.get("decline_code") or error.get("code") or "card_declined")


def _refund_told(session: Session, event: WebhookEvent) -> None:
    part_id = _id(str(_metadata(event).get("key", "")).removeprefix("refund:"))
    if part_id and session.scalar(select(RefundPart.id).where(RefundPart.id == part_id)):
        made = Made(event.object_id, event.body.get("status") or "pending", event.body.get("amount") or 0)
        refunds.answered(session, part_id, made, cause=event.event_id)


def _payout_told(session: Session, event: WebhookEvent) -> None:
    key, status = str(_metadata(event).get("key", "")), event.body.get("status") or ""
    payouts.told(session, key, event.object_id, status, cause=event.event_id)


def _dispute_told(session: Session, event: WebhookEvent) -> None:
    """Whatever it says may be old: ask."""
    disputes.heard(session, event.object_id)


def _account_told(session: Session, event: WebhookEvent) -> None:
    """The body may be older than the last one seen: ask."""
    told = update(Account).where(Account.provider_id == event.object_id).values(try_at=clock.now(), tries=0)
    session.execute(told.execution_options(synchronize_session=False))


DISPUTES = [
    f"charge.dispute.{word}" for word in ("created", "updated", "funds_withdrawn", "funds_reinstated", "closed")
]
HANDLERS = {
    "checkout.session.completed": _page_paid,
    "checkout.session.async_payment_succeeded": _page_paid,
    "checkout.session.expired": _page_expired,
    "payment_intent.succeeded": _intent_paid,
    "payment_intent.payment_failed": _intent_failed,
    "refund.created": _refund_told,
    "refund.updated": _refund_told,
    "refund.failed": _refund_told,
    "payout.paid": _payout_told,
    "payout.failed": _payout_told,
    "payout.canceled": _payout_told,
    "account.updated": _account_told,
    **dict.fromkeys(DISPUTES, _dispute_told),
}


def _metadata(event: WebhookEvent) -> dict[str, Any]:
    return event.body.get("metadata") or {}


def _id(text: Any) -> UUID | None:
    try:
        return UUID(text)
    except (TypeError, ValueError, AttributeError):
        return None
