"""A market for one test: farms with catalogues, an open sale, members; and what its people do."""

from datetime import datetime, timedelta
from typing import Any

from clayette.demo import day, sale, story
from clayette.demo.api import Card, Person, World, wait_for


class Market:
    """`tale` is the demo's story up to the opening of the sale; the clock only ever moves forward."""

    def __init__(self, world: World, members: int) -> None:
        self.world = world
        self.tale = story.new_story(world, lambda _text: None)
        self.tale.members = self.tale.members[:members]
        for step in (story.open_market, story.bring_producers, story.open_payment_accounts):
            step(self.tale)
        self.plan()
        story.gather_members(self.tale)
        sale.let_it_open(self.tale)
        self.products = {p["name"]: p for farm in self.tale.farms for p in farm.products}

    @property
    def admin(self) -> Person:
        return self.tale.admin

    @property
    def sale_id(self) -> str:
        return self.tale.sale_id

    def plan(self) -> None:
        """The next sale: opens in a minute, closes after two days, distribution after three; every farm takes part."""
        now = self.world.now().replace(microsecond=0)
        steps = {"opens_at": timedelta(minutes=1), "closes_at": timedelta(days=2)}
        steps |= {"starts_at": timedelta(days=3), "ends_at": timedelta(days=3, hours=2)}
        times = {name: (now + step).isoformat() for name, step in steps.items()}
        self.tale.sale = self.admin.do("POST", f"/markets/{self.tale.market_id}/sales", times)
        for farm in self.tale.farms:
            farm.person.do("PUT", f"/sales/{self.sale_id}/participations/{farm.catalog_id}")

    def open_another(self) -> None:
        self.plan()
        sale.let_it_open(self.tale)

    def known_orders(self) -> int:
        return int(self.admin.get(f"/sales/{self.sale_id}")["administration"]["order_count"])

    def place(self, member: Person, **quantities: str) -> dict[str, Any]:
        """`place(awa, yaourt="4")`: products by the first word of their names."""
        wanted = [(self.product(word), quantity) for word, quantity in quantities.items()]
        order: dict[str, Any] = member.do("POST", "/orders", sale.lines_of(self.tale, wanted))
        return order

    def page(self, member: Person, order: dict[str, Any]) -> str:
        return str(member.do("POST", f"/orders/{order['order_id']}/payment")["url"])

    def buy(self, member: Person, **quantities: str) -> dict[str, Any]:
        """Place, pay, and wait until it is confirmed."""
        order = self.place(member, **quantities)
        self.tale.payment_page = self.page(member, order)
        assert Card.pay(self.tale.payment_page) == "succeeded"
        return self.wait_for_status(member, order, "confirmed")

    def product(self, word: str) -> dict[str, Any]:
        return next(p for name, p in self.products.items() if name.lower().startswith(word))

    def wait_for_status(self, member: Person, order: dict[str, Any], status: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            found = member.get(f"/orders/{order['order_id']}")
            return found if found["status"] == status else None

        found: dict[str, Any] = wait_for(f"the order to be {status}", look)
        return found

    def close(self) -> None:
        self.world.move_to(self.at("closes_at"))
        wait_for("final order sheets", lambda: self.distribution()["orders_settled"])

    def come_to_the_day(self, baskets: int) -> list[dict[str, Any]]:
        self.close()
        self.world.move_to(self.at("starts_at"))
        found: list[dict[str, Any]] = wait_for("the baskets", lambda: day.baskets_of(self.tale, baskets))
        return found

    def validate(self) -> Any:
        self.world.move_to(self.at("ends_at"))
        return self.admin.do("POST", f"/sales/{self.sale_id}/validation")

    def at(self, name: str) -> datetime:
        return self.tale.at(name)

    def distribution(self) -> Any:
        return self.admin.get(f"/sales/{self.sale_id}/distribution")

    def ledger(self) -> Any:
        return self.admin.get(f"/sales/{self.sale_id}/ledger")

    def wait_for_refunds(self, cents: int) -> Any:
        def look() -> Any:
            ledger = self.ledger()
            return ledger if ledger["refunds_cents"] == cents else None

        return wait_for(f"refunds of {cents} cents", look)

    def shares(self) -> dict[str, dict[str, Any]]:
        """{farm's name: its part of the sale}."""
        items = wait_for("the shares", lambda: day.shares_of(self.tale))
        return {share["producer_name"]: share for share in items}

    def available(self, word: str) -> str | None:
        shop = self.tale.members[0].get(f"/sales/{self.sale_id}/shop")
        product_id = self.product(word)["product_id"]
        return next((o["available"] for o in shop["offers"] if o["product_id"] == product_id), "gone")
