"""The guide, chapters 1 to 4: a market with its settings, producers with their catalogues, dates."""

import base64
import re

import pytest

from clayette.demo import story
from tests.e2e.test_administration import TINY_PICTURE

pytestmark = pytest.mark.timeout(400)


def test_1_1_a_market_is_opened_from_my_markets(tale):  # SPEC P1 P2 P4 M1 M2
    nadege = tale.nadege = tale.newcomer("Nadège", "Ferrand")

    nadege.turn_to("Mes marchés")
    nadege.reads("Comment fonctionne un marché ? On vous explique tout, en 3 minutes")
    nadege.reads("Les étapes pour ouvrir un marché")
    nadege.follow("Créer un marché")
    nadege.fill(name="Ma Cagette", place__name="Place", place__postcode="33880", place__commune="Cambes")
    nadege.page.get_by_label("Une association").check()
    nadege.page.get_by_label("PENDANT la distribution").check()
    nadege.press("Créer le marché")
    nadege.reads("est créé")
    nadege.turn_to("Mes marchés")
    nadege.reads("Voici les marchés dont vous êtes administrateur :")
    nadege.follow("Ma Cagette")

    nadege.reads("Bienvenue sur le groupe Ma Cagette !")
    for words in ("Voir tous les producteurs", "Faites connaître ce marché pour soutenir les producteurs", "Partager"):
        nadege.reads(words)
    tale.home = nadege.page.url.removeprefix(tale.suite.url)


def test_1_2_the_settings_are_looked_over(tale):  # SPEC M3 M4
    nadege = tale.nadege
    nadege.turn_to("PARAMÈTRES")
    for words in ("Textes de présentation", "Image de présentation", "Le lien de votre marché"):
        nadege.reads(words)
    nadege.follow("modifier les paramètres")
    nadege.fill(name="La Cagette de Cambes", welcome="Tout vient d’à côté.", contact_name="Nadège Ferrand")
    nadege.press("Enregistrer")
    nadege.reads("Tout vient d’à côté.")
    picture = {"name": "logo.png", "mimeType": "image/png", "buffer": base64.b64decode(TINY_PICTURE)}
    nadege.page.get_by_label("Une image").set_input_files(picture)
    nadege.press("Définir un logo")
    nadege.reads("Le logo est défini.")
    nadege.turn_to("LIEU DE DISTRIBUTION")
    nadege.fill(place__name="Halle du bourg", place__address="1 place de la Mairie")
    nadege.press("Enregistrer")
    nadege.reads("C’est enregistré.")

    nadege.turn_to("COMMANDES")

    nadege.reads("Halle du bourg – Cambes (33880)")
    nadege.page.get_by_text("Voir les coordonnées").click()
    nadege.reads("Nadège Ferrand")
    nadege.reads(f"{tale.suite.url}{tale.home}")


def test_2_the_way_of_composing_baskets_is_chosen(tale):  # SPEC M6
    nadege = tale.nadege

    nadege.turn_to("PARAMÈTRES")
    nadege.turn_to("ORGANISATION")
    nadege.page.get_by_label("AVANT la distribution").check()
    nadege.press("Enregistrer")

    nadege.reads("C’est enregistré.")
    nadege.turn_to("COMMANDES")
    nadege.reads("une équipe")


def test_3_a_producer_opens_a_space_and_a_catalogue(tale):  # SPEC C1 C2 C3 F3
    dominique = tale.dominique = tale.newcomer("Dominique", "Alain")
    dominique.turn_to("Espace producteur")
    dominique.follow("Ouvrir mon espace producteur")
    dominique.fill(name="Ferme de Peyrignolles", postcode="33880", commune="Cambes", email=dominique.email)
    dominique.page.get_by_label("Épicerie salée").check()
    dominique.press("Ouvrir mon espace")
    dominique.turn_to("CATALOGUES")
    dominique.fill(name="Tarif vente à la ferme")
    dominique.press("Créer le catalogue")
    dominique.reads("est créé")
    dominique.turn_to("PRODUITS")
    dominique.follow("Nouveau produit")
    dominique.fill(name="Huile de noix", net_quantity="500", price="12,50", on_hand="12")
    dominique.page.get_by_label("Catégorie").select_option("grocery.oils")
    dominique.page.get_by_label("Vendu à l’unité de").select_option("bottle")
    dominique.page.get_by_label("Unité de la contenance").select_option("ml")
    dominique.press("Créer le produit")
    dominique.reads("Huile de noix")

    dominique.turn_to("CATALOGUES")

    dominique.reads("1 produit")
    number = dominique.page.get_by_text("Catalogue n°").inner_text()
    tale.catalog_number = re.search(r"n° (\d+)", number).group(1)
    dominique.turn_to("MA FERME")
    dominique.follow("Mon compte de paiement")
    dominique.press("Ouvrir mon compte de paiement")
    dominique.page.get_by_role("button", name="Compte vérifié").click()
    dominique.page.wait_for_url(f"{tale.suite.url}/**")
    tale.waits_for(dominique, "compte actif")


def test_3_catalogues_are_linked_by_number_and_by_link(tale):  # SPEC C5 C6
    nadege = tale.nadege
    farm = tale.dairy = story.new_story(tale.world, lambda _text: None).farms[1]
    story.open_farm(farm)
    nadege.turn_to("CATALOGUES")
    tale.waits_for(nadege, "Étoffez votre marché grâce à nos suggestions")
    nadege.follow("Découvrir les producteurs du réseau")
    nadege.page.get_by_label("Type de produits").select_option("Épicerie salée")
    nadege.press("Chercher")
    nadege.page.wait_for_url("**grows=grocery**")
    nadege.follow("infos et contact")
    nadege.reads("Infos et contact")
    nadege.open(f"{tale.home}/catalogs")
    nadege.fill(number=tale.catalog_number)
    nadege.press("Chercher")
    nadege.press("Relier ce catalogue à La Cagette de Cambes")
    nadege.reads("1 catalogue relié")

    nadege.open(f"/catalog/{farm.number}")
    nadege.page.get_by_label("La Cagette de Cambes").check()
    nadege.press("Relier ce catalogue")

    nadege.reads("2 catalogues reliés")
    nadege.reads(farm.name)


def test_4_distributions_are_planned(tale):  # SPEC S2 S3 S5
    nadege = tale.nadege
    nadege.turn_to("DISTRIBUTIONS")
    nadege.follow("Distribution ponctuelle")
    nadege.fill(**{name: tale.clock_field(name) for name in tale.times})
    nadege.press("Planifier la distribution")
    nadege.reads("La distribution est planifiée.")
    nadege.follow("Cycle de distributions")
    nadege.fill(first_on=tale.date_field(30), until=tale.date_field(30 + 14))
    nadege.press("Voir les dates")
    nadege.reads("3 dates")
    nadege.page.get_by_role("checkbox").nth(1).uncheck()
    nadege.press("Planifier ces distributions")
    nadege.reads("2 distributions planifiées.")

    nadege.follow("Modifier")
    nadege.fill(ends_at=tale.clock_field("ends_at").replace("T12", "T13"))
    nadege.press("Enregistrer")

    nadege.reads("La distribution est modifiée.")
    nadege.reads("9 h – 13 h")
