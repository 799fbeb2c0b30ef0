"""Rows to change, locked in one order: market, then sale."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.markets.models import Market, Sale
from shared import geo
from shared.errors import NotFound, VersionConflict
from shared.messaging.inbox import insert_or_skip
from shared.messaging.tables import sequences


def lock_market(session: Session, market_id: UUID) -> Market:
    """Holds off every other writer of this market, but not rows that merely refer to it."""
    market = session.get(Market, market_id, with_for_update={"key_share": True}, populate_existing=True)
    if market is None:
        raise NotFound("market_id", what="market")
    return market


def lock_sale(session: Session, sale_id: UUID) -> tuple[Market, Sale]:
    market_id = session.scalar(select(Sale.market_id).where(Sale.id == sale_id))
    if market_id is None:
        raise NotFound("sale_id", what="sale")
    market = lock_market(session, market_id)
    return market, session.get_one(Sale, sale_id, populate_existing=True)


def claim_sale(session: Session, *due: Any, first: Any) -> tuple[Sale, Market] | None:
    """The earliest due sale that nobody else holds, locked together with its market."""
    earliest = select(Sale, Market).join(Market, Market.id == Sale.market_id).where(*due).order_by(first).limit(1)
    claimed = earliest.with_for_update(of=[Market, Sale], skip_locked=True, key_share=True)
    return session.execute(claimed).tuples().first()


def ensure_version(version: int | None, current: int) -> None:
    if version is not None and version != current:
        raise VersionConflict(current=current)


def next_number(session: Session, name: str) -> int:
    """Never given twice; given back only by a transaction that fails."""
    insert_or_skip(session, sequences, name=name, last=0)
    count = update(sequences).where(sequences.c.name == name).values(last=sequences.c.last + 1)
    return int(session.execute(count.returning(sequences.c.last)).scalar_one())


def located(place: dict[str, Any]) -> dict[str, Any]:
    """A place with the coordinates of its commune, unless it came with its own."""
    if place["latitude"] is not None:
        return place
    commune = geo.commune_at(place["postcode"], place["commune"])
    if commune is None or commune.point is None:
        return place
    return place | {"latitude": commune.point.latitude, "longitude": commune.point.longitude}
