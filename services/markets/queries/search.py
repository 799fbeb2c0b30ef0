"""Finding a market from a commune, a postcode or a point, nearest first (SPEC M5)."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from services.markets.models import Market
from services.markets.queries.markets import card, next_sales
from shared.geo import Commune, Point, box_around, distance_km, find_communes

RADII_KM = (30, 120, 500)
"""Look around; if nobody is there, farther away."""
MOST_CANDIDATES = 2000


def search_markets(
    session: Session, near: str, latitude: float | None, longitude: float | None, limit: int
) -> dict[str, Any]:
    communes = find_communes(near) if near.strip() else []
    centre = _centre(communes, latitude, longitude)
    rows = _around(session, centre, communes[0].postcodes if communes else ())
    far = [(_distance(row, centre), row) for row in rows]
    nearest = sorted(far, key=lambda pair: (pair[0] is None, pair[0] or 0.0, pair[1].number))[:limit]
    coming = next_sales(session, [row.id for _, row in nearest])
    return {
        "communes": [_commune(commune) for commune in communes],
        "items": [{**card(row, coming.get(row.id)), "distance_km": km} for km, row in nearest],
    }


def market_map(session: Session) -> dict[str, Any]:
    """A point per market, for a map of the country."""
    columns = (Market.number, Market.name, Market.place_commune, Market.place_latitude, Market.place_longitude)
    placed = select(*columns).where(Market.place_latitude.is_not(None)).order_by(Market.number).limit(MOST_CANDIDATES)
    return {
        "items": [
            {"number": number, "name": name, "commune": commune, "latitude": latitude, "longitude": longitude}
            for number, name, commune, latitude, longitude in session.execute(placed)
        ]
    }


def _centre(communes: list[Commune], latitude: float | None, longitude: float | None) -> Point | None:
    if latitude is not None and longitude is not None:
        return Point(latitude, longitude)
    return communes[0].point if communes else None


def _around(session: Session, centre: Point | None, postcodes: Iterable[str]) -> list[Market]:
    """In the smallest circle that holds any, and everything of the same postcode (some have no coordinates)."""
    here = Market.place_postcode.in_(list(postcodes))
    if centre is None:
        return list(session.scalars(select(Market).where(here).limit(MOST_CANDIDATES)))
    for km in RADII_KM:
        rows = session.scalars(select(Market).where(or_(_inside(centre, km), here)).limit(MOST_CANDIDATES)).all()
        near = [row for row in rows if (far := _distance(row, centre)) is None or far <= km]
        if near:
            return near
    return []


def _inside(centre: Point, km: float) -> Any:
    box = box_around(centre, km)
    return and_(Market.place_latitude.between(box.south, box.north), Market.place_longitude.between(box.west, box.east))


def _distance(row: Market, centre: Point | None) -> float | None:
    if centre is None or row.place_latitude is None or row.place_longitude is None:
        return None
    return round(distance_km(centre, Point(row.place_latitude, row.place_longitude)), 1)


def _commune(commune: Commune) -> dict[str, Any]:
    point = commune.point
    return {
        "insee": commune.insee,
        "name": commune.name,
        "postcodes": list(commune.postcodes),
        "latitude": point.latitude if point else None,
        "longitude": point.longitude if point else None,
    }
