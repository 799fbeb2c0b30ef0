"""What people do with farms and products, on a real database."""

from decimal import Decimal
from uuid import uuid4

import pytest

from services.catalogs import commands, domain, queries
from shared.errors import LogInRequired, NotFound, VersionConflict
from shared.events.catalogs import ProducerChanged, ProductChanged, ProductWithdrawn, StockSet
from tests.catalogs.conftest import CARROTS, FARM, JAM, WINE, Farm
from tests.support.bus import forget_told, told


def test_whoever_opens_a_farm_acts_for_it_and_others_are_told(db, farm):  # SPEC C1
    (event,) = told(db)

    assert event == ProducerChanged(
        producer_id=farm.id,
        name="Ferme de Peyrignolles",
        commune="Cambes",
        postcode="33880",
        latitude="44.734700",
        longitude="-0.463100",
        email="ferme@example.org",
        phone="05 56 00 00 00",
        siret=None,
        vat_exempt=False,
        account_ids=[farm.actor.account_id],
        version=1,
    )
    assert [mine["producer_id"] for mine in farm.ask(queries.my_producers)["items"]] == [farm.id]


def test_one_person_may_act_for_two_farms(farm):  # SPEC C1
    second = farm.open(name="Le rucher")

    assert [mine["producer_id"] for mine in farm.ask(queries.my_producers)["items"]] == [farm.id, second.id]


def test_the_showcase_is_public_and_names_the_catalogues(farm, strangers):  # SPEC C1 M5
    sold = farm.create((farm.add(), 320))

    shown = farm.ask(queries.producer, actor=strangers.visitor, producer_id=farm.id)

    assert (shown["presentation"], shown["grows"], shown["own"]) == (FARM["presentation"], FARM["grows"], False)
    assert [(card["number"], card["item_count"]) for card in shown["catalogs"]] == [(sold.number, 1)]
    assert farm.ask(queries.producer, producer_id=farm.id)["own"] is True


def test_a_farm_changes_what_it_says_and_only_that(db, farm):  # SPEC C1
    farm.change(name="La Peyrignolle", siret="732 829 320 00074", version=1)

    event = told(db, ProducerChanged)[-1]

    assert (event.name, event.siret, event.commune, event.version) == ("La Peyrignolle", "73282932000074", "Cambes", 2)


def test_labels_and_what_it_grows_come_from_the_lists(farm):  # SPEC C1
    farm.change(grows=["fruit", "fruit", "sweet.honey"], labels=["demeter"])

    for wrong in ({"grows": ["bananas"]}, {"labels": ["own"]}):
        with pytest.raises(domain.UnknownChoice):
            farm.change(**wrong)
    assert farm.ask(queries.producer, producer_id=farm.id)["grows"] == ["fruit", "sweet.honey"]


def test_a_product_and_its_stock_are_told(db, farm):  # SPEC C2 C4
    forget_told(db)

    jam = farm.add(JAM, on_hand=Decimal(20), organic=True, allergens=["sulphites"])

    assert told(db) == [
        StockSet(
            product_id=jam.id, producer_id=farm.id, on_hand=Decimal(20), change=None, version=1, supplied=Decimal(20)
        ),
        ProductChanged(
            product_id=jam.id,
            producer_id=farm.id,
            name="Confiture de fraises",
            description="",
            category="sweet.jam",
            unit="jar",
            net_quantity=Decimal(250),
            net_unit="g",
            by_weight=False,
            weighed=False,
            organic=True,
            allergens=["sulphites"],
            vat_bp=550,
            version=1,
        ),
    ]


def test_a_changed_product_is_told_with_the_next_version(db, farm):  # SPEC C2
    carrots = farm.add()

    farm.change_product(carrots, name="Carottes nouvelles", weighed=True, version=1)

    event = told(db, ProductChanged)[-1]
    assert (event.name, event.weighed, event.unit, event.version) == ("Carottes nouvelles", True, "kg", 2)


def test_a_change_is_checked_as_a_whole(farm):  # SPEC C2
    jam = farm.add(JAM)

    with pytest.raises(domain.ContentNotAllowed):
        farm.change_product(jam, unit="kg")
    farm.change_product(jam, unit="kg", net_quantity=None, net_unit=None)

    assert farm.products()["items"][0]["by_weight"] is True


def test_a_change_of_what_was_not_seen_is_refused(db, farm):  # SPEC D8
    carrots = farm.add()
    farm.change_product(carrots, name="Carottes nouvelles")

    with pytest.raises(VersionConflict) as refusal:
        farm.change_product(carrots, name="Navets", version=1)
    with pytest.raises(VersionConflict):
        farm.change(name="Ailleurs", version=7)

    assert refusal.value.details == {"current": 2}
    assert told(db, ProductChanged)[-1].name == "Carottes nouvelles"


def test_a_product_is_withdrawn_once_and_comes_back(db, farm):  # SPEC C2
    carrots = farm.add()
    forget_told(db)

    farm.withdraw(carrots)
    farm.withdraw(carrots)
    farm.change_product(carrots, name="Carottes fanes")
    farm.restore(carrots)
    farm.restore(carrots)

    events = told(db)
    assert [(type(event), event.version) for event in events] == [
        (ProductWithdrawn, 2),
        (ProductWithdrawn, 3),
        (ProductChanged, 4),
    ]
    assert events[-1].name == "Carottes fanes"


def test_a_farm_that_becomes_exempt_sells_everything_without_vat(db, farm):  # SPEC C1 C2
    wine, gone = farm.add(WINE), farm.add(WINE | {"name": "Ancien vin"})
    farm.withdraw(gone)
    forget_told(db)

    farm.change(vat_exempt=True)
    (exempt,) = told(db, ProductChanged)
    farm.change(vat_exempt=False)
    farm.restore(gone)

    assert (exempt.product_id, exempt.vat_bp, exempt.version) == (wine.id, 0, 2)
    assert [(event.vat_bp, event.version) for event in told(db, ProductChanged)[1:]] == [(2000, 3), (2000, 3)]


def test_the_own_products_are_paged_and_searched(farm):  # SPEC C2
    names = ["Œufs frais", "Carottes", "Cœur de bœuf", "Pommes 100 %"]
    made = [farm.add(CARROTS | {"name": name}) for name in names]
    farm.withdraw(made[1])

    first = farm.products(limit=3)
    rest = farm.products(limit=3, after=first["next"])

    assert [item["name"] for item in first["items"] + rest["items"]] == names
    assert rest["next"] is None
    assert [item["name"] for item in farm.products(search="OEU")["items"]] == ["Œufs frais", "Cœur de bœuf"]
    assert [item["name"] for item in farm.products(search="%")["items"]] == ["Pommes 100 %"]
    assert [item["name"] for item in farm.products(withdrawn=True)["items"]] == ["Carottes"]
    assert len(farm.products(withdrawn=False)["items"]) == 3


def test_a_product_can_be_read_by_everybody_without_its_stock(farm, strangers):  # SPEC C2 P3
    jam = farm.add(JAM, on_hand=Decimal(3), ingredients="Fraises, sucre", storage="Au frais", origin="Gironde")

    public = farm.ask(queries.product, actor=strangers.visitor, product_id=jam.id)

    assert (public["ingredients"], public["storage"], public["origin"]) == ("Fraises, sucre", "Au frais", "Gironde")
    assert "stock" not in public
    assert farm.stock(jam)["on_hand"] == 3


def test_a_stranger_changes_and_sees_nothing_of_a_farm(db, farm, strangers):  # SPEC P3 X4
    carrots = farm.add()
    catalog = farm.create((carrots, 320))
    before = len(told(db))
    tries = [
        (commands.change_producer, {"producer_id": farm.id, "name": "À moi"}),
        (commands.add_product, {"producer_id": farm.id} | CARROTS),
        (commands.change_product, {"product_id": carrots.id, "name": "À moi"}),
        (commands.withdraw_product, {"product_id": carrots.id}),
        (commands.restore_product, {"product_id": carrots.id}),
        (commands.set_stock, {"product_id": carrots.id, "on_hand": None}),
        (commands.create_catalog, {"producer_id": farm.id, "name": "À moi"}),
        (commands.change_catalog, {"catalog_id": catalog.id, "name": "À moi"}),
        (queries.products, {"producer_id": farm.id, "limit": 50}),
        (queries.my_catalogs, {"producer_id": farm.id}),
        (queries.export_catalog, {"catalog_id": catalog.id}),
    ]

    for call, args in tries:
        with pytest.raises(NotFound), db.write() as session:
            call(session, strangers.farm.actor, **args)
        with pytest.raises(LogInRequired), db.write() as session:
            call(session, strangers.visitor, **args)

    assert len(told(db)) == before


def test_what_does_not_exist_is_not_found(farm):  # SPEC X1
    for query, args in (
        (queries.producer, "producer_id"),
        (queries.product, "product_id"),
        (queries.catalog, "catalog_id"),
    ):
        with pytest.raises(NotFound):
            farm.ask(query, **{args: uuid4()})
    with pytest.raises(NotFound):
        farm.ask(queries.catalog, number=4711)


def test_a_half_written_product_leaves_nothing(db, farm):  # SPEC X1
    before = told(db)

    with pytest.raises(domain.WholeNumberNeeded):
        farm.add(JAM, on_hand=Decimal("1.5"))

    assert told(db) == before
    assert farm.products()["items"] == []


def test_two_farms_know_nothing_of_each_other(db, farm):  # SPEC P3
    other = Farm(db, name="Ferme voisine")
    farm.add()

    assert other.products()["items"] == []
    assert other.ask(queries.my_catalogs)["items"] == []
