"""Importing a catalogue from a sheet: the preview, its faults, all or nothing, and back again unchanged."""

from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.sheets import as_file, rows_of
from services.catalogs import commands, domain, queries, sheets, taxonomy
from services.catalogs.commands.sheets import ChangedSincePreview, SheetHasFaults
from services.catalogs.domain import ProductFacts
from services.catalogs.sheets import Entry, reading
from services.catalogs.sheets.planning import ColumnTwice, SheetWithoutProducts
from shared.actor import Actor
from shared.errors import NotFound
from shared.events.catalogs import CatalogChanged, ProductChanged, ProductWithdrawn, StockSet
from shared.tables import FORMULA_STARTS, plain
from tests.catalogs.conftest import CARROTS, JAM, Farm
from tests.support.bus import forget_told, told

HEADER = ["Nom", "Catégorie", "Prix TTC", "Unité"]


class Sheet:
    """A farm's catalogue and what is done to it by sheets."""

    def __init__(self, db):
        self.db, self.farm = db, Farm(db)
        self.carrots = self.farm.add(on_hand=Decimal("12.5"))
        self.jam = self.farm.add(JAM)
        self.catalog = self.farm.create((self.jam, 450), (self.carrots, 320))
        self.exported = self.export()
        forget_told(db)

    def export(self, language="fr"):
        actor = Actor(self.farm.actor.account_id, language)
        table = self.farm.ask(queries.export_catalog, actor=actor, catalog_id=self.catalog.id)
        return [table["header"], *table["rows"]]

    def with_cell(self, row, column, cell):
        rows = [list(cells) for cells in self.exported]
        rows[row - 1][rows[0].index(column)] = cell
        return rows

    def preview(self, rows, missing="keep", actor=None):
        asked = {"catalog_id": self.catalog.id, "rows": rows, "missing": missing}
        return self.farm.ask(queries.preview_import, actor=actor, **asked)

    def apply(self, rows, seen=None, missing="keep"):
        seen = seen or self.preview(rows, missing)["seen"]
        with self.db.write() as session:
            asked = {"catalog_id": self.catalog.id, "rows": rows, "missing": missing, "seen": seen}
            return commands.apply_import(session, self.farm.actor, **asked)

    def items(self):
        return self.farm.ask(queries.catalog, catalog_id=self.catalog.id)["items"]


@pytest.fixture
def sheet(db):
    return Sheet(db)


def faults(preview):
    return [(fault["row"], fault["column"], fault["code"]) for fault in preview["faults"]]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_was_exported_imports_again_unchanged(db, sheet, language):  # SPEC C3
    rows = sheet.export(language)

    preview = sheet.preview(rows, "take_out")
    done = sheet.apply(rows, missing="take_out")

    assert (preview["faults"], preview["counts"]["unchanged"]) == ([], 2)
    assert preview["ignored_columns"] == [rows[0][7], rows[0][8]]
    assert (done["unchanged"], done["version"], told(db)) == (2, 1, [])


def test_the_preview_says_what_each_row_and_column_will_change(sheet):  # SPEC C3
    rows = sheet.with_cell(2, "Prix TTC", "4,80 €")
    rows[2][rows[0].index("Retiré")] = "oui"
    rows.append(["", "Radis", "racines et tubercules", "1,5", "BOTTE"])

    preview = sheet.preview(rows)

    assert [(row["row"], row["action"], row["name"]) for row in preview["rows"]] == [
        (2, "changed", JAM["name"]),
        (3, "withdrawn", CARROTS["name"]),
        (4, "added", "Radis"),
    ]
    assert preview["rows"][0]["changes"] == [{"column": "Prix TTC", "before": "4,50", "after": "4,80"}]
    assert preview["counts"] == {"added": 1, "changed": 1, "unchanged": 0, "withdrawn": 1, "taken_out": 0}


def test_an_import_is_told_as_if_done_by_hand(db, sheet):  # SPEC C3
    rows = sheet.with_cell(3, "Retiré", "oui")
    rows[2][rows[0].index("Stock")] = "3"
    rows[1][rows[0].index("Prix TTC")] = "5,00"
    rows.append(["", "Radis", "Racines et tubercules", "1,50", "botte"])

    sheet.apply(rows)

    radishes = sheet.items()[2]
    assert [(item["name"], item["price_cents"]) for item in sheet.items()] == [
        (JAM["name"], 500),
        (CARROTS["name"], 320),
        ("Radis", 150),
    ]
    assert [type(event) for event in told(db)] == [ProductWithdrawn, StockSet, StockSet, ProductChanged, CatalogChanged]
    assert told(db, StockSet)[0].change == Decimal("-9.5")
    assert told(db, ProductChanged)[0].product_id == radishes["product_id"]
    assert told(db, CatalogChanged)[0].version == 2


def test_products_are_found_by_name_when_no_identifier_is_given(sheet):  # SPEC C3
    rows = [["prix ttc", "NOM"], ["3,00", "carottes des SABLES"]]

    preview = sheet.preview(rows)

    assert [(row["product_id"], row["action"]) for row in preview["rows"]] == [(sheet.carrots.id, "changed")]


def test_a_product_of_the_farm_comes_into_the_catalogue_with_its_price(db, sheet):  # SPEC C3
    wild = sheet.farm.add(CARROTS | {"name": "Ail des ours"})

    sheet.apply([["Nom", "Prix"], ["Ail des ours", "2,00"]])

    assert [(item["product_id"], item["price_cents"]) for item in sheet.items()][-1] == (wild.id, 200)


def test_what_the_sheet_leaves_out_stays_or_leaves_the_catalogue(db, sheet):  # SPEC C3
    rows = sheet.exported[:2]

    kept = sheet.preview(rows)
    sheet.apply(rows, missing="take_out")

    assert kept["counts"]["taken_out"] == 0
    assert [item["name"] for item in sheet.items()] == [JAM["name"]]
    assert sheet.farm.ask(queries.product, product_id=sheet.carrots.id)["withdrawn"] is False


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("Prix TTC", "beaucoup", "cell_not_an_amount"),
        ("Prix TTC", "3,505", "cell_not_an_amount"),
        ("Prix TTC", "", "cell_needed"),
        ("Prix TTC", "-3", "cell_not_an_amount"),
        ("Prix TTC", "0", "invalid_input"),
        ("Nom", "", "cell_needed"),
        ("Nom", "x" * 121, "invalid_input"),
        ("Catégorie", "Légumes", "cell_not_on_the_list"),
        ("Unité", "boisseau", "cell_not_on_the_list"),
        ("TVA %", "7", "vat_rate_not_allowed"),
        ("Contenu", "0", "invalid_input"),
        ("Stock", "1,5", "whole_number_needed"),
        ("Pesé à la livraison", "oui", "only_weight_is_weighed"),
        ("Bio", "peut-être", "cell_not_yes_or_no"),
        ("Allergènes", "Lait, poussière", "cell_not_on_the_list"),
        ("Identifiant", "7", "cell_not_an_identifier"),
        ("Identifiant", str(uuid4()), "not_of_this_farm"),
        ("Origine", "deux\nlignes", "invalid_input"),
        ("Nom", "deux\u2028lignes", "invalid_input"),
    ],
)
def test_a_wrong_cell_is_told_by_row_and_column_and_nothing_is_written(db, sheet, column, cell, code):  # SPEC C3 X1
    rows = [*sheet.with_cell(2, column, cell), ["", "Radis", "Racines et tubercules", "1,50", "botte"]]

    preview = sheet.preview(rows)

    assert faults(preview) == [(2, column, code)]
    with pytest.raises(SheetHasFaults):
        sheet.apply(rows, preview["seen"])
    assert told(db) == []
    assert len(sheet.items()) == 2


def test_what_is_blank_around_a_cell_does_not_count(sheet):  # SPEC C3
    preview = sheet.preview([["Nom", "Origine"], [CARROTS["name"] + "\r\n", "Landes \n"]])

    assert preview["faults"] == []
    assert [(each["column"], each["after"]) for each in preview["rows"][0]["changes"]] == [("Origine", "Landes")]


def test_all_faults_are_told_at_once(sheet):  # SPEC C3
    rows = [HEADER, ["Radis", "?", "?", "botte"], ["Navets", "Racines et tubercules", "", "kg"]]

    preview = sheet.preview(rows)

    assert faults(preview) == [
        (2, "Catégorie", "cell_not_on_the_list"),
        (2, "Prix TTC", "cell_not_an_amount"),
        (3, "Prix TTC", "cell_needed"),
    ]


def test_one_product_cannot_be_in_two_rows(sheet):  # SPEC C3
    radishes = ["Radis", "Racines et tubercules", "1,50", "botte"]

    preview = sheet.preview([HEADER, radishes, ["RADIS", *radishes[1:]]])

    assert faults(preview) == [(3, "Nom", "row_twice")]
    assert preview["faults"][0]["details"] == {"first": 2}


def test_a_name_that_several_products_have_needs_the_identifier(sheet):  # SPEC C3
    sheet.farm.add()

    preview = sheet.preview([HEADER, [CARROTS["name"], "Racines et tubercules", "1,50", "kg"]])

    assert faults(preview) == [(2, "Nom", "name_not_unique")]


def test_a_sheet_must_have_products_and_each_column_once(sheet):  # SPEC C3 X1
    for rows in ([["Prix"], ["3"]], [["Nom", "Prix"]], [["Nom", "Prix"], ["", " "]], [["?"]]):
        with pytest.raises(SheetWithoutProducts):
            sheet.preview(rows)
    with pytest.raises(ColumnTwice):
        sheet.preview([["Nom", "name"], ["a", "b"]])


@pytest.mark.parametrize("change", ["catalog", "product", "stock", "new"])
def test_whatever_changed_since_the_preview_stops_the_import(db, sheet, change):  # SPEC C3 D8
    rows = sheet.with_cell(2, "Prix TTC", "5,00")
    seen = sheet.preview(rows)["seen"]
    {
        "catalog": lambda: sheet.farm.change_catalog(sheet.catalog, name="Autre"),
        "product": lambda: sheet.farm.change_product(sheet.jam, origin="Cambes"),
        "stock": lambda: sheet.farm.set_stock(sheet.carrots, 4),
        "new": sheet.farm.add,
    }[change]()

    with pytest.raises(ChangedSincePreview):
        sheet.apply(rows, seen)

    assert sheet.items()[0]["price_cents"] == 450


def test_only_the_farm_imports(sheet, strangers):  # SPEC P3
    with pytest.raises(NotFound):
        sheet.preview(sheet.exported, actor=strangers.actor)


def test_an_identifier_of_another_farm_is_unknown(sheet, strangers):  # SPEC P3 C3
    foreign = strangers.farm.add()

    preview = sheet.preview(sheet.with_cell(2, "Identifiant", str(foreign.id)))

    assert faults(preview) == [(2, "Identifiant", "not_of_this_farm")]


def test_no_label_means_two_things():  # SPEC C3
    for rows in ({code: (each.fr, each.en) for code, each in taxonomy.CATEGORIES.items()}, taxonomy.UNITS):
        for code, names in rows.items():
            assert {reading.labels(rows)[reading.key(name)] for name in names} == {code}


@pytest.mark.parametrize(
    ("cell", "cents"), [("3,50", 350), ("3.5", 350), ("3,50 €", 350), ("1 234,50", 123450), ("1\u202f234", 123400)]
)
def test_prices_are_read_as_people_write_them(cell, cents):  # SPEC C3
    assert reading.cents(cell) == cents


@pytest.mark.parametrize(("cell", "rate"), [("5,5", 550), ("5.5 %", 550), ("0,055", 550), ("20", 2000), ("0", 0)])
def test_rates_are_read_as_spreadsheets_keep_them(cell, rate):  # SPEC C3
    assert reading.vat(cell) == rate


def text(most):
    letters = st.characters(blacklist_categories=("Cs", "Cc", "Co", "Cn", "Zl", "Zp"))
    risky = st.sampled_from(["=", "'", "+", "-", "@", ";", ",", '"'])
    return st.text(letters | risky, max_size=most).map(str.strip)


def whole(quantities):
    return quantities.map(lambda value: Decimal(int(value)))


@st.composite
def entries(draw):
    unit = draw(st.sampled_from(list(taxonomy.UNITS)))
    measured = domain.by_weight(unit)
    quantities = st.decimals(0, 100_000, places=3)
    net_unit = None if measured else draw(st.sampled_from([None, "g", "piece"]))
    net = {None: None, "g": Decimal("0.25"), "piece": Decimal(6)}[net_unit]
    facts = ProductFacts(
        name=draw(text(60).filter(bool)),
        category=draw(st.sampled_from(list(taxonomy.CATEGORIES))),
        unit=unit,
        vat_bp=draw(st.sampled_from(domain.VAT_RATES)),
        description=draw(text(80)),
        net_quantity=net,
        net_unit=net_unit,
        organic=draw(st.booleans()),
        weighed=unit in ("kg", "g") and draw(st.booleans()),
        allergens=draw(st.lists(st.sampled_from(list(taxonomy.ALLERGENS)), unique=True).map(_in_order)),
        ingredients=draw(text(40)),
        storage=draw(text(40)),
        origin=draw(text(20)),
    )
    return Entry(
        product_id=uuid4(),
        facts=facts,
        price_cents=draw(st.integers(1, 10_000_00)),
        on_hand=draw(st.none() | (quantities if measured else whole(quantities))),
        withdrawn=draw(st.booleans()),
    )


def _in_order(codes):
    return [code for code in taxonomy.ALLERGENS if code in codes]


@settings(max_examples=40, deadline=None)
@given(st.lists(entries(), min_size=1, max_size=4), st.sampled_from(["fr", "en"]), st.sampled_from(["csv", "xlsx"]))
def test_any_catalogue_comes_back_from_its_file_unchanged(farm_entries, language, kind):  # SPEC C3
    table = {"name": "x", **sheets.table(farm_entries, language)}

    rows = rows_of(as_file(table, kind).data)
    plan = sheets.plan(rows, farm_entries, missing="take_out", language=language)

    assert plan.faults == []
    assert [(row.action, row.after) for row in plan.rows] == [("unchanged", entry) for entry in farm_entries]


@given(text(30))
def test_a_formula_is_text_on_the_sheet_and_itself_again_after_it(written):  # SPEC C3 X4
    cell = plain(written)

    assert not cell.startswith(FORMULA_STARTS)
    assert reading.text(cell) == written
