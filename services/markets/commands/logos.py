"""« Définir un logo »: the one picture of a market. Another picture is another logo with another id."""

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


def set_logo(db: Database, actor: Actor, market_id: UUID, content: bytes) -> Market:
    with db.read() as session:
        must_administer(session, actor, market_id)
    picture = pictures.remade(content)
    with db.write() as session:
        market = lock_market(session, market_id)
        must_administer(session, actor, market_id)
        logo = Logo(id=clock.new_id(), market_id=market_id, content=picture, added_at=clock.now())
        _replace(session, market, logo)
        return market


def remove_logo(session: Session, actor: Actor, market_id: UUID) -> Market:
    """Doing it twice is doing it once."""
    market = lock_market(session, market_id)
    must_administer(session, actor, market_id)
    if market.logo_id is not None:
        _replace(session, market, None)
    return market


def _replace(session: Session, market: Market, logo: Logo | None) -> None:
    session.execute(delete(Logo).where(Logo.market_id == market.id))
    if logo is not None:
        session.add(logo)
    market.logo_id = logo.id if logo else None
    market.version += 1
    session.flush()
    tell(session, market)
