"""Photos of farms and products. A photo never changes: another picture is another photo with another id."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.catalogs import domain, pictures, rights
from services.catalogs.models import Photo, Product
from shared import clock
from shared.actor import Actor
from shared.db import Database
from shared.errors import NotFound


def set_product_photo(db: Database, actor: Actor, product_id: UUID, content: bytes) -> UUID:
    """Replaces the photo that was there; answers the new one's id."""
    with db.read() as session:
        rights.own_product(session, actor, product_id)
    picture = pictures.remade(content)
    with db.write() as session:
        _, product = rights.own_product(session, actor, product_id)
        former, product.photo_id = product.photo_id, _keep(session, product.producer_id, picture)
        _drop(session, former)
        return product.photo_id


def add_farm_photo(db: Database, actor: Actor, producer_id: UUID, content: bytes) -> UUID:
    """At the end of the farm's photos."""
    with db.read() as session:
        rights.own_producer(session, actor, producer_id)
    picture = pictures.remade(content)
    with db.write() as session:
        producer = rights.own_producer(session, actor, producer_id)
        domain.ensure_room_for_photo(len(producer.photo_ids))
        photo_id = _keep(session, producer_id, picture)
        producer.photo_ids = [*producer.photo_ids, str(photo_id)]
        return photo_id


def remove_photo(session: Session, actor: Actor, photo_id: UUID) -> None:
    photo = session.get(Photo, photo_id)
    if photo is None:
        raise NotFound("photo_id", what="photo")
    producer = rights.own_producer(session, actor, photo.producer_id, "photo")
    producer.photo_ids = [each for each in producer.photo_ids if each != str(photo_id)]
    session.execute(update(Product).where(Product.photo_id == photo_id).values(photo_id=None))
    _drop(session, photo_id)


def _keep(session: Session, producer_id: UUID, picture: bytes) -> UUID:
    photo = Photo(id=clock.new_id(), producer_id=producer_id, content=picture, added_at=clock.now())
    session.add(photo)
    return photo.id


def _drop(session: Session, photo_id: UUID | None) -> None:
    photo = session.get(Photo, photo_id) if photo_id else None
    if photo is not None:
        session.delete(photo)
