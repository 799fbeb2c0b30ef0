"""The guide, chapters 5 to 7.2: producers take part, customers order, the sale closes; and the suite is stopped."""

import pytest

pytestmark = pytest.mark.timeout(400)


def test_5_producers_are_invited_and_take_part(tale):  # SPEC S6 S7 N7
    nadege, dominique = tale.nadege, tale.dominique
    nadege.turn_to("DISTRIBUTIONS")
    nadege.follow("Catalogues participants")
    nadege.press("Inviter sur cette vente")
    nadege.reads("1 invitation envoyée.")
    nadege.press("Inviter sur cette vente")
    nadege.page.get_by_text("invité", exact=True).nth(1).wait_for()

    tale.follow_mail(dominique, "vous invite à vendre")
    dominique.reads("le marché vous invite")
    dominique.page.get_by_role("switch").first.click()
    dominique.reads("Vous participez")
    tale.sale_id = tale.dairy.person.get("/my/sales")["items"][0]["sale_id"]
    tale.dairy.person.do("PUT", f"/sales/{tale.sale_id}/participations/{tale.dairy.catalog_id}")

    nadege.open(f"{tale.home}/distributions/{tale.sale_id}/catalogs")
    assert nadege.page.get_by_text("participe", exact=True).count() == 2
    nadege.turn_to("COMMANDES")
    tale.waits_for(nadege, "3 produits sont prêts")


def test_6_customers_are_invited_by_mail(tale):  # SPEC N6 P3 O1
    nadege, awa, paul = tale.nadege, tale.come(), tale.come()
    tale.awa, tale.paul = awa, paul
    nadege.turn_to("MEMBRES")
    nadege.follow("Nouveau Membre")
    nadege.page.get_by_label("Adresses e-mail").fill("diop@example.org, mariuzzo@example.org")
    nadege.page.get_by_label("Ces personnes ont accepté").check()
    nadege.press("Envoyer l’invitation")
    nadege.reads("2 invitations envoyées")

    for guest, first_name, last_name in ((awa, "Awa", "Diop"), (paul, "Paul", "Mariuzzo")):
        guest.email = f"{last_name}@example.org".lower()
        tale.follow_mail(guest, "vous invite")
        guest.follow("Créer un compte")
        tale.sign_up(guest, first_name, last_name)
        guest.press("Accepter l’invitation")
        guest.reads("La Cagette de Cambes")

    nadege.turn_to("MEMBRES")
    nadege.reads("diop@example.org")
    nadege.page.get_by_text("Rôles : Paul").click()
    nadege.page.get_by_role("listitem").filter(has_text="mariuzzo@").get_by_text("Donner : administrateur").click()
    nadege.reads("Le rôle est donné.")
    tale.follow_notice(paul, "Vous êtes administrateur")
    paul.reads("Halle du bourg")
    paul.turn_to("Mes marchés")
    paul.follow("La Cagette de Cambes")
    paul.turn_to("DISTRIBUTIONS")
    paul.reads("Planifiée")


def test_6_the_sale_opens_and_customers_order(tale):  # SPEC S8 N1 O1 O2 O7 M5
    tale.move_to("opens_at")
    tale.follow_mail(tale.awa, "vente est ouverte")
    tale.nadege.turn_to("COMMANDES")
    tale.waits_for(tale.nadege, "La boutique est ouverte et fonctionne.")

    tale.awa.follow("Faire mes courses")
    tale.order(
        tale.awa, "Huile de noix", "Huile de noix", "Yaourt nature", "Yaourt nature", "Yaourt nature", total="27,55"
    )
    bruno = tale.bruno = tale.come()
    bruno.open(tale.home)
    bruno.follow("Faire mes courses")
    tale.order(bruno, "Huile de noix", *4 * ["Yaourt nature"], total="15,90", names=("Bruno", "Lacaze"))
    chloe = tale.chloe = tale.come()
    chloe.open("/")
    chloe.fill(near="Cambes")
    chloe.follow("La Cagette de Cambes")
    chloe.follow("Faire mes courses")
    tale.order(chloe, "Yaourt nature", "Yaourt nature", total="1,70", names=("Chloé", "Martin"))


def test_6_a_customer_changes_a_paid_order_and_another_cancels(tale):  # SPEC O8
    awa, chloe = tale.awa, tale.chloe
    awa.follow("Changer ou annuler")
    awa.page.get_by_role("button", name="Moins : Yaourt nature").click()
    awa.press("Rembourser 0,85 € et changer mon panier")
    awa.reads("C’est fait : votre panier est changé.")
    chloe.follow("Changer ou annuler")
    chloe.follow("Annuler toute ma commande")
    chloe.press("Rembourser 1,70 € et annuler ma commande")
    chloe.reads("Ce que vous aviez payé vous est remboursé.")

    tale.world.wait_for_mail(awa.email, "Remboursement de 0,85")
    tale.world.wait_for_mail(chloe.email, "est annulée")


def test_7_2_the_sale_closes_and_producers_get_their_sheets(tale):  # SPEC S8 S6 N1
    tale.move_to("closes_at")
    dominique = tale.dominique

    tale.follow_mail(dominique, "À préparer pour le")

    tale.waits_for(dominique, "définitif")
    dominique.reads("3 bouteilles")
    dominique.turn_to("VENTES")
    dominique.reads("2 commandes")


def test_the_suite_is_stopped_and_started_again_between_closing_and_the_day(tale):  # SPEC X2
    tale.suite.terminate()
    tale.suite.start()

    tale.nadege.turn_to("DISTRIBUTIONS")

    tale.nadege.reads("Voir les commandes")
    for somebody in tale.everybody:
        somebody.forget("ERR_|htmx:|notices/unread")  # the bell asks each minute
