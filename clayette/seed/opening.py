"""The demo market comes to be: people, places, farms with their goods and pictures, sales."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import requests
from eventlet import tpool

from clayette.demo.api import DemoFailed, Person, wait_for
from clayette.seed import pictures
from clayette.seed.goods import Farm, Good
from clayette.seed.progress import each
from clayette.seed.town import NEXT_DOOR, Town

WITHOUT_PAYMENT_ACCOUNT = "savons"
HALL = {
    "name": "Halle du bourg",
    "address": "1 place de la Mairie",
    "postcode": "33880",
    "commune": "Cambes",
    "latitude": 44.7301,
    "longitude": -0.4552,
}
SQUARE = {
    "name": "Place de la Prévôté",
    "address": "Place de la Prévôté",
    "postcode": "33670",
    "commune": "Créon",
    "latitude": 44.7744,
    "longitude": -0.3480,
}
SCHOOL = {
    "name": "Préau de l’ancienne école",
    "address": "4 chemin de l’École",
    "postcode": "33360",
    "commune": "Quinsac",
    "latitude": 44.7553,
    "longitude": -0.4868,
}


def meet(people: list[Person]) -> None:
    """Each has an account, a confirmed address, and is logged in."""
    each(people, lambda person: person.register().verify())


def open_market(town: Town) -> None:
    meet([town.admin])
    market = town.admin.do("POST", "/markets", _market("Marché de la Halle", "association", "before", HALL, town.admin))
    town.facts.update({"market": market["market_id"], "number": market["number"]})


def open_the_other_markets(town: Town) -> None:
    """One next door, which composes its baskets during the distribution; one where nothing has happened yet."""
    meet([town.neighbour])
    creon = _market("Marché du Créonnais", "producers", "during", SQUARE, town.neighbour)
    empty = _market("Les Paniers de Quinsac", "association", "before", SCHOOL, town.admin)
    town.facts["neighbour"] = town.neighbour.do("POST", "/markets", creon)["market_id"]
    town.facts["empty"] = town.admin.do("POST", "/markets", empty)["market_id"]


def _market(name: str, kind: str, mode: str, place: dict[str, Any], contact: Person) -> dict[str, Any]:
    return {
        "name": name,
        "kind": kind,
        "organisation_mode": mode,
        "welcome": f"Bienvenue ! Commandez en ligne, payez une fois pour tous les producteurs, et retirez à "
        f"{place['commune']}, {place['name']}.",
        "contact_name": contact.name,
        "contact_email": contact.email,
        "contact_phone": "06 12 34 56 78",
        "place": place,
    }


def plan(town: Town, by: Person, market: str, name: str, times: tuple[datetime, datetime, datetime]) -> None:
    """`times`: opening, closing, start of the distribution, which lasts three hours."""
    opens, closes, starts = times
    said = {"opens_at": opens, "closes_at": closes, "starts_at": starts, "ends_at": starts + timedelta(hours=3)}
    body = {key: instant.isoformat() for key, instant in said.items()}
    town.facts[name] = by.do("POST", f"/markets/{town.facts[market]}/sales", body)["sale_id"]


def ask_for_hands(town: Town, sale: str) -> str:
    """Two duty shifts at its distribution, from nine o'clock; answers the first."""
    shifts = [
        {"role": "Accueil et remise des paniers", "starts": "08:30", "ends": "10:30", "places": 4},
        {"role": "Rangement de la halle", "starts": "11:30", "ends": "12:30", "places": 2},
    ]
    found = town.admin.do("PUT", f"/sales/{town.facts[sale]}/shifts", {"shifts": shifts})["shifts"]
    return str(found[0]["shift_id"])


def open_farms(town: Town, farms: list[Farm], sales: tuple[str, ...]) -> None:
    """With goods and pictures, linked to the market of the hall, taking part in `sales`."""
    people = {farm.key: town.producer(farm) for farm in farms}
    meet(list(people.values()))
    opened = each(farms, lambda farm: _open_farm(people[farm.key], farm))
    catalogs = town.facts.setdefault("catalogs", {})
    catalogs |= {farm.key: catalog for farm, catalog in zip(farms, opened, strict=True)}
    for farm in farms:
        _link(town.admin, town.facts["market"], catalogs[farm.key])
    each(farms, lambda farm: _take_part(people[farm.key], [town.facts[sale] for sale in sales], catalogs[farm.key]))
    each(farms, lambda farm: _open_account(people[farm.key], catalogs[farm.key], farm))


def serve_the_neighbour(town: Town) -> None:
    for farm in town.taking_part(NEXT_DOOR):
        catalog = town.facts["catalogs"][farm.key]
        _link(town.neighbour, town.facts["neighbour"], catalog)
        _take_part(town.producer(farm), [town.facts[NEXT_DOOR]], catalog)


def _open_farm(person: Person, farm: Farm) -> dict[str, Any]:
    producer = person.do("POST", "/producers", farm.facts)
    path = f"/producers/{producer['producer_id']}"
    kept = person.get(path)["photo_ids"]
    for scene in farm.scenes[len(kept) :]:
        person.upload("POST", f"{path}/photos", tpool.execute(pictures.of_farm, farm.name, scene))
    items = [_add_good(person, path, good) for good in farm.goods]
    if not items:
        return {"producer_id": producer["producer_id"]}
    catalog = person.do("POST", f"{path}/catalogs", {"name": "Au marché", "items": items})
    return {name: catalog[name] for name in ("catalog_id", "number", "producer_id")}


def _add_good(person: Person, path: str, good: Good) -> dict[str, Any]:
    product_id = person.do("POST", f"{path}/products", good.facts)["product_id"]
    person.upload("PUT", f"/products/{product_id}/photo", tpool.execute(pictures.of_product, good.name, good.drawn))
    return {"product_id": product_id, "price_cents": good.price_cents}


def _link(admin: Person, market_id: str, catalog: dict[str, Any]) -> None:
    if "number" in catalog:
        known = partial(_found, admin, f"/markets/{market_id}/catalogs/by-number/{catalog['number']}")
        wait_for(f"the catalogue {catalog['number']} to be known", known)
        admin.do("POST", f"/markets/{market_id}/catalogs", {"number": catalog["number"]})


def _take_part(person: Person, sale_ids: list[str], catalog: dict[str, Any]) -> None:
    for sale_id in sale_ids if "catalog_id" in catalog else ():
        person.do("PUT", f"/sales/{sale_id}/participations/{catalog['catalog_id']}")


def _open_account(person: Person, catalog: dict[str, Any], farm: Farm) -> None:
    if farm.key == WITHOUT_PAYMENT_ACCOUNT or not farm.goods:
        return
    path = f"/producers/{catalog['producer_id']}/payment-account"
    wait_for("the payments to know the farm", partial(_found, person, f"/producers/{catalog['producer_id']}/payouts"))
    if _is_active(person, path):
        return
    page = person.do("POST", path)["url"]
    requests.post(page, data={"answer": "active"}, timeout=30, allow_redirects=False).raise_for_status()
    wait_for(f"the payment account of {farm.name}", lambda: _is_active(person, path))


def _is_active(person: Person, path: str) -> bool:
    return _found(person, path) and bool(person.get(path)["active"])


def _found(person: Person, path: str) -> bool:
    try:
        return bool(person.get(path))
    except DemoFailed:
        return False
