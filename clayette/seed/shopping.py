"""Members fill their baskets: most pay, some forget, some think again."""

import random
from dataclasses import dataclass
from functools import partial
from typing import Any

from clayette.demo.api import Card, DemoFailed, Person, wait_for
from clayette.seed.progress import each
from clayette.seed.town import Town

PAID, FORGOTTEN, GIVEN_UP = "paid", "forgotten", "given up"
STAPLES = ("Carottes de plein champ", "Salade batavia", "Yaourt nature", "Pain de campagne", "Œufs de plein air")
OFTEN = 0.4
LIKED = ("0.5", "0.8", "1", "1.5", "2")


@dataclass(frozen=True)
class Round:
    """Orders of one sale at one time: `paid`, `forgotten` (never paid) and `given_up`, from member `first` on."""

    sale: str
    first: int
    paid: int
    forgotten: int = 0
    given_up: int = 0

    @property
    def ends(self) -> list[str]:
        return [PAID] * self.paid + [FORGOTTEN] * self.forgotten + [GIVEN_UP] * self.given_up


def shop(town: Town, turn: Round) -> None:
    """Waits until what is paid is confirmed."""
    sale_id, members = town.facts[turn.sale], town.members
    count = len(town.taking_part(turn.sale))
    offers = wait_for("the shop to open", partial(_offers, town, sale_id, count))
    visits = [(members[(turn.first + n) % len(members)], end, n) for n, end in enumerate(turn.ends)]

    def visit(each_visit: tuple[Person, str, int]) -> None:
        member, end, n = each_visit
        chance = random.Random(f"{turn.sale} {turn.first} {n}")  # noqa: S311 - the same basket at every run
        _visit(member, sale_id, _basket(offers, chance), end)

    each(visits, visit)


def _offers(town: Town, sale_id: str, count: int) -> list[dict[str, Any]] | None:
    """What there is plenty of, in the same order at every run, once the goods of `count` farms are there."""
    try:
        shown = town.members[0].get(f"/sales/{sale_id}/shop")
    except DemoFailed:
        return None
    ample = {(farm.name, good.name) for farm in town.farms for good in farm.goods if good.ample}
    offers = [offer for offer in shown["offers"] if (offer["producer_name"], offer["name"]) in ample]
    farms = {offer["producer_name"] for offer in shown["offers"]}
    ready = shown["takes_orders"] and len(farms) >= count
    return sorted(offers, key=lambda offer: (offer["producer_name"], offer["name"])) if ready else None


def _basket(offers: list[dict[str, Any]], chance: random.Random) -> list[dict[str, Any]]:
    staples = [offer for offer in offers if offer["name"] in STAPLES and chance.random() < OFTEN]
    others = [offer for offer in offers if offer["name"] not in STAPLES]
    chosen = staples + chance.sample(others, min(len(others), chance.randint(2, 6)))
    return [
        {
            "product_id": offer["product_id"],
            "quantity": chance.choice(LIKED) if offer["by_weight"] else str(chance.choice((1, 1, 1, 2, 2, 3))),
            "unit_price_cents": offer["price_cents"],
        }
        for offer in chosen
    ]


def _visit(member: Person, sale_id: str, lines: list[dict[str, Any]], end: str) -> None:
    order = member.do("POST", "/orders", {"sale_id": sale_id, "lines": lines})
    path = f"/orders/{order['order_id']}"
    if end == FORGOTTEN or _status(member, path) != "placed":
        return
    if end == GIVEN_UP:
        member.do("POST", f"{path}/cancellation")
        return
    Card.pay(member.do("POST", f"{path}/payment")["url"])
    wait_for("the order to be confirmed", lambda: _status(member, path) == "confirmed")


def _status(member: Person, path: str) -> str:
    return str(member.get(path)["status"])
