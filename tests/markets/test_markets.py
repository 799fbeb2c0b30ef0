"""Opening, changing, showing and finding markets; linking catalogues."""

import pytest

from shared.errors import Refused
from shared.events.catalogs import CatalogChanged
from shared.events.markets import (
    CatalogLinked,
    CatalogUnlinked,
    MarketChanged,
    MemberJoined,
    ParticipationWithdrawn,
    RoleGranted,
)
from tests.markets.world import PLACE


def test_whoever_opens_a_market_becomes_its_member_and_administrator(world):  # SPEC M1
    anne = world.person()

    market = world.market(anne, name="La Cagette de Captieux")

    assert (market["number"], market["version"]) == (1, 1)
    assert [type(event) for event in world.told()] == [MarketChanged, MemberJoined, RoleGranted]
    changed, joined, granted = world.told()
    assert (changed.number, changed.name, changed.commune) == (1, "La Cagette de Captieux", "Captieux")
    assert (joined.account_id, granted.account_id, granted.role) == (anne, anne, "administrator")


def test_numbers_of_markets_follow_each_other(world):  # SPEC M5
    anne = world.person()

    assert [world.market(anne)["number"] for _ in range(3)] == [1, 2, 3]


def test_an_overseas_market_keeps_its_own_time_unless_told_otherwise(world):  # SPEC M1 M4
    place = PLACE | {"postcode": "97200", "commune": "Fort-de-France"}

    assert world.market(world.person(), place=place)["time_zone"] == "America/Martinique"
    assert world.market(world.person(), place=place, time_zone="Europe/Paris")["time_zone"] == "Europe/Paris"


def test_an_unknown_time_zone_is_refused(world):  # SPEC M4
    for zone in ("Mars/Olympus", "../../etc/passwd", "Europe"):
        with pytest.raises(Refused) as refused:
            world.market(world.person(), time_zone=zone)
        assert refused.value.code == "unknown_time_zone"


def test_everything_stays_editable_and_is_told_with_a_higher_version(world):  # SPEC M1 M4
    anne = world.person()
    market = world.market(anne)
    world.forget()

    changed = world.call(
        "change_market",
        anne,
        market_id=market["market_id"],
        version=1,
        payment_fee_bp=250,
        organisation_mode="during",
        registration="waiting_list",
        welcome="Bienvenue",
        place=PLACE | {"name": "Halle", "latitude": 44.3, "longitude": -0.26},
    )

    (told,) = world.told()
    assert (told.version, told.payment_fee_bp, told.organisation_mode) == (2, 250, "during")
    assert changed["place"]["name"] == "Halle"
    assert (changed["welcome"], changed["place"]["latitude"]) == ("Bienvenue", 44.3)


def test_an_outdated_change_is_refused_with_the_current_version(world):  # SPEC X1
    anne = world.person()
    market = world.market(anne)
    world.call("change_market", anne, market_id=market["market_id"], version=1, welcome="Bonjour")

    with pytest.raises(Refused) as refused:
        world.call("change_market", anne, market_id=market["market_id"], version=1, welcome="Bonsoir")

    assert (refused.value.code, refused.value.details) == ("version_conflict", {"current": 2})


def test_only_administrators_change_a_market(world):  # SPEC P3 X4
    market = world.market(world.person())

    for by, code in ((world.person(), "forbidden"), (None, "log_in_required")):
        with pytest.raises(Refused) as refused:
            world.call("change_market", by, market_id=market["market_id"], welcome="Pirate")
        assert refused.value.code == code


def test_amounts_that_only_look_like_numbers_are_refused(world):  # SPEC X1
    for bad in (
        {"payment_fee_bp": "300"},
        {"payment_fee_bp": 300.5},
        {"reminder_hours": 12},
        {"commission_bp": -1},
        {"kind": "gang"},
        {"place": PLACE | {"latitude": 44.0}},
        {"unknown": 1},
        {"name": ""},
    ):
        with pytest.raises(Refused) as refused:
            world.market(world.person(), **bad)
        assert refused.value.code == "invalid_input"


def test_the_home_shows_place_producers_contact_planning_and_organisation(world):  # SPEC M3 M6
    anne, paul = world.person(), world.person("Paul", "Alain")
    market = world.market(anne, contact_name="Anne", contact_email="anne@example.org", organisation_mode="during")
    producer_id, catalog_id = world.farm(9481, paul)
    world.call("link_catalog", anne, market_id=market["market_id"], number=9481)
    sale = world.sale(anne, market)

    home = world.call("market", number=market["number"])

    assert home["place"]["commune"] == "Captieux"
    assert home["contact_email"] == "anne@example.org"
    assert home["producers"] == [
        {
            "producer_id": str(producer_id),
            "name": "Ferme de Peyrignolles",
            "commune": "Captieux",
            "postcode": "33840",
            "photo_id": None,
            "catalogs": [{"catalog_id": str(catalog_id), "number": 9481, "name": "Tarif vente à la ferme"}],
        }
    ]
    assert [planned["sale_id"] for planned in home["planning"]] == [sale["sale_id"]]
    assert home["organisation"].startswith("Chaque producteur apporte des lots étiquetés")
    assert home["settings"] is None
    assert home["mine"] == {"membership": None, "roles": []}


def test_settings_are_on_the_home_for_administrators_only(world):  # SPEC M4 P3
    anne = world.person()
    market = world.market(anne)

    assert world.call("market", anne, market_id=market["market_id"])["settings"]["payment_fee_bp"] == 300
    assert world.call("market", world.person(), market_id=market["market_id"])["settings"] is None


def test_an_unknown_market_is_not_found(world):  # SPEC M5
    with pytest.raises(Refused) as refused:
        world.call("market", number=99)

    assert (refused.value.code, refused.value.details) == ("not_found", {"what": "market"})


def test_markets_are_found_from_a_commune_nearest_first(world):  # SPEC M5
    anne = world.person()
    for name, postcode, commune in (
        ("Bordeaux", "33000", "Bordeaux"),
        ("Bazas", "33430", "Bazas"),
        ("Captieux", "33840", "Captieux"),
        ("Lyon", "69001", "Lyon"),
    ):
        world.market(anne, name=name, place=PLACE | {"postcode": postcode, "commune": commune})

    found = world.call("search_markets", near="captieux")
    far = world.call("search_markets", near="villeurbanne")

    assert [market["name"] for market in found["items"]] == ["Captieux", "Bazas"]
    assert found["items"][0]["distance_km"] == 0
    assert 15 < found["items"][1]["distance_km"] < 17
    assert [market["name"] for market in far["items"]] == ["Lyon"]


def test_the_search_goes_farther_when_nobody_is_near(world):  # SPEC M5
    world.market(world.person(), place=PLACE | {"postcode": "33000", "commune": "Bordeaux"})

    found = world.call("search_markets", near="64000")

    assert [round(market["distance_km"], -1) for market in found["items"]] == [170]


def test_a_commune_without_coordinates_is_found_by_its_postcode(world):  # SPEC M5
    place = PLACE | {"postcode": "97500", "commune": "Saint-Pierre"}
    market = world.market(world.person(), place=place)

    found = world.call("search_markets", near="97500")

    assert market["time_zone"] == "America/Miquelon"
    assert [(m["name"], m["distance_km"]) for m in found["items"]] == [("Marché de Captieux", None)]


def test_a_search_that_means_nothing_finds_nothing(world):  # SPEC M5
    world.market(world.person())

    assert world.call("search_markets", near="zzyzx") == {"communes": [], "items": []}


def test_my_markets_tell_those_i_administer_from_those_i_joined(world):  # SPEC P4
    anne, bob = world.person(), world.person("Bob")
    market = world.market(anne)
    world.call("join", bob, market_id=market["market_id"])

    mine, his = world.call("my_markets", anne), world.call("my_markets", bob)

    assert [each["roles"] for each in mine["administered"]] == [["administrator"]]
    assert his["administered"] == []
    assert [each["membership"] for each in his["joined"]] == ["member"]


def test_a_catalogue_is_linked_by_its_number_and_shows_at_once(world):  # SPEC C6
    anne, paul = world.person(), world.person("Paul")
    market = world.market(anne)
    producer_id, catalog_id = world.farm(9481, paul)
    world.forget()

    before = world.call("find_catalog", anne, number=9481, market_id=market["market_id"])
    world.call("link_catalog", anne, market_id=market["market_id"], number=9481)
    world.call("link_catalog", anne, market_id=market["market_id"], catalog_id=catalog_id)

    (linked,) = world.told()
    assert (before["producer_name"], before["linked"]) == ("Ferme de Peyrignolles", False)
    assert isinstance(linked, CatalogLinked)
    assert (linked.catalog_id, linked.producer_id, linked.version) == (catalog_id, producer_id, 1)
    assert [c["number"] for c in world.call("linked_catalogs", market_id=market["market_id"])["items"]] == [9481]
    assert world.call("find_catalog", anne, number=9481, market_id=market["market_id"])["linked"]
    (mine,) = world.call("my_links", paul)["items"]
    assert (mine["market_number"], mine["catalog_id"]) == (market["number"], str(catalog_id))
    assert world.call("my_links", anne)["items"] == []


def test_a_catalogue_manager_links_and_a_mere_member_does_not(world):  # SPEC C6 P3
    anne, bob = world.person(), world.person("Bob")
    market = world.market(anne)
    world.farm(9481, world.person("Paul"))
    world.call("join", bob, market_id=market["market_id"])

    with pytest.raises(Refused):
        world.call("link_catalog", bob, market_id=market["market_id"], number=9481)
    world.call("grant_role", anne, market_id=market["market_id"], account_id=bob, role="catalog_manager")

    assert world.call("link_catalog", bob, market_id=market["market_id"], number=9481)["active"]


def test_unlinking_leaves_the_coming_sales_and_is_told(world):  # SPEC C6
    anne, paul = world.person(), world.person("Paul")
    market = world.market(anne)
    _, catalog_id = world.farm(9481, paul)
    world.call("link_catalog", anne, market_id=market["market_id"], number=9481)
    sale = world.sale(anne, market)
    world.call("participate", paul, sale_id=sale["sale_id"], catalog_id=catalog_id)
    world.forget()

    world.call("unlink_catalog", anne, market_id=market["market_id"], catalog_id=catalog_id)

    withdrawn, unlinked = world.told()
    assert isinstance(withdrawn, ParticipationWithdrawn)
    assert (withdrawn.version, withdrawn.not_delivering) == (2, False)
    assert isinstance(unlinked, CatalogUnlinked)
    assert unlinked.version == 2
    assert world.call("linked_catalogs", market_id=market["market_id"])["items"] == []
    assert world.call("my_links", paul)["items"] == []


def test_unlinking_is_refused_while_people_wait_for_what_they_ordered(world):  # SPEC C6
    anne, paul = world.person(), world.person("Paul")
    market = world.market(anne)
    producer_id, catalog_id = world.farm(9481, paul)
    world.call("link_catalog", anne, market_id=market["market_id"], number=9481)
    sale = world.sale(anne, market)
    world.call("participate", paul, sale_id=sale["sale_id"], catalog_id=catalog_id)
    world.order(sale, anne, producer_id)

    with pytest.raises(Refused) as refused:
        world.call("unlink_catalog", anne, market_id=market["market_id"], catalog_id=catalog_id)

    assert refused.value.details == {"sale_ids": [sale["sale_id"]]}


def test_an_older_word_about_a_catalogue_changes_nothing(world):
    _, catalog_id = world.farm(9481, world.person())
    newer = CatalogChanged.load(
        {
            "catalog_id": str(catalog_id),
            "number": 9481,
            "producer_id": str(catalog_id),
            "name": "Nouveau nom",
            "items": [],
            "version": 3,
        }
    )
    older = CatalogChanged.load(newer.dump() | {"name": "Ancien nom", "version": 2})

    world.hear(newer, older)

    assert world.call("find_catalog", world.person(), number=9481)["name"] == "Nouveau nom"
