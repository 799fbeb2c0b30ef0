"""« Découvrir les producteurs du réseau »: farms by what they grow, nearest first (SPEC C5)."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, cast, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session

from services.catalogs import domain, views
from services.catalogs.models import Catalog, Producer, Product
from services.catalogs.queries.catalogs import cards
from services.catalogs.views import View
from shared.actor import Actor
from shared.geo import EARTH_KM, Commune, Point, box_around, find_communes


def producers(
    session: Session,
    actor: Actor,
    *,
    near: str,
    latitude: float | None,
    longitude: float | None,
    within_km: int,
    grows: str | None,
    name: str,
    but: Sequence[UUID],
    after: UUID | None,
    limit: int,
) -> View:
    """Around a point, or the commune that `near` most likely means; by name when no place is said.

    For whoever has an account: a list of all farms is not for machines that gather addresses.
    """
    actor.must_be_known()
    communes = find_communes(near) if near.strip() else []
    centre = _centre(communes, latitude, longitude)
    if near.strip() and centre is None:
        return {"communes": [], "items": [], "next": None}
    far: ColumnElement[Any] = _km(centre) if centre else func.lower(Producer.name)
    asked = _chosen(centre, far, within_km, grows, but)
    for word in domain.searchable(name).split():
        asked = asked.where(Producer.search_name.contains(word, autoescape=True))
    if after is not None:
        passed = select(far).where(Producer.id == after).scalar_subquery()
        asked = asked.where(tuple_(far, Producer.id) > tuple_(passed, after))
    rows = session.execute(asked.order_by(far, Producer.id).limit(limit + 1)).all()
    return {
        "communes": [_commune(commune) for commune in communes],
        "items": _shown(session, [row.Producer for row in rows[:limit]], [row.far for row in rows[:limit]], centre),
        "next": rows[limit - 1].Producer.id if len(rows) > limit else None,
    }


def _centre(communes: Sequence[Commune], latitude: float | None, longitude: float | None) -> Point | None:
    if latitude is not None and longitude is not None:
        return Point(round(latitude, 6), round(longitude, 6))
    return next((commune.point for commune in communes if commune.point), None)


def _chosen(
    centre: Point | None, far: ColumnElement[Any], within_km: int, grows: str | None, but: Sequence[UUID]
) -> Select[Any]:
    asked = select(Producer, far.label("far"))
    if centre is not None:
        box = box_around(centre, within_km)
        asked = asked.where(
            Producer.latitude.between(box.south, box.north),
            Producer.longitude.between(box.west, box.east),
            far <= within_km,
        )
    if grows is not None:
        domain.ensure_growable(grows)
        asked = asked.where(_grows(grows))
    return asked.where(Producer.id.not_in(but)) if but else asked


def _km(centre: Point) -> ColumnElement[float]:
    """Along the great circle (haversine)."""
    lat, lng = func.radians(Producer.latitude), func.radians(Producer.longitude)
    here_lat, here_lng = func.radians(centre.latitude), func.radians(centre.longitude)
    half_lat, half_lng = func.sin((lat - here_lat) / 2), func.sin((lng - here_lng) / 2)
    chord = half_lat * half_lat + func.cos(here_lat) * func.cos(lat) * half_lng * half_lng
    return 2 * EARTH_KM * func.asin(func.sqrt(chord))


def _grows(wanted: str) -> ColumnElement[bool]:
    """It says so, of the category or of the whole group; or it sells such a product."""
    said, group = cast(Producer.grows, Text), wanted.partition(".")[0]
    written = {f'"{wanted}"', f'"{group}"', f'"{wanted}.'}
    sold = (Product.category == wanted) | Product.category.startswith(f"{wanted}.", autoescape=True)
    sells = exists().where(Product.producer_id == Producer.id, Product.withdrawn_at.is_(None), sold)
    return or_(sells, *(said.contains(word, autoescape=True) for word in sorted(written)))


def _shown(session: Session, farms: Sequence[Producer], far: Sequence[Any], centre: Point | None) -> list[View]:
    catalogs: dict[UUID, list[View]] = defaultdict(list)
    for card in cards(session, Catalog.producer_id.in_([farm.id for farm in farms])):
        catalogs[card["producer_id"]].append(card)
    return [
        views.directory_card(farm)
        | {"distance_km": round(km, 1) if centre else None, "catalogs": catalogs.get(farm.id, [])}
        for farm, km in zip(farms, far, strict=True)
    ]


def _commune(commune: Commune) -> View:
    point = commune.point
    return {
        "name": commune.name,
        "postcodes": list(commune.postcodes),
        "latitude": point.latitude if point else None,
        "longitude": point.longitude if point else None,
    }
