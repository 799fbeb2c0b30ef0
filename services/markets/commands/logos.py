"""« Définir un logo »: the one picture of a market. Another picture is another logo with another id."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.markets.commands.loading import lock_market
from services.markets.commands.markets import tell
from services.markets.models import Logo, Market
from services.markets.rights import must_administer
from shared import clock, pictures
from shared.actor import Actor
from shared.db import Database
from shared.errors import NotFound

KEPT = timedelta(hours=1)
"""How long one that was removed can be put back."""


def set_logo(db: Database, actor: Actor, market_id: UUID, content: bytes) -> Market:
    with db.read() as session:
        must_administer(session, actor, market_id)
    picture = pictures.remade(content)
    with db.write() as session:
        market = lock_market(session, market_id)
        must_administer(session, actor, market_id)
        logo = Logo(id=clock.new_id(), market_id=market_id, content=picture, added_at=clock.now())
        session.execute(delete(Logo).where(Logo.market_id == market_id))
        session.add(logo)
        _show(session, market, logo.id)
        return market


def remove_logo(session: Session, actor: Actor, market_id: UUID) -> Market:
    """Doing it twice is doing it once. It can be put back for a while."""
    market = lock_market(session, market_id)
    must_administer(session, actor, market_id)
    if market.logo_id is not None:
        session.get_one(Logo, market.logo_id).removed_at = clock.now()
        _show(session, market, None)
    return market


def restore_logo(session: Session, actor: Actor, market_id: UUID, logo_id: UUID) -> Market:
    """Doing it twice is doing it once; not found once there is another."""
    market = lock_market(session, market_id)
    must_administer(session, actor, market_id)
    logo = session.get(Logo, logo_id)
    if logo is None or logo.market_id != market_id:
        raise NotFound("logo_id", what="logo")
    if logo.removed_at is not None:
        logo.removed_at = None
        _show(session, market, logo_id)
    return market


def forget_removed_logos(session: Session) -> bool:
    session.execute(delete(Logo).where(Logo.removed_at < clock.now() - KEPT))
    return False


def _show(session: Session, market: Market, logo_id: UUID | None) -> None:
    market.logo_id = logo_id
    market.version += 1
    session.flush()
    tell(session, market)
