"""The guide, chapter 7.3: the day of the distribution, and how producers are paid."""

import pytest

pytestmark = pytest.mark.timeout(400)


def test_7_3_the_day_is_prepared(tale):  # SPEC D1 D5
    nadege = tale.nadege
    nadege.follow("Modifier")
    nadege.follow("Référent : Nadège Ferrand")
    nadege.page.get_by_label("Membre").select_option("Awa Diop")
    nadege.press("Désigner")
    nadege.reads("Le référent est désigné.")
    tale.follow_notice(tale.awa, "Vous êtes référent")
    tale.awa.reads("0 / 2 remis")

    nadege.follow("Voir les commandes")
    nadege.follow("Liste d’émargement")

    nadege.reads("Diop")
    nadege.reads("Signature :")
    paper = nadege.page.get_by_role("link", name="PDF à imprimer").get_attribute("href")
    assert nadege.page.request.get(f"{tale.suite.url}{paper}").body()[:5] == b"%PDF-"
    nadege.follow("Tous les paniers")


def test_7_3_baskets_are_settled_one_by_one(tale):  # SPEC D1 D2 N1
    nadege = tale.nadege
    tale.move_to("starts_at", hours=-24)
    for member in (tale.awa, tale.bruno):
        tale.world.wait_for_mail(member.email, "Votre panier vous attend")
    tale.move_to("starts_at")
    nadege.turn_to("DISTRIBUTIONS")
    nadege.follow("Valider la distribution")
    names = nadege.page.locator(".day-name strong").all_inner_texts()
    assert names == sorted(names)

    nadege.follow("Diop Awa")
    nadege.page.get_by_role("button", name="Moins : Huile de noix").click()
    nadege.press("Mettre à jour")
    nadege.reads("Le panier est à jour.")
    nadege.press("Générer le remboursement")
    nadege.reads("C’est enregistré.")
    nadege.press("Valider le panier")

    nadege.reads("validé.")
    nadege.reads("Bruno Lacaze")
    tale.world.wait_for_mail(tale.awa.email, "Remboursement de 12,50")


def test_7_3_a_product_is_missing_and_all_is_validated_at_once(tale):  # SPEC D3 D4 F5
    nadege = tale.nadege
    nadege.turn_to("DISTRIBUTIONS")
    nadege.follow("Valider la distribution")
    nadege.follow("Un produit manque pour tout le monde")
    nadege.press("Manque : 3,40 € sur un panier")
    nadege.reads("1 panier ajusté, 1 remboursement généré.")
    tale.move_to("ends_at", hours=1)
    tale.follow_mail(nadege, "pensez à la valider")
    nadege.follow("Valider la distribution")
    nadege.reads("les producteurs sont payés le lundi")

    nadege.press("Valider la distribution")

    nadege.reads("La distribution est validée. Merci !")
    tale.world.wait_for_mail(tale.bruno.email, "Remboursement de 3,40")


def test_producers_are_paid_on_a_monday(tale):  # SPEC F2 F5 F6
    nadege, dominique = tale.nadege, tale.dominique
    tale.move_to_the_payout()
    tale.follow_mail(dominique, "Versement de 24,25")
    dominique.reads("24,25 €")
    dominique.page.locator("main a[href*='/statements/']").first.click()
    dominique.reads("Relevé du")
    dominique.ensure_pleasant("statement")
    dominique.reads("Frais de paiement")
    dominique.page.locator("main a[href*='/invoices/']").first.click()
    dominique.reads("Facture")
    dominique.ensure_pleasant("invoice")
    dominique.reads("12,50 €")

    nadege.turn_to("DISTRIBUTIONS")
    nadege.follow("Terminées")
    nadege.follow("L’argent de la vente")

    for words in ("45,15 €", "18,45 €", "25,90 €", "0,80 €", "versé le lundi", "attend l’activation"):
        nadege.reads(words)
    nadege.follow("Remboursements à suivre et litiges")
    nadege.reads("Tous les remboursements sont passés.")
