"""The shop for everyone, carts for who knows their id, orders and sheets for those they concern."""

from uuid import UUID, uuid4

import pytest

from services.catalogs.taxonomy import CATEGORIES
from services.orders.domain import KINDS
from shared.events import accounts, markets
from tests.orders.test_placing import refusal


@pytest.fixture
def carrots(world):
    return world.product(stock=10)


def test_the_shop_is_open_to_everyone_and_shows_offers_with_their_producer(world, carrots):  # SPEC M2 C2
    jam = world.product(
        "Confiture", price=450, unit="jar", net_quantity="250", net_unit="g", category="confiture", allergens=["nuts"]
    )

    shop = world.ask("shop", sale_id=world.sale)

    assert (shop["market_name"], shop["market_number"], shop["time_zone"]) == ("Marché de Rennes", 7, "Europe/Paris")
    assert (shop["state"], shop["takes_orders"], shop["place"]["name"]) == ("open", True, "Halle")
    offers = {offer["product_id"]: offer for offer in shop["offers"]}
    assert offers[str(jam)]["unit_price"] == {"cents": 1800, "per": "kg"}
    assert offers[str(jam)]["allergens"] == ["nuts"]
    assert offers[str(carrots)]["unit_price"] is None
    assert (offers[str(carrots)]["producer_name"], offers[str(carrots)]["available"]) == ("Ferme du Pont", "10")


def test_the_shop_is_paged_and_searched(world):
    names = ["Ail", "Betterave", "Carotte", "Courge", "Épinard"]
    for name in names:
        world.product(name)
    seen, after = [], None
    while True:
        page = world.ask("shop", sale_id=world.sale, limit=2, after=after)
        seen += [offer["name"] for offer in page["offers"]]
        after = page["next"]
        if after is None:
            break

    found = world.ask("shop", sale_id=world.sale, search="CO")["offers"]

    assert sorted(seen) == sorted(names)
    assert [offer["name"] for offer in found] == ["Courge"]
    assert [o["name"] for o in world.ask("shop", sale_id=world.sale, search="epin")["offers"]] == ["Épinard"]
    assert len(world.ask("shop", sale_id=world.sale, search="pont")["offers"]) == 5
    assert world.ask("shop", sale_id=world.sale, search="%")["offers"] == []
    assert world.ask("shop", sale_id=world.sale, category="fromage")["offers"] == []


def test_kinds_of_products_stand_as_the_taxonomy_has_them_on_every_page(world):  # SPEC C2 M2
    in_order = [
        ("vegetables.leafy", "Batavia"),
        ("vegetables.leafy", "Épinard"),
        ("vegetables.leafy", "mâche"),
        ("vegetables.root", "Carotte"),
        ("fruit.pome", "Pomme"),
        ("eggs.hen", "Œufs"),
        ("bakery.bread", "Boule"),
        ("of no kind", "Autre"),
    ]
    for category, name in sorted(in_order):
        world.product(name, category=category)

    first = world.ask("shop", sale_id=world.sale, limit=3, shelves=True)
    pages, after = [first], first["next"]
    while after:
        pages.append(world.ask("shop", sale_id=world.sale, limit=3, after=after))
        after = pages[-1]["next"]

    assert [(each["category"], each["name"]) for page in pages for each in page["offers"]] == in_order
    assert [shelf["category"] for shelf in first["shelves"]] == list(dict.fromkeys(kind for kind, _ in in_order))


def test_the_shop_knows_all_kinds_in_the_order_of_the_taxonomy():  # SPEC C2
    assert list(CATEGORIES) == KINDS


def test_a_cart_is_filled_without_an_account_and_shows_what_changed(world, carrots):  # SPEC O1 O6
    cart_id = uuid4()
    eggs, milk = world.product("Œufs", stock=5), world.product("Lait", vat_bp=550)
    lines = [{"product_id": str(each), "quantity": "2"} for each in (carrots, eggs, milk)]
    filled = world.ask("put_cart", cart_id=cart_id, sale_id=world.sale, lines=lines)
    world.prices |= {carrots: 300}
    world.prices.pop(milk)
    world.tell(world.prices_are(world.prices))
    world.place(world.person(), {eggs: 4})

    cart = world.ask("cart", cart_id=cart_id)

    assert (filled["total_cents"], filled["version"]) == (1500, 1)
    assert {line["name"]: line["state"] for line in cart["lines"]} == {
        "Carottes": "price_moved",
        "Œufs": "stock_lacking",
        "Lait": "product_not_in_sale",
    }
    assert (cart["lines"][0]["seen_cents"], cart["lines"][0]["now_cents"]) == (250, 300)
    assert cart["total_cents"] == 600 + 500
    assert cart["vat"] == [{"vat_bp": 550, "gross_cents": 1100, "vat_cents": 57}]


def test_a_cart_is_ordered_once_by_two_tabs_and_anew_after_it_changed(world, carrots):  # SPEC O1 O5
    member, cart_id = world.person(), uuid4()
    lines = [{"product_id": str(carrots), "quantity": "2"}]
    world.ask("put_cart", cart_id=cart_id, sale_id=world.sale, lines=lines)

    first = world.ask("place", member, cart_id=cart_id, key="tab-one-1")
    second = world.ask("place", member, cart_id=cart_id, key="tab-two-2")
    world.ask("put_cart", cart_id=cart_id, sale_id=world.sale, lines=lines)
    third = world.ask("place", member, cart_id=cart_id)

    assert first["order_id"] == second["order_id"] != third["order_id"]
    assert world.available(carrots) == "6"
    assert world.ask("cart", cart_id=cart_id)["order_id"] == third["order_id"]


def test_a_cart_at_moved_prices_is_asked_again_at_checkout(world, carrots):  # SPEC O6
    cart_id = uuid4()
    world.ask("put_cart", cart_id=cart_id, sale_id=world.sale, lines=[{"product_id": str(carrots), "quantity": "2"}])
    world.tell(world.prices_are({carrots: 300}))

    assert refusal(lambda: world.ask("place", world.person(), cart_id=cart_id)).code == "price_moved"


def test_carts_refuse_what_they_cannot_hold(world, carrots):  # SPEC X1
    def put(lines, **more):
        return refusal(
            lambda: world.ask("put_cart", **{"cart_id": cart_id, "sale_id": world.sale, "lines": lines} | more)
        )

    cart_id = uuid4()
    line = {"product_id": str(carrots), "quantity": "1"}

    assert put([{"product_id": str(uuid4()), "quantity": "1"}]).code == "product_not_in_sale"
    assert put([line | {"quantity": "0.5"}]).code == "quantity_must_be_whole"
    assert put([line, line]).code == "product_listed_twice"
    assert put([line], sale_id=str(uuid4())).code == "not_found"
    assert put([line | {"colour": "red"}]).code == "invalid_input"
    world.ask("put_cart", cart_id=cart_id, sale_id=world.sale, lines=[line])
    assert put([line], version=7).details == {"current": 1}
    world.ask("put_cart", cart_id=cart_id, sale_id=world.sale, lines=[])
    assert refusal(lambda: world.ask("place", world.person(), cart_id=cart_id)).code == "cart_is_empty"
    assert refusal(lambda: world.ask("cart", cart_id=uuid4())).code == "not_found"


def test_an_order_is_seen_by_its_member_and_the_administrators_only(world, carrots):  # SPEC P3
    order = world.place(world.person(), {carrots: 1})
    former = uuid4()
    world.tell(world.role(former))
    world.tell(world.role(former, kind=markets.RoleRevoked))

    assert world.order(order, world.administrator)["order_id"] == order["order_id"]
    for stranger in (world.person(), world.farmer, former):
        assert refusal(lambda who=stranger: world.order(order, who)).code == "not_found"
    assert refusal(lambda: world.ask("order", order_id=order["order_id"])).code == "log_in_required"


def test_my_orders_are_mine_newest_first_in_pages(world, carrots):
    member = world.person()
    placed = [world.place(member, {carrots: 1})["order_id"] for _ in range(3)]
    world.place(world.person(), {carrots: 1})

    first = world.ask("my_orders", member, limit=2)
    rest = world.ask("my_orders", member, limit=2, after=first["next"])

    assert [order["order_id"] for order in first["items"] + rest["items"]] == placed[::-1]
    assert rest["next"] is None
    assert first["items"][0]["lines"][0]["name"] == "Carottes"


def test_the_administrator_sees_all_baskets_with_totals_and_nobody_else_does(world, carrots):  # SPEC P3
    marie = world.person("Marie", "Dupont")
    world.place_and_pay(marie, {carrots: 1})
    world.place_and_pay(marie, {carrots: 1})
    world.place(world.person("Ali", "Ben"), {carrots: 3})

    overview = world.ask("sale_orders", world.administrator, sale_id=world.sale)

    assert overview["totals"] == {
        "baskets": 2,
        "confirmed_orders": 2,
        "confirmed_cents": 500,
        "pending_orders": 1,
        "pending_cents": 750,
    }
    assert [
        (b["member_name"], b["basket_number"], b["confirmed_cents"], b["pending_cents"]) for b in overview["items"]
    ] == [("Marie Dupont", 1, 500, 0), ("Ali Ben", None, 0, 750)]
    page = world.ask("sale_orders", world.administrator, sale_id=world.sale, limit=1)
    assert len(page["items"]) == 1
    assert page["next"] == page["items"][0]["basket_id"]
    for stranger in (marie, world.farmer):
        assert refusal(lambda who=stranger: world.ask("sale_orders", who, sale_id=world.sale)).code == "not_found"


def test_a_producer_sees_own_lines_with_name_and_number_of_the_basket_only(world, carrots):  # SPEC P3 N1
    other_farm, other_catalog, other_farmer, cider = uuid4(), uuid4(), uuid4(), uuid4()
    world.tell(
        world.farm_is("Cidrerie", other_farmer, other_farm),
        world.taking_part(other_catalog, other_farm),
        world.product_is(cider, producer_id=other_farm, name="Cidre"),
        world.stock_is(cider, None),
        world.prices_are({cider: 500}, other_catalog, other_farm),
    )
    world.prices[cider] = 500
    marie = world.person("Marie", "Dupont")
    world.place_and_pay(marie, {carrots: 2, cider: 1})
    world.place_and_pay(marie, {carrots: 1})
    world.place_and_pay(world.person("Ali", "Ben"), {cider: 1})
    world.place(world.person(), {carrots: 1})

    sheet = world.ask("order_sheet", world.farmer, sale_id=world.sale, producer_id=world.farm)

    line = {"product_id": str(carrots), "name": "Carottes", "unit": "piece", "quantity": "3", "gross_cents": 750}
    assert sheet["products"] == [line]
    assert sheet["baskets"] == [
        {"basket_number": 1, "customer_name": "Marie Dupont", "gross_cents": 750, "lines": [line]}
    ]
    assert (sheet["final"], sheet["gross_cents"], sheet["producer_name"]) == (False, 750, "Ferme du Pont")
    assert world.ask("order_sheet", world.administrator, sale_id=world.sale, producer_id=world.farm) == sheet
    for stranger in (other_farmer, marie):
        assert (
            refusal(lambda who=stranger: world.ask("order_sheet", who, sale_id=world.sale, producer_id=world.farm)).code
            == "not_found"
        )


def test_a_deleted_account_leaves_no_name_whatever_is_told_later(world, carrots):  # SPEC P5
    marie = world.person("Marie", "Dupont")
    world.place_and_pay(marie, {carrots: 1})
    world.tell(accounts.AccountDeleted(account_id=marie))
    world.tell(
        accounts.AccountChanged(
            account_id=marie,
            email="m@example.org",
            first_name="Marie",
            last_name="Dupont",
            phone=None,
            language="fr",
            second_email=None,
            email_verified=True,
            version=9,
        )
    )

    sheet = world.ask("order_sheet", world.farmer, sale_id=world.sale, producer_id=world.farm)

    assert sheet["baskets"][0]["customer_name"] == ""


def test_a_farmer_who_left_the_farm_sees_its_sheets_no_more(world, carrots):  # SPEC P3
    successor = uuid4()
    world.tell(world.farm_is("Ferme du Pont", successor, world.farm))

    assert world.ask("order_sheet", successor, sale_id=world.sale, producer_id=world.farm)["products"] == []
    assert (
        refusal(lambda: world.ask("order_sheet", world.farmer, sale_id=world.sale, producer_id=world.farm)).code
        == "not_found"
    )
    assert UUID(str(carrots))


def test_the_exported_sheet_has_totals_first_then_baskets(world, carrots):  # SPEC N1 D5
    world.place_and_pay(world.person("Marie", "Dupont"), {carrots: 2})
    world.place_and_pay(world.person("=Ali", "Ben"), {carrots: 1})

    told = world.ask("export_order_sheet", world.farmer, sale_id=world.sale, producer_id=world.farm)

    assert told["header"][2:] == ["Produit", "Quantité", "Unité", "Montant (€)"]
    assert told["rows"] == [
        ["", "", "Carottes", "3", "piece", "7,50"],
        ["1", "Marie Dupont", "Carottes", "2", "piece", "5,00"],
        ["2", "'=Ali Ben", "Carottes", "1", "piece", "2,50"],
    ]


def test_nobody_else_exports_the_sheet(world, carrots):  # SPEC P3
    marie = world.person("Marie", "Dupont")
    world.place_and_pay(marie, {carrots: 1})

    asked = {"sale_id": world.sale, "producer_id": world.farm}
    assert refusal(lambda: world.ask("export_order_sheet", marie, **asked)).code == "not_found"


def test_changes_of_a_cart_at_the_same_moment_both_count(world, carrots):  # SPEC O1
    eggs = world.product("Œufs", stock=5)
    cart = {"cart_id": uuid4(), "sale_id": world.sale}

    world.ask("change_cart", lines=[{"product_id": str(carrots), "quantity": "2"}], **cart)
    world.ask("change_cart", lines=[{"product_id": str(eggs), "quantity": "1"}], **cart)
    changed = world.ask("change_cart", lines=[{"product_id": str(carrots), "quantity": "3"}], **cart)
    emptied = world.ask("change_cart", lines=[{"product_id": str(carrots), "quantity": "0"}], **cart)

    assert [(line["name"], line["quantity"]) for line in changed["lines"]] == [("Carottes", "3"), ("Œufs", "1")]
    assert changed["lines"][0]["producer_name"] == "Ferme du Pont"
    assert [line["name"] for line in emptied["lines"]] == ["Œufs"]


def test_a_cart_that_was_ordered_begins_anew(world, carrots):  # SPEC O1
    cart, member = {"cart_id": uuid4(), "sale_id": world.sale}, uuid4()
    world.ask("change_cart", lines=[{"product_id": str(carrots), "quantity": "2"}], **cart)
    world.ask("place", member, cart_id=cart["cart_id"])
    eggs = world.product("Œufs", stock=5)

    changed = world.ask("change_cart", lines=[{"product_id": str(eggs), "quantity": "1"}], **cart)

    assert [line["name"] for line in changed["lines"]] == ["Œufs"]
    assert changed["order_id"] is None


def test_a_cart_holds_what_an_order_can(world, carrots):
    cart = {"cart_id": uuid4(), "sale_id": world.sale}
    many = [{"product_id": str(world.product(f"Radis {n}")), "quantity": "1"} for n in range(300)]
    world.ask("change_cart", lines=many, **cart)

    refused = refusal(lambda: world.ask("change_cart", lines=[{"product_id": str(carrots), "quantity": "1"}], **cart))

    assert refused.code == "cart_is_full"


def test_the_shop_tells_its_shelves_and_is_filtered_by_group_and_label(world):
    photo = uuid4()
    world.product("Ail", category="vegetables.bulb", photo_id=photo)
    world.product("Radis", category="vegetables.root", organic=False)
    world.product("Miel", category="sweet.honey", organic=False)

    shop = world.ask("shop", sale_id=world.sale, shelves=True, limit=1)

    assert [(shelf["category"], shelf["count"], shelf["organic"]) for shelf in shop["shelves"]] == [
        ("vegetables.root", 1, 0),
        ("vegetables.bulb", 1, 1),
        ("sweet.honey", 1, 0),
    ]
    vegetables = world.ask("shop", sale_id=world.sale, group="vegetables")["offers"]
    assert [offer["name"] for offer in vegetables] == ["Radis", "Ail"]
    assert vegetables[1]["photo_id"] == str(photo)
    assert [o["name"] for o in world.ask("shop", sale_id=world.sale, organic=True)["offers"]] == ["Ail"]


def test_an_order_is_read_with_where_and_from_whom(world, carrots):
    member = uuid4()
    placed = world.ask("place", member, sale_id=world.sale, lines=[world.line(carrots)])

    read = world.ask("order", member, order_id=placed["order_id"])
    listed = world.ask("my_orders", member)["items"]

    assert (read["sale"]["market_number"], read["sale"]["place"]["name"]) == (7, "Halle")
    assert read["producers"] == [{"producer_id": str(world.farm), "name": "Ferme du Pont"}]
    assert listed == [read]
