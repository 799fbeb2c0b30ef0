"""A sale that could not open, on the pages of its market (SPEC S9)."""

from datetime import timedelta

import pytest

from tests.gateway.people import wait_for
from tests.gateway.test_day_pages import browser_of
from tests.gateway.test_pages import Browser


@pytest.fixture(scope="module")
def blocked(town):
    """`town.ids["sale_id"]` is past, paid for and not validated, and the market bears none of these."""
    market = f"/markets/{town.ids['market_id']}"
    town.admin.ok("PATCH", market, {"unvalidated_limit": 0})
    town.move(timedelta(hours=1))
    sale_id = town.plan(0, 50)
    wait_for("the block", lambda: planned(town, sale_id)["blocked_at"])
    yield sale_id
    town.admin.ok("POST", f"/sales/{sale_id}/cancel", {"reason": "Essai"})
    town.admin.ok("PATCH", market, {"unvalidated_limit": 4})


def planned(town, sale_id):
    home = town.nobody.get(f"/markets/{town.ids['market_id']}")
    return next(sale for sale in home["planning"] if sale["sale_id"] == sale_id)


def test_the_home_tells_administrators_what_to_validate(town, blocked):  # SPEC S9 M2
    home = browser_of(town, "admin").get("/group/{number}".format(**town.ids)).text

    assert "La vente n’a pas pu ouvrir" in home
    assert "/group/{number}/distributions/{sale_id}/validation".format(**town.ids) in home


def test_everybody_else_reads_that_it_is_late_and_no_more(town, blocked):  # SPEC S9 P3
    home = Browser(town).get("/group/{number}".format(**town.ids)).text

    assert "ouverture retardée" in home
    assert "validation" not in home
    assert town.member.get(f"/markets/{town.ids['market_id']}")["blocking"] is None


def test_the_shop_says_so_and_not_when_it_was_to_open(town, blocked):  # SPEC S9 P3
    town.move(timedelta(minutes=2))
    path = f"/group/{town.ids['number']}/shop/{blocked}"

    shop = Browser(town).get(path).text
    english = Browser(town).get(path, **{"Accept-Language": "en"}).text

    assert "ouverture retardée" in shop
    assert "Les commandes n’ont pas encore pu ouvrir." in shop
    assert "ouvre le" not in shop
    assert "validé" not in shop
    assert "opening delayed" in english


def test_the_calendar_of_administrators_says_when_it_should_have_opened(town, blocked):  # SPEC S9
    distributions = browser_of(town, "admin").get("/group/{number}/distributions".format(**town.ids)).text

    assert "devait ouvrir le" in distributions


def test_producers_read_that_it_opens_late_and_no_past_time(town, blocked):  # SPEC S9 P3
    sales = browser_of(town, "farmer").get("/producer").text
    late = sales.split(f'id="sale-{blocked}"')[1].split("</li>")[0]

    assert "ouverture retardée" in late
    assert "Commandes à partir du" not in late
