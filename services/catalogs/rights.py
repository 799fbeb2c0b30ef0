"""Whose farm is it? Everything of a farm that the actor does not act for is not found."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.catalogs.models import Catalog, Producer, ProducerPerson, Product
from shared.actor import Actor
from shared.errors import NotFound, VersionConflict


def acts_for(session: Session, actor: Actor, producer_id: UUID) -> bool:
    return actor.account_id is not None and session.get(ProducerPerson, (producer_id, actor.account_id)) is not None


def own_producer(session: Session, actor: Actor, producer_id: UUID | None, what: str = "producer") -> Producer:
    """The farm, locked until the end of a writing transaction."""
    actor.must_be_known()
    if producer_id is None or not acts_for(session, actor, producer_id):
        raise NotFound(f"{what}_id", what=what)
    return session.get_one(Producer, producer_id, with_for_update=bool(session.info.get("writes")))


def own_product(session: Session, actor: Actor, product_id: UUID) -> tuple[Producer, Product]:
    producer_id = session.scalar(select(Product.producer_id).where(Product.id == product_id))
    producer = own_producer(session, actor, producer_id, "product")
    return producer, session.get_one(Product, product_id)


def own_catalog(session: Session, actor: Actor, catalog_id: UUID) -> tuple[Producer, Catalog]:
    producer_id = session.scalar(select(Catalog.producer_id).where(Catalog.id == catalog_id))
    producer = own_producer(session, actor, producer_id, "catalog")
    return producer, session.get_one(Catalog, catalog_id)


def farms_of(actor: Actor) -> Select[UUID]:
    return select(ProducerPerson.producer_id).where(ProducerPerson.account_id == actor.must_be_known())


def ensure_version(current: int, seen: int | None) -> None:
    """The caller changes what it saw, or is told that it changed meanwhile."""
    if seen is not None and seen != current:
        raise VersionConflict("version", current=current)
