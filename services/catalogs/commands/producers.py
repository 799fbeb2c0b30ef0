"""Opening and changing a farm."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalogs import domain, rights, telling
from services.catalogs.models import Producer, ProducerPerson, Product
from shared import clock, geo
from shared.actor import Actor
from shared.messaging import outbox


def open_producer(session: Session, actor: Actor, **said: Any) -> Producer:
    """Whoever opens a farm acts for it."""
    account_id = actor.must_be_known()
    facts = _located(domain.producer_facts(said))
    named = {"search_name": domain.searchable(facts["name"])}
    producer = Producer(id=clock.new_id(), opened_at=clock.now(), version=1, photo_ids=[], **facts, **named)
    session.add(producer)
    session.flush()
    session.add(ProducerPerson(producer_id=producer.id, account_id=account_id))
    session.flush()
    outbox.record(session, telling.producer_changed(session, producer))
    return producer


def change_producer(
    session: Session, actor: Actor, producer_id: UUID, version: int | None = None, **said: Any
) -> Producer:
    producer = rights.own_producer(session, actor, producer_id)
    rights.ensure_version(producer.version, version)
    facts = domain.producer_facts(said)
    if {"commune", "postcode", "latitude"} & facts.keys():
        facts = _located({"commune": producer.commune, "postcode": producer.postcode, **facts})
    vat_changes = facts.get("vat_exempt", producer.vat_exempt) != producer.vat_exempt
    for name, value in facts.items():
        setattr(producer, name, value)
    producer.search_name = domain.searchable(producer.name)
    producer.version += 1
    session.flush()
    outbox.record(session, telling.producer_changed(session, producer))
    if vat_changes:
        _tell_rates_again(session, producer)
    return producer


def _located(facts: dict[str, Any]) -> dict[str, Any]:
    """Coordinates that are not given are those of the commune, so that the farm is found by distance."""
    if facts.get("latitude") is not None:
        # ten centimetres; a database gives up on the sine of what is next to nothing
        return facts | {name: round(facts[name], 6) for name in ("latitude", "longitude")}
    commune = geo.commune_at(facts["postcode"], facts["commune"])
    point = commune.point if commune else None
    return facts | {"latitude": point and point.latitude, "longitude": point and point.longitude}


def _tell_rates_again(session: Session, producer: Producer) -> None:
    """The rate charged on every product changed with the farm's status."""
    sold = select(Product).where(Product.producer_id == producer.id, Product.withdrawn_at.is_(None))
    products = session.scalars(sold.order_by(Product.id)).all()
    for product in products:
        product.version += 1
    outbox.record(session, *(telling.product_changed(product, producer) for product in products))
