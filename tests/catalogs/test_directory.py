"""« Découvrir les producteurs du réseau »: by what they grow, nearest first."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.catalogs import domain, queries
from shared.actor import Actor
from shared.errors import LogInRequired
from shared.geo import Point, distance_km
from tests.catalogs.conftest import CARROTS, Farm

BORDEAUX = {"latitude": 44.8378, "longitude": -0.5792}
ASKED = {
    "near": "",
    "latitude": None,
    "longitude": None,
    "within_km": 100,
    "grows": None,
    "name": "",
    "but": [],
    "after": None,
}


def somewhere(db, name, latitude, longitude, **said):
    return Farm(db, name=name, latitude=latitude, longitude=longitude, **said)


def search(farm, actor=None, **asked):
    return farm.ask(queries.producers, actor=actor, **ASKED | {"limit": 20} | asked)


def names(found):
    return [item["name"] for item in found["items"]]


@pytest.fixture
def farms(db):
    """Around Bordeaux, and one in Paris."""
    return [
        somewhere(db, "Paris", 48.85, 2.35),
        somewhere(db, "Libourne", 44.92, -0.24, grows=["drinks.wine"]),
        somewhere(db, "Pessac", 44.81, -0.63, grows=["dairy"]),
        somewhere(db, "Arcachon", 44.66, -1.17, grows=["fish.shellfish"]),
    ]


def test_farms_are_found_nearest_first_with_their_distance(farms):  # SPEC C5
    found = search(farms[0], **BORDEAUX)

    assert [(item["name"], item["distance_km"]) for item in found["items"]] == [
        ("Pessac", 5.1),
        ("Libourne", 28.2),
        ("Arcachon", 50.7),
    ]


def test_a_commune_or_postcode_says_where(farms):  # SPEC C5
    found = search(farms[0], near="33120", within_km=30)

    assert names(found) == ["Arcachon"]
    assert found["communes"][0]["name"] == "Arcachon"
    assert search(farms[0], near="Nulle-Part-sur-Rien")["items"] == []


def test_a_farm_is_found_by_words_of_its_name_also_renamed_and_without_accents(farms):  # SPEC C5
    farms[1].change(name="La Ferme des Œillets d’Été")

    assert names(search(farms[0], name="oeillets FERME")) == ["La Ferme des Œillets d’Été"]
    assert names(search(farms[0], name="é", **BORDEAUX, within_km=10)) == ["Pessac"]
    assert names(search(farms[0], name="libourne")) == names(search(farms[0], name="%")) == []


def test_the_circle_is_round(farms):  # SPEC C5
    assert names(search(farms[0], **BORDEAUX, within_km=28)) == ["Pessac"]
    assert names(search(farms[0], **BORDEAUX, within_km=29)) == ["Pessac", "Libourne"]


@pytest.mark.parametrize(
    ("grows", "expected"),
    [
        ("dairy", ["Pessac"]),
        ("dairy.milk", ["Pessac"]),
        ("drinks", ["Libourne"]),
        ("drinks.beer", []),
        ("vegetables.root", ["Arcachon"]),
        ("vegetables", ["Arcachon"]),
    ],
)
def test_what_it_says_or_sells_is_what_it_grows(farms, grows, expected):  # SPEC C5
    farms[3].add(CARROTS)
    farms[1].withdraw(farms[1].add(CARROTS))

    assert names(search(farms[0], **BORDEAUX, grows=grows)) == expected


def test_an_unknown_kind_of_product_is_refused(farms):  # SPEC X1
    with pytest.raises(domain.UnknownChoice):
        search(farms[0], grows="weapons")


def test_farms_known_already_are_left_out(farms):  # SPEC C5
    assert names(search(farms[0], **BORDEAUX, but=[farms[2].id])) == ["Libourne", "Arcachon"]


def test_without_a_place_farms_are_listed_by_name(farms):  # SPEC C5
    found = search(farms[0])

    assert names(found) == ["Arcachon", "Libourne", "Paris", "Pessac"]
    assert found["items"][0]["distance_km"] is None


def test_a_card_shows_catalogue_numbers_but_no_address_to_gather(farms):  # SPEC C5 C6 P3
    catalog = farms[2].create((farms[2].add(), 320))

    (card,) = search(farms[0], **BORDEAUX, within_km=10)["items"]

    assert [(each["number"], each["item_count"]) for each in card["catalogs"]] == [(catalog.number, 1)]
    assert not {"phone", "email", "siret"} & card.keys()


def test_the_directory_asks_for_a_log_in(farms):  # SPEC P3
    with pytest.raises(LogInRequired):
        search(farms[0], actor=Actor())


def test_a_farm_without_coordinates_is_where_its_commune_is(db):  # SPEC C1 C5
    farm = Farm(db, commune="Cambes", postcode="33880", latitude=None, longitude=None)

    (found,) = search(farm, near="Cambes 33880", within_km=1)["items"]
    farm.change(commune="Arcachon", postcode="33120")

    assert found["distance_km"] == 0.0
    assert len(search(farm, near="Arcachon", within_km=5)["items"]) == 1


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.floats(44, 46), st.floats(-2, 2)), min_size=1, max_size=7),
    st.integers(1, 3),
)
def test_pages_hold_every_farm_once_in_order_of_distance(database, points, limit):  # SPEC C5
    db = database("catalogs")
    farms = [somewhere(db, f"F{index}", *point) for index, point in enumerate(points)]
    found, after = [], None
    while True:
        page = search(farms[0], latitude=45.0, longitude=0.0, within_km=1000, limit=limit, after=after)
        found += [(item["distance_km"], item["producer_id"]) for item in page["items"]]
        after = page["next"]
        if after is None:
            break

    centre = Point(45.0, 0.0)
    wanted = sorted((distance_km(centre, Point(*point)), farm.id) for farm, point in zip(farms, points, strict=True))
    assert sorted(each for _, each in found) == sorted(farm.id for farm in farms)
    assert [km for km, _ in found] == pytest.approx([km for km, _ in wanted], abs=0.06)
