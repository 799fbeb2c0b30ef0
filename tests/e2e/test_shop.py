"""Filling a basket, ordering and paying, in a browser."""

import re

from playwright.sync_api import expect


def add(guest, name):
    guest.page.get_by_role("button", name=f"Ajouter au panier : {name}").click()
    guest.page.get_by_role("button", name=f"Plus : {name}").wait_for()


def pay_at_the_provider(guest, card="4242424242424242"):
    guest.page.wait_for_url(re.compile(r"/pay/"))
    guest.page.request.post(guest.page.url.replace("/pay/", "/test/pay/", 1), data={"card": card})


def test_a_basket_is_filled_without_an_account_and_ordered_after_the_log_in(visitor, town):  # SPEC O1 O2
    guest = visitor()
    guest.open(town.shop)
    guest.reads("Salade batavia")
    guest.ensure_pleasant("shop")

    add(guest, "Salade batavia")
    guest.page.get_by_role("button", name="Plus : Salade batavia").click()
    guest.page.get_by_role("button", name="Plus : Salade batavia").click()
    add(guest, "Huile de noix")
    guest.page.locator("#basket-bar").get_by_text("18,50 €").wait_for()
    guest.ensure_pleasant("shop-filled")

    guest.page.locator("#basket-bar a").click()
    guest.reads("Dites-nous qui vous êtes")
    guest.ensure_pleasant("checkout-unknown")
    somebody = town.newcomer()
    guest.follow("Se connecter")
    guest.fill(email=somebody.email, password=somebody.password)
    guest.press("Se connecter")

    guest.page.wait_for_url("**/checkout/**")
    button = guest.page.get_by_role("button", name="Commander avec obligation de paiement — 18,50 €")
    button.wait_for()
    guest.ensure_pleasant("checkout")
    button.click()
    pay_at_the_provider(guest)
    order = somebody.get("/my/orders")["items"][0]
    guest.open(f"/orders/{order['order_id']}?payment=done")
    guest.reads("Votre commande est payée")
    guest.ensure_pleasant("order-paid")
    assert "BEGIN:VEVENT" in guest.page.request.get(f"{town.url}/orders/{order['order_id']}/pickup.ics").text()
    guest.open("/orders")
    guest.reads("payée")
    guest.ensure_pleasant("orders")


def test_taps_on_a_slow_line_are_all_counted(visitor, town):  # SPEC O1
    guest = visitor()
    guest.open(town.shop)
    add(guest, "Salade batavia")
    slow = {"offline": False, "latency": 1500, "downloadThroughput": -1, "uploadThroughput": -1}
    guest.context.new_cdp_session(guest.page).send("Network.emulateNetworkConditions", slow)

    with guest.page.expect_response(lambda answer: "quantity=4" in (answer.request.post_data or "")):
        for _tap in range(3):
            guest.page.get_by_role("button", name="Plus : Salade batavia").click()
            guest.page.wait_for_timeout(700)  # longer than htmx waits for another tap, shorter than an answer takes

    guest.page.reload()
    expect(guest.page.get_by_label("Quantité : Salade batavia")).to_have_value("4")


def test_a_tap_is_one_step_and_enter_takes_the_number_as_typed(visitor, town):  # SPEC O1
    guest = visitor()
    guest.open(town.shop)
    add(guest, "Salade batavia")
    bar, many = guest.page.locator("#basket-bar"), guest.page.get_by_label("Quantité : Salade batavia")

    guest.page.get_by_role("button", name="Plus : Salade batavia").click()
    bar.get_by_text("2,40 €").wait_for()
    guest.page.get_by_role("button", name="Plus : Salade batavia").click()
    guest.page.get_by_role("button", name="Plus : Salade batavia").click()
    bar.get_by_text("4,80 €").wait_for()
    guest.page.get_by_role("button", name="Moins : Salade batavia").click()
    bar.get_by_text("3,60 €").wait_for()
    many.fill("5")
    many.press("Enter")
    bar.get_by_text("6,00 €").wait_for()
    guest.page.locator("#basket-bar a").click()
    many.fill("4")
    many.press("Enter")

    guest.page.get_by_text("4,80 €").first.wait_for()
    expect(many).to_have_value("4")


def test_everything_works_without_a_script(visitor, town):  # SPEC O1
    guest = visitor("awa", scripts=False)
    guest.open(town.shop)

    guest.page.get_by_role("button", name="Ajouter au panier : Yaourt nature").click()
    guest.page.get_by_role("button", name="Plus : Yaourt nature").click()
    assert guest.page.locator("#p-" + product_id(town, "Yaourt nature") + " input[name=quantity]").input_value() == "2"
    guest.page.get_by_role("link", name=re.compile("Voir le panier")).first.click()
    guest.page.get_by_role("button", name="Moins : Yaourt nature").click()
    guest.page.get_by_role("button", name=re.compile("Commander avec obligation")).click()

    guest.page.wait_for_url(re.compile(r"/pay/"))
    order = town.person("awa").get("/my/orders")["items"][0]
    assert [line["quantity"] for line in order["lines"]] == ["1"]
    guest.open(f"/orders/{order['order_id']}")
    guest.reads("Il reste à payer")
    guest.press("Abandonner")
    guest.reads("de nouveau dans votre panier")


def test_the_shop_is_searched_and_filtered_by_its_address(visitor, town):
    guest = visitor()
    guest.open(town.shop)

    guest.page.locator("#search").press_sequentially("yaou")
    expect(guest.page.locator(".offer")).to_have_count(1)
    assert "search=yaou" in guest.page.url
    guest.page.reload()
    assert guest.page.locator(".offer").count() == 1

    guest.open(f"{town.shop}?group=dairy")
    guest.reads("Yaourt nature")
    assert guest.page.locator(".offer").count() == guest.page.locator(".offer .picture-dairy").count()
    guest.ensure_pleasant("shop-dairy")
    guest.open(f"{town.shop}?search=rienquiresemble")
    guest.reads("Rien ne correspond")
    guest.ensure_pleasant("shop-nothing")


def test_a_products_sheet_tells_its_allergens_and_slides_over(visitor, town):  # SPEC C2
    guest = visitor()
    guest.open(town.shop)

    guest.page.get_by_role("link", name="Tomme de vache").click()
    guest.page.locator("dialog[open]").get_by_text("Allergènes").wait_for()

    guest.reads("Lait")
    guest.ensure_pleasant("product")
    guest.page.keyboard.press("Escape")
    assert guest.page.locator("dialog[open]").count() == 0
    guest.open(f"{town.shop}/products/{product_id(town, 'Tomme de vache')}")
    guest.ensure_pleasant("product-page")


def test_a_price_that_moved_is_shown_and_asked_again(visitor, town, patience):  # SPEC O3 O6
    guest, farmer = visitor("awa"), town.person("producteur4")
    guest.open(town.shop)
    add(guest, "Pain de campagne")
    farm = farmer.get("/my/producers")["items"][0]
    catalog = farmer.get(f"/producers/{farm['producer_id']}/catalogs")["items"][0]["catalog_id"]
    bread = product_id(town, "Pain de campagne")
    farmer.do("PATCH", f"/catalogs/{catalog}", {"set_items": [{"product_id": bread, "price_cents": 480}]})
    patience(lambda: price_of(town, bread) == 480)

    guest.open(f"{town.home}/checkout/{town.sale_id}")

    guest.reads("le prix était de 4,50 €, il est de 4,80 €.")
    guest.ensure_pleasant("checkout-changed")
    guest.press("Mettre mon panier à jour")
    guest.page.get_by_role("button", name=re.compile("obligation de paiement")).wait_for()
    farmer.do("PATCH", f"/catalogs/{catalog}", {"set_items": [{"product_id": bread, "price_cents": 450}]})
    patience(lambda: price_of(town, bread) == 450)


def test_a_declined_card_says_so_and_can_be_tried_again(visitor, town):  # SPEC N1
    guest = visitor(person=(somebody := town.newcomer("Denise")))
    guest.open(town.shop)
    add(guest, "Yaourt nature")
    guest.page.locator("#basket-bar a").click()
    guest.page.get_by_role("button", name=re.compile("obligation de paiement")).click()

    pay_at_the_provider(guest, "4000000000000002")
    order = somebody.get("/my/orders")["items"][0]
    guest.open(f"/orders/{order['order_id']}?payment=given_up")

    guest.reads("Il reste à payer")
    guest.reads("La banque a refusé la carte")
    guest.ensure_pleasant("order-to-pay")
    guest.page.get_by_role("button", name="Payer 0,85 €").click()
    pay_at_the_provider(guest)


def product_id(town, name):
    offers = town.nobody.get(f"/sales/{town.sale_id}/shop", search=name)["offers"]
    return offers[0]["product_id"]


def price_of(town, product):
    offers = town.nobody.get(f"/sales/{town.sale_id}/shop")["offers"]
    return next(offer["price_cents"] for offer in offers if offer["product_id"] == product)


def test_a_payment_whose_confirmation_is_late_is_awaited(visitor, town):  # SPEC F8
    guest = visitor(person=(somebody := town.newcomer("Lucie")))
    line = {"product_id": product_id(town, "Yaourt nature"), "quantity": "1", "unit_price_cents": 85}
    order = somebody.do("POST", "/orders", {"sale_id": town.sale_id, "lines": [line]})
    page = somebody.do("POST", f"/orders/{order['order_id']}/payment")["url"]

    guest.open(f"/orders/{order['order_id']}?payment=done")
    guest.reads("Nous attendons la confirmation de la banque.")
    guest.ensure_pleasant("order-waiting")
    town.pay(page)

    guest.reads("Votre commande est payée")
