"""What members owe, what they were charged, and changing a paid basket, in a browser, in a market of their own."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from clayette.demo.api import Card, World
from tests.flows.embedded import Embedded
from tests.flows.market import Market
from tests.flows.test_balances import balance_of, hand_over


class Town:
    """A suite of its own: its clock moves to the day of a distribution."""

    def __init__(self, suite):
        self.url = suite.url
        self.world = World(suite.url, suite.mailbox)
        self.world.wait_until_ready()


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    suite = Embedded(tmp_path_factory.mktemp("suite"))
    try:
        suite.start()
        yield Town(suite)
    finally:
        suite.kill()


@pytest.fixture(scope="module")
def market(town):
    return lambda members=1: Market(town.world, members)


def test_a_balance_due_is_seen_in_plain_words_and_paid(visitor, market, patience):  # SPEC D2 N1
    day = market()
    (awa,) = day.tale.members
    day.buy(awa, carottes="1.5", yaourt="2")
    hand_over(day, carottes="2", yaourt="3")
    patience(lambda: balance_of(day, awa) == -225)
    administrator = visitor(person=day.admin)
    number = day.admin.get(f"/markets/{day.tale.market_id}")["number"]
    administrator.open(f"/group/{number}/members")
    administrator.follow("Soldes")
    administrator.reads(awa.email)
    administrator.reads("2,25 €")
    administrator.ensure_pleasant("members-balances")
    mine = visitor(person=awa)
    mine.open("/orders")
    mine.follow("Mes soldes")
    mine.reads("2,25 €")
    mine.ensure_pleasant("balances")
    mine.page.locator(".order-card a").click()
    mine.reads("Remis en plus de ce qui était payé")
    mine.ensure_pleasant("balance-due")

    mine.press("Payer le complément — 2,25 €")
    mine.page.wait_for_url(re.compile(r"/pay/"))
    page = mine.page.url
    mine.open(f"/balances/{day.tale.market_id}?payment=done")
    mine.reads("Nous attendons la confirmation de la banque.")
    mine.ensure_pleasant("balance-waiting")
    Card.pay(page)

    mine.reads("Votre compte est à jour")
    mine.reads("Complément payé")
    mine.ensure_pleasant("balance-paid")


def test_a_balance_is_paid_without_a_script(visitor, market, patience):  # SPEC D2
    day = market()
    (awa,) = day.tale.members
    day.buy(awa, yaourt="2")
    hand_over(day, yaourt="4")
    patience(lambda: balance_of(day, awa) == -170)
    mine = visitor(person=awa, scripts=False)
    mine.open(f"/balances/{day.tale.market_id}")

    mine.press("Payer le complément")
    mine.page.wait_for_url(re.compile(r"/pay/"))
    Card.pay(mine.page.url)
    patience(lambda: balance_of(day, awa) == 0)

    mine.open(f"/balances/{day.tale.market_id}?payment=done")
    mine.reads("Votre compte est à jour")


def test_an_order_has_its_receipt_and_after_the_day_its_invoices(visitor, market, patience):
    day = market()
    (awa,) = day.tale.members
    order = day.buy(awa, carottes="1.5", yaourt="2")
    mine = visitor(person=awa)
    mine.open(f"/orders/{order['order_id']}")
    mine.ensure_pleasant("order-with-receipt")
    mine.follow("Reçu et factures")
    mine.reads("commandé, à retirer")
    mine.reads("Ce reçu n’est pas une facture")
    hand_over(day, carottes="1")

    patience(lambda: invoices_of(awa, order))
    mine.page.reload()

    mine.reads("aux quantités ci-dessous")
    mine.reads("Remboursement")
    mine.ensure_pleasant("receipt")
    for link in ("/receipt.pdf", f"/invoices/{invoices_of(awa, order)[0]['invoice_id']}.pdf"):
        path = mine.page.locator(f"a[href$='{link}']").get_attribute("href")
        paper = mine.page.request.get(f"{day.world.url}{path}")
        assert (paper.headers["content-type"], paper.body()[:5]) == ("application/pdf", b"%PDF-")


def invoices_of(member, order):
    return member.get(f"/orders/{order['order_id']}/receipt")["invoices"]


def test_a_paid_basket_is_made_smaller_after_its_refund_was_told(visitor, market, patience):  # SPEC O8
    day = market()
    (awa,) = day.tale.members
    order = day.buy(awa, carottes="1.5", yaourt="3")
    mine = visitor(person=awa)
    mine.open(f"/orders/{order['order_id']}")
    mine.follow("Changer ou annuler")
    mine.reads("Rien pour l’instant")
    mine.ensure_pleasant("basket")

    mine.page.get_by_role("button", name="Moins : Yaourt nature").click()
    mine.reads("Votre panier vaudra ensuite 5,90 €.")
    mine.ensure_pleasant("basket-less")
    assert basket_of(day, awa)["total_cents"] == 675
    mine.press("Rembourser 0,85 € et changer mon panier")
    mine.reads("C’est fait : votre panier est changé.")

    assert basket_of(day, awa)["total_cents"] == 590
    day.wait_for_refunds(85)


def test_a_dearer_basket_waits_for_its_top_up_which_may_be_given_up(visitor, market, patience):  # SPEC O8
    day = market()
    (awa,) = day.tale.members
    day.buy(awa, yaourt="2")
    mine = visitor(person=awa, scripts=False)
    mine.open(f"/sales/{day.sale_id}/basket")
    mine.page.get_by_role("button", name="Plus : Yaourt nature").click()
    mine.press("Payer 0,85 € et changer mon panier")
    mine.page.wait_for_url(re.compile(r"/pay/"))
    mine.open(f"/sales/{day.sale_id}/basket")
    mine.reads("Un changement attend son paiement")
    watching = visitor(person=awa)
    watching.open(f"/sales/{day.sale_id}/basket")
    watching.ensure_pleasant("basket-top-up")

    mine.press("Abandonner ce changement")
    mine.reads("votre panier reste comme il était")
    mine.page.get_by_role("button", name="Plus : Yaourt nature").click()
    mine.press("Payer 0,85 € et changer mon panier")
    mine.page.wait_for_url(re.compile(r"/pay/"))
    Card.pay(mine.page.url)

    patience(lambda: basket_of(day, awa)["total_cents"] == 255)


def test_what_was_not_seen_is_not_done(visitor, market):  # SPEC O8
    day = market()
    (awa,) = day.tale.members
    day.buy(awa, yaourt="4")
    mine = visitor(person=awa, scripts=False)
    mine.open(f"/sales/{day.sale_id}/basket")
    field = mine.page.get_by_label("Quantité : Yaourt nature")
    field.fill("3")
    mine.press("Voir ce qui change")
    mine.reads("Rembourser 0,85 €")

    field.fill("1")
    mine.press("Rembourser 0,85 € et changer mon panier")

    mine.reads("Rembourser 2,55 € et changer mon panier")
    assert basket_of(day, awa)["total_cents"] == 340
    field.fill("beaucoup")
    mine.press("Rembourser")
    assert field.input_value() == "beaucoup"
    assert mine.page.locator("[aria-invalid=true]").count() == 1
    mine.forget("422")


def test_a_whole_order_is_cancelled_after_its_refund_was_told(visitor, market):  # SPEC O8
    day = market()
    (awa,) = day.tale.members
    day.buy(awa, yaourt="4")
    mine = visitor(person=awa)
    mine.open(f"/sales/{day.sale_id}/basket")
    mine.follow("Annuler toute ma commande")
    mine.ensure_pleasant("basket-cancel")

    mine.press("Rembourser 3,40 € et annuler ma commande")

    mine.reads("Ce que vous aviez payé vous est remboursé.")
    day.wait_for_refunds(340)


def basket_of(day, member):
    return member.get(f"/sales/{day.sale_id}/my-basket")


def test_a_reservation_that_runs_out_ends_on_a_page_that_says_so(visitor, market):  # SPEC O3
    day = market()
    (awa,) = day.tale.members
    order = day.place(awa, yaourt="2")
    mine, opened = visitor(person=awa), []
    mine.page.on("framenavigated", lambda frame: opened.append(frame.url))
    day.world.move_to(datetime.fromisoformat(order["expires_at"]) - timedelta(seconds=8))

    mine.open(f"/orders/{order['order_id']}")

    mine.reads("Le temps de payer est écoulé")
    day.world.move_to(
        datetime.fromisoformat(order["expires_at"]) + timedelta(minutes=2, seconds=1)
    )  # a bank's word may be late
    mine.page.get_by_text("Cette commande a expiré").wait_for(timeout=60_000)
    mine.reads("Rien n’a été débité.")
    assert len(opened) <= 4, opened
    mine.ensure_pleasant("order-expired")
    mine.press("Remettre dans mon panier")
    mine.reads("C’est de nouveau dans votre panier.")


def test_a_shop_that_is_looked_at_closes_in_time_and_asks_no_more(visitor, market):  # SPEC S8
    day = market()
    number = day.admin.get(f"/markets/{day.tale.market_id}")["number"]
    guest, asked = visitor(), []
    guest.page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/now") else None)
    guest.page.clock.install()
    guest.open(f"/group/{number}/shop/{day.sale_id}")
    add = guest.page.get_by_role("button", name="Ajouter au panier").first
    expect(add).to_be_enabled()

    day.world.move_to(datetime.fromisoformat(day.tale.sale["closes_at"]))
    guest.page.clock.fast_forward(21_000)

    expect(guest.page.locator("#time-left")).to_have_text("vente close")
    expect(add).to_be_disabled()
    guest.page.clock.fast_forward(60_000)
    assert len(asked) == 1
