"""« Permanences »: administrators say where hands are needed, members and producers take places (SPEC M7)."""

from uuid import uuid4

import pytest


@pytest.fixture(scope="module")
def sale(town):
    """A sale of its own, long after the others: {sale_id, ...}. It goes with these tests."""
    times = {"opens_at": "2031-03-01T08:00", "closes_at": "2031-03-06T20:00"}
    slot = {"starts_at": "2031-03-08T09:00", "ends_at": "2031-03-08T12:00"}
    planned = anew(town, "nadege", "POST", f"/markets/{town.market['market_id']}/sales", times | slot).json()
    yield planned
    anew(town, "nadege", "POST", f"/sales/{planned['sale_id']}/cancel", {"reason": "Fin des essais"})


@pytest.fixture
def shifts(town, sale):
    """Two, with nobody on duty."""
    hours = {"starts": "08:30", "ends": "10:00"}
    wanted = [{"role": "Accueil des clients", "places": 2} | hours, {"role": "Caisse", "places": 1} | hours]
    path = f"/sales/{sale['sale_id']}/shifts"
    yield anew(town, "nadege", "PUT", path, {"shifts": wanted}).json()["shifts"]
    for shift in town.nobody.get(path)["shifts"]:
        anew(town, "awa", "DELETE", f"{path}/{shift['shift_id']}/signup")
    assert anew(town, "nadege", "PUT", path, {"shifts": []}).json()["shifts"] == []


def anew(town, name, method, path, body=None):
    """People of the demo market do the same thing once only; this does it again."""
    return town.person(name)._write(method, path, body, uuid4().hex)


def read_page(town, sale):
    return f"{town.home}/duty/{sale['sale_id']}"


@pytest.mark.parametrize("scripts", [True, False])
def test_an_administrator_sets_the_shifts_of_a_distribution(visitor, town, sale, scripts):
    guest = visitor("nadege", scripts=scripts)
    guest.open(read_page(town, sale))
    guest.reads("Pas encore de permanence")

    guest.follow("Définir les permanences")
    guest.fill(shifts__0__role="Accueil des clients", shifts__0__starts="11:00", shifts__0__ends="10:00")
    guest.fill(shifts__0__places="2")
    guest.press("Enregistrer")
    guest.reads("La permanence doit finir après avoir commencé")
    if scripts:
        guest.ensure_pleasant("duty-setting-refused")
    guest.fill(shifts__0__ends="12:00")
    guest.press("Enregistrer")

    guest.reads("Les permanences sont enregistrées.")
    guest.reads("Accueil des clients")
    guest.forget("422")
    anew(town, "nadege", "PUT", f"/sales/{sale['sale_id']}/shifts", {"shifts": []})


def test_more_rows_and_a_shift_that_goes(visitor, town, sale, shifts):
    guest = visitor("nadege")
    guest.open(f"{town.home}/distributions/{sale['sale_id']}/duty")
    guest.ensure_pleasant("duty-setting")

    guest.press("Ajouter des lignes")
    guest.page.locator("[name='shifts.6.role']").wait_for()
    guest.page.locator("[name='shifts.1.dropped']").check()
    guest.press("Enregistrer")

    guest.reads("Les permanences sont enregistrées.")
    assert guest.page.get_by_text("Caisse").count() == 0


@pytest.mark.parametrize("scripts", [True, False])
def test_a_member_signs_up_and_steps_back(visitor, town, sale, shifts, scripts):
    guest = visitor("awa", scripts=scripts)
    guest.open(read_page(town, sale))

    guest.press("Je m’inscris")
    guest.reads("Merci ! Vous êtes de permanence.")
    guest.reads("vous y êtes")
    if scripts:
        guest.ensure_pleasant("duty-member")
    guest.press("Je me désiste")

    guest.reads("C’est noté : votre place est libre.")


def test_those_in_charge_see_who_comes_and_call_them_by_phone(visitor, town, sale, shifts):
    anew(town, "awa", "POST", f"/sales/{sale['sale_id']}/shifts/{shifts[0]['shift_id']}/signup")
    guest = visitor("nadege")

    guest.open(read_page(town, sale))

    guest.reads("1 sur 2")
    guest.page.get_by_role("link", name="06").first.wait_for()
    guest.ensure_pleasant("duty-administrator")
    guest.page.emulate_media(media="print")
    assert not guest.page.get_by_role("button", name="Imprimer").is_visible()
    guest.page.emulate_media(media="screen")


def test_a_distribution_leads_to_its_shifts(visitor, town):
    guest = visitor("nadege")
    guest.open(f"{town.home}/distributions")

    guest.page.get_by_role("link", name="Permanences").first.click()

    guest.page.get_by_role("heading", name="Permanences").wait_for()


def test_hands_are_asked_for_where_members_look(visitor, town, shifts):
    guest = visitor("awa")

    guest.open("/orders")
    guest.reads("On a besoin de vous")
    guest.ensure_pleasant("orders-with-duty")
    guest.open(town.shop)
    guest.page.get_by_text("On a besoin de vous").click()
    guest.reads("Rangement de la halle")
    guest.ensure_pleasant("shop-with-duty")


def test_a_producer_takes_a_place_from_the_list_of_sales(visitor, town):
    guest = visitor("producteur1")
    guest.open("/producer")
    guest.reads("On a besoin de vous")
    guest.ensure_pleasant("sales-with-duty")

    guest.page.get_by_role("button", name="Je m’inscris (Rangement de la halle").first.click()

    guest.reads("Merci ! Vous êtes de permanence.")
    guest.page.get_by_role("button", name="Je me désiste").first.click()
    guest.reads("C’est noté : votre place est libre.")
