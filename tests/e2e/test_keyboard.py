"""Everything is done by keyboard alone, and one always sees where one is."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.keyboard import Keyboard
from tests.e2e.test_shop import pay_at_the_provider

IN_SHEET = "() => document.querySelector('dialog[open]').contains(document.activeElement) || document.activeElement === document.body"

ON_A_LINK = "() => document.activeElement.matches('dialog a')"


@pytest.fixture
def keyboard():
    """`keyboard(visitor)`; at the end, the stops of the focus that could not be seen."""
    keyboards = []

    def of(visitor):
        keyboards.append(Keyboard(visitor))
        return keyboards[-1]

    yield of
    assert {stop: why for each in keyboards for stop, why in each.unseen.items()} == {}


def test_a_member_fills_and_pays_a_basket(visitor, town, keyboard):  # SPEC O1 O2
    guest, somebody = visitor(), town.newcomer("Clavie")
    keys = keyboard(guest)
    guest.open("/")
    keys.press("Tab")
    assert keys.at == "Aller au contenu"
    keys.press("Enter")

    keys.tab_to("Votre commune").type("Latres")
    guest.reads("Marché de la Halle")
    keys.enter("Marché de la Halle")
    guest.page.wait_for_url(f"**{town.home}")
    keys.press("Tab", "Enter")
    keys.enter("Faire mes courses")
    guest.page.wait_for_url("**/shop/**")
    guest.reads("Salade batavia")
    keys.enter("Ajouter au panier : Salade batavia")
    guest.page.get_by_role("button", name="Plus : Salade batavia").wait_for()
    assert keys.at == "Plus : Salade batavia"
    keys.press("Space")
    expect(guest.page.get_by_label("Quantité : Salade batavia")).to_have_value("2")
    _looks_into_a_sheet(guest, keys)
    keys.enter("Voir le panier")
    guest.page.wait_for_url("**/checkout/**")
    keys.press("Tab", "Enter")
    keys.enter("Se connecter")
    guest.page.wait_for_url("**/log-in**")
    keys.tab_to("Adresse e-mail").type(somebody.email)
    keys.tab_to("Mot de passe").type(somebody.password)
    keys.press("Enter")
    guest.page.wait_for_url("**/checkout/**")
    keys.enter("Commander avec obligation de paiement")
    pay_at_the_provider(guest)

    order = somebody.get("/my/orders")["items"][0]
    guest.open(f"/orders/{order['order_id']}?payment=done")
    guest.reads("Votre commande est payée")
    assert [line["quantity"] for line in order["lines"]] == ["2"]


def _looks_into_a_sheet(guest, keys):
    """It holds the focus, and gives it back to where it was opened; what is taken out again leaves it near."""
    keys.enter("Tomme de vache")
    sheet = guest.page.locator("dialog[open]")
    sheet.get_by_text("Allergènes").wait_for()
    for _stop in range(12):
        keys.press("Tab")
        assert guest.page.evaluate(IN_SHEET)
        assert keys.at is not None
    keys.press("Escape")
    guest.page.wait_for_function("() => !document.querySelector('dialog[open]')")
    assert keys.at == "Tomme de vache"
    keys.enter("Ajouter au panier")
    keys.page.wait_for_function("() => document.activeElement.ariaLabel?.startsWith('Plus')")
    keys.tab_to("Moins", back=True).press("Enter")
    keys.page.wait_for_function("() => document.activeElement.ariaLabel?.startsWith('Ajouter au panier')")


def test_another_product_in_a_sheet_has_the_focus_at_its_top(visitor, town, keyboard):
    guest = visitor()
    keys = keyboard(guest)
    guest.open(town.shop)
    guest.reads("Salade batavia")
    keys.enter("Salade batavia")
    guest.page.locator("dialog[open]").get_by_role("heading", name="De la même ferme").wait_for()
    for _stop in range(4):  # out of the sheet, around the browser's own buttons, and in again at its end
        keys.press("Shift+Tab")
        if other := re.sub(r" \d.*", "", keys.at if guest.page.evaluate(ON_A_LINK) else ""):
            break

    keys.press("Enter")
    guest.page.locator("dialog[open]").get_by_role("heading", name=other).wait_for()

    guest.page.wait_for_function("() => document.activeElement.ariaLabel === 'Fermer'")
    keys.press("Enter")
    guest.page.wait_for_function("() => !document.querySelector('dialog[open]')")


def test_a_producer_edits_the_grid(visitor, town, keyboard, patience):  # SPEC C2
    farmer, person = visitor("producteur2"), town.person("producteur2")
    keys = keyboard(farmer)
    farm_id = person.get("/my/producers")["items"][0]["producer_id"]
    farmer.context.grant_permissions(["clipboard-read", "clipboard-write"])
    farmer.open("/producer")
    keys.enter("Produits")
    farmer.page.wait_for_url("**/products")
    farmer.page.locator("[data-column] input").first.wait_for()

    keys.tab_to("Stock :").type("71")
    keys.press("Enter")
    assert keys.at.startswith("Stock :")
    keys.press("ArrowUp", "ArrowRight")
    assert keys.at.startswith("TVA :")
    keys.press("ArrowLeft")
    farmer.page.evaluate("navigator.clipboard.writeText('72\\n73')")
    keys.press("Control+v")
    keys.press("Enter")

    def stocks():
        return [each["stock"]["on_hand"] for each in person.get(f"/producers/{farm_id}/products")["items"][:2]]

    patience(lambda: stocks() == ["72", "73"])


def test_an_administrator_opens_a_single_distribution(visitor, town, keyboard):  # SPEC S2
    admin = visitor("nadege")
    keys = keyboard(admin)
    admin.open(town.home)
    keys.enter("Distributions")
    admin.page.wait_for_url("**/distributions")
    keys.enter("Distribution ponctuelle")
    admin.page.wait_for_url("**/distributions/new")
    for field in ("Début de la distribution", "Fin de la distribution"):
        keys.tab_to(field).press("Tab", "Tab", "ArrowUp")  # on to the year, wherever the day stands
    keys.enter("Planifier la distribution")

    admin.reads("La distribution est planifiée.")
