"""A long list: the rest is behind « Afficher la suite », each thing once, and it is searched as a whole (SPEC S3 C6)."""

import re
from datetime import timedelta

from shared import clock
from tests.gateway.people import wait_for
from tests.gateway.test_administration_pages import NEW
from tests.gateway.test_pages import Browser

MORE = re.compile(r'<nav class="more".*?href="([^"]+)"', re.DOTALL)
LINKED = re.compile(r"<strong>Les Jardins du Moulin</strong><p>(.*?) <span")
CARD = re.compile(r'href="/group/\d+/distributions/([\w-]+)/edit"')


def test_a_long_calendar_is_read_to_its_end(town):  # SPEC S3
    admin = Browser(town, town.admin)
    base = admin.post("/markets/new", **NEW).headers["Location"].removesuffix("/settings")
    market = town.nobody.get(f"/markets/by-number/{base.split('/')[2]}")
    first = (clock.now() + timedelta(days=30)).date()
    dates = {"first_on": first.isoformat(), "until": (first + timedelta(weeks=64)).isoformat()}
    cycle = {"rhythm": "weekly", "starts": "19:00", "ends": "20:00"} | dates
    planned = town.admin.ok("POST", f"/markets/{market['market_id']}/cycles", cycle)["items"]

    wait_for("every service to know the market", lambda: CARD.search(admin.get(f"{base}/distributions").text))
    pages, path = [], f"{base}/distributions"
    while path:
        text = admin.get(path).text
        pages.append(CARD.findall(text))
        found = MORE.search(text)
        path = found and found[1].replace("&amp;", "&")

    assert [len(page) for page in pages] == [50, 15]
    assert [sale for page in pages for sale in page] == [sale["sale_id"] for sale in planned]


def test_many_linked_catalogues_are_searched_by_farm_name_commune_and_number(town):  # SPEC C6
    admin = Browser(town, town.admin)
    base = admin.post("/markets/new", **NEW).headers["Location"].removesuffix("/settings")
    market = town.nobody.get(f"/markets/by-number/{base.split('/')[2]}")
    names = ["Épices d’hiver", *(f"Panier {number}" for number in range(15))]
    catalogs = [
        town.farmer.ok("POST", f"/producers/{town.ids['producer_id']}/catalogs", {"name": name, "items": []})
        for name in names
    ]
    for catalog in catalogs:
        link = {"catalog_id": catalog["catalog_id"]}
        wait_for("it", lambda link=link: town.admin.ok("POST", f"/markets/{market['market_id']}/catalogs", link))

    def found(search, **headers):
        text = admin.get(f"{base}/catalogs?search={search}", **headers).text
        return LINKED.findall(text), text

    every, page = found("")
    by_name, part = found("EPICES+moulin", **{"HX-Request": "true"})

    assert every == names
    assert 'hx-target="#linked"' in page
    assert by_name == names[:1]
    assert "<h1" not in part
    assert found(catalogs[-1]["number"])[0] == names[-1:]
    assert found("cambes")[0] == names
    assert "Aucun catalogue relié ne correspond" in found("truffes")[1]
