"""`make up` and `make demo`: the guide's story on the embedded suite, stopped and killed in between."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.flows.embedded import Embedded


@pytest.fixture
def suite(tmp_path: Path) -> Iterator[Embedded]:
    embedded = Embedded(tmp_path)
    yield embedded
    embedded.kill()


@pytest.mark.timeout(1200)
def test_the_story_of_the_guide_is_told_to_the_last_cent_and_survives_restarts(suite):  # SPEC F2 F5 X2
    suite.start()

    first = suite.clayette("demo")
    seconds = suite.stop()
    suite.start()
    home = requests.get(f"{suite.url}/api/v1/markets/by-number/1", timeout=30)
    suite.kill()
    suite.start()
    second = suite.clayette("demo")
    dead = suite.clayette("events", "dead", "--all")

    assert first.returncode == 0, first.stdout + first.stderr + suite.log()
    assert "Not a cent is missing" in first.stdout
    assert seconds < 15, "five on a quiet machine"
    assert home.json()["name"] == "Marché de la Halle"
    assert second.returncode == 0, second.stdout + second.stderr + suite.log()
    assert dead.returncode == 0, dead.stdout


@pytest.mark.timeout(400)
def test_a_newcomer_finds_a_market_with_an_open_shop(suite):
    suite.start(demo="small")

    suite.until_printed("Log-ins")
    market = requests.get(f"{suite.url}/api/v1/markets/by-number/1", timeout=30).json()
    sale = next(sale for sale in market["planning"] if sale["state"] == "open")
    shop = requests.get(f"{suite.url}/api/v1/sales/{sale['sale_id']}/shop", timeout=30).json()

    assert len(market["producers"]) == 4
    assert len(shop["offers"]) == 12
    assert shop["takes_orders"] is True
    assert '"level": "ERROR"' not in suite.log()
