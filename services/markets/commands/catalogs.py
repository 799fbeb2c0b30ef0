"""Linking producers' catalogues to a market (SPEC C6)."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.markets import counts
from services.markets.commands.loading import lock_market
from services.markets.commands.participation import tell_participation
from services.markets.domain import sales as domain
from services.markets.domain.markets import CatalogIsParticipating
from services.markets.models import Catalog, Link, Participation, Sale
from services.markets.rights import must_manage_catalogs
from shared import clock
from shared.actor import Actor
from shared.errors import NotFound
from shared.events.markets import CatalogLinked, CatalogUnlinked
from shared.messaging import outbox


def link_catalog(
    session: Session, actor: Actor, market_id: UUID, catalog_id: UUID | None = None, number: int | None = None
) -> Link:
    lock_market(session, market_id)
    must_manage_catalogs(session, actor, market_id)
    which = Catalog.id == catalog_id if catalog_id else Catalog.number == number
    catalog = session.scalar(select(Catalog).where(which))
    if catalog is None:
        raise NotFound("catalog_id" if catalog_id else "number", what="catalog")

    link = session.get(Link, (market_id, catalog.id))
    if link is None:
        link = Link(market_id=market_id, catalog_id=catalog.id, active=False, version=0)
        session.add(link)
    if not link.active:
        link.active, link.linked_at, link.producer_id = True, clock.now(), catalog.producer_id
        link.version += 1
        _tell(session, CatalogLinked, link)
    return link


def unlink_catalog(session: Session, actor: Actor, market_id: UUID, catalog_id: UUID) -> Link:
    """Refused while people wait for what they ordered from it; it leaves the other coming sales."""
    lock_market(session, market_id)
    must_manage_catalogs(session, actor, market_id)
    link = session.get(Link, (market_id, catalog_id))
    if link is None or not link.active:
        raise NotFound("catalog_id", what="catalog")
    coming = _coming(session, market_id, catalog_id)
    _ensure_nothing_ordered(session, coming)

    for participation, sale in coming:
        participation.state, participation.answered_at = domain.WITHDRAWN, clock.now()
        participation.version += 1
        tell_participation(session, participation, sale.market_id)
    link.active = False
    link.version += 1
    _tell(session, CatalogUnlinked, link)
    return link


def _coming(session: Session, market_id: UUID, catalog_id: UUID) -> list[tuple[Participation, Sale]]:
    taking_part = (
        select(Participation, Sale)
        .join(Sale, Sale.id == Participation.sale_id)
        .where(Sale.market_id == market_id, Sale.state.in_((*domain.COMING, domain.DISTRIBUTED)))
        .where(Participation.catalog_id == catalog_id, Participation.state == domain.CONFIRMED)
    )
    return list(session.execute(taking_part).tuples())


def _ensure_nothing_ordered(session: Session, coming: list[tuple[Participation, Sale]]) -> None:
    orders = counts.orders_from(session, [sale.id for _, sale in coming])
    ordered = [sale.id for part, sale in coming if orders.get((sale.id, part.producer_id))]
    if ordered:
        raise CatalogIsParticipating("catalog_id", sale_ids=[str(sale_id) for sale_id in ordered])


def _tell(session: Session, kind: type[CatalogLinked], link: Link) -> None:
    outbox.record(
        session,
        kind(market_id=link.market_id, catalog_id=link.catalog_id, producer_id=link.producer_id, version=link.version),
    )
