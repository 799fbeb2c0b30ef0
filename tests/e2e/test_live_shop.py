"""The shop keeps up while it is looked at, a basket's line comes back, and time that runs out ends on a clear page."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.e2e.test_shop import add, product_id

MOMENT = 21_000
"""Milliseconds after which a shop that is looked at asks again."""


@pytest.fixture
def bread(town, patience):
    """(id, set_stock): a product whose stock its farm changes, and leaves as it was."""
    farmer, bread = town.person("producteur4"), product_id(town, "Pain de campagne")
    before = farmer.get(f"/products/{bread}")["stock"]["on_hand"]

    def left():
        offers = town.nobody.get(f"/sales/{town.sale_id}/shop", search="Pain de campagne")["offers"]
        return Decimal(offers[0]["available"] or "Infinity")

    def put(on_hand):
        farmer.do("PUT", f"/products/{bread}/stock", {"on_hand": on_hand})

    put("1000")
    patience(lambda: 900 < left() <= 1000)
    ordered = 1000 - left()

    def set_stock(available):
        put(str(available + ordered))
        patience(lambda: left() == available)

    yield bread, set_stock
    put(before)


def test_stock_is_refreshed_in_place_and_only_while_somebody_looks(visitor, town, bread):  # SPEC C4
    product, set_stock = bread
    set_stock(60)
    guest, asked = visitor(), []
    guest.page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/now") else None)
    guest.page.clock.install()
    guest.open(town.shop)
    offer = guest.page.locator(f"#p-{product}")
    expect(offer).to_be_visible()
    height = offer.bounding_box()["height"]

    set_stock(3)
    guest.page.clock.fast_forward(MOMENT)
    expect(offer.get_by_text("plus que 3")).to_be_visible()
    assert offer.bounding_box()["height"] == height

    set_stock(0)
    guest.page.clock.fast_forward(MOMENT)
    expect(offer.get_by_text("épuisé")).to_be_visible()
    expect(offer.get_by_role("button")).to_be_disabled()
    guest.ensure_pleasant("shop-sold-out")

    guest.page.evaluate("Object.defineProperty(document, 'hidden', {get: () => true, configurable: true})")
    before = len(asked)
    set_stock(50)  # an API client that writes the same again is answered from before
    guest.page.clock.fast_forward(10 * MOMENT)
    assert len(asked) == before

    guest.page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    expect(offer.get_by_text("épuisé")).to_have_count(0)
    expect(offer.get_by_role("button")).to_be_enabled()
    add(guest, "Pain de campagne")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_line_taken_out_of_the_basket_is_put_back_from_the_toast(visitor, town, scripts):  # SPEC O1
    guest = visitor(scripts=scripts)
    guest.open(town.shop)
    guest.page.get_by_role("button", name="Ajouter au panier : Yaourt nature").click()
    guest.page.get_by_role("button", name="Plus : Yaourt nature").wait_for()
    guest.open(f"{town.home}/checkout/{town.sale_id}")

    guest.page.get_by_role("button", name="Moins : Yaourt nature").click()
    guest.reads("Yaourt nature n’est plus dans votre panier.")
    guest.reads("Votre panier est vide")
    if scripts:
        guest.ensure_pleasant("checkout-undo")
    guest.page.get_by_role("button", name="Rétablir").click()

    line = guest.page.locator(f"#p-{product_id(town, 'Yaourt nature')}")
    expect(line.locator("input[name=quantity]")).to_have_value("1")
    assert guest.page.get_by_text(re.compile("n’est plus dans")).count() == 0
