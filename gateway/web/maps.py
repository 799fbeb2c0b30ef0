"""Maps of our own: the country as dots, or the surroundings of a place, with the markets as pins. Geometry alone."""

import math
from typing import Any

from shared.geo import Box, Point, box_around, communes_in

FRANCE = "0 0 1000 1000"
SCALE, WEST, NORTH, FLATTENED = 92.0, -5.3, 51.3, math.cos(math.radians(46.5))
NEAREST_KM, MOST_DOTS, LABELS = 12.0, 450, 7
CITY, TOWN = 40_000, 4_000
Pin = dict[str, Any]


def project(point: Point) -> tuple[float, float]:
    """Metropolitan France into a square of 1000."""
    return (point.longitude - WEST) * SCALE * FLATTENED + 20, (NORTH - point.latitude) * SCALE + 40


def france(markets: list[dict[str, Any]]) -> dict[str, Any]:
    """Where there are markets. Those overseas are listed, not drawn."""
    points = [project(Point(each["latitude"], each["longitude"])) for each in markets if each["latitude"] is not None]
    return {"box": FRANCE, "dots": [_xy(x, y) for x, y in points if 0 <= x <= 1000 and 0 <= y <= 1000]}


def around(centre: Point, cards: list[dict[str, Any]]) -> dict[str, Any]:
    """The communes around a place as dots, the towns by name, the markets numbered as in the list beside."""
    far = [each["distance_km"] for each in cards if each["distance_km"] is not None and each["distance_km"] < 150]
    half = max(NEAREST_KM, max(far[:8], default=0.0) * 1.15)
    box = box_around(centre, half)
    communes = communes_in(box, MOST_DOTS)
    return {
        "box": FRANCE,
        "communes": [_xy(*_within(box, c.point)) | {"size": _size(c.population)} for c in communes if c.point],
        "labels": _labels(box, communes),
        "pins": [
            _xy(*_within(box, _point(card))) | {"number": number}
            for number, card in enumerate(cards, 1)
            if _point(card) is not None and _holds(box, _point(card))
        ],
        "centre": _xy(*_within(box, centre)),
        "km": round(half),
    }


def _labels(box: Box, communes: list[Any]) -> list[Pin]:
    """The largest towns that stand far enough from one another to be read."""
    shown: list[Pin] = []
    for commune in communes:
        if len(shown) == LABELS:
            break
        label = _xy(*_within(box, commune.point)) | {"name": commune.name}
        if 60 < label["x"] < 800 and all(
            abs(label["y"] - o["y"]) > 70 or abs(label["x"] - o["x"]) > 330 for o in shown
        ):
            shown.append(label)
    return shown


def _within(box: Box, point: Point | None) -> tuple[float, float]:
    assert point is not None
    across, down = box.east - box.west, box.north - box.south
    return (point.longitude - box.west) / across * 1000, (box.north - point.latitude) / down * 1000


def _point(card: dict[str, Any]) -> Point | None:
    place = card["place"]
    if place.get("latitude") is None or place.get("longitude") is None:
        return None
    return Point(float(place["latitude"]), float(place["longitude"]))


def _holds(box: Box, point: Point | None) -> bool:
    return point is not None and box.south <= point.latitude <= box.north and box.west <= point.longitude <= box.east


def _size(people: int) -> int:
    return 16 if people >= CITY else 10 if people >= TOWN else 6


def _xy(x: float, y: float) -> Pin:
    return {"x": round(x), "y": round(y)}
