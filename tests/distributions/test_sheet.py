"""« Liste d'émargement », as JSON for the page that prints and as CSV for spreadsheets."""

import csv
from io import StringIO

import pytest

from services.distributions.csv_sheet import harmless
from shared.actor import Actor
from tests.distributions.world import REFERENT, SALE, account


@pytest.fixture
def sheet(world):
    world.order("marie", carrot="1.25", bread="2")
    world.order("elie", chicken="1.5")
    return lambda **options: world.see("sign_off_sheet", sale_id=SALE, **world.sheet_options(**options))


def rows(world, actor=REFERENT, **options):
    told = world.see("sign_off_csv", actor, sale_id=SALE, **world.sheet_options(**options))
    return list(csv.reader(StringIO(told["text"]), delimiter=";"))


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


def test_the_csv_has_semicolons_and_decimal_commas(world, sheet):  # SPEC D5
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
    assert [harmless(cell) for cell in ("\tx", "-1", "a=b")] == ["'\tx", "'-1", "a=b"]
