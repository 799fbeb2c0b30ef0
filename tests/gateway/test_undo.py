"""What can be taken back is taken back by the form in the toast: no question before, and no script (LOOK: undo)."""

import base64
import io
import re

import pytest

from tests.gateway.test_pages import Browser
from tests.gateway.town import TINY_PICTURE

BUTTON = "Rétablir"


@pytest.fixture(scope="module")
def farmer(town):
    return Browser(town, town.farmer)


def a_picture():
    return io.BytesIO(base64.b64decode(TINY_PICTURE))


def undo(browser, page):
    """Post the form that stands in the toast of a page."""
    form = re.search(r'<div class="toast.*?<form[^>]* action="([^"]+)".*?</form>', page.text, re.DOTALL)
    assert form, page.text[:2000]
    values = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
    return browser.post(form[1], **values)


def test_a_participation_that_was_ended_is_taken_up_again(town, farmer):  # SPEC S6
    sale_id, catalog_id = town.plan(5000, 5010), town.ids["catalog_id"]

    def state():
        catalogs = town.admin.get(f"/sales/{sale_id}")["administration"]["catalogs"]
        return next(each["state"] for each in catalogs if each["catalog_id"] == catalog_id)

    farmer.post(f"/producer/sales/{sale_id}/participations/{catalog_id}", takes_part="0")
    left = state()
    done = undo(farmer, farmer.get("/producer"))

    assert (left, done.status_code, state()) == ("withdrawn", 303, "confirmed")
    assert BUTTON not in farmer.get("/producer").text


def test_declining_an_invitation_offers_nothing_to_take_back(town, farmer):  # SPEC S7
    sale_id, catalog_id = town.plan(5100, 5110), town.ids["catalog_id"]
    path = f"/producer/sales/{sale_id}/participations/{catalog_id}"
    farmer.post(path, takes_part="0")
    town.admin.ok("POST", f"/sales/{sale_id}/invitations", {"catalog_ids": [catalog_id]})
    farmer.get("/producer")

    farmer.post(path, takes_part="0")

    assert BUTTON not in farmer.get("/producer").text


def test_a_product_that_was_withdrawn_is_for_sale_again(town, farmer):  # SPEC C2
    products = f"/producer/{town.ids['producer_id']}/products"
    beet = {"name": "Betteraves", "category": "vegetables.root", "unit": "kg"}
    product_id = town.farmer.ok("POST", f"/producers/{town.ids['producer_id']}/products", beet)["product_id"]

    farmer.post(f"{products}/{product_id}/withdrawal")
    gone = town.farmer.get(f"/products/{product_id}")["withdrawn"]
    undo(farmer, farmer.get(products))

    assert (gone, town.farmer.get(f"/products/{product_id}")["withdrawn"]) == (True, False)


def test_a_photo_of_the_farm_that_was_removed_stands_where_it_stood(town, farmer):  # SPEC C1
    own, page = f"/producers/{town.ids['producer_id']}", f"/producer/{town.ids['producer_id']}"
    for _ in range(2):
        farmer.post(f"{page}/photos", photo=(a_picture(), "photo.png"))
    photos = town.farmer.get(own)["photo_ids"]

    farmer.post(f"{page}/photos/{photos[0]}/removal")
    without = town.farmer.get(own)["photo_ids"]
    undo(farmer, farmer.get(page))

    assert (without, town.farmer.get(own)["photo_ids"]) == (photos[1:], photos)
    assert "La photo est de nouveau là." in farmer.get(page).text
    for photo_id in photos:
        town.farmer.ok("DELETE", f"/photos/{photo_id}")


def test_a_logo_that_was_removed_is_there_again_unless_another_was_set(town):  # SPEC M4
    admin, market = Browser(town, town.admin), f"/markets/{town.ids['market_id']}"
    settings = f"/group/{town.ids['number']}/settings"
    admin.get(settings)
    admin.post(f"{settings}/logo", logo=(a_picture(), "logo.png"))
    logo_id = town.admin.get(market)["logo_id"]

    admin.post(f"{settings}/logo/removal")
    undo(admin, admin.get(settings))
    back = town.admin.get(market)["logo_id"]
    admin.post(f"{settings}/logo/removal")
    toast = admin.get(settings)
    admin.post(f"{settings}/logo", logo=(a_picture(), "other.png"))
    undo(admin, toast)
    refused = admin.get(settings).text
    admin.post(f"{settings}/logo/removal")

    assert back == logo_id
    assert "n’est plus gardée" in refused
    assert town.admin.get(market)["logo_id"] is None


def test_a_line_of_the_basket_comes_back_with_its_quantity(town):  # SPEC O1
    guest = Browser(town)
    shop = f"/group/{town.ids['number']}/shop/{town.ids['open_sale_id']}"
    checkout = shop.replace("/shop/", "/checkout/")
    carrots = {"product_id": town.goods["carrots"], "seen_cents": "280", "name": "Carottes"}
    guest.get(shop)
    guest.post(f"{shop}/cart", **carrots, quantity="1,5")

    guest.post(f"{shop}/cart", **carrots, at="checkout", was="1.5", quantity="0")
    emptied = guest.get(checkout)
    undo(guest, emptied)

    assert "Carottes n’est plus dans votre panier." in emptied.text
    assert 'value="1,5"' in guest.get(checkout).text


def test_others_cannot_use_what_a_toast_offers(town, farmer):  # SPEC X4
    sale_id = town.plan(5200, 5210)
    path = f"/producer/sales/{sale_id}/participations/{town.ids['catalog_id']}"

    farmer.post(path, takes_part="0")

    assert Browser(town, town.other_farmer).post(path, takes_part="1").status_code in {403, 404}
