"""How far refunds are: those that need a person, and all of a sale."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.payments import domain, rights
from services.payments.models import (
    Refund,
    RefundPart,
)
from shared.actor import Actor

ATTENTION = (domain.FAILED, domain.WAITING)
STATES = (domain.WAITING, domain.PENDING, domain.SUCCEEDED, domain.FAILED)
MOST_SHOWN = 200


def refunds_needing_attention(session: Session, actor: Actor, market_id: UUID) -> dict[str, Any]:
    """Refunds that failed or wait for a payment, newest first."""
    rights.must_administer(session, actor, market_id, "market")
    which = (Refund.market_id == market_id, Refund.status.in_(ATTENTION))
    rows = session.scalars(select(Refund).where(*which).order_by(Refund.created_at.desc()).limit(MOST_SHOWN)).all()
    parts = session.scalars(select(RefundPart).where(RefundPart.refund_id.in_([row.id for row in rows]))).all()
    return {"items": [_refund(row, [part for part in parts if part.refund_id == row.id]) for row in rows]}


def sale_refunds(session: Session, actor: Actor, sale_id: UUID) -> dict[str, Any]:
    """Counts and cents by state and by reason, and the refunds that failed; nothing for a sale nobody has paid for."""
    market_id = rights.market_of_sale(session, sale_id)
    if market_id is not None:
        rights.must_settle(session, actor, market_id, sale_id)
    sums = select(Refund.status, Refund.reason, func.count(), func.sum(Refund.amount_cents))
    rows = session.execute(sums.where(Refund.sale_id == sale_id).group_by(Refund.status, Refund.reason)).all()
    which = (Refund.sale_id == sale_id, Refund.status == domain.FAILED)
    failed = session.scalars(select(Refund).where(*which).order_by(Refund.created_at).limit(MOST_SHOWN)).all()
    all_of_them = _total(rows)
    done = _total([row for row in rows if row[0] == domain.SUCCEEDED])
    return {
        "sale_id": sale_id,
        "total": all_of_them["count"],
        "total_cents": all_of_them["cents"],
        "done": done["count"],
        "done_cents": done["cents"],
        "states": {state: _total([row for row in rows if row[0] == state]) for state in STATES},
        "reasons": [{"reason": name, **_of_reason(rows, name)} for name in sorted({row[1] for row in rows})],
        "failed": [_refund(row, ()) for row in failed],
    }


def _of_reason(rows: Sequence[Any], reason: str) -> dict[str, int]:
    mine = [row for row in rows if row[1] == reason]
    return _total(mine) | {"done": _total([row for row in mine if row[0] == domain.SUCCEEDED])["count"]}


def _total(rows: Sequence[Any]) -> dict[str, int]:
    """Of rows (state, reason, how many, cents)."""
    return {"count": sum(row[2] for row in rows), "cents": sum(int(row[3]) for row in rows)}


def refund(session: Session, row: Refund) -> dict[str, Any]:
    session.flush()
    return _refund(row, session.scalars(select(RefundPart).where(RefundPart.refund_id == row.id)).all())


def _refund(row: Refund, parts: Sequence[RefundPart]) -> dict[str, Any]:
    names = ("basket_id", "sale_id", "market_id", "member_id", "amount_cents", "reason", "status", "error")
    return {
        "refund_id": row.id,
        "asked_at": row.created_at,
        "parts": parts,
        **{name: getattr(row, name) for name in names},
    }
