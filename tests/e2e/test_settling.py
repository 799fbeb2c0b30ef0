"""The day of a distribution, basket by basket, as the référent and an administrator live it with their phones.

One market on a suite of its own, in the order of the day: the clock only moves forward.
"""

import pytest

from clayette.demo.api import wait_for
from tests.e2e.a_day import FOCUSED, Day, amount, field, heading
from tests.flows.embedded import Embedded

pytestmark = pytest.mark.timeout(600)  # the market is made within the first test
CONFLICT = "412"


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    suite = Embedded(tmp_path_factory.mktemp("day"))
    try:
        suite.start()
        yield Day(suite)
    finally:
        suite.kill()


@pytest.fixture(scope="module")
def day(town):
    return town


def test_before_the_day_the_button_only_shows_the_orders(visitor, day):  # SPEC D1
    day.close()
    admin = visitor(person=day.admin)

    admin.open(day.distributions)
    admin.follow("Voir les commandes")

    admin.reads("0 / 4")
    admin.follow("Diop Awa")
    admin.reads("Les paniers se règlent à partir du matin de la distribution.")
    assert admin.page.get_by_role("button", name="Valider").count() == 0
    admin.ensure_pleasant("settling-before")


def test_on_the_day_all_baskets_stand_in_alphabetical_order(visitor, day):  # SPEC D1
    day.appoint()
    day.come()
    admin = visitor(person=day.admin)

    admin.open(day.distributions)
    admin.ensure_pleasant("settling-distributions")
    admin.follow("Valider la distribution")

    admin.reads("0 / 4")
    names = admin.page.locator(".day-name strong").all_inner_texts()
    assert names == ["Diop", "Lacaze", "Martin", "Roux"]
    admin.ensure_pleasant("settling-day")


def test_the_search_and_the_counter_stay_in_view(visitor, day, patience):  # SPEC D1
    referent = visitor(person=day.referent)
    referent.open(day.path)
    search = referent.page.get_by_label("Chercher un nom")

    search.press_sequentially("lacaz")

    patience(lambda: referent.page.locator(".day-name strong").all_inner_texts() == ["Lacaze"])
    search.fill("")
    patience(lambda: referent.page.locator(".day-row").count() == 4)
    referent.page.set_viewport_size({"width": 390, "height": 400})
    referent.page.locator(".day-row").last.scroll_into_view_if_needed()
    for each in (search, referent.page.get_by_text("/ 4")):
        assert each.evaluate("each => each.getBoundingClientRect().top") >= 0


def test_what_the_button_will_do_is_told_while_one_types(visitor, day):  # SPEC D2 O9
    referent = visitor(person=day.referent)
    referent.open(day.page_of("Awa"))

    field(referent, "Tomme").fill("260")  # 300 g ordered at 21,50 €/kg
    referent.page.get_by_role("button", name="Rembourser 0,86 € et valider").wait_for()
    assert (amount(referent, "due-now"), amount(referent, "back-now")) == ("10,99 €", "0,86 €")
    field(referent, "Tomme").fill("340")  # heavier than ordered: no cent more
    referent.page.get_by_role("button", name="Valider le panier").wait_for()
    assert amount(referent, "due-now") == "11,85 €"
    referent.page.get_by_role("button", name="Manquant : Salade").click()
    referent.page.get_by_role("button", name="Rembourser 1,20 € et valider").wait_for()
    referent.page.get_by_role("button", name="Plus : Salade").click()
    referent.page.get_by_role("button", name="Valider le panier").wait_for()
    referent.page.get_by_role("button", name="Moins : Salade").click()
    field(referent, "Tomme").fill("207")
    assert amount(referent, "back-now") == "3,20 €"
    referent.ensure_pleasant("settling-typed")

    referent.press("Rembourser 3,20 € et valider")

    referent.reads("Panier 1 validé.")
    assert heading(referent).inner_text().endswith("Bruno Lacaze")
    settled = day.basket("Awa")
    assert (settled["state"], settled["refunded_cents"], settled["due_cents"]) == ("validated", 320, 865)


def test_a_quantity_that_cannot_be_is_refused_at_its_field_and_kept(visitor, day):  # SPEC D2
    referent = visitor(person=day.referent)
    referent.open(day.page_of("Bruno"))

    field(referent, "Potimarron").fill("1100")
    field(referent, "Yaourt").fill("6,5")
    referent.page.get_by_role("button", name="Mettre à jour").last.click()

    referent.reads("se compte en unités entières")
    assert field(referent, "Yaourt").get_attribute("aria-invalid") == "true"
    assert (field(referent, "Yaourt").input_value(), field(referent, "Potimarron").input_value()) == ("6,5", "1100")
    assert day.basket("Bruno")["adjusted"] is False
    referent.ensure_pleasant("settling-refused")
    referent.forget("422")


def test_two_people_on_one_basket_lose_nothing(visitor, day):  # SPEC D8
    referent, admin = visitor(person=day.referent), visitor(person=day.admin)
    referent.open(day.page_of("Bruno"))
    admin.open(day.page_of("Bruno"))
    field(admin, "Yaourt").fill("7")
    admin.page.get_by_role("button", name="Mettre à jour").last.click()
    admin.reads("Le panier est à jour.")

    field(referent, "Potimarron").fill("1100")
    referent.page.locator("[data-settle]").click()

    referent.reads("Nadège Ferrand a changé ce panier entre-temps.")
    referent.ensure_pleasant("settling-conflict")
    referent.press("Enregistrer ma saisie quand même")
    referent.reads("Le panier est à jour.")
    delivered = {line["name"]: float(line["delivered"]) for line in day.basket("Bruno")["lines"]}
    assert delivered == {"Carottes de plein champ": 2, "Potimarron": 1.1, "Yaourt nature": 7}
    assert (field(referent, "Yaourt").input_value(), amount(referent, "back-now")) == ("7", "1,16 €")
    referent.forget(CONFLICT)


def test_the_list_learns_what_the_others_settle(visitor, day):  # SPEC D8
    referent, admin = visitor(person=day.referent), visitor(person=day.admin)
    referent.page.clock.install()
    referent.open(day.path)
    referent.reads("1 / 4")

    admin.open(day.page_of("Bruno"))
    admin.press("Rembourser 1,16 € et valider")
    admin.reads("Panier 2 validé.")
    referent.page.clock.run_for(20_000)

    referent.reads("2 / 4")
    row = referent.page.locator(".day-row", has_text="Lacaze")
    row.get_by_text("Remis").wait_for()


def test_an_administrator_opens_a_validated_basket_again(visitor, day):  # SPEC D9
    referent, admin = visitor(person=day.referent), visitor(person=day.admin)
    referent.open(day.page_of("Bruno"))
    referent.reads("Remis")
    assert referent.page.get_by_role("button", name="Rouvrir").count() == 0

    admin.open(day.page_of("Bruno"))
    admin.ensure_pleasant("settling-validated")
    admin.press("Rouvrir ce panier")

    admin.page.locator("[data-settle]").wait_for()
    admin.follow("Historique du panier")
    admin.reads("Rouvert")
    admin.ensure_pleasant("settling-trail")


def test_a_basket_is_settled_without_a_script(visitor, day):  # SPEC D2
    referent = visitor(person=day.referent, scripts=False)
    referent.open(day.page_of("Bruno"))

    referent.page.get_by_role("button", name="Manquant : Carottes").click()
    referent.reads("Le panier est à jour.")
    referent.page.get_by_role("button", name="Moins : Yaourt").click()
    referent.page.get_by_role("button", name="Rembourser 6,45 € et valider").click()

    referent.reads("Panier 2 validé.")
    settled = day.basket("Bruno")
    assert (settled["state"], settled["to_refund_cents"], settled["refunded_cents"]) == ("validated", 0, 761)


def test_a_basket_is_settled_by_the_keyboard_alone(visitor, day):  # SPEC D2 X3
    referent = visitor(person=day.referent)
    referent.open(day.page_of("Denis"))
    keys = referent.page.keyboard

    def tab_to(words):
        for _ in range(60):
            keys.press("Tab")
            if words in referent.page.evaluate(FOCUSED):
                return
        raise AssertionError(words)

    tab_to("Moins : Salade")
    keys.press("Enter")
    tab_to("Rembourser 1,20 € et valider")
    keys.press("Enter")

    referent.reads("Panier 4 validé.")
    assert day.basket("Denis")["due_cents"] == 460


def test_a_product_that_nobody_gets_is_one_button(visitor, day):  # SPEC D4
    referent = visitor(person=day.referent)
    referent.open(day.path)
    referent.follow("Un produit manque pour tout le monde")
    referent.ensure_pleasant("settling-missing")

    referent.page.get_by_role("listitem").filter(has_text="Huile").get_by_role("button").click()

    referent.reads("1 panier ajusté, 1 remboursement généré.")
    basket = day.basket("Chloé")
    assert (basket["due_cents"], basket["refunded_cents"]) == (340, 2980)
    referent.open(f"{day.page_of('Chloé')}/trail")
    referent.reads("Produit manquant pour tous")


def test_the_sign_off_sheet_is_downloaded_and_printed(visitor, day):  # SPEC D5
    referent = visitor(person=day.referent)
    referent.open(day.path)
    referent.follow("Liste d’émargement")
    referent.ensure_pleasant("settling-sheet")

    for kind, beginning in (("CSV", b"\xef\xbb\xbf"), ("XLSX", b"PK"), ("PDF", b"%PDF")):
        path = referent.page.get_by_role("link", name=kind).get_attribute("href")
        assert referent.page.request.get(f"{day.url}{path}").body().startswith(beginning)


def test_who_has_not_come_is_called_before_the_end(visitor, day):  # SPEC D7
    day.nearly_end()
    referent = visitor(person=day.referent)
    referent.open(day.path)
    referent.reads("Un panier attend encore : appelez !")
    referent.ensure_pleasant("settling-call")

    referent.follow("Voir les paniers non retirés")
    row = referent.page.locator(".day-row")
    assert row.count() == 1
    assert row.get_by_role("link", name="Appeler Chloé Martin").get_attribute("href").startswith("tel:")
    row.get_by_text("06 00 00 00 00").wait_for()
    referent.ensure_pleasant("settling-uncollected")
    referent.follow("Martin")
    referent.press("Non retiré")

    referent.reads("C’est enregistré.")
    referent.page.get_by_role("button", name="Le client est venu").wait_for()
    referent.ensure_pleasant("settling-not-collected")


def test_the_distribution_is_validated_once_no_refund_is_missing(visitor, day):  # SPEC D3
    referent, admin = visitor(person=day.referent), visitor(person=day.admin)
    admin.open(day.page_of("Awa"))
    admin.press("Rouvrir ce panier")
    admin.page.get_by_role("button", name="Manquant : Carottes").click()
    admin.page.get_by_role("button", name="Mettre à jour").last.click()
    admin.reads("Le panier est à jour.")
    referent.open(day.path)
    referent.follow("Valider la distribution")
    referent.ensure_pleasant("settling-validation")

    referent.press("Valider la distribution")

    referent.reads("Ces paniers ont été ajustés sans remboursement.")
    referent.ensure_pleasant("settling-guard")
    referent.forget("409")
    referent.follow("Awa Diop")
    referent.press("Générer le remboursement")
    referent.reads("C’est enregistré.")
    wait_for("the refund", lambda: day.basket("Awa")["to_refund_cents"] == 0)
    referent.open(f"{day.path}/validation")
    referent.press("Valider la distribution")
    referent.reads("La distribution est validée. Merci !")
    referent.reads("4 / 4")
    referent.ensure_pleasant("settling-done")
