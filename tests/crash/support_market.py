"""A market with people in it, who act through HTTP and repeat what was not answered, with the key of the first try."""

import time
import uuid
from collections import Counter
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import eventlet
import requests

from services.accounts.commands import _open_session, _register
from services.accounts.secrets import hash_password
from shared import clock
from tests.crash.support_cluster import Cluster, until

PATIENCE_SECONDS = 90
GOOD, DECLINED = "4242424242424242", "4000000000000002"
BUSY = {503, 504}
KILOGRAMS = Decimal("0.375")


@dataclass
class Tally:
    """What the gateway answered: status → how often. `unclear` are answers that nobody should ever get."""

    statuses: Counter[int] = field(default_factory=Counter)
    unclear: list[str] = field(default_factory=list)
    broken_connections: int = 0
    timeouts: int = 0

    def count(self, answer: requests.Response) -> None:
        self.statuses[answer.status_code] += 1
        if answer.ok:
            return
        is_problem = answer.headers.get("Content-Type") == "application/problem+json" and "code" in answer.json()
        if not is_problem or (answer.status_code >= 500 and answer.status_code not in BUSY):
            self.unclear.append(
                f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:300]}"
            )


@dataclass
class Person:
    """Somebody with a session."""

    cluster: Cluster
    tally: Tally
    id: str
    email: str
    token: str

    def try_once(
        self, method: str, path: str, body: Any = None, key: str | None = None, timeout: float = 40
    ) -> requests.Response | None:
        """None: the connection broke, also in the middle of an answer, which a killed gateway worker may cause; or no
        answer came, which a machine that has more to do than it can may cause.
        """
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key or uuid.uuid4().hex}
        url = f"{self.cluster.url}/api/v1{path}"
        try:
            answer = requests.request(method, url, json=body, headers=headers, timeout=timeout)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            self.tally.broken_connections += 1
            return None
        except requests.Timeout:
            self.tally.timeouts += 1
            return None
        self.tally.count(answer)
        return answer

    def ask(self, method: str, path: str, body: Any = None, key: str | None = None) -> requests.Response:
        """Until it is answered yes or no."""
        key, ends = key or uuid.uuid4().hex, time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = self.try_once(method, path, body, key)
            if answer is not None and answer.status_code not in BUSY:
                return answer
            assert time.monotonic() < ends, f"{method} {path} was not answered"
            time.sleep(0.5)

    def do(self, method: str, path: str, body: Any = None, key: str | None = None) -> Any:
        answer = self.ask(method, path, body, key)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def get(self, path: str) -> Any:
        return self.do("GET", path)

    def sees(self, path: str) -> bool:
        return self.ask("GET", path).ok


@dataclass
class Market:
    """One market, its producers with active payment accounts, one product each, and a sale."""

    cluster: Cluster
    tally: Tally
    admin: Person
    farmers: list[Person]
    members: list[Person]
    market_id: str = ""
    producer_ids: list[str] = field(default_factory=list)
    catalog_ids: list[str] = field(default_factory=list)
    product_ids: list[str] = field(default_factory=list)
    sale_id: str = ""
    sale: dict[str, Any] = field(default_factory=dict)
    by_weight: Container[int] = ()

    def plan_sale(self, **times: timedelta) -> dict[str, Any]:
        """Times from now on."""
        now = clock.now()
        body = {name: (now + step).isoformat() for name, step in times.items()}
        planned: dict[str, Any] = self.admin.do("POST", f"/markets/{self.market_id}/sales", body)
        return planned

    def open_sale(self) -> None:
        """A sale that takes orders from now on for two days; its distribution is a day after."""
        self.sale = self.plan_sale(
            opens_at=timedelta(seconds=1),
            closes_at=timedelta(days=2),
            starts_at=timedelta(days=3),
            ends_at=timedelta(days=3, hours=1),
        )
        self.sale_id = self.sale["sale_id"]
        for farmer, catalog_id in zip(self.farmers, self.catalog_ids, strict=True):
            farmer.do("PUT", f"/sales/{self.sale_id}/participations/{catalog_id}")
        until("the shop with all products", self._takes_orders)

    def _takes_orders(self) -> bool:
        answer = self.members[0].ask("GET", f"/sales/{self.sale_id}/shop")
        shop = answer.json()
        return answer.ok and shop["takes_orders"] and len(shop["offers"]) == len(self.product_ids)

    def lines(self, *wanted: tuple[int, int]) -> dict[str, Any]:
        """An order of (product's number, how many portions of it)."""
        lines = [
            {
                "product_id": self.product_ids[number],
                "quantity": str(count * self.portion(number)),
                "unit_price_cents": price(number),
            }
            for number, count in wanted
        ]
        return {"sale_id": self.sale_id, "lines": lines}

    def portion(self, number: int) -> Decimal:
        """A piece, or so many kilograms that what they cost has to be rounded."""
        return KILOGRAMS if number in self.by_weight else Decimal(1)


def price(number: int) -> int:
    """Odd amounts, so that a wrong cent shows."""
    return 331 + 106 * number


def new_market(cluster: Cluster, *, members: int, stock: list[int], by_weight: Container[int] = ()) -> Market:
    """A producer per figure of `stock`, each selling one product of which so many are there; some by the kilogram."""
    tally = Tally()
    people = new_people(cluster, tally, 1 + len(stock) + members)
    market = Market(cluster, tally, people[0], people[1 : 1 + len(stock)], people[1 + len(stock) :])
    market.by_weight = by_weight
    until("the gateway to know the people", partial(people[-1].sees, "/my/markets"))
    made = market.admin.do(
        "POST",
        "/markets",
        {
            "name": "Marché des secousses",
            "kind": "association",
            "organisation_mode": "before",
            "contact_name": "Nadège Ferrand",
            "contact_email": market.admin.email,
            "place": {"name": "Halle", "address": "1 place de la Mairie", "postcode": "33880", "commune": "Cambes"},
        },
    )
    market.market_id = made["market_id"]
    units = ["kg" if number in by_weight else "piece" for number in range(len(stock))]
    farms = at_once([partial(_open_farm, market, *farm) for farm in zip(range(len(stock)), stock, units, strict=True)])
    market.producer_ids, market.catalog_ids, market.product_ids = (list(ids) for ids in zip(*farms, strict=True))
    at_once([partial(_join, market, person) for person in market.members])
    return market


def new_people(cluster: Cluster, tally: Tally, count: int) -> list[Person]:
    """Accounts with an open session. One password is hashed for all: hashing hundreds would take the longest of all."""
    password_hash = hash_password("le même panier pour tous")
    people = []
    with cluster.databases["accounts"].write() as session:
        for number in range(count):
            email = f"{uuid.uuid4().hex}@example.org"
            facts = {
                "email": email,
                "first_name": "Chantal",
                "last_name": f"Nº{number}",
                "phone": "06 00 00 00 00",
                "language": "fr",
            }
            account = _register(session, password_hash, facts)
            opened = _open_session(session, account.id, "crash", ["read", "write"])
            people.append(Person(cluster, tally, str(account.id), email, opened["token"]))
    return people


def _open_farm(market: Market, number: int, on_hand: int, unit: str) -> tuple[str, str, str]:
    """Ids of producer, catalogue and product."""
    farmer = market.farmers[number]
    producer_id = farmer.do(
        "POST",
        "/producers",
        {"name": f"Ferme {number}", "commune": "Cambes", "postcode": "33880", "email": farmer.email},
    )["producer_id"]
    product_id = farmer.do(
        "POST",
        f"/producers/{producer_id}/products",
        {"name": f"Légume {number}", "category": "vegetables.root", "unit": unit, "on_hand": str(on_hand)},
    )["product_id"]
    catalog = farmer.do(
        "POST",
        f"/producers/{producer_id}/catalogs",
        {"name": "Vente", "items": [{"product_id": product_id, "price_cents": price(number)}]},
    )
    until(
        "the catalogue to be known",
        partial(market.admin.sees, f"/markets/{market.market_id}/catalogs/by-number/{catalog['number']}"),
    )
    market.admin.do("POST", f"/markets/{market.market_id}/catalogs", {"number": catalog["number"]})
    until("payments to know the farm", partial(farmer.sees, f"/producers/{producer_id}/payouts"))
    opened = farmer.do("POST", f"/producers/{producer_id}/payment-account")
    requests.post(opened["url"], data={"answer": "active"}, timeout=30, allow_redirects=False).raise_for_status()
    until("the payment account", lambda: farmer.get(f"/producers/{producer_id}/payment-account")["active"])
    return producer_id, catalog["catalog_id"], product_id


def _join(market: Market, person: Person) -> None:
    until("the market to be open to all", partial(person.sees, f"/markets/{market.market_id}"))
    person.do("POST", f"/markets/{market.market_id}/members")


def at_once(works: Iterable[Callable[[], Any]], most: int = 200) -> list[Any]:
    """All at the same time; the first exception is raised when all have ended."""
    pool = eventlet.GreenPool(most)
    threads = [pool.spawn(work) for work in works]
    return [thread.wait() for thread in threads]


# what a buyer does


def pay(market: Market, person: Person, order_id: str, card: str = GOOD) -> str:
    """Opens the payment page and pays there; answers succeeded or declined. A credit may have paid for all of it: then
    there is no page, and whoever did not hear that asks again for what is paid.
    """
    answer = person.ask("POST", f"/orders/{order_id}/payment")
    said = answer.json()
    if said.get("code") == "already_paid":
        return "succeeded"
    assert answer.ok, answer.text
    return "succeeded" if said["status"] == "succeeded" else pay_at(said["url"], card)


def pay_at(page: str, card: str = GOOD) -> str:
    answer = requests.post(page.replace("/pay/", "/test/pay/", 1), json={"card": card}, timeout=60)
    answer.raise_for_status()
    return str(answer.json()["status"])
