"""An order's payment."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.payments import domain, rights
from services.payments.models import (
    Payment,
)
from shared.actor import Actor
from shared.config import Config
from shared.errors import NotFound


def checkout(payment: Payment) -> dict[str, Any]:
    return {
        "payment_id": payment.id,
        "order_id": payment.order_id,
        "status": payment.status,
        "amount_cents": payment.amount_cents,
        "credit_cents": payment.credit_cents,
        "balance_cents": payment.balance_cents,
        "card_cents": payment.card_cents,
        "url": payment.session_url or f"{Config().public_url}/orders/{payment.order_id}?payment=done",
        "page_expires_at": payment.session_expires_at,
        "reserved_until": payment.expires_at,
    }


def payment(session: Session, actor: Actor, order_id: UUID) -> dict[str, Any]:
    """For its member and the market's administrators."""
    account_id = actor.must_be_known()
    row = session.scalar(select(Payment).where(Payment.order_id == order_id))
    if row is None:
        raise domain.PaymentNotReady
    is_mine = row.member_id == account_id
    if not is_mine and not rights.is_administrator(session, actor, row.market_id):
        raise NotFound(what="order")
    names = (
        "order_id",
        "basket_id",
        "sale_id",
        "status",
        "amount_cents",
        "credit_cents",
        "balance_cents",
        "card_cents",
        "captured_cents",
        "refunded_cents",
        "captured_at",
        "last_failure",
    )
    return {
        "payment_id": row.id,
        "reserved_until": row.expires_at,
        "url": row.session_url if is_mine else None,
        **{name: getattr(row, name) for name in names},
    }
