"""Signing up, logging in, and the own account, in a browser."""

import re


def test_a_wrong_password_is_told_and_what_was_typed_stays(visitor, town):  # SPEC X1
    guest = visitor()
    guest.open("/log-in")

    guest.fill(email="awa@clayette.example", password="pas le bon")
    guest.press("Se connecter")

    guest.reads("Adresse e-mail ou mot de passe incorrect.")
    assert guest.page.locator("[name=email]").input_value() == "awa@clayette.example"
    guest.ensure_pleasant("log-in-refused")
    guest.forget("401")


def test_faults_of_a_form_lead_to_their_fields_without_a_script(visitor):  # SPEC X1
    guest = visitor(scripts=False)
    guest.open("/sign-up")

    guest.fill(first_name="Camille", email="pas une adresse", password="court")
    guest.press("Créer mon compte")

    assert guest.page.get_by_role("alert").get_by_role("link").count() == 3
    assert guest.page.locator("[name=first_name]").input_value() == "Camille"
    assert guest.page.locator("[name=email][aria-invalid=true]").count() == 1
    assert guest.page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"
    guest.forget("422")


def test_somebody_signs_up_and_is_known_on_every_page(visitor):  # SPEC P1 P2
    guest = visitor()
    guest.open("/sign-up?next=/account")

    guest.fill(first_name="Camille", last_name="Martin", email="camille@example.org", password="dix signes au moins")
    guest.ensure_pleasant("sign-up")
    guest.press("Créer mon compte")

    guest.page.wait_for_url("**/account")
    guest.reads("Confirmez votre adresse")
    assert guest.page.locator(".me .name").inner_text() == "Camille Martin"
    guest.ensure_pleasant("account")
    cookie = next(each for each in guest.context.cookies() if each["name"] == "clayette")
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")


def test_the_language_is_chosen_in_the_footer_and_kept(visitor):  # SPEC P1
    guest = visitor("awa")
    guest.open("/account")

    guest.page.get_by_role("button", name="English").click()
    guest.page.wait_for_selector("html[lang=en]")
    guest.open("/account")

    assert guest.page.locator("html").get_attribute("lang") == "en"
    assert guest.page.get_by_role("heading", level=1).inner_text() == "My account"
    guest.page.get_by_role("button", name="Français").click()
    guest.page.wait_for_selector("html[lang=fr]")


def test_a_form_of_another_site_does_nothing(visitor, town):  # SPEC X4
    guest = visitor("awa")

    answer = guest.context.request.post(
        f"{town.url}/account", form={"first_name": "Volée"}, headers={"Origin": "https://evil.example"}
    )

    assert answer.status == 403
    assert "page est restée ouverte" in answer.text()
    guest.open("/account")
    assert guest.page.locator("[name=first_name]").input_value() == "Awa"


def test_an_unknown_address_says_so_in_the_readers_words(visitor):  # SPEC X1
    guest = visitor()

    answer = guest.open("/nulle/part")

    assert answer.status == 404
    guest.reads("Cette adresse ne mène nulle part.")
    guest.ensure_pleasant("not-found")
    guest.forget("404")


def test_a_page_of_ones_own_leads_through_the_log_in_and_back(visitor):
    guest = visitor()

    guest.open("/account/preferences")
    guest.fill(email="awa@clayette.example", password="panier-de-demo")
    guest.press("Se connecter")

    guest.page.wait_for_url(re.compile("/account/preferences$"))
    guest.reads("Marché de la Halle")
    guest.ensure_pleasant("preferences")
