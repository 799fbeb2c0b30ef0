"""The demo market that the first `clayette up` loads, through the API as anybody would."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from clayette.demo.api import Card, DemoFailed, Person, World, wait_for
from clayette.seed_goods import FARMS

PARIS, SATURDAY = ZoneInfo("Europe/Paris"), 5
PASSWORD = "panier-de-demo"  # noqa: S105 - of the demo market, printed at start


def load_once(url: str, mark: Path) -> None:
    """Load the demo market unless `mark` says that it is there; print how to look at it."""
    world = World(url, f"{url}/dev/mailbox.json")
    if not mark.exists():
        try:
            number = _load(world)
        except DemoFailed as failure:
            click.secho(f"The demo market could not be loaded: {failure}", fg="red", err=True)
            return
        mark.write_text(str(number))
    _print_next_steps(url, mark.read_text())


def _person(world: World, first: str, last: str, address: str) -> Person:
    return Person(world, first, last, "06 12 34 56 78", email=f"{address}@clayette.example", password=PASSWORD)


def _load(world: World) -> int:
    world.wait_until_ready()
    admin = _person(world, "Nadège", "Ferrand", "nadege").register()
    market = admin.do(
        "POST",
        "/markets",
        {
            "name": "Marché de la Halle",
            "kind": "association",
            "organisation_mode": "before",
            "welcome": "Bienvenue ! Commandez en ligne, retirez sous la halle le samedi matin.",
            "contact_name": "Nadège Ferrand",
            "contact_email": admin.email,
            "place": {
                "name": "Halle du bourg",
                "address": "1 place de la Mairie",
                "postcode": "33880",
                "commune": "Cambes",
            },
        },
    )
    sale = _plan(world, admin, market["market_id"])
    prices: dict[str, int] = {}
    for index, farm in enumerate(FARMS):
        prices |= _add_farm(world, admin, market["market_id"], sale["sale_id"], farm, index)
    awa = _person(world, "Awa", "Diop", "awa").register()
    awa.do("POST", f"/markets/{market['market_id']}/members")
    wait_for("the shop to open", lambda: _offers(awa, sale["sale_id"], len(prices)))
    _buy(awa, sale["sale_id"], prices)
    return int(market["number"])


def _plan(world: World, admin: Person, market_id: str) -> Any:
    """Open now, so that there is something to see; the distribution on the second Saturday from here."""
    day = (world.now().astimezone(PARIS) + timedelta(days=8)).replace(hour=9, minute=0, second=0, microsecond=0)
    day += timedelta(days=(SATURDAY - day.weekday()) % 7)
    times = {
        "opens_at": world.now(),
        "closes_at": day - timedelta(days=2),
        "starts_at": day,
        "ends_at": day + timedelta(hours=3),
    }
    return admin.do("POST", f"/markets/{market_id}/sales", {name: at.isoformat() for name, at in times.items()})


def _add_farm(
    world: World, admin: Person, market_id: str, sale_id: str, farm: dict[str, Any], index: int
) -> dict[str, int]:
    first, last = farm["person"].split(" ", 1)
    person = _person(world, first, last, f"producteur{index + 1}").register()
    producer = person.do("POST", "/producers", farm["facts"] | {"commune": "Cambes", "postcode": "33880"})
    prices = {}
    for price, product in farm["products"]:
        added = person.do("POST", f"/producers/{producer['producer_id']}/products", product)
        prices[added["product_id"]] = price
    items = [{"product_id": product_id, "price_cents": price} for product_id, price in prices.items()]
    catalog = person.do("POST", f"/producers/{producer['producer_id']}/catalogs", {"name": "Au marché", "items": items})
    path = f"/markets/{market_id}/catalogs"
    wait_for("the catalogue to be known", lambda: _answers(admin, f"/catalogs/by-number/{catalog['number']}"))
    admin.do("POST", path, {"catalog_id": catalog["catalog_id"]})
    person.do("PUT", f"/sales/{sale_id}/participations/{catalog['catalog_id']}")
    return prices


def _buy(member: Person, sale_id: str, prices: dict[str, int]) -> None:
    lines = [
        {"product_id": product_id, "quantity": "1", "unit_price_cents": price}
        for product_id, price in list(prices.items())[:4]
    ]
    order = member.do("POST", "/orders", {"sale_id": sale_id, "lines": lines})
    Card.pay(member.do("POST", f"/orders/{order['order_id']}/payment")["url"])


def _answers(person: Person, path: str) -> bool:
    try:
        return bool(person.get(path))
    except DemoFailed:
        return False


def _offers(person: Person, sale_id: str, count: int) -> bool:
    try:
        shop = person.get(f"/sales/{sale_id}/shop")
    except DemoFailed:
        return False
    return bool(shop["takes_orders"]) and len(shop["offers"]) >= count


def _print_next_steps(url: str, number: str) -> None:
    click.echo(f"""
The demo market is n° {number}: {url}/api/v1/markets/by-number/{number}
Log-ins (password {PASSWORD}):
  nadege@clayette.example        administrator of the market
  awa@clayette.example           member, with a paid order
  producteur1@clayette.example   … to producteur{len(FARMS)}@clayette.example: producers
Look at:
  {url}/api/docs                 the API, to try out
  {url}/dev/mailbox              every mail that was sent
  make demo                      in another terminal: the whole story, to the Monday payout
Ctrl-C stops; `make up` goes on where it stopped.""")
