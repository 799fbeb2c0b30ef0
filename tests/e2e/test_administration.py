"""The guide's chapters for an administrator, in a browser: settings, organisation, producers, customers."""

import base64

TINY_PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC"


def open_market(visitor, name):
    """As the guide: a form, and the market's settings behind it."""
    visitor.open("/markets/new")
    visitor.fill(name=name, place__name="Place de la Mairie", place__postcode="33840", place__commune="Captieux")
    visitor.page.get_by_label("Une association").check()
    visitor.page.get_by_label("PENDANT la distribution").check()
    visitor.press("Créer le marché")
    visitor.reads("est créé")
    return visitor.page.url.split("/settings")[0].removeprefix(visitor.url)


def test_my_markets_shows_cards_help_and_producers_nearby(visitor):  # SPEC P4 C5
    nadege = visitor("nadege")

    nadege.open("/markets")

    nadege.reads("Voici les marchés dont vous êtes administrateur :")
    nadege.reads("Des producteurs près de chez vous")
    nadege.ensure_pleasant("my-markets")
    nadege.page.get_by_text("Comment fonctionne un marché ?").click()
    nadege.reads("Les clients commandent en ligne")
    nadege.follow("Marché de la Halle")
    nadege.reads("La boutique est ouverte et fonctionne.")


def test_somebody_without_a_market_is_told_what_to_do(visitor, town):  # SPEC P4
    new = visitor(person=town.newcomer("Solène"))

    new.open("/markets")

    new.reads("Vous n’administrez pas encore de marché")
    new.ensure_pleasant("my-markets-none")


def test_a_market_is_set_up_as_the_guide_says(visitor, town):  # SPEC M1 M4 M6
    paul = visitor(person=town.newcomer("Paul"))
    paul.open("/markets/new")
    paul.ensure_pleasant("market-new")
    home = open_market(paul, "La Cagette de Captieux")
    paul.reads("Paramétrez le marché")
    paul.ensure_pleasant("settings-first-steps")

    paul.follow("modifier les paramètres")
    paul.fill(welcome="Bienvenue à Captieux !", contact_name="Paul")
    paul.ensure_pleasant("settings-texts")
    paul.press("Enregistrer")
    paul.reads("Bienvenue à Captieux !")
    picture = {"name": "logo.png", "mimeType": "image/png", "buffer": base64.b64decode(TINY_PICTURE)}
    paul.page.locator("#f-logo").set_input_files(picture)
    paul.press("Définir un logo")
    paul.reads("Le logo est défini.")
    paul.follow("LIEU DE DISTRIBUTION")
    paul.ensure_pleasant("settings-place")
    paul.fill(place__name="Halle", place__address="2 place de l’Église")
    paul.press("Enregistrer")
    paul.reads("C’est enregistré.")
    paul.follow("ORGANISATION")
    paul.ensure_pleasant("settings-organisation")
    paul.page.get_by_label("AVANT la distribution").check()
    paul.press("Enregistrer")
    paul.follow("INSCRIPTIONS ET FRAIS")
    paul.ensure_pleasant("settings-rules")
    paul.fill(payment_fee_bp="2,5")
    paul.press("Enregistrer")
    paul.reads("C’est enregistré.")

    settings = town.nobody.get(f"/markets/by-number/{home.split('/')[2]}")
    assert (settings["place"]["name"], settings["organisation_mode"]) == ("Halle", "before")
    assert settings["logo_id"]


def test_a_refused_form_works_without_a_script_and_keeps_what_was_typed(visitor, town):  # SPEC X1
    new = visitor(person=town.newcomer("Lise"), scripts=False)
    new.open("/markets/new")

    new.fill(name="Marché de Lise")
    new.press("Créer le marché")

    new.reads("points à revoir")
    new.forget("422")
    assert new.page.locator("[name=name]").input_value() == "Marché de Lise"


def test_a_catalogue_is_linked_by_its_number_without_a_script(visitor, town):  # SPEC C6
    rose = visitor(person=town.newcomer("Rose"), scripts=False)
    home = open_market(rose, "Marché de Rose")
    number = town.market["producers"][0]["catalogs"][0]["number"]

    rose.open(f"{home}/catalogs")
    rose.reads("Aucun catalogue relié pour l’instant")
    rose.fill(number=str(number))
    rose.press("Chercher")
    rose.press("Relier ce catalogue")
    rose.reads("1 catalogue relié")
    rose.follow("Délier")
    rose.press("Délier le catalogue")

    rose.reads("Aucun catalogue relié pour l’instant")


def test_producers_of_the_network_are_discovered(visitor, town):  # SPEC C5
    nadege = visitor("nadege")
    nadege.open(f"{town.home}/catalogs")
    nadege.ensure_pleasant("catalogs")
    nadege.open(f"{town.home}/catalogs?number=1")
    nadege.ensure_pleasant("catalogs-found")
    nadege.open(f"{town.home}/catalogs")

    nadege.follow("Découvrir les producteurs du réseau")
    nadege.page.get_by_label("Type de produits").select_option("vegetables")
    nadege.press("Chercher")

    nadege.page.wait_for_url("**grows=vegetables**")
    nadege.ensure_pleasant("directory")
    nadege.follow("infos et contact")
    nadege.reads("Infos et contact")


def test_members_are_searched_given_roles_and_invited(visitor, town):  # SPEC N6 P3
    nadege = visitor("nadege")
    nadege.open(f"{town.home}/members")
    nadege.ensure_pleasant("members")
    nadege.fill(search="awa")
    nadege.press("Chercher")
    nadege.page.wait_for_url("**search=awa**")
    nadege.reads("1 membre")

    nadege.page.locator("main summary").first.click()
    nadege.press("Donner : catalogues")
    nadege.reads("Le rôle est donné.")
    nadege.follow("Nouveau Membre")
    nadege.ensure_pleasant("member-new")
    nadege.fill(addresses="lea@example.org\nhugo@example.org, pas une adresse")
    nadege.page.get_by_label("Ces personnes ont accepté").check()
    nadege.press("Envoyer l’invitation")
    nadege.reads("2 invitations envoyées")
    nadege.ensure_pleasant("members-invited")
    nadege.follow("Voir les invitations")

    nadege.reads("lea@example.org")
    nadege.ensure_pleasant("invitations")


def test_linked_catalogues_are_searched_as_one_types(visitor, town):  # SPEC C6
    nadege = visitor("nadege")
    linked, field = nadege.page.locator("#linked"), nadege.page.locator("#search")
    nadege.open(f"{town.home}/catalogs?search=moulin")

    field.fill("chênes")
    linked.get_by_text("Ferme des Trois Chênes", exact=True).wait_for()
    others = linked.get_by_text("Les Jardins du Moulin").count()
    nadege.page.wait_for_url("**/catalogs?search=ch*")
    field.fill("truffes")

    nadege.reads("Aucun catalogue relié ne correspond à « truffes »")
    nadege.ensure_pleasant("catalogs-none")
    assert others == 0


def test_who_waits_is_accepted(visitor, town):  # SPEC M8
    ines = visitor(person=town.newcomer("Inès"))
    home = open_market(ines, "Marché d’Inès")
    ines.open(f"{home}/settings/rules")
    ines.page.get_by_label("Sur liste d’attente").check()
    ines.press("Enregistrer")
    market_id = town.nobody.get(f"/markets/by-number/{home.split('/')[2]}")["market_id"]
    town.newcomer("Théo").do("POST", f"/markets/{market_id}/members")

    ines.open(f"{home}/members/waiting")
    ines.ensure_pleasant("members-waiting")
    ines.press("Accepter")

    ines.reads("La personne est membre du marché.")
    ines.reads("Personne n’attend votre accord")


def test_the_pages_speak_english(visitor, town):
    nadege = visitor("nadege")
    nadege.open("/markets")
    nadege.page.get_by_role("button", name="English").click()

    nadege.reads("Here are the markets that you administer:")
    nadege.open(f"{town.home}/settings/rules")
    nadege.reads("Who can become a member?")
    nadege.page.get_by_role("button", name="Français").click()
