"""Rules of catalogs, without a database."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogs import domain, taxonomy
from services.catalogs.domain import Price, UnitPrice
from shared.tables import FORMULA_STARTS, plain
from tests.catalogs.conftest import CARROTS, JAM, WINE


@pytest.mark.parametrize("text", ["73282932000074", "732 829 320 00074", "35600000000048", "356 000 000 09075"])
def test_a_real_siret_is_kept_without_spaces(text):  # SPEC C1
    assert domain.siret(text) == text.replace(" ", "")


@pytest.mark.parametrize(
    "text",
    ["73282932000075", "7328293200007", "732829320000744", "7328293200007A", "", "٧٣٢٨٢٩٣٢٠٠٠٠٧٤", "35600000009076"],
)
def test_a_siret_that_cannot_exist_is_refused(text):  # SPEC C1
    with pytest.raises(domain.SiretInvalid):
        domain.siret(text)


@given(st.integers(0, 10**13 - 1))
def test_of_ten_last_digits_one_makes_a_siret(number):  # SPEC C1
    accepted = [digit for digit in range(10) if _accepts(f"{number:013d}{digit}")]

    assert len(accepted) == 1 or f"{number:013d}".startswith(domain.LA_POSTE)


def _accepts(digits):
    try:
        return domain.siret(digits) == digits
    except domain.SiretInvalid:
        return False


def test_the_rate_is_that_of_the_category_unless_said_otherwise():  # SPEC C2
    assert domain.new_product(**CARROTS).vat_bp == 550
    assert domain.new_product(**WINE).vat_bp == 2000
    assert domain.new_product(**WINE, vat_bp=0).vat_bp == 0


def test_only_rates_that_exist_are_taken():  # SPEC C2
    with pytest.raises(domain.VatRateNotAllowed):
        domain.new_product(**CARROTS, vat_bp=1960)


def test_a_farm_that_owes_no_vat_charges_none():  # SPEC C1
    assert domain.vat_of(2000, vat_exempt=True) == 0
    assert domain.vat_of(2000, vat_exempt=False) == 2000


@pytest.mark.parametrize(
    ("price", "unit", "net", "net_unit", "expected"),
    [
        (320, "kg", None, None, UnitPrice(cents=320, per="kg")),
        (450, "jar", "250", "g", UnitPrice(cents=1800, per="kg")),
        (900, "bottle", "75", "cl", UnitPrice(cents=1200, per="l")),
        (900, "bottle", "750", "ml", UnitPrice(cents=1200, per="l")),
        (3200, "g", None, None, UnitPrice(cents=3_200_000, per="kg")),
        (1550, "box", "5.5", "kg", UnitPrice(cents=282, per="kg")),
        (210, "box", "6", "piece", UnitPrice(cents=35, per="piece")),
        (125, "bag", "1", "kg", UnitPrice(cents=125, per="kg")),
        (1, "bag", "2", "kg", UnitPrice(cents=1, per="kg")),
        (250, "bunch", None, None, None),
    ],
)
def test_the_unit_price_is_per_kilogram_or_litre_half_up(price, unit, net, net_unit, expected):  # SPEC C2
    assert domain.unit_price(price, unit, None if net is None else Decimal(net), net_unit) == expected


def test_what_is_sold_by_measure_is_sold_by_weight_and_has_no_content():  # SPEC C2 O9
    assert domain.new_product(**CARROTS).by_weight
    assert not domain.new_product(**JAM).by_weight
    with pytest.raises(domain.ContentNotAllowed):
        domain.new_product(**CARROTS, net_quantity=Decimal(250), net_unit="g")


def test_a_content_without_unit_is_pieces_and_whole():  # SPEC C2
    eggs = {"name": "Œufs", "category": "eggs.hen", "unit": "box"}

    assert domain.new_product(**eggs, net_quantity=Decimal(6)).net_unit == "piece"
    with pytest.raises(domain.ContentNeeded):
        domain.new_product(**eggs, net_quantity=Decimal("6.5"))
    with pytest.raises(domain.ContentNeeded):
        domain.new_product(**eggs, net_unit="g")


def test_only_what_is_ordered_by_weight_is_weighed_at_delivery():  # SPEC C2
    chicken = {"name": "Poulet fermier", "category": "meat.poultry", "weighed": True}

    assert domain.new_product(**chicken, unit="kg").weighed
    for unit in ("piece", "l"):
        with pytest.raises(domain.OnlyWeightIsWeighed):
            domain.new_product(**chicken, unit=unit)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"category": "vegetables"}, "category"),
        ({"unit": "bushel"}, "unit"),
        ({"allergens": ["milk", "dust"]}, "allergens"),
    ],
)
def test_codes_come_from_the_lists(wrong, field):  # SPEC C2
    with pytest.raises(domain.UnknownChoice) as refusal:
        domain.new_product(**CARROTS | wrong)

    assert refusal.value.field == field


def test_allergens_are_told_once_and_in_the_order_of_the_law():  # SPEC C2
    assert domain.new_product(**JAM, allergens=["sulphites", "milk", "sulphites"]).allergens == ["milk", "sulphites"]
    assert len(taxonomy.ALLERGENS) == 14


def test_the_taxonomy_has_two_levels_whose_codes_are_unique_and_fit_their_columns():  # SPEC C2
    codes = [category.code for group in taxonomy.GROUPS for category in group.categories]

    assert len(codes) == len(set(codes))
    assert all(code.count(".") == 1 and len(code) <= 40 for code in codes)
    assert {category.vat_bp for category in taxonomy.CATEGORIES.values()} <= set(domain.VAT_RATES)


def test_a_catalogue_holds_each_own_product_once():  # SPEC C3
    assert domain.selection([Price("a", 100), Price("b", 200)], {"a", "b", "c"}) == [Price("a", 100), Price("b", 200)]
    with pytest.raises(domain.UnknownProducts) as strange:
        domain.selection([Price("a", 100), Price("z", 200)], {"a"})
    with pytest.raises(domain.ProductListedTwice):
        domain.selection([Price("a", 100), Price("a", 200)], {"a"})
    assert strange.value.details == {"product_ids": ["z"]}


def test_a_patch_changes_prices_in_place_appends_and_takes_out():  # SPEC C3
    items = [Price("a", 100), Price("b", 200), Price("c", 300)]

    assert domain.patched(items, [Price("d", 400), Price("a", 110)], ["b", "unknown"]) == [
        Price("a", 110),
        Price("c", 300),
        Price("d", 400),
    ]


def test_search_ignores_case_accents_and_ligatures():  # SPEC C2
    assert domain.searchable("Œufs de CÔTE") == domain.searchable("oeufs de cote")


@given(st.text(max_size=40))
def test_no_cell_is_taken_for_a_formula(text):  # SPEC C3 X4
    assert not plain(text).startswith(FORMULA_STARTS)
    assert plain(text) in {text, f"'{text}"}


@given(st.lists(st.integers(1, 10_000_00), min_size=2, max_size=5), st.decimals("0.001", "1000", places=3))
def test_a_dearer_product_never_has_a_lower_unit_price(prices, net):  # SPEC C2
    per = [domain.unit_price(price, "jar", net, "g").cents for price in sorted(prices)]

    assert all(cheap <= dear for cheap, dear in pairwise(per))
