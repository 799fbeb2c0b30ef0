"""What the référent does on the day, by chance: some of each basket weighs more, some less, some is not there."""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.crash.support_cluster import until
from tests.crash.support_market import Market, Person, pay, pay_at

GENEROUS = 6
LEAST_BY_LINK = 50
"""Cents: a card is not charged less, so such a balance due waits for the next order."""


@dataclass
class Day:
    """`handed_over`: {line: its quantity} of what the référent changed by hand. One seed weighs the same each time."""

    market: Market
    sale_id: str
    seed: int
    handed_over: dict[str, Decimal] = field(default_factory=dict)

    def baskets(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.market.admin.get(f"/sales/{self.sale_id}/baskets")["items"]
        return found

    def lines(self) -> list[dict[str, Any]]:
        seen = [self.market.admin.get(f"/baskets/{basket['basket_id']}") for basket in self.baskets()]
        return [line | {"member_id": basket["member_id"]} for basket in seen for line in basket["lines"]]

    def settle(self, basket_id: str) -> None:
        """« Mettre à jour », then « Générer le remboursement »; again from what is seen if somebody was faster."""
        path, admin = f"/baskets/{basket_id}", self.market.admin
        while True:
            seen = admin.get(path)
            wanted = {
                line["line_id"]: self._weigh(seen["member_id"], line)
                for line in seen["lines"]
                if Decimal(line["delivered"])
            }
            lines = [{"line_id": line_id, "delivered": str(quantity)} for line_id, quantity in wanted.items()]
            if not lines or _unless_outdated(admin, "PATCH", path, {"version": seen["version"], "lines": lines}):
                break
        self.handed_over |= wanted
        while (seen := admin.get(path))["to_refund_cents"]:
            _unless_outdated(admin, "POST", f"{path}/refund", {"version": seen["version"]})

    def _weigh(self, member_id: str, line: dict[str, Any]) -> Decimal:
        """The first members get more of everything, so that balances are due."""
        ordered, number = Decimal(line["ordered"]), self._numbers[member_id]
        chance = random.Random(f"{self.seed} {number} {line['name']}")
        step = Decimal(chance.randint(1, 400)) / 1000 if line["by_weight"] else Decimal(1)
        ways = (ordered + step, ordered + step, ordered, ordered, max(ordered - step, Decimal(0)), Decimal(0))
        return ordered + step if number < GENEROUS else chance.choice(ways)

    @property
    def _numbers(self) -> dict[str, int]:
        return {member.id: number for number, member in enumerate(self.market.members)}

    def faults(self, gone: set[str]) -> list[str]:
        """`gone`: products that nobody got. Each line as it was handed over, at its price, rounded once."""
        found, worth = [], defaultdict(int)
        for line in self.lines():
            by_hand = self.handed_over.get(line["line_id"], Decimal(line["ordered"]))
            right = Decimal(0) if line["product_id"] in gone else by_hand
            cents = int((right * line["unit_price_cents"]).quantize(Decimal(1), ROUND_HALF_UP))
            worth[line["member_id"]] += cents
            if (Decimal(line["delivered"]), line["delivered_cents"]) != (right, cents):
                found.append(f"{right} for {cents} were handed over, it says {line}")
        baskets = {basket["member_id"]: basket["due_cents"] for basket in self.baskets()}
        return found if baskets == worth else [*found, f"baskets {baskets}, handed over {dict(worth)}"]


def _unless_outdated(person: Person, method: str, path: str, body: dict[str, Any]) -> bool:
    answer = person.ask(method, path, body)
    if not answer.ok:
        assert answer.json()["code"] == "version_conflict", answer.text
    return answer.ok


def balance_of(market: Market, member: Person) -> int:
    """Above zero a credit, below a balance due."""
    items = member.get("/me/balances")["items"]
    return next((int(item["balance_cents"]) for item in items if item["market_id"] == market.market_id), 0)


def put_right(market: Market, member: Person, chance: random.Random, *, by_link: bool) -> str:
    """What is due is paid by link, or with the next order; a credit is used by the next order, which may be cancelled."""
    before = balance_of(market, member)
    if by_link and before <= -LEAST_BY_LINK:
        page = member.do("POST", f"/markets/{market.market_id}/balance/payment")
        assert pay_at(page["url"]) == "succeeded"
        return "due, by link"
    if before == 0 and chance.random() < 0.6:
        return "nothing"
    lines = [(number, chance.randint(1, 3)) for number in chance.sample(range(len(market.product_ids)), k=2)]
    order = member.do("POST", "/orders", market.lines(*lines))
    assert pay(market, member, order["order_id"]) == "succeeded"
    path = f"/orders/{order['order_id']}"
    until("the next order to be confirmed", lambda: member.get(path)["status"] == "confirmed", 90)
    what = "due, with an order" if before < 0 else "credit, with an order" if before else "an order"
    if chance.random() < 0.7:
        return what
    member.do("DELETE", f"/sales/{market.sale_id}/my-basket")
    return f"{what} cancelled"
