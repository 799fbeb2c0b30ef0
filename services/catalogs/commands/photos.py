"""Photos of farms and products. A photo never changes: another picture is another photo with another id."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.catalogs import domain, rights, telling
from services.catalogs.models import Photo, Producer, Product
from shared import clock, pictures
from shared.actor import Actor
from shared.db import Database
from shared.errors import NotFound
from shared.messaging import outbox

KEPT = timedelta(hours=1)
"""How long one that was removed can be put back."""


def set_product_photo(db: Database, actor: Actor, product_id: UUID, content: bytes) -> UUID:
    """Replaces the photo that was there; answers the new one's id."""
    with db.read() as session:
        rights.own_product(session, actor, product_id)
    picture = pictures.remade(content)
    small = pictures.small(picture)
    with db.write() as session:
        producer, product = rights.own_product(session, actor, product_id)
        former, product.photo_id = product.photo_id, _keep(session, product.producer_id, picture, small)
        _drop(session, former)
        _tell_product(session, product, producer)
        return product.photo_id


def add_farm_photo(db: Database, actor: Actor, producer_id: UUID, content: bytes) -> UUID:
    """At the end of the farm's photos."""
    with db.read() as session:
        rights.own_producer(session, actor, producer_id)
    picture = pictures.remade(content)
    small = pictures.small(picture)
    with db.write() as session:
        producer = rights.own_producer(session, actor, producer_id)
        domain.ensure_room_for_photo(len(producer.photo_ids))
        photo_id = _keep(session, producer_id, picture, small)
        producer.photo_ids = [*producer.photo_ids, str(photo_id)]
        _tell_producer(session, producer)
        return photo_id


def remove_photo(session: Session, actor: Actor, photo_id: UUID) -> int | None:
    """Answers where it stood among the farm's: there it can be put back. That of a product is gone at once."""
    producer, photo = _own_photo(session, actor, photo_id)
    if photo.removed_at is not None:
        raise NotFound("photo_id", what="photo")
    if str(photo_id) in producer.photo_ids:
        place = producer.photo_ids.index(str(photo_id))
        producer.photo_ids = [each for each in producer.photo_ids if each != str(photo_id)]
        photo.removed_at = clock.now()
        _tell_producer(session, producer)
        return place
    for product in session.scalars(select(Product).where(Product.photo_id == photo_id).with_for_update()):
        product.photo_id = None
        _tell_product(session, product, producer)
    _drop(session, photo_id)
    return None


def restore_photo(session: Session, actor: Actor, photo_id: UUID, place: int) -> None:
    """Doing it twice is doing it once."""
    producer, photo = _own_photo(session, actor, photo_id)
    if photo.removed_at is None:
        return
    domain.ensure_room_for_photo(len(producer.photo_ids))
    photo.removed_at = None
    producer.photo_ids = [*producer.photo_ids[:place], str(photo_id), *producer.photo_ids[place:]]
    _tell_producer(session, producer)


def forget_removed_photos(session: Session) -> bool:
    session.execute(delete(Photo).where(Photo.removed_at < clock.now() - KEPT))
    return False


def _own_photo(session: Session, actor: Actor, photo_id: UUID) -> tuple[Producer, Photo]:
    """Read once its farm is locked."""
    producer_id = session.scalar(select(Photo.producer_id).where(Photo.id == photo_id))
    producer = rights.own_producer(session, actor, producer_id, "photo")
    photo = session.get(Photo, photo_id)
    if photo is None:
        raise NotFound("photo_id", what="photo")
    return producer, photo


def _tell_product(session: Session, product: Product, producer: Producer) -> None:
    product.version += 1
    outbox.record(session, telling.product_changed(product, producer))


def _tell_producer(session: Session, producer: Producer) -> None:
    producer.version += 1
    outbox.record(session, telling.producer_changed(session, producer))


def _keep(session: Session, producer_id: UUID, picture: bytes, small: bytes) -> UUID:
    photo = Photo(id=clock.new_id(), producer_id=producer_id, content=picture, small=small, added_at=clock.now())
    session.add(photo)
    return photo.id


def _drop(session: Session, photo_id: UUID | None) -> None:
    photo = session.get(Photo, photo_id) if photo_id else None
    if photo is not None:
        session.delete(photo)
