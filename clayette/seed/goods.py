"""Farms and goods of the demo market, read from farms.csv and goods.csv."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
STORAGE = {
    "dairy": "À conserver entre 2 et 6 °C.",
    "meat": "À conserver entre 0 et 4 °C.",
    "fish": "À conserver sur glace, entre 0 et 2 °C.",
    "eggs": "À conserver à température constante, sans les laver.",
    "bakery": "À conserver dans un linge, au sec.",
    "grocery": "À conserver au sec ; au frais après ouverture.",
    "sweet": "À conserver au sec, à l’abri de la lumière.",
    "drinks": "À conserver couché ou debout, au frais et à l’ombre.",
}
SHELF_STABLE = {
    "meat.cured": "À conserver au sec, au frais après ouverture.",
    "sweet.ice_cream": "À conserver à −18 °C.",
}
TO_COME = ["vegetables.mushrooms"]
"""Of the farm that has nothing to sell yet."""
SMALL_RANGE = 3


@dataclass(frozen=True)
class Good:
    """`facts` is what the API takes; `ample`: nobody fears to find it sold out."""

    facts: dict[str, Any]
    price_cents: int
    drawn: list[str]
    ample: bool

    @property
    def name(self) -> str:
        return str(self.facts["name"])


@dataclass(frozen=True)
class Farm:
    key: str
    number: int
    person: tuple[str, str]
    facts: dict[str, Any]
    scenes: list[list[str]]
    goods: list[Good]

    @property
    def name(self) -> str:
        return str(self.facts["name"])


def farms(*, small: bool) -> list[Farm]:
    """Small: the first four farms with three products each."""
    goods: dict[str, list[Good]] = defaultdict(list)
    places = {row["farm"]: row["commune"] for row in _rows("farms.csv")}
    for row in _rows("goods.csv"):
        goods[row["farm"]].append(_good(row, places[row["farm"]]))
    found = [_farm(number, row, goods[row["farm"]]) for number, row in enumerate(_rows("farms.csv"), start=1)]
    return [_few(farm) for farm in found[:4]] if small else found


def _few(farm: Farm) -> Farm:
    return Farm(farm.key, farm.number, farm.person, farm.facts, farm.scenes[:1], farm.goods[:SMALL_RANGE])


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def _farm(number: int, row: dict[str, str], goods: list[Good]) -> Farm:
    first, last = row["person"].split(" ", 1)
    facts = {
        "name": row["name"],
        "commune": row["commune"],
        "postcode": row["postcode"],
        "latitude": float(row["latitude"]),
        "longitude": float(row["longitude"]),
        "presentation": row["presentation"],
        "labels": row["labels"].split(),
        "grows": sorted({str(good.facts["category"]) for good in goods}) or TO_COME,
        "siret": _siret(number),
        "phone": f"05 56 00 {number:02} {number + 20:02}",
        "email": f"producteur{number}@clayette.example",
        "vat_exempt": row["farm"] == "simples",
    }
    return Farm(row["farm"], number, (first, last), facts, [scene.split() for scene in row["scenes"].split(",")], goods)


def _good(row: dict[str, str], commune: str) -> Good:
    group, category, stock = row["category"].split(".")[0], row["category"], row["stock"]
    facts: dict[str, Any] = {name: row[name] for name in ("name", "category", "unit", "description", "ingredients")}
    facts |= {
        "organic": "o" in row["flags"],
        "weighed": "w" in row["flags"],
        "allergens": row["allergens"].split(),
        "storage": SHELF_STABLE.get(category, STORAGE.get(group, "")),
        "origin": f"{commune} (Gironde)",
        "on_hand": stock or None,
    }
    if row["net"]:
        facts["net_quantity"], facts["net_unit"] = row["net"].split()
    return Good(facts, round(float(row["price"]) * 100), row["picture"].split(), not stock or int(stock) >= 40)


def _siret(number: int) -> str:
    """Well-formed, of a company that does not exist."""
    siren = _checked(f"0000{number:04}")
    return _checked(f"{siren}0001")


def _checked(digits: str) -> str:
    """With the check digit (Luhn) behind."""
    doubled = [int(d) * 2 if place % 2 == 0 else int(d) for place, d in enumerate(reversed(digits))]
    return f"{digits}{-sum(n - 9 if n > 9 else n for n in doubled) % 10}"
