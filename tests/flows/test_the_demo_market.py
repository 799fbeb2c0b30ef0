"""The full demo market: what is promised of it is there, also when its first start is killed."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from clayette.demo.api import Person, World, wait_for
from clayette.seed import goods
from clayette.seed.town import MEMBERS, PASSWORD
from tests.flows.embedded import Embedded


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """Killed in the middle of the load, then started again."""
    embedded = Embedded(tmp_path_factory.mktemp("suite"))
    try:
        embedded.start(demo="full")
        embedded.until_printed("forty members join", 300)
        embedded.kill()
        embedded.start(demo="full")
        embedded.until_printed("Log-ins", 600)
        yield embedded
    finally:
        embedded.kill()


@pytest.fixture(scope="module")
def world(suite: Embedded) -> World:
    return World(suite.url, suite.mailbox)


@pytest.fixture(scope="module")
def nadege(world: World) -> Person:
    return known(world, "nadege")


@pytest.fixture(scope="module")
def market(world: World, nadege: Person) -> dict:
    return nadege.get("/markets/by-number/1")


def known(world: World, name: str) -> Person:
    return Person(world, name, "Quelconque", email=f"{name}@clayette.example", password=PASSWORD).register()


def sales_of(person: Person, market_id: str) -> dict[str, list]:
    found: dict[str, list] = {}
    for sale in person.get(f"/markets/{market_id}/sales", limit=200)["items"]:
        found.setdefault(sale["state"], []).append(sale)
    return found


@pytest.mark.slow
@pytest.mark.timeout(1000)
def test_every_farm_product_and_member_is_there_once_after_a_killed_start(suite, world, nadege, market):
    members = nadege.get(f"/markets/{market['market_id']}/members", limit=1)
    farms = [known(world, f"producteur{n}").get("/my/producers")["items"] for n in range(1, 22)]
    counts = [len(products_of(world, n, own[0]["producer_id"])) for n, own in enumerate(farms, start=1)]

    assert [len(own) for own in farms] == [1] * 21
    assert counts == [15] * 20 + [0]
    assert members["total"] == len(MEMBERS) + 1
    assert len(market["producers"]) == 20
    assert len(nadege.get("/my/markets")["administered"]) == 2


def products_of(world: World, number: int, producer_id: str) -> list[dict]:
    return known(world, f"producteur{number}").get(f"/producers/{producer_id}/products", limit=200)["items"]


@pytest.mark.slow
@pytest.mark.timeout(1000)
def test_every_product_and_every_farm_has_its_own_pictures(suite, world):
    own = {n: known(world, f"producteur{n}").get("/my/producers")["items"][0]["producer_id"] for n in range(1, 22)}
    photos = [p["photo_id"] for n, producer_id in own.items() for p in products_of(world, n, producer_id)]
    farms = [world_get(suite, f"/producers/{id_}").json()["photo_ids"] for id_ in own.values()]
    picture = world_get(suite, f"/photos/{photos[0]}")

    assert None not in photos
    assert len(set(photos)) == 300
    assert [len(ids) for ids in farms] == [len(farm.scenes) for farm in goods.farms(small=False)]
    assert picture.headers["Content-Type"] == "image/webp"
    assert len({good.name for farm in goods.farms(small=False) for good in farm.goods}) == 300


def world_get(suite: Embedded, path: str) -> requests.Response:
    return requests.get(f"{suite.url}/api/v1{path}", timeout=30)


@pytest.mark.slow
@pytest.mark.timeout(1000)
def test_sales_and_orders_are_in_every_state(suite, world, nadege, market):
    bertrand = known(world, "bertrand")
    next_door = sales_of(bertrand, bertrand.get("/my/markets")["administered"][0]["market_id"])

    sales = sales_of(nadege, market["market_id"])

    assert {state: len(found) for state, found in sales.items() if state != "planned"} == {
        "validated": 1,
        "distributed": 1,
        "open": 1,
        "cancelled": 1,
    }
    assert len(sales["planned"]) == 8
    assert {state: len(found) for state, found in next_door.items()} == {"closed": 1, "planned": 1}
    assert statuses(world) == {"confirmed": 106, "expired": 7, "cancelled": 3, "placed": 4}


def statuses(world: World) -> Counter:
    people = [known(world, member.email.split("@")[0]) for member in everybody(world)]
    return Counter(order["status"] for person in people for order in person.get("/my/orders", limit=200)["items"])


def everybody(world: World) -> list[Person]:
    from clayette.seed.progress import Progress
    from clayette.seed.town import Town

    return Town(world, Progress(Path("unused"), "full", datetime.now(UTC)), []).members


@pytest.mark.slow
@pytest.mark.timeout(1000)
def test_the_money_of_the_validated_sale_is_settled_to_the_cent_and_paid_out(suite, world, nadege, market):
    sale = sales_of(nadege, market["market_id"])["validated"][0]
    path = f"/sales/{sale['sale_id']}"

    ledger = wait_for("the ledger", lambda: settled(nadege.get(f"{path}/ledger")))
    payouts = wait_for("the payouts", lambda: paid(nadege.get(f"{path}/payouts")["items"]))

    parts = ("refunds_cents", "producers_cents", "commission_cents", "fees_cents")
    assert sum(ledger[part] for part in parts) == ledger["charges_cents"] > 0
    assert ledger["refunds_cents"] > 0
    assert [p["producer_name"] for p in payouts if p["status"] not in {"sent", "arrived"}] == ["La Savonnerie du Lac"]


def settled(ledger: dict) -> dict | None:
    return ledger if ledger["unsettled_cents"] == 0 else None


def paid(payouts: list[dict]) -> list[dict] | None:
    waiting = [payout for payout in payouts if payout["status"] not in {"sent", "arrived"}]
    return payouts if len(waiting) <= 1 else None


@pytest.mark.slow
@pytest.mark.timeout(1000)
def test_today_is_today_and_no_event_died(suite, world):
    ahead = abs((world.now() - datetime.now(UTC)).total_seconds())
    dead = suite.clayette("events", "dead")

    assert ahead < 60
    assert dead.returncode == 0, dead.stdout
    assert '"level": "ERROR"' not in suite.log()
