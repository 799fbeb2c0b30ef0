"""The pages of a market's administrators without a browser: what they do, how much they ask, what they refuse."""

import base64
import io

import flask
import pytest

from tests.gateway.people import wait_for
from tests.gateway.test_pages import HTML, MOST_RPCS, Browser
from tests.gateway.town import TINY_PICTURE

LOOKED_FOR = [
    "/markets?near=33880",
    "/group/{number}/catalogs?number={catalog_number}",
    "/group/{number}/catalogs?search=moulin",
    "/group/{number}/catalogs/directory?grows=vegetables&near=Cambes&within_km=20",
    "/group/{number}/catalogs/directory?name=moulin",
    "/group/{number}/members?search=memb",
    "/group/{number}/members/balances?search=memb",
]
"""Who may open these pages, and how much they ask without a question, is in tests/rights."""


@pytest.fixture(scope="module")
def admin(town):
    return Browser(town, town.admin)


@pytest.fixture(scope="module")
def others(town):
    return {name: Browser(town, getattr(town, name)) for name in ("member", "stranger")}


NEW = {
    "name": "Marché du Port",
    "kind": "association",
    "organisation_mode": "during",
    "place.name": "Le port",
    "place.postcode": "33880",
    "place.commune": "Cambes",
}


@pytest.fixture
def port(admin):
    """A new market of the administrator's: its path."""
    answer = admin.post("/markets/new", **NEW)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].removesuffix("/settings")


@pytest.mark.parametrize("path", LOOKED_FOR)
def test_a_page_of_administrators_asks_no_more_than_three_times_whatever_is_looked_for(town, admin, path):
    with admin.http:
        answer = admin.http.get(path.format(**town.ids), headers=HTML)

        assert answer.status_code == 200, answer.data[:500]
        assert flask.g.get("rpc_calls", 0) <= MOST_RPCS


def test_a_catalogue_manager_opens_catalogues_and_nothing_else(town, port, admin, others):  # SPEC P3
    market = town.nobody.get(f"/markets/by-number/{port.split('/')[2]}")
    town.stranger.ok("POST", f"/markets/{market['market_id']}/members")

    granted = admin.post(f"{port}/members/{town.stranger.account_id}/roles", grant="catalog_manager")

    assert granted.status_code == 303
    assert others["stranger"].get(f"{port}/catalogs").status_code == 200
    assert others["stranger"].get(f"{port}/settings").status_code == 403
    assert others["stranger"].get(f"{port}/members").status_code == 403


def test_my_markets_greets_the_administrator_with_cards(admin, others):  # SPEC P4
    page = admin.get("/markets").text

    assert "Voici les marchés dont vous êtes administrateur\u00a0:" in page
    assert "Marché de la Halle" in page
    assert "Voici les marchés" not in others["member"].get("/markets").text


def test_opening_a_market_presets_what_was_not_answered(town, port):  # SPEC M1
    settings = town.admin.get(f"/markets/by-number/{port.split('/')[2]}")["settings"]

    assert (settings["organisation_mode"], settings["reminder_hours"], settings["payment_fee_bp"]) == (
        "during",
        24,
        300,
    )


def test_a_refused_market_keeps_what_was_typed(admin):  # SPEC X1
    answer = admin.post("/markets/new", **NEW | {"name": "Marché gardé", "place.postcode": ""})

    assert answer.status_code == 422
    assert 'value="Marché gardé"' in answer.text
    assert 'id="f-place-postcode-fault"' in answer.text


def test_settings_are_saved_and_a_version_that_is_gone_is_refused(town, admin, port):  # SPEC M4
    rules = {
        "registration": "waiting_list",
        "payment_fee_bp": "2,5",
        "commission_bp": "1",
        "time_zone": "Indian/Reunion",
    }
    rules |= {"reservation_minutes": "20", "unvalidated_limit": "3", "version": "1"}

    saved = admin.post(f"{port}/settings/rules", **rules)
    stale = admin.post(f"{port}/settings/rules", **rules | {"reservation_minutes": "45"})

    settings = town.admin.get(f"/markets/by-number/{port.split('/')[2]}")["settings"]
    assert saved.status_code == 303
    assert settings["payment_fee_bp"] == 250
    assert settings["time_zone"] == "Indian/Reunion"
    assert (stale.status_code, settings["reservation_minutes"]) == (412, 20)
    assert 'name="version" value="2"' in stale.text
    assert 'value="45"' in stale.text


def test_the_place_is_changed_and_a_wrong_one_refused_at_its_field(town, admin, port):  # SPEC M4 X1
    place = {"place.name": "Halle", "place.postcode": "33880", "place.commune": "Cambes"}

    wrong = admin.post(f"{port}/settings/place", **place | {"place.latitude": "44,7"})
    right = admin.post(f"{port}/settings/place", **place | {"place.latitude": "44,7", "place.longitude": "-0,45"})

    kept = town.nobody.get(f"/markets/by-number/{port.split('/')[2]}")["place"]
    assert wrong.status_code == 422
    assert 'id="f-place-longitude-fault"' in wrong.text
    assert right.status_code == 303
    assert (kept["latitude"], kept["longitude"]) == (44.7, -0.45)


def test_coordinates_do_not_follow_to_another_commune(town, admin, port):  # SPEC M4
    path = f"/markets/by-number/{port.split('/')[2]}"
    before = town.nobody.get(path)["place"]
    shown = {f"place.{name}": str(before[name]) for name in ("latitude", "longitude")}

    elsewhere = {"place.name": "Place", "place.postcode": "33840", "place.commune": "Captieux"}
    admin.post(f"{port}/settings/place", **shown | elsewhere)

    after = town.nobody.get(path)["place"]
    assert after["commune"] == "Captieux"
    assert abs(after["latitude"] - before["latitude"]) > 0.2


def test_a_logo_is_a_picture_of_any_size_that_is_allowed(town, admin, port):  # SPEC M4 X4
    tiny = base64.b64decode(TINY_PICTURE)

    large = admin.post(f"{port}/settings/logo", logo=(io.BytesIO(tiny + b"\x00" * 3_000_000), "logo.png"))
    no_picture = admin.post(f"{port}/settings/logo", logo=(io.BytesIO(b"<svg/>"), "logo.svg"))
    too_large = admin.post(f"{port}/settings/logo", logo=(io.BytesIO(b"\x00" * 13_000_000), "logo.png"))
    nothing = admin.post(f"{port}/settings/logo")

    assert large.status_code == 303, large.text[:300]
    assert town.nobody.get(f"/markets/by-number/{port.split('/')[2]}")["logo_id"]
    assert no_picture.status_code == nothing.status_code == 422
    assert 'id="f-logo-fault"' in no_picture.text
    assert too_large.status_code == 413


def test_invitations_need_the_consent_and_tell_what_became_of_each_address(town, admin, port):  # SPEC N6
    pasted = "jeanne@example.org, pas une adresse; admin@example.org"

    refused = admin.post(f"{port}/members/new", addresses=pasted)
    sent = admin.post(f"{port}/members/new", addresses=pasted, consent="1")

    assert refused.status_code == 422
    assert "jeanne@example.org, pas une adresse" in refused.text
    assert sent.status_code == 200
    assert "1 invitation envoyée" in sent.text
    assert "déjà membre" in sent.text
    assert "adresse illisible" in sent.text
    assert "jeanne@example.org" in admin.get(f"{port}/members/invitations").text


def test_nobody_to_invite_is_refused_at_the_field(admin, port):  # SPEC X1
    answer = admin.post(f"{port}/members/new", consent="1")

    assert answer.status_code == 422
    assert 'id="f-addresses-fault"' in answer.text


def test_who_waits_is_accepted_or_set_aside(town, admin, port):  # SPEC M8
    market = town.nobody.get(f"/markets/by-number/{port.split('/')[2]}")
    town.admin.ok("PATCH", f"/markets/{market['market_id']}", {"registration": "waiting_list"})
    for person in (town.stranger, town.other_member):
        person.ok("POST", f"/markets/{market['market_id']}/members")

    waiting = admin.get(f"{port}/members/waiting").text
    admin.post(f"{port}/members/{town.stranger.account_id}/decision", accept="1")
    admin.post(f"{port}/members/{town.other_member.account_id}/decision", accept="0")

    assert "stranger@example.org" in waiting
    assert "stranger@example.org" in admin.get(f"{port}/members").text
    assert "Personne n’attend votre accord" in admin.get(f"{port}/members/waiting").text


def test_members_are_found_by_the_address_of_the_page(admin, town):  # SPEC N6
    path = f"/group/{town.ids['number']}/members"

    found, nobody = admin.get(f"{path}?search=member@"), admin.get(f"{path}?search=zzz")

    assert town.member.email in found.text
    assert town.referent.email not in found.text
    assert "Personne ne correspond à «\u00a0zzz\u00a0»" in nobody.text


def test_members_leave_as_a_file(admin, town):  # SPEC N6
    answer = admin.get(f"/group/{town.ids['number']}/members.csv")

    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert town.member.email in answer.text


def test_the_last_administrator_stays(admin, town, port):  # SPEC P3
    admin.post(f"{port}/members/{town.admin.account_id}/roles", revoke="administrator")

    assert "administrateur" in admin.get(f"{port}/members").text


def test_a_catalogue_is_found_by_number_linked_and_unlinked(admin, town, port):  # SPEC C6
    number, catalog_id = town.ids["catalog_number"], town.ids["catalog_id"]

    found = admin.get(f"{port}/catalogs?number={number}").text
    linked = admin.post(f"{port}/catalogs", number=str(number))
    at_once = admin.get(f"{port}/catalogs").text
    asked = admin.get(f"{port}/catalogs/{catalog_id}/removal").text
    admin.post(f"{port}/catalogs/{catalog_id}/removal")

    assert "Relier ce catalogue à Marché du Port" in found
    assert linked.status_code == 303
    assert "1 catalogue relié" in at_once
    assert "Délier ce catalogue" in asked
    assert "0 catalogue relié" in admin.get(f"{port}/catalogs").text


@pytest.mark.parametrize("number", ["999999", "abc", "-1", "99999999999"])
def test_a_number_that_is_no_catalogue_is_told_at_its_field(admin, port, number):  # SPEC C6 X1
    answer = admin.get(f"{port}/catalogs?number={number}")

    assert answer.status_code in {404, 422}
    assert 'id="f-number-fault"' in answer.text
    assert f'value="{number}"' in answer.text


def test_a_farm_is_found_by_its_name_wherever_it_is(admin, port):  # SPEC C5
    found = admin.get(f"{port}/catalogs/directory?name=chenes").text
    nothing = admin.get(f"{port}/catalogs/directory?name=chenes&near=75001&within_km=10").text

    assert "Ferme des Trois Chênes" in found
    assert "Les Jardins du Moulin" not in found
    assert "Aucun producteur trouvé" in nothing


def test_a_directory_of_a_wrong_distance_is_refused_not_broken(admin, port):  # SPEC X1
    assert admin.get(f"{port}/catalogs/directory?within_km=abc&grows=%00").status_code == 422


def test_the_seven_steps_come_from_facts(town, admin, port):  # SPEC M2
    market = town.nobody.get(f"/markets/by-number/{port.split('/')[2]}")
    first = town.admin.get(f"/markets/{market['market_id']}")["first_steps"]

    admin.post(f"{port}/settings/texts", name="Marché du Port", kind="association", welcome="Bonjour", version="1")
    admin.post(f"{port}/catalogs", number=str(town.ids["catalog_number"]))
    admin.post(f"{port}/members/new", addresses="client@example.org", consent="1")
    town.plan(50, 60, market_id=market["market_id"])

    steps = town.admin.get(f"/markets/{market['market_id']}")["first_steps"]
    assert [name for name, done in first.items() if done] == ["organisation"]
    assert [name for name, done in steps.items() if not done] == ["launched"]
    assert 'class="steps"' in admin.get(f"{port}/settings").text
    assert town.nobody.get(f"/markets/{market['market_id']}")["first_steps"] is None


def test_the_steps_are_gone_once_all_are_done(town, admin):  # SPEC M2
    path = f"/markets/{town.ids['market_id']}"
    town.admin.ok("PATCH", path, {"welcome": "Bonjour"})

    wait_for("the first validation", lambda: all(town.admin.get(path)["first_steps"].values()))

    assert 'class="steps"' not in admin.get(f"/group/{town.ids['number']}/settings").text
