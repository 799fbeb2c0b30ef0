"""A market of its own on the day of a distribution, for the tests of settling: who comes, and what they ordered."""

import re
from datetime import timedelta

from clayette.demo.api import World, wait_for
from tests.flows.embedded import Embedded
from tests.flows.market import Market

ORDERS = [
    {"carottes": "1.5", "salade": "1", "tomme": "0.3"},
    {"carottes": "2", "potimarron": "1.2", "yaourt": "8"},
    {"yaourt": "4", "huile": "2"},
    {"salade": "2", "yaourt": "4"},
]
"""Of Awa Diop, Bruno Lacaze, Chloé Martin and Denis Roux, in this order."""

FOCUSED = "() => (document.activeElement.ariaLabel || document.activeElement.innerText || '').replace(/\\s/g, ' ')"
"""What somebody at the keyboard is on, as they hear it."""


class Day:
    """`come()` moves the clock to the hour at which the distribution starts."""

    def __init__(self, suite: Embedded) -> None:
        self.url = suite.url
        self.world = World(suite.url, suite.mailbox)
        self.market = Market(self.world, members=len(ORDERS))
        self.admin, self.sale_id = self.market.admin, self.market.sale_id
        placed = [self.market.buy(who, **what) for who, what in zip(self.market.tale.members, ORDERS, strict=True)]
        names = [who.name.split()[0] for who in self.market.tale.members]
        self.baskets = {name: order["basket_id"] for name, order in zip(names, placed, strict=True)}
        number = self.admin.get(f"/markets/{self.market.tale.market_id}")["number"]
        self.distributions = f"/group/{number}/distributions"
        self.path = f"{self.distributions}/{self.sale_id}"
        self.referent = self.market.tale.members[3]

    def close(self) -> None:
        self.market.close()

    def appoint(self) -> None:
        self.admin.do("PUT", f"/sales/{self.sale_id}/referent", {"account_id": self.referent.id})
        wait_for("the référent", self._may_settle)

    def _may_settle(self) -> bool:
        return bool(self.admin.get(f"/sales/{self.sale_id}/distribution")["referent"])

    def come(self) -> None:
        self.market.come_to_the_day(len(ORDERS))

    def nearly_end(self) -> None:
        self.world.move_to(self.market.at("ends_at") - timedelta(minutes=14))

    def basket(self, name: str):
        return self.admin.get(f"/baskets/{self.baskets[name]}")

    def page_of(self, name: str) -> str:
        return f"/baskets/{self.baskets[name]}"


def field(guest, product):
    return guest.page.get_by_label(re.compile(f": {product}")).and_(guest.page.locator("input:not([type=hidden])"))


def amount(guest, which):
    """As the bar shows it: due-now, back-now."""
    return guest.page.locator(f"[data-{which}]").inner_text().replace("\u202f", " ").replace("\xa0", " ")


def heading(guest):
    return guest.page.get_by_role("heading", level=1)
