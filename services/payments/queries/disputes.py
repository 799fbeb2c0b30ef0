"""A market's disputes."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.payments import rights
from services.payments.models import Dispute, Producer, Share
from shared.actor import Actor

MOST = 200


def market_disputes(session: Session, actor: Actor, market_id: UUID) -> dict[str, Any]:
    """The newest, with what each producer bears of those that are lost."""
    rights.must_administer(session, actor, market_id, "market")
    mine = select(Dispute).where(Dispute.market_id == market_id, Dispute.opened_at.is_not(None))
    rows = session.scalars(mine.order_by(Dispute.opened_at.desc(), Dispute.id).limit(MOST)).all()
    lost = select(Share, Producer.name).outerjoin(Producer, Producer.id == Share.producer_id)
    lost = lost.where(Share.dispute_id.in_([row.id for row in rows])).order_by(Share.producer_id)
    parts = [_loss(share, name) for share, name in session.execute(lost)]
    return {"items": [_dispute(row, parts) for row in rows]}


def _dispute(row: Dispute, parts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    names = ("payment_id", "order_id", "basket_id", "sale_id", "member_id", "amount_cents", "reason", "status")
    return {
        "dispute_id": row.id,
        "opened_at": row.opened_at,
        "closed_at": row.closed_at,
        "losses": [part for part in parts if part["dispute_id"] == row.id],
        **{name: getattr(row, name) for name in names},
    }


def _loss(share: Share, name: str | None) -> dict[str, Any]:
    return {
        "dispute_id": share.dispute_id,
        "producer_id": share.producer_id,
        "producer_name": name,
        "amount_cents": -share.amount_cents,
        "pay_on": share.pay_on,
        "payout_id": share.payout_id,
    }
