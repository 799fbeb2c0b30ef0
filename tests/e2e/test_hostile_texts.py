"""Hostile names and texts in a browser: nothing runs, nothing is blocked by the policy, nothing overflows (SPEC X4)."""

from datetime import timedelta

import pytest

from clayette.demo.api import DemoFailed, wait_for
from tests.e2e.visitor import WIDER
from tests.support.hostile import TEXTS, one_line
from tests.support.hostile_market import open_market, stock_farm

WIDTHS = (390, 1280)
EVERYBODY = ["/group/{number}", "/group/{number}/producers", "/group/{number}/poster", "/producers/{producer_id}"]
EVERYBODY += ["/catalog/{catalog_number}", "/group/{number}/checkout/{sale_id}", "/?near=33880"]
SHOP = "/group/{number}/shop/{sale_id}"
EVERYBODY += [SHOP, f"{SHOP}/products/{{product_id}}", f"{SHOP}?search=%3Cscript%3Ealert(1)%3C/script%3E"]
DAY = "/group/{number}/distributions"
ADMIN = ["/markets", "/account", DAY, *(f"{DAY}/{{sale_id}}/{page}" for page in ("referent", "edit", "catalogs"))]
ADMIN += [f"/group/{{number}}/{page}" for page in ("members", "catalogs", "settings", "settings/texts")]
FARM = "/producer/{producer_id}"
FARMER = ["/producer", FARM, f"{FARM}/products", f"{FARM}/products/{{product_id}}", f"{FARM}/catalogs"]
FARMER += [f"{FARM}/catalogs/{{catalog_id}}", "/producer/sales/{sale_id}"]
VISITS = {"nobody": EVERYBODY, "admin": ADMIN, "farmer": FARMER}
PLEASANT = {SHOP, "/group/{number}", "/group/{number}/members", f"{FARM}/products"}


@pytest.fixture(scope="module")
def ill(town):
    """A market, a farm and its people whose every text is hostile, with an open sale."""
    admin, farmer = (_person(town, *pair) for pair in (("image", "typst"), ("long", "reversed")))
    ids = stock_farm(farmer.do) | open_market(admin.do)
    market = f"/markets/{ids['market_id']}"
    wait_for("the catalogue", lambda: _is_done(admin, "POST", f"{market}/catalogs", {"catalog_id": ids["catalog_id"]}))
    farmer.do("POST", f"{market}/members")
    hours = {"opens_at": 0, "closes_at": 50, "starts_at": 51, "ends_at": 52}
    times = {name: (town.world.now() + timedelta(hours=each)).isoformat() for name, each in hours.items()}
    ids["sale_id"] = admin.do("POST", f"{market}/sales", times)["sale_id"]
    participation = f"/sales/{ids['sale_id']}/participations/{ids['catalog_id']}"
    wait_for("the participation", lambda: _is_done(farmer, "PUT", participation))
    wait_for("the shop", lambda: len(town.nobody.get(f"/sales/{ids['sale_id']}/shop")["offers"]) == len(TEXTS))
    return ids | {"people": {"admin": admin, "farmer": farmer, "nobody": None}}


def _person(town, first, last):
    person = town.newcomer()
    person.do("PATCH", "/accounts/me", {"first_name": TEXTS[first], "last_name": TEXTS[last]})
    return person


def _is_done(person, *request):
    try:
        return person.do(*request)
    except DemoFailed:
        return None


@pytest.mark.parametrize("who", VISITS)
def test_nothing_typed_runs_and_nothing_is_wider_than_the_screen(visitor, town, ill, who):  # SPEC X4
    guest = visitor(person=ill["people"][who])
    guest.page.on("dialog", lambda dialog: (guest.troubles.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    too_wide = {}
    for path in VISITS[who]:
        guest.open(path.format(**ill))
        guest.page.locator("main").wait_for()
        for width in WIDTHS:
            guest.page.set_viewport_size({"width": width, "height": 844})
            if (pixels := guest.page.evaluate(WIDER)) > 0:
                too_wide[path, width] = pixels
        if path in PLEASANT:
            guest.ensure_pleasant(f"hostile-{who}-{VISITS[who].index(path)}")

    assert too_wide == {}


def test_names_read_as_they_were_typed(visitor, ill):  # SPEC X4
    guest = visitor()
    guest.open(SHOP.format(**ill))
    guest.page.locator(".offer").nth(len(TEXTS) - 1).wait_for()

    names = [one_line(name) for name in guest.page.locator(".offer-name").all_text_contents()]

    assert sorted(names) == sorted(one_line(text) for text in TEXTS.values())
