"""Catalogues by number, and those that serve a market (SPEC C6)."""

from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, func, select
from sqlalchemy.orm import Session

from services.markets.models import Catalog, Link, Market, Producer, ProducerPerson
from shared.actor import Actor
from shared.errors import NotFound
from shared.geo import plain


def find_catalog(session: Session, actor: Actor, number: int, market_id: UUID | None) -> dict[str, Any]:
    """What « Chercher » shows before linking, and whether the market has it already."""
    actor.must_be_known()
    row = session.execute(_catalogs().where(Catalog.number == number)).mappings().first()
    if row is None:
        raise NotFound("number", what="catalog")
    link = session.get(Link, (market_id, row["catalog_id"])) if market_id else None
    return {**row, "linked": link is not None and link.active}


def linked_catalogs(session: Session, market_id: UUID, search: str) -> dict[str, Any]:
    """Searched here and not by the database: farms are kept without a spelling in plain letters, and all are few."""
    linked = _catalogs().add_columns(Link.linked_at).join(Link, Link.catalog_id == Catalog.id)
    rows = session.execute(
        linked.where(Link.market_id == market_id, Link.active).order_by(Link.linked_at, Catalog.number)
    )
    every, words = rows.mappings().all(), plain(search).split()
    found = [row for row in every if all(word in _found_by(row) for word in words)]
    return {"items": found, "total": len(every)}


def my_links(session: Session, actor: Actor) -> dict[str, Any]:
    """The markets that the asker's catalogues serve, by name."""
    mine = select(ProducerPerson.producer_id).where(ProducerPerson.account_id == actor.must_be_known())
    asked = select(
        Link.catalog_id,
        Link.producer_id,
        Link.linked_at,
        Market.id.label("market_id"),
        Market.number.label("market_number"),
        Market.name.label("market_name"),
    ).join(Market, Market.id == Link.market_id)
    served = asked.where(Link.active, Link.producer_id.in_(mine)).order_by(Market.name, Market.id, Link.catalog_id)
    return {"items": session.execute(served).mappings().all()}


def _found_by(row: RowMapping) -> str:
    return plain(f"{row['producer_name']} {row['name']} {row['commune']} {row['number']}")


def _catalogs() -> Select[*tuple[Any, ...]]:
    named: Select[*tuple[Any, ...]] = select(
        Catalog.id.label("catalog_id"),
        Catalog.number,
        Catalog.name,
        Catalog.producer_id,
        Catalog.product_count,
        func.coalesce(Producer.name, "").label("producer_name"),
        func.coalesce(Producer.commune, "").label("commune"),
        func.coalesce(Producer.postcode, "").label("postcode"),
    )
    return named.select_from(Catalog).outerjoin(Producer, Producer.id == Catalog.producer_id)
