"""« Mon compte de paiement » in each of its states: where it stands, and what to do next (SPEC F6)."""

import os

import pytest
import requests

from tests.gateway.people import Client, wait_for
from tests.gateway.test_pages import Browser


@pytest.fixture(scope="module")
def claire(town):
    """(her browser, her API, the farm's id): a farm that has not opened an account."""
    person = Client(town.app, "claire")
    farm = person.ok("POST", "/producers", {"name": "Les Sonnailles", "commune": "Cambes", "postcode": "33880"})
    path = f"/producers/{farm['producer_id']}/payment-account"
    wait_for("payments to know the farm", lambda: person.get(path))
    return Browser(town, person), person, farm["producer_id"]


def put(person, farm_id, state):
    """As the provider has it from now on."""
    person.ok("POST", f"/producers/{farm_id}/payment-account")
    known = requests.get(f"{os.environ['STRIPE_API_BASE']}/test/books", timeout=20).json()["accounts"]
    account_id = known[-1]["id"]
    path = f"{os.environ['STRIPE_API_BASE']}/test/onboard/{account_id}"
    requests.post(path, json={"state": state}, timeout=20).raise_for_status()


def test_an_account_goes_from_not_opened_to_asked_for_more(claire):
    browser, person, farm_id = claire
    account = f"/producers/{farm_id}/payment-account"

    unopened, payouts = browser.get(account), browser.get(f"/producer/{farm_id}/payouts")
    assert (unopened.status_code, payouts.status_code) == (200, 200)
    assert "pas encore ouvert" in unopened.text
    assert "Ouvrir mon compte de paiement" in unopened.text
    assert "Vos versements attendent" in payouts.text

    opened = browser.post(account)
    assert "/onboarding/" in opened.headers["Location"]
    begun = browser.get(account).text
    assert "votre RIB" in begun
    assert begun.count("<li>vos nom, date de naissance et adresse</li>") == 1
    assert "Compléter mon dossier" in begun

    for state, chip, todo in (
        ("pending", "en vérification", "il n’y a rien à faire"),
        ("restricted", "à compléter", "une pièce d’identité"),
        ("rejected", "compte bloqué", "Voir ce qui est demandé"),
    ):
        put(person, farm_id, state)
        shown = browser.get(account).text
        assert chip in shown, state
        assert todo in shown, state

    put(person, farm_id, "asked")
    wait_for("the day", lambda: "Vos versements continuent" in browser.get(account).text)
    assert "passé ce jour, ils s’arrêteraient" in browser.get(account).text
    assert "Votre dossier est à compléter" in browser.get(f"/producer/{farm_id}/payouts").text
    assert "compte actif, à compléter" in browser.get(f"/producer/{farm_id}").text


def test_nobody_else_learns_where_it_stands(town, claire):  # SPEC P3 X4
    for stranger in (town.member, town.farmer, town.admin):
        assert Browser(town, stranger).get(f"/producers/{claire[2]}/payment-account").status_code == 404
