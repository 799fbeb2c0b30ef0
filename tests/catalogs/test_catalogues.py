"""Catalogues: numbers, prices, what the public sees, the export."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.catalogs import domain, queries
from services.catalogs.domain import UnitPrice
from shared.actor import Actor
from shared.errors import InvalidInput, NotFound, VersionConflict
from shared.events.catalogs import CatalogChanged, CatalogPrice
from tests.catalogs.conftest import CARROTS, JAM, WINE, Farm, prices
from tests.support.bus import forget_told, told
from tests.support.databases import twin


def test_a_catalogue_gets_a_number_and_is_told_with_its_prices(db, farm):  # SPEC C3
    carrots, jam = farm.add(), farm.add(JAM)
    forget_told(db)

    catalog = farm.create((jam, 450), (carrots, 320))

    assert told(db) == [
        CatalogChanged(
            catalog_id=catalog.id,
            number=catalog.number,
            producer_id=farm.id,
            name="Vente à la ferme",
            version=1,
            items=[
                CatalogPrice(product_id=jam.id, price_cents=450),
                CatalogPrice(product_id=carrots.id, price_cents=320),
            ],
        )
    ]


def test_numbers_count_over_all_farms_and_a_failed_try_takes_none(farm, strangers):  # SPEC C3
    first = farm.create()
    with pytest.raises(domain.UnknownProducts):
        farm.create((strangers.farm.add(), 100))

    assert [strangers.farm.create().number, farm.create().number] == [first.number + 1, first.number + 2]


def test_catalogues_made_at_once_have_different_numbers(db, farm):  # SPEC C3
    replicas = [farm, _replica(farm), _replica(farm)]

    with ThreadPoolExecutor(3) as pool:
        made = [
            number
            for numbers in pool.map(lambda one: [one.create().number for _ in range(4)], replicas)
            for number in numbers
        ]

    assert sorted(made) == list(range(1, 13))


def _replica(farm):
    other = object.__new__(Farm)
    other.db, other.actor, other.id = twin(farm.db), farm.actor, farm.id
    return other


def test_everybody_finds_a_catalogue_by_its_number_with_unit_prices(farm, strangers):  # SPEC C3 C6 M5
    catalog = farm.create((farm.add(), 320), (farm.add(JAM, on_hand=Decimal(5)), 450))

    shown = farm.ask(queries.catalog, actor=strangers.visitor, number=catalog.number)

    assert [(item["price_cents"], item["unit_price"]) for item in shown["items"]] == [
        (320, UnitPrice(cents=320, per="kg")),
        (450, UnitPrice(cents=1800, per="kg")),
    ]
    assert all("stock" not in item for item in shown["items"])
    assert shown["producer"]["name"] == "Ferme de Peyrignolles"


def test_withdrawn_products_show_to_the_farm_only(farm, strangers):  # SPEC C2 C3
    carrots, jam = farm.add(), farm.add(JAM)
    catalog = farm.create((carrots, 320), (jam, 450))
    farm.withdraw(carrots)

    public = farm.ask(queries.catalog, actor=strangers.actor, catalog_id=catalog.id)
    own = farm.ask(queries.catalog, catalog_id=catalog.id)

    assert [item["product_id"] for item in public["items"]] == [jam.id]
    assert public["item_count"] == 1
    assert [(item["product_id"], item["withdrawn"]) for item in own["items"]] == [(carrots.id, True), (jam.id, False)]


def test_the_selection_is_replaced_whole_or_patched(db, farm):  # SPEC C3
    carrots, jam, wine = farm.add(), farm.add(JAM), farm.add(WINE)
    catalog = farm.create((carrots, 320), (jam, 450))

    farm.change_catalog(catalog, set_items=prices((wine, 900), (carrots, 300)), remove_items=[jam.id], version=1)
    patched = told(db, CatalogChanged)[-1]
    farm.change_catalog(catalog, items=prices((jam, 500)), version=2)
    replaced = told(db, CatalogChanged)[-1]
    farm.change_catalog(catalog, name="Tarif de Noël")
    renamed = told(db, CatalogChanged)[-1]

    assert [(item.product_id, item.price_cents) for item in patched.items] == [(carrots.id, 300), (wine.id, 900)]
    assert [(item.product_id, item.price_cents) for item in replaced.items] == [(jam.id, 500)]
    assert (renamed.name, renamed.items, renamed.version) == ("Tarif de Noël", replaced.items, 4)


def test_a_change_of_an_older_catalogue_is_refused(farm):  # SPEC D8
    catalog = farm.create()
    farm.change_catalog(catalog, name="Un")

    with pytest.raises(VersionConflict):
        farm.change_catalog(catalog, name="Deux", version=1)

    assert farm.ask(queries.catalog, catalog_id=catalog.id)["name"] == "Un"


def test_products_of_other_farms_cannot_be_sold(farm, strangers):  # SPEC P3 C3
    catalog = farm.create((farm.add(), 320))
    foreign = prices((strangers.farm.add(), 100))

    for said in ({"items": foreign}, {"set_items": foreign}):
        with pytest.raises(domain.UnknownProducts):
            farm.change_catalog(catalog, **said)


def test_one_product_has_a_price_per_catalogue(farm):  # SPEC C3
    carrots = farm.add()
    market, farm_shop = farm.create((carrots, 320)), farm.create((carrots, 280), name="À la ferme")

    shown = [
        farm.ask(queries.catalog, catalog_id=catalog.id)["items"][0]["price_cents"] for catalog in (market, farm_shop)
    ]

    assert shown == [320, 280]
    assert [card["name"] for card in farm.ask(queries.my_catalogs)["items"]] == ["Vente à la ferme", "À la ferme"]
    assert len(farm.ask(queries.my_catalogs, producer_id=farm.id)["items"]) == 2


def test_a_catalogue_is_asked_for_by_one_of_id_and_number(farm):  # SPEC X1
    catalog = farm.create()

    for args in ({}, {"catalog_id": catalog.id, "number": catalog.number}):
        with pytest.raises(InvalidInput):
            farm.ask(queries.catalog, **args)


def test_the_export_is_in_the_readers_language_with_decimal_commas(farm):  # SPEC C3
    jam = farm.add(JAM, on_hand=Decimal(5), allergens=["sulphites"], description="Cuite ; au chaudron")
    catalog = farm.create((jam, 1450), (farm.add(CARROTS, on_hand=Decimal("12.5")), 320))

    french = _rows(farm.ask(queries.export_catalog, catalog_id=catalog.id))
    english = _rows(farm.ask(queries.export_catalog, actor=Actor(farm.actor.account_id, "en"), catalog_id=catalog.id))

    assert (french[0]["Prix TTC"], french[0]["Prix unitaire"], french[0]["TVA %"]) == ("14,50", "58,00", "5,5")
    assert (french[0]["Contenu"], french[0]["Unité"], french[0]["Allergènes"]) == (
        "250",
        "pot",
        "Anhydride sulfureux et sulfites",
    )
    assert (french[0]["Description"], french[1]["Stock"]) == ("Cuite ; au chaudron", "12,5")
    assert (english[0]["Unit"], english[0]["Organic"], english[0]["Price"]) == ("jar", "no", "14,50")


@settings(max_examples=15)
@given(name=st.text(min_size=1, max_size=30).filter(lambda text: "\x00" not in text))
def test_no_name_calculates_or_breaks_the_sheet(farm, name):  # SPEC C3 X4
    name = name.encode("utf-8", "ignore").decode() or "x"
    catalog = farm.create((farm.add(CARROTS | {"name": name}), 100))

    (row,) = _rows(farm.ask(queries.export_catalog, catalog_id=catalog.id))

    assert row["Nom"] in {name, f"'{name}"}
    assert not row["Nom"].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_others_cannot_export(farm, strangers):  # SPEC P3
    catalog = farm.create()

    with pytest.raises(NotFound):
        farm.ask(queries.export_catalog, actor=strangers.actor, catalog_id=catalog.id)


def _rows(table):
    return [dict(zip(table["header"], row, strict=True)) for row in table["rows"]]
