"""« Liste d'émargement », as JSON for the page that prints and as a table for spreadsheets; lot labels."""

import pytest

from shared.actor import Actor
from shared.errors import NotFound
from tests.distributions.world import BUTCHER, FARMER, REFERENT, SALE, STRANGER, VEGETABLES, account


@pytest.fixture
def sheet(world):
    world.order("marie", carrot="1.25", bread="2")
    world.order("elie", chicken="1.5")
    return lambda **options: world.see("sign_off_sheet", sale_id=SALE, **world.sheet_options(**options))


def rows(world, actor=REFERENT, **options):
    told = world.see("sign_off_table", actor, sale_id=SALE, **world.sheet_options(**options))
    return [told["header"], *told["rows"]]


def test_the_sheet_lists_all_baskets_and_echoes_its_options(sheet):  # SPEC D5
    told = sheet(layout="pages", font_size="XL", notes=True)

    assert told["options"] == {
        "layout": "pages",
        "prices": True,
        "phones": True,
        "products": True,
        "signature": True,
        "notes": True,
        "font_size": "XL",
    }
    assert [(b["name"], b["due_cents"], len(b["lines"])) for b in told["baskets"]] == [
        ("Marie Dupont", 325 + 900, 2),
        ("Zoé Émond", 1935, 1),
    ]
    assert told["market_name"] == "Marché de Captieux"


def test_prices_phones_and_products_can_be_left_out(sheet):  # SPEC D5
    basket = sheet(prices=False, phones=False)["baskets"][0]

    assert (basket["phone"], basket["due_cents"], basket["lines"][0]["delivered_cents"]) == (None, None, None)
    assert sheet(products=False)["baskets"][0]["lines"] == []


def test_the_table_has_decimal_commas(world, sheet):  # SPEC D5
    heading, *lines = rows(world)

    assert heading == [
        "N° panier",
        "Nom",
        "Prénom",
        "Téléphone",
        "Producteur",
        "Produit",
        "Quantité",
        "Unité",
        "Prix unitaire (€)",
        "Montant (€)",
        "Total panier (€)",
        "Signature",
    ]
    assert lines[1] == [
        "105",
        "Dupont",
        "Marie",
        "'+33 6 12 34 56 78",
        "Ferme des Légumes",
        "Carrot",
        "1,25",
        "kg",
        "2,60",
        "3,25",
        "",
        "",
    ]
    assert lines[0][9:11] == ["9,00", "12,25"]


def test_without_products_there_is_one_row_a_basket(world, sheet):  # SPEC D5
    english = Actor(REFERENT.account_id, "en")

    assert rows(world, english, products=False, phones=False, notes=True) == [
        ["Basket no.", "Last name", "First name", "Basket total (€)", "Signature", "Notes"],
        ["105", "Dupont", "Marie", "12,25", "", ""],
        ["104", "Émond", "Zoé", "19,35", "", ""],
    ]


def test_no_cell_is_a_formula(world, sheet):  # SPEC D5 X4
    world.tell(account("marie", "=HYPERLINK(1)", "@SUM", version=2))

    cells = [cell for row in rows(world) for cell in row]

    assert "'=HYPERLINK(1)" in cells
    assert "'@SUM" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_each_lot_says_for_which_basket_it_is(world, sheet):  # SPEC D5 M6
    labels = world.see("lot_labels", sale_id=SALE, producer_id=None)["items"]

    assert [(lot["basket_number"], [line["name"] for line in lot["lines"]]) for lot in labels] == [
        (104, ["Chicken"]),
        (105, ["Bread", "Carrot"]),
    ]
    assert "phone" not in labels[0]


def test_a_producer_sees_the_own_lots_only(world, sheet):  # SPEC P3 D5
    (lot,) = world.see("lot_labels", FARMER, sale_id=SALE, producer_id=None)["items"]

    assert (lot["basket_number"], lot["last_name"], lot["producer_id"]) == (105, "Dupont", VEGETABLES)
    assert [line["unit"] for line in lot["lines"]] == ["piece", "kg"]
    with pytest.raises(NotFound):
        world.see("lot_labels", FARMER, sale_id=SALE, producer_id=BUTCHER)


def test_who_neither_settles_nor_brings_anything_sees_no_lot(world, sheet):  # SPEC P3
    with pytest.raises(NotFound):
        world.see("lot_labels", STRANGER, sale_id=SALE, producer_id=None)
