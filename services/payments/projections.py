"""What payments keeps of others' facts: rates of markets, who administers them, who acts for a producer."""

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.payments.models import Market, Producer, Role
from shared.events.catalogs import ProducerChanged
from shared.events.markets import MarketChanged, RoleGranted, RoleRevoked
from shared.messaging.inbox import insert_or_skip


def market_changed(session: Session, event: MarketChanged) -> None:
    _keep(
        session,
        Market,
        {"id": event.market_id},
        event.version,
        name=event.name[:200],
        payment_fee_bp=event.payment_fee_bp,
        commission_bp=event.commission_bp,
    )


def role_told(session: Session, event: RoleGranted) -> None:
    key = {"market_id": event.market_id, "account_id": event.account_id, "role": event.role}
    _keep(session, Role, key, event.version, granted=not isinstance(event, RoleRevoked))


def producer_changed(session: Session, event: ProducerChanged) -> None:
    _keep(
        session,
        Producer,
        {"id": event.producer_id},
        event.version,
        name=event.name[:200],
        email=event.email,
        account_ids=[str(account_id) for account_id in event.account_ids],
    )


def _keep(session: Session, model: Any, key: dict[str, Any], version: int, **facts: Any) -> None:
    """Insert, or replace an older version."""
    if insert_or_skip(session, model.__table__, **key, **facts, version=version):
        return
    this = [getattr(model, name) == value for name, value in key.items()]
    newer = update(model).where(*this, model.version < version).values(**facts, version=version)
    session.execute(newer.execution_options(synchronize_session=False))
