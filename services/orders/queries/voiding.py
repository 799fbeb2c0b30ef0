"""How far the cancellation of a sale is."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.orders import domain
from services.orders.loading import is_administrator
from services.orders.models import Account, Basket, Order, Referent, Sale
from shared.actor import Actor
from shared.errors import NotFound


def voiding(session: Session, actor: Actor, sale_id: UUID, basket_ids: Sequence[UUID]) -> dict[str, Any]:
    """For the market's administrators and the sale's referent; names the members of the baskets that are asked about."""
    account_id = actor.must_be_known()
    sale = session.get(Sale, sale_id)
    if sale is None or not _may_see(session, sale, account_id):
        raise NotFound("sale_id", what="sale")
    counted = select(Order.status, func.count()).where(Order.sale_id == sale_id).group_by(Order.status)
    counts = dict(session.execute(counted).tuples().all())
    is_off = sale.cancelled_at is not None
    return {
        "sale_id": sale_id,
        "cancelled_at": sale.cancelled_at,
        "paid_to_void": counts.get(domain.CONFIRMED, 0) if is_off else 0,
        "unpaid_to_void": counts.get(domain.PLACED, 0) if is_off else 0,
        "voided": counts.get(domain.CANCELLED, 0),
        "baskets": _named(session, sale_id, basket_ids),
    }


def _may_see(session: Session, sale: Sale, account_id: UUID) -> bool:
    referent = session.get(Referent, sale.id)
    is_referent = referent is not None and referent.account_id == account_id
    return is_referent or is_administrator(session, sale.market_id, account_id)


def _named(session: Session, sale_id: UUID, basket_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    if not basket_ids:
        return []
    asked = (
        select(Basket.id, Basket.number, Account.first_name, Account.last_name)
        .join(Account, Account.id == Basket.member_id, isouter=True)
        .where(Basket.sale_id == sale_id, Basket.id.in_(basket_ids))
        .order_by(Basket.number)
    )
    return [
        {
            "basket_id": row.id,
            "basket_number": row.number,
            "member_name": f"{row.first_name or ''} {row.last_name or ''}".strip(),
        }
        for row in session.execute(asked)
    ]
