"""Producers and catalogues: whose they are, and by which number they are found."""

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from services.markets.models import Catalog, Producer, ProducerPerson
from shared.events.catalogs import CatalogChanged, ProducerChanged
from shared.messaging.inbox import keep_newest


def producer_changed(session: Session, told: ProducerChanged) -> None:
    is_newest = keep_newest(
        session,
        Producer,
        {"id": told.producer_id},
        told.version,
        name=told.name,
        commune=told.commune,
        postcode=told.postcode,
        photo_id=told.photo_id,
    )
    if is_newest:
        session.execute(delete(ProducerPerson).where(ProducerPerson.producer_id == told.producer_id))
        people = [{"producer_id": told.producer_id, "account_id": account_id} for account_id in set(told.account_ids)]
        if people:
            session.execute(insert(ProducerPerson), people)


def catalog_changed(session: Session, told: CatalogChanged) -> None:
    keep_newest(
        session,
        Catalog,
        {"id": told.catalog_id},
        told.version,
        number=told.number,
        producer_id=told.producer_id,
        name=told.name,
        product_count=len(told.items),
    )
