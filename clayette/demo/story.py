"""The steps of the story; each says what it does and fails loudly when the suite does not."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from clayette.demo.api import Card, DemoFailed, Person, World, wait_for

Say = Callable[[str], None]
WEEK = timedelta(days=7)


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
    vegetables = [
        {"name": "Carottes de plein champ", "category": "vegetables.root", "unit": "kg", "price": 280, "on_hand": "25"},
        {"name": "Salade batavia", "category": "vegetables.leafy", "unit": "piece", "price": 120, "on_hand": "3"},
        {"name": "Potimarron", "category": "vegetables.squash", "unit": "kg", "price": 310, "weighed": True},
    ]
    dairy = [
        {
            "name": "Tomme de vache",
            "category": "dairy.cow_cheese",
            "unit": "kg",
            "price": 2150,
            "weighed": True,
            "allergens": ["milk"],
        },
        {
            "name": "Yaourt nature",
            "category": "dairy.yogurt",
            "unit": "piece",
            "net_quantity": "125",
            "net_unit": "g",
            "price": 85,
            "allergens": ["milk"],
        },
    ]
    oil = [
        {
            "name": "Huile de noix",
            "category": "grocery.oils",
            "unit": "piece",
            "net_quantity": "0.5",
            "net_unit": "l",
            "price": 1490,
            "allergens": ["nuts"],
        }
    ]
    return Story(
        world,
        say,
        admin=Person(world, "Nadège", "Ferrand", "06 11 22 33 44"),
        farms=[
            Farm(Person(world, "Paul", "Mariuzzo"), "Les Jardins du Moulin", vegetables),
            Farm(Person(world, "Claire", "Etcheverry"), "Ferme des Trois Chênes", dairy),
            Farm(Person(world, "Dominique", "Alain"), "Moulin de la Noix", oil),
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
        _open_farm(farm)
        wait_for(f"the catalogue {farm.number} to be known", partial(_known, story.admin, farm.number))
        story.admin.do("POST", f"/markets/{story.market_id}/catalogs", {"number": farm.number})
        story.say(f"{farm.name} opens its space; its catalogue n° {farm.number} is linked by its number.")


def _open_farm(farm: Farm) -> None:
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


def _known(person: Person, number: int) -> bool:
    try:
        return bool(person.get(f"/catalogs/by-number/{number}"))
    except DemoFailed:
        return False


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


def plan_sale(story: Story) -> None:
    """Guide, chapters 4 and 5."""
    proposed = story.admin.get(f"/markets/{story.market_id}/sales/defaults")
    story.sale = story.admin.do("POST", f"/markets/{story.market_id}/sales", {"opens_at": proposed["opens_at"]})
    story.say(
        f"A sale is planned: opens {story.sale['opens_at']}, closes {story.sale['closes_at']}, "
        f"distribution {story.sale['starts_at']}."
    )
    story.admin.do("POST", f"/sales/{story.sale_id}/invitations", {})
    for farm in story.farms:
        story.world.wait_for_mail(farm.person.email, "vous invite à vendre")
        farm.person.do("PUT", f"/sales/{story.sale_id}/participations/{farm.catalog_id}")
    story.say("The producers are invited by mail, and each takes part.")


def gather_members(story: Story) -> None:
    """Guide, chapter 6."""
    for member in story.members:
        member.register()
        member.do("POST", f"/markets/{story.market_id}/members")
    story.say(f"{len(story.members)} members join the market.")


def let_it_open(story: Story) -> None:
    story.world.move_to(story.at("opens_at"))
    wait_for("the sale to open", lambda: _state(story) == "open")
    wait_for("the shop to take orders", lambda: _shop(story)["takes_orders"])
    for member in story.members:
        story.world.wait_for_mail(member.email, "vente est ouverte")
    story.say("The clock moves to the opening; the sale opens by itself and every member gets a mail.")


def order(story: Story) -> None:
    awa, bruno, chloe, denis = story.members
    carrots, lettuce, squash, cheese, yoghurt, oil = (p for farm in story.farms for p in farm.products)
    _buy(story, awa, [(carrots, "1.5"), (lettuce, "2"), (cheese, "0.3"), (oil, "1")])
    _buy(story, bruno, [(carrots, "2"), (squash, "1.2"), (yoghurt, "8")], cards=(Card.DECLINED, Card.SECURE))
    _buy(story, chloe, [(yoghurt, "4"), (oil, "2")])
    code = denis.refused("POST", "/orders", _lines(story, [(lettuce, "2")]))
    if code != "stock_lacking":
        raise DemoFailed(f"two lettuces too many were answered with {code}")
    story.say("Denis wants two lettuces; one is left: refused, naming it (stock_lacking).")
    placed = denis.do("POST", "/orders", _lines(story, [(lettuce, "1")]))
    story.world.move_to(datetime.fromisoformat(placed["expires_at"]) + timedelta(minutes=10))
    wait_for("the reservation to expire", lambda: denis.get(f"/orders/{placed['order_id']}")["status"] == "expired")
    story.say("He takes one and does not pay: after 35 minutes his reservation is released.")
    _buy(story, denis, [(lettuce, "1"), (yoghurt, "4")])


def _lines(story: Story, wanted: list[tuple[dict[str, Any], str]]) -> dict[str, Any]:
    lines = [{"product_id": p["product_id"], "quantity": q, "unit_price_cents": p["price"]} for p, q in wanted]
    return {"sale_id": story.sale_id, "lines": lines}


def _buy(
    story: Story, member: Person, wanted: list[tuple[dict[str, Any], str]], cards: tuple[str, ...] = (Card.GOOD,)
) -> None:
    placed = member.do("POST", "/orders", _lines(story, wanted))
    page = member.do("POST", f"/orders/{placed['order_id']}/payment")["url"]
    for card in cards:
        outcome = Card.pay(page, card)
    if outcome != "succeeded":
        raise DemoFailed(f"the payment of {member.name} was {outcome}")
    path = f"/orders/{placed['order_id']}"
    confirmed = wait_for("the order to be confirmed", lambda: _confirmed(member.get(path)))
    story.world.wait_for_mail(member.email, "Commande confirmée")
    story.payment_page, story.orders[member.name] = page, confirmed
    story.paid += confirmed["total_cents"]
    tries = "" if len(cards) == 1 else ", the first card declined, the second with 3-D Secure"
    story.say(
        f"{member.name} pays {euros(confirmed['total_cents'])} once for several producers{tries}: "
        f"basket n° {confirmed['basket_number']}."
    )


def _confirmed(order: dict[str, Any]) -> dict[str, Any] | None:
    return order if order["status"] == "confirmed" else None


def let_it_close(story: Story) -> None:
    """Guide, chapter 7.2."""
    story.world.move_to(story.at("closes_at"))
    wait_for("the sale to close", lambda: _state(story) == "closed")
    for farm in story.farms:
        story.world.wait_for_mail(farm.person.email, "À préparer")
    sheet = story.farms[0].person.get(f"/sales/{story.sale_id}/order-sheet", producer_id=story.farms[0].producer_id)
    total = ", ".join(f"{line['quantity']} {line['unit']} {line['name']}" for line in sheet["products"])
    story.say(f"The sale closes by itself; each producer gets the order sheet. {story.farms[0].name} picks: {total}.")


def settle(story: Story) -> None:
    """Guide, chapter 7.3: the day of the distribution."""
    _remind(story)
    story.world.move_to(story.at("starts_at"))
    baskets = wait_for("the baskets", lambda: _baskets(story, 4))
    wait_for(
        "the order sheets to be final",
        lambda: story.admin.get(f"/sales/{story.sale_id}/distribution")["orders_settled"],
    )
    story.say("Distribution day: " + ", ".join(f"{b['last_name']} n° {b['number']}" for b in baskets) + ".")
    oil = story.farms[2].products[0]["product_id"]
    story.admin.do("POST", f"/sales/{story.sale_id}/missing-products", {"product_id": oil})
    story.refunded += 3 * story.farms[2].products[0]["price"]
    story.say("The walnut oil did not come: set to zero on every basket and refunded, in one action.")
    _weigh_cheese(story)
    _refuse_early_validation_then_refund(story)
    story.world.move_to(story.at("ends_at") + timedelta(minutes=1))
    story.world.wait_for_mail(story.admin.email, "pensez à la valider")
    validated = story.admin.do("POST", f"/sales/{story.sale_id}/validation")
    if validated["stage"] != "validated":
        raise DemoFailed(f"the distribution is {validated['stage']}")
    story.say("« Valider la distribution »: all remaining baskets in one go.")


def _remind(story: Story) -> None:
    story.world.move_to(story.at("starts_at") - timedelta(hours=24))
    for member in story.members:
        story.world.wait_for_mail(member.email, "Votre panier vous attend")
    story.say("The day before, each member is reminded by mail.")


def _baskets(story: Story, count: int) -> list[dict[str, Any]] | None:
    items: list[dict[str, Any]] = story.admin.get(f"/sales/{story.sale_id}/baskets")["items"]
    return items if len(items) == count else None


def _basket_of(story: Story, member: Person) -> dict[str, Any]:
    basket_id = story.orders[member.name]["basket_id"]
    basket: dict[str, Any] = story.admin.get(f"/baskets/{basket_id}")
    return basket


def _weigh_cheese(story: Story) -> None:
    awa, cheese = story.members[0], story.farms[1].products[0]
    basket = _basket_of(story, awa)
    line = next(line for line in basket["lines"] if line["product_id"] == cheese["product_id"])
    story.admin.do(
        "PATCH",
        f"/baskets/{basket['basket_id']}",
        {"version": basket["version"], "lines": [{"line_id": line["line_id"], "delivered": "0.26"}]},
    )
    due = int((Decimal(cheese["price"]) * Decimal("0.26")).quantize(Decimal(1)))
    story.refunded += line["ordered_cents"] - due
    story.say(f"Awa's cheese weighs 260 g instead of 300 g: {euros(line['ordered_cents'] - due)} to give back.")


def _refuse_early_validation_then_refund(story: Story) -> None:
    code = story.admin.refused("POST", f"/sales/{story.sale_id}/validation")
    if code != "refund_not_generated":
        raise DemoFailed(f"an early validation was refused with {code}")
    story.say(f"Validating now is refused, since a refund is not generated ({code}).")
    basket = _basket_of(story, story.members[0])
    story.admin.do("POST", f"/baskets/{basket['basket_id']}/refund", {"version": basket["version"]})
    story.say("« Générer le remboursement » for Awa.")


def pay_producers(story: Story) -> None:
    """Guide, « Le règlement aux producteurs »."""
    expected = wait_for("the shares", lambda: _shares(story))
    day = expected[0]["pay_on"]
    for share in expected:
        story.say(
            f"{share['producer_name']}: delivered {euros(share['gross_cents'])}, fee {euros(share['fee_cents'])}, "
            f"to be paid {euros(share['amount_cents'])} on Monday {day}."
        )
    story.world.move_to(datetime.fromisoformat(f"{day}T06:00:30+01:00") + timedelta(hours=1))
    for farm in story.farms[:2]:
        story.world.wait_for_mail(farm.person.email, "Versement de")
        payouts = wait_for("the payout", partial(_payouts, farm))
        story.say(f"Monday {payouts[0]['paid_on']}: {farm.name} is paid {euros(payouts[0]['amount_cents'])}.")


def _shares(story: Story) -> list[dict[str, Any]] | None:
    payouts = story.admin.get(f"/sales/{story.sale_id}/payouts")
    items: list[dict[str, Any]] = payouts["items"]
    return items if payouts["round"] else None


def _payouts(farm: Farm) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = farm.person.get(f"/producers/{farm.producer_id}/payouts")["items"]
    return [payout for payout in items if payout["status"] in {"sent", "arrived"}]


def _state(story: Story) -> str:
    return str(story.admin.get(f"/sales/{story.sale_id}")["state"])


def _shop(story: Story) -> dict[str, Any]:
    shop: dict[str, Any] = story.members[0].get(f"/sales/{story.sale_id}/shop")
    return shop


def euros(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100},{abs(cents) % 100:02d} €"
