"""Who is in the story, and how the market comes to be; each step says what it does and fails loudly."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from clayette.demo import goods
from clayette.demo.api import DemoFailed, Person, World, wait_for

Say = Callable[[str], None]


@dataclass
class Farm:
    person: Person
    name: str
    products: list[dict[str, Any]]
    producer_id: str = ""
    catalog_id: str = ""
    number: int = 0


@dataclass
class Story:
    """What has happened so far. `paid` and `refunded` are our own count, to compare with the ledger at the end."""

    world: World
    say: Say
    admin: Person
    farms: list[Farm]
    members: list[Person]
    market_id: str = ""
    sale: dict[str, Any] = field(default_factory=dict)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    payment_page: str = ""
    paid: int = 0
    refunded: int = 0

    @property
    def sale_id(self) -> str:
        return str(self.sale["sale_id"])

    def at(self, name: str) -> datetime:
        return datetime.fromisoformat(self.sale[name])


def new_story(world: World, say: Say) -> Story:
    return Story(
        world,
        say,
        admin=Person(world, "Nadège", "Ferrand", "06 11 22 33 44"),
        farms=[
            Farm(Person(world, "Paul", "Mariuzzo"), "Les Jardins du Moulin", deepcopy(goods.VEGETABLES)),
            Farm(Person(world, "Claire", "Etcheverry"), "Ferme des Trois Chênes", deepcopy(goods.DAIRY)),
            Farm(Person(world, "Dominique", "Alain"), "Moulin de la Noix", deepcopy(goods.OIL)),
        ],
        members=[
            Person(world, first, last)
            for first, last in (("Awa", "Diop"), ("Bruno", "Lacaze"), ("Chloé", "Martin"), ("Denis", "Roux"))
        ],
    )


def open_market(story: Story) -> None:
    """Guide, chapters 1 and 2."""
    story.say("Nadège opens an account and confirms her address.")
    story.admin.register().verify()
    market = story.admin.do(
        "POST",
        "/markets",
        {
            "name": "Marché de la Halle",
            "kind": "association",
            "organisation_mode": "before",
            "contact_name": "Nadège Ferrand",
            "contact_email": story.admin.email,
            "place": {
                "name": "Halle du bourg",
                "address": "1 place de la Mairie",
                "postcode": "33880",
                "commune": "Cambes",
            },
        },
    )
    story.market_id = market["market_id"]
    story.say(
        f"She opens the market n° {market['number']}, « {market['name']} »; its link is /group/{market['number']}."
    )


def bring_producers(story: Story) -> None:
    """Guide, chapter 3."""
    for farm in story.farms:
        open_farm(farm)
        wait_for(f"the market to know the catalogue {farm.number}", partial(_link, story, farm.number))
        story.say(f"{farm.name} opens its space; its catalogue n° {farm.number} is linked by its number.")


def open_farm(farm: Farm) -> None:
    person = farm.person.register()
    producer = person.do(
        "POST", "/producers", {"name": farm.name, "commune": "Cambes", "postcode": "33880", "email": person.email}
    )
    farm.producer_id = producer["producer_id"]
    items = []
    for product in farm.products:
        facts = {key: value for key, value in product.items() if key != "price"}
        added = person.do("POST", f"/producers/{farm.producer_id}/products", facts)
        product["product_id"] = added["product_id"]
        items.append({"product_id": added["product_id"], "price_cents": product["price"]})
    catalog = person.do("POST", f"/producers/{farm.producer_id}/catalogs", {"name": "Vente au marché", "items": items})
    farm.catalog_id, farm.number = catalog["catalog_id"], catalog["number"]


def _link(story: Story, number: int) -> bool:
    """A number that the market has not heard of yet is not found."""
    try:
        story.admin.do("POST", f"/markets/{story.market_id}/catalogs", {"number": number})
    except DemoFailed:
        return False
    return True


def open_payment_accounts(story: Story) -> None:
    import requests

    for farm in story.farms:
        wait_for("the payments to know the farm", partial(_may_open, farm))
        opened = farm.person.do("POST", f"/producers/{farm.producer_id}/payment-account")
        requests.post(opened["url"], data={"answer": "active"}, timeout=30, allow_redirects=False).raise_for_status()
        wait_for(f"{farm.name}'s payment account", partial(_is_active, farm))
    story.say("The three producers open their payment accounts at the card provider.")


def _may_open(farm: Farm) -> bool:
    try:
        farm.person.get(f"/producers/{farm.producer_id}/payouts")
    except DemoFailed:
        return False
    return True


def _is_active(farm: Farm) -> bool:
    return bool(farm.person.get(f"/producers/{farm.producer_id}/payment-account")["active"])


def gather_members(story: Story) -> None:
    """Guide, chapter 6."""
    for member in story.members:
        member.register()
        member.do("POST", f"/markets/{story.market_id}/members")
    story.say(f"{len(story.members)} members join the market.")


def euros(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100},{abs(cents) % 100:02d} €"
