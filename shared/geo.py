"""Where things are: the communes of France, distances, and the box around a point that an index can search."""

import csv
import gzip
import io
import math
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

EARTH_KM = 6371.0088
KM_PER_DEGREE = EARTH_KM * math.pi / 180
_FILE = Path(__file__).parent / "data" / "communes.csv.gz"
_POSTCODE_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Point:
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Box:
    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True, slots=True)
class Commune:
    """`point` is None for a few communes overseas."""

    insee: str
    name: str
    department: str
    postcodes: tuple[str, ...]
    population: int
    point: Point | None


def distance_km(one: Point, other: Point) -> float:
    """Along the great circle (haversine)."""
    lat1, lat2 = math.radians(one.latitude), math.radians(other.latitude)
    half_lat, half_lng = (lat2 - lat1) / 2, math.radians(other.longitude - one.longitude) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half_lng) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(chord)))


def box_around(centre: Point, km: float) -> Box:
    """Holds every point within `km`, and some that are farther (its corners). Does not wrap at 180°."""
    half_lat = km / KM_PER_DEGREE
    north, south = min(90.0, centre.latitude + half_lat), max(-90.0, centre.latitude - half_lat)
    narrowest = math.cos(math.radians(max(abs(north), abs(south))))
    half_lng = 180.0 if narrowest * 180 <= half_lat else half_lat / narrowest
    return Box(south, max(-180.0, centre.longitude - half_lng), north, min(180.0, centre.longitude + half_lng))


def plain(name: str) -> str:
    """A spelling to compare by: "L'Île-Saint-Denis" and "l ile st denis" become one."""
    letters = unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("Œ", "oe"))
    kept = "".join(letter for letter in letters.casefold() if not unicodedata.combining(letter))
    words = "".join(letter if letter.isalnum() else " " for letter in kept).split()
    return " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in words)


def find_communes(text: str, limit: int = 10) -> list[Commune]:
    """By postcode (or its beginning) or by name: the same name first, then names that begin so; populous first.

    "Cambes 33880" and "33880 Cambes" narrow a name by its postcode.
    """
    words = plain(text).split()
    digits = next((word for word in words if word.isdigit()), "")
    name = " ".join(word for word in words if not word.isdigit())
    found = _by_name(name) if name else _by_postcode(digits)
    if name and digits:
        found = [commune for commune in found if any(code.startswith(digits) for code in commune.postcodes)]
    return found[:limit]


def communes_in(box: Box, limit: int) -> list[Commune]:
    """The most populous ones inside."""
    names = _index()[0]
    found = [c for communes in names.values() for c in communes if c.point and _inside(box, c.point)]
    return _populous_first(found)[:limit]


def _inside(box: Box, point: Point) -> bool:
    return box.south <= point.latitude <= box.north and box.west <= point.longitude <= box.east


def commune_at(postcode: str, name: str) -> Commune | None:
    """The commune of a postal address; the only one of the postcode if its name is spelled in another way."""
    here = _index()[1].get(postcode.strip(), [])
    wanted = plain(name)
    same = [commune for commune in here if plain(commune.name) == wanted]
    likely = same or (here if len(here) == 1 else [])
    return likely[0] if likely else None


def _by_name(name: str) -> list[Commune]:
    names = _index()[0]
    exact = names.get(name, [])
    longer = [c for other, communes in names.items() if other != name and other.startswith(name) for c in communes]
    return _populous_first(exact) + _populous_first(longer)


def _by_postcode(digits: str) -> list[Commune]:
    codes = _index()[1]
    if len(digits) >= _POSTCODE_DIGITS:
        return _populous_first(codes.get(digits, []))
    found = {c.insee: c for code, communes in codes.items() if digits and code.startswith(digits) for c in communes}
    return _populous_first(list(found.values()))


def _populous_first(communes: list[Commune]) -> list[Commune]:
    return sorted(communes, key=lambda commune: (-commune.population, commune.insee))


@cache
def _index() -> tuple[dict[str, list[Commune]], dict[str, list[Commune]]]:
    """({plain name: communes}, {postcode: communes}); read once, at the first search."""
    names: dict[str, list[Commune]] = defaultdict(list)
    codes: dict[str, list[Commune]] = defaultdict(list)
    for row in csv.reader(io.StringIO(gzip.decompress(_FILE.read_bytes()).decode())):
        commune = _commune(*row)
        names[plain(commune.name)].append(commune)
        for code in commune.postcodes:
            codes[code].append(commune)
    return dict(names), dict(codes)


def _commune(insee: str, name: str, department: str, codes: str, people: str, latitude: str, longitude: str) -> Commune:
    point = Point(float(latitude), float(longitude)) if latitude and longitude else None
    return Commune(insee, name, department, tuple(filter(None, codes.split("|"))), int(people or 0), point)
