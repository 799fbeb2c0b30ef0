"""What buyers do until closing, by chance: they order, pay, take less, take more, exchange, cancel and come back.

A seed makes a story: CRASH_SEED=… tells the same one again (the instants of the kills are by chance in any case).
"""

import os
import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from tests.crash.support_cluster import until
from tests.crash.support_market import DECLINED, Market, Person, at_once, pay

REFUSED = {"stock_lacking", "order_too_small", "product_not_in_sale", "producer_not_delivering"}
"""What a buyer may be told, by chance, without anything being wrong."""


def seed() -> int:
    """Shown by pytest when the test fails."""
    chosen = int(os.environ.get("CRASH_SEED") or random.SystemRandom().randrange(10**6))
    print(f"CRASH_SEED={chosen}")  # noqa: T201 - pytest shows it
    return chosen


@dataclass
class Story:
    """One buyer. `wants`: {product's number: portions} that the basket must hold once all is quiet. `absent`: the number of
    the farm that says « je ne livre pas » meanwhile. `waits`: a top-up is left unpaid.
    """

    market: Market
    buyer: Person
    chance: random.Random
    absent: int = -1
    wants: dict[int, int] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    had_absent: bool = False
    waits: bool = False

    def tell(self, most_changes: int = 3, hurry: float = 1) -> None:
        """Over some seconds: `hurry` above 1 makes it shorter."""
        try:
            self._tell(most_changes, hurry)
        except Exception:
            print(f"until here: {self.steps}")  # noqa: T201 - pytest shows it
            raise

    def _tell(self, most_changes: int, hurry: float) -> None:
        self._pause(14 / hurry)
        if self._order() or self._order():
            for _ in range(self.chance.randint(0, most_changes)):
                self._pause(2 / hurry)
                if self.waits:
                    self._step(self._try_again)
                elif self.wants:
                    self._step(self.chance.choice((self._less, self._more, self._more, self._exchange, self._cancel)))
                elif self.chance.random() < 0.7:
                    self._order()

    def _step(self, step: Callable[[], str]) -> None:
        self.steps.append(f"{step.__name__}: {step()} → {self.wants}")

    def _pause(self, most: float) -> None:
        time.sleep(self.chance.uniform(0, most))

    # a first order

    def _order(self) -> bool:
        numbers = self.chance.sample(range(len(self.market.product_ids)), k=2)
        wanted = {number: self.chance.randint(1, 3) for number in numbers}
        key, body = uuid.uuid4().hex, self.market.lines(*wanted.items())
        answer = self.buyer.ask("POST", "/orders", body, key)
        if not answer.ok:
            self.steps.append(f"order {wanted}: {self._refused(answer.json())}")
            return False
        order_id = answer.json()["order_id"]
        often, seldom = (self._pays,) * 3, (self._by_two_clicks, self._second_card, self._declined, self._leaves)
        if self.chance.random() < 0.2:
            again = at_once([partial(self.buyer.do, "POST", "/orders", body, key)] * 2)
            assert [each["order_id"] for each in again] == [order_id, order_id]
        is_paid = self.chance.choice(often + seldom)(order_id)
        if is_paid:
            self.wants = wanted
            self.had_absent |= self.absent in wanted
        self.steps.append(f"order {wanted}, {'paid' if is_paid else 'not paid'}")
        return is_paid

    def _pays(self, order_id: str) -> bool:
        assert pay(self.market, self.buyer, order_id) == "succeeded"
        self._is_confirmed(order_id)
        return True

    def _by_two_clicks(self, order_id: str) -> bool:
        pages = at_once([partial(self.buyer.do, "POST", f"/orders/{order_id}/payment")] * 2)
        assert len({page["url"] for page in pages}) == 1
        return self._pays(order_id)

    def _second_card(self, order_id: str) -> bool:
        assert pay(self.market, self.buyer, order_id, DECLINED) == "declined"
        return self._pays(order_id)

    def _declined(self, order_id: str) -> bool:
        assert pay(self.market, self.buyer, order_id, DECLINED) == "declined"
        return False

    def _leaves(self, _order_id: str) -> bool:
        return False

    def _is_confirmed(self, order_id: str) -> None:
        order = f"/orders/{order_id}"
        until("the payment to be known", lambda: self.buyer.get(order)["status"] == "confirmed", 90)

    # what may become of it

    def _less(self) -> str:
        number = self._one_of_the_own()
        if number is None:
            return "nothing to give up"
        return self._put({**self.wants, number: self.chance.randint(0, self.wants[number] - 1)})

    def _more(self) -> str:
        number = self.chance.choice([each for each in range(len(self.market.product_ids)) if each != self.absent])
        return self._put({**self.wants, number: self.wants.get(number, 0) + self.chance.randint(1, 2)})

    def _exchange(self) -> str:
        number = self._one_of_the_own()
        others = [each for each in range(len(self.market.product_ids)) if each not in (number, self.absent)]
        if number is None:
            return "nothing to exchange"
        other = self.chance.choice(others)
        return self._put({**self.wants, number: 0, other: self.wants.get(other, 0) + self.chance.randint(1, 2)})

    def _cancel(self) -> str:
        self.buyer.do("DELETE", f"{self._sale}/my-basket")
        self.wants = {}
        return "done"

    def _one_of_the_own(self) -> int | None:
        return self.chance.choice(list(self.wants)) if self.wants else None

    def _put(self, wanted: dict[int, int]) -> str:
        """The whole basket as it is wanted. Nobody else changes it: asked twice with one key, it is done once."""
        wanted = {number: portions for number, portions in wanted.items() if portions}
        version = self.buyer.get(f"{self._sale}/my-basket")["version"]
        body = {"lines": self.market.lines(*wanted.items())["lines"], "version": version}
        answer = self.buyer.ask("PUT", f"{self._sale}/my-basket", body)
        if not answer.ok:
            return self._refused(answer.json())
        top_ups = [order["order_id"] for order in answer.json()["pending"] if order["top_up"]]
        if not top_ups:
            self.wants = wanted
            return "done"
        return self._top_up(top_ups[0], wanted)

    def _top_up(self, order_id: str, wanted: dict[int, int]) -> str:
        """Paid, given up, left unpaid, or paid in the moment before all is cancelled."""
        way = self.chance.random()
        if way < 0.15:
            self.buyer.do("POST", f"/orders/{order_id}/cancellation")
            return "top-up given up"
        if way < 0.3:
            assert pay(self.market, self.buyer, order_id) == "succeeded"
            return f"top-up paid, {self._cancel()} with all"
        if way < 0.45:
            self.waits = True
            return "top-up left"
        self._pays(order_id)
        self.wants = wanted
        return "top-up paid"

    def _try_again(self) -> str:
        """While a top-up waits no other change is taken; cancelling everything is."""
        basket = self.buyer.get(f"{self._sale}/my-basket")
        body = {"lines": self.market.lines((0, 1))["lines"], "version": basket["version"]}
        refused = self.buyer.ask("PUT", f"{self._sale}/my-basket", body)
        assert refused.json()["code"] == "top_up_pending"
        if self.chance.random() < 0.5:
            return "refused"
        self.waits = False
        return f"{self._cancel()} with the top-up"

    def _refused(self, problem: dict[str, object]) -> str:
        assert problem["code"] in REFUSED, (problem, self.steps)
        return str(problem["code"])

    @property
    def _sale(self) -> str:
        return f"/sales/{self.market.sale_id}"
