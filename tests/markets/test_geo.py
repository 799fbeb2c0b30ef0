"""The communes of France and the search around a point."""

from hypothesis import given
from hypothesis import strategies as st

from shared import geo
from shared.geo import Point, box_around, distance_km, find_communes

latitudes = st.floats(-70, 70)
longitudes = st.floats(-170, 170)
points = st.builds(Point, latitudes, longitudes)


def test_a_commune_is_found_by_its_name_in_any_spelling():  # SPEC M5
    for text in ("L'Île-Saint-Denis", "l ile st denis", "ÎLE SAINT DENIS 93".replace("ÎLE", "L'ILE")):
        assert find_communes(text)[0].insee == "93039"


def test_a_commune_is_found_by_its_postcode_or_the_beginning_of_one():  # SPEC M5
    assert "Captieux" in [commune.name for commune in find_communes("33840")]
    assert all(c.department == "33" for c in find_communes("338"))
    assert find_communes("Saint-Denis 974")[0].name == "Saint-Denis"
    assert find_communes("97400 saint denis")[0].department == "974"


def test_the_most_populous_commune_of_a_name_comes_first():  # SPEC M5
    assert [c.department for c in find_communes("Saint-Denis")[:2]] == ["974", "93"]


def test_nonsense_finds_nothing():
    assert find_communes("zzyzx") == []
    assert find_communes("--") == []
    assert find_communes("99999") == []


def test_a_postal_address_has_a_commune():
    assert geo.commune_at("33840", "CAPTIEUX").insee == "33095"
    assert geo.commune_at("33840", "Nowhere") is None
    assert geo.commune_at("33430", "Bazas").point is not None


def test_all_communes_are_read():
    codes = geo._index()[1]

    assert len({commune.insee for communes in codes.values() for commune in communes}) > 34_900


@given(centre=points, other=points, km=st.floats(1, 800))
def test_the_box_holds_everything_within_reach(centre, other, km):
    box = box_around(centre, km)

    if distance_km(centre, other) <= km * 0.999:
        assert box.south <= other.latitude <= box.north
        assert box.west <= other.longitude <= box.east


@given(one=points, other=points)
def test_distances_are_the_same_both_ways(one, other):
    assert abs(distance_km(one, other) - distance_km(other, one)) < 1e-6
    assert distance_km(one, one) == 0


def test_paris_and_lyon_are_some_392_kilometres_apart():
    assert 391 < distance_km(Point(48.8566, 2.3522), Point(45.7640, 4.8357)) < 393
