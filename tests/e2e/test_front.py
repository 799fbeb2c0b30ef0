"""The front page and a market's home, in a browser."""


def test_a_market_is_found_by_the_beginning_of_a_commune(visitor, town):  # SPEC M5
    guest = visitor()
    guest.open("/")
    guest.ensure_pleasant("front")

    guest.page.locator("#near").press_sequentially("Latres")
    guest.reads("Marché de la Halle")

    guest.ensure_pleasant("front-found")
    assert "near=Latres" in guest.page.url
    guest.follow("Marché de la Halle")
    guest.page.wait_for_url(f"**{town.home}")


def test_a_search_works_without_a_script_and_says_when_nobody_is_there(visitor):  # SPEC M5
    guest = visitor(scripts=False)
    guest.open("/")

    guest.page.locator("#near").fill("Quelquepartville")
    guest.press("Chercher")

    guest.reads("Nous ne connaissons pas ce lieu")


def test_the_home_shows_the_place_the_planning_and_who_sells(visitor, town):  # SPEC M3
    guest = visitor()

    guest.open(town.home)

    guest.reads("Halle du bourg")
    guest.reads("Faites connaître ce marché pour soutenir les producteurs")
    guest.page.get_by_text("Voir les coordonnées").click()
    guest.reads("nadege@clayette.example")
    guest.ensure_pleasant("home")
    guest.page.locator("main").get_by_role("link", name="Voir tous les producteurs").first.click()
    guest.reads("Moulin de la Noix")
    guest.ensure_pleasant("producers")
    guest.follow("Moulin de la Noix")
    guest.reads("Huile de noix")
    guest.ensure_pleasant("producer")


def test_the_market_is_shared_by_link_code_and_poster(visitor, town):  # SPEC M3
    guest = visitor()
    guest.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=town.url)
    guest.open(town.home)

    guest.page.get_by_role("button", name="Copier le lien").click()
    guest.reads("Lien copié")

    assert guest.page.evaluate("navigator.clipboard.readText()") == f"{town.url}{town.home}"
    guest.follow("Imprimer l’affiche")
    guest.reads("et indiquez votre commune")
    guest.ensure_pleasant("poster")


def test_the_administrator_sees_whether_the_shop_works(visitor, town):  # SPEC M2
    nadege = visitor("nadege")

    nadege.open(town.home)

    nadege.reads("La boutique est ouverte et fonctionne.")
    assert nadege.page.get_by_role("link", name="DISTRIBUTIONS").count() == 1
    nadege.ensure_pleasant("home-administrator")
