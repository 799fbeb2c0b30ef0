"""« Espace producteur » without a browser: how much it asks, who sees it, what is saved and what is refused."""

import io
import re

import flask
import pytest

from tests.gateway.test_pages import HTML, MOST_RPCS, Browser

FARM = "/producer/{producer_id}"
SALE = "/producer/sales/{open_sale_id}"
OWN = [
    FARM,
    "/producers/{producer_id}/payment-account",
    f"{FARM}/products",
    f"{FARM}/products?withdrawn=1",
    f"{FARM}/products?search=car&catalog={{unlinked_catalog_id}}",
    f"{FARM}/products/new",
    f"{FARM}/products/{{product_id}}",
    f"{FARM}/catalogs",
    f"{FARM}/catalogs/{{catalog_id}}",
    f"{FARM}/catalogs/{{catalog_id}}/export.csv",
    f"{FARM}/catalogs/{{catalog_id}}/export.xlsx",
    f"{FARM}/catalogs/{{catalog_id}}/import",
    f"{SALE}/not-delivering/{{catalog_id}}",
    f"{SALE}/{{producer_id}}/orders.csv",
    f"{SALE}/{{producer_id}}/orders.xlsx",
    f"{FARM}/payouts",
    f"{FARM}/invoices",
]
OF_A_SALE = [
    SALE,
    "/producer/sales/{sale_id}",
    "/producer/sales/{sale_id}/declarations",
    "/producer/sales/{sale_id}/labels",
]
ANYBODYS = ["/producer", "/producer/new", "/producer/payouts"]
KEY = re.compile(r'name="seen" value="(\w+)"')


@pytest.fixture(scope="module")
def farmer(town):
    return Browser(town, town.farmer)


@pytest.fixture(scope="module")
def strangers(town):
    return [Browser(town, town.other_farmer), Browser(town, town.member)]


def look(browser, path):
    """Of pages and of files, which are no text."""
    return browser.http.get(path, headers=HTML)


@pytest.mark.parametrize("path", [*OWN, *OF_A_SALE, *ANYBODYS, "/catalog/{catalog_number}"])
def test_a_page_is_there_and_asks_no_more_than_three_times(town, farmer, path):
    with farmer.http:
        answer = look(farmer, path.format(**town.ids))

        assert answer.status_code in {200, 303}, answer.data[:500]
        assert flask.g.get("rpc_calls", 0) <= MOST_RPCS


@pytest.mark.parametrize("path", [*OWN, *OF_A_SALE, *ANYBODYS])
def test_without_an_account_it_leads_to_the_log_in(town, path):
    answer = Browser(town).get(path.format(**town.ids))

    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (303, "/log-in")


@pytest.mark.parametrize("path", OWN)
def test_another_farmer_and_a_member_find_nothing(town, strangers, path):  # SPEC P3 X4
    for stranger in strangers:
        assert stranger.get(path.format(**town.ids)).status_code in {403, 404}


@pytest.mark.parametrize("path", OF_A_SALE)
def test_another_farm_reads_no_line_of_the_sale(town, strangers, path):  # SPEC P3 X4
    other_farmer, member = (stranger.get(path.format(**town.ids)) for stranger in strangers)

    assert member.status_code == 404
    assert "Batavia" not in other_farmer.text
    assert "Les Jardins du Moulin" not in other_farmer.text


def test_nobody_else_writes_to_a_farm(town, strangers):  # SPEC P3 X4
    posts = {
        f"{FARM}": {"name": "Volée"},
        f"{FARM}/photos": {"photo": "a file"},
        "/producers/{producer_id}/payment-account": {},
        f"{FARM}/products/new": {"name": "Volé", "category": "vegetables.root", "unit": "kg"},
        f"{FARM}/products/{{product_id}}": {"name": "Volé", "category": "vegetables.root", "unit": "kg"},
        f"{FARM}/products/{{product_id}}/cell": {"column": "name", "value": "Volé"},
        f"{FARM}/products/{{product_id}}/withdrawal": {},
        f"{FARM}/catalogs": {"name": "Volé"},
        f"{FARM}/catalogs/{{catalog_id}}": {"name": "Volé"},
    }
    for stranger in strangers:
        for path, values in posts.items():
            sent = {"photo": (io.BytesIO(b"x"), "x.png")} if "photo" in values else values
            answer = stranger.post(path.format(**town.ids), **sent)
            assert answer.status_code in {403, 404}, path


def test_a_cell_is_saved_and_a_wrong_one_refused_with_its_sentence(town, farmer):  # SPEC C2 X1
    path = f"{FARM}/products/{{product_id}}/cell".format(**town.ids)

    kept = farmer.post(path, column="price", value="22,50", catalog_id=town.ids["unlinked_catalog_id"])
    wrong = farmer.post(path, column="price", value="beaucoup", catalog_id=town.ids["unlinked_catalog_id"])
    gone = farmer.post(path, column="price", value="", catalog_id=town.ids["unlinked_catalog_id"])

    assert kept.json == {"value": "22,50"}
    assert (wrong.status_code, bool(wrong.json["sentence"])) == (422, True)
    assert gone.json == {"value": ""}


def test_a_refused_product_keeps_what_was_typed(town, farmer):  # SPEC X1
    path = f"{FARM}/products/new".format(**town.ids)

    with farmer.http:
        answer = farmer.post(path, name="", category="", unit="kg", origin="Cambes", allergens="milk")

        assert flask.g.rpc_calls <= MOST_RPCS
    assert answer.status_code == 422
    assert 'value="Cambes"' in answer.text
    assert re.search(r'value="milk" checked', answer.text)
    for field in ("Nom du produit", "Catégorie"):
        assert f"{field}\u00a0: Ce champ est nécessaire." in answer.text


def test_what_is_exported_imports_again_and_a_wrong_cell_is_named(town, farmer):  # SPEC C3
    catalog = f"{FARM}/catalogs/{{catalog_id}}".format(**town.ids)
    sheet = farmer.get(f"{catalog}/export.csv").data

    same = farmer.post(f"{catalog}/import", file=(io.BytesIO(sheet), "prix.csv"), missing="keep")
    broken = sheet.replace(b"2,80", b"deux")
    wrong = farmer.post(f"{catalog}/import", file=(io.BytesIO(broken), "prix.csv"), missing="keep")
    none = farmer.post(f"{catalog}/import", missing="keep")

    assert "Ce fichier ne change rien." in same.text
    assert "case à corriger" in wrong.text
    assert KEY.search(wrong.text) is None
    assert none.status_code == 422


def test_an_import_is_written_after_its_preview(town, farmer):  # SPEC C3
    catalog = f"{FARM}/catalogs/{{unlinked_catalog_id}}".format(**town.ids)
    sheet = farmer.get(f"{FARM}/catalogs/{{catalog_id}}/export.csv".format(**town.ids)).data

    preview = farmer.post(f"{catalog}/import", file=(io.BytesIO(sheet), "prix.csv"), missing="keep")
    values = dict(re.findall(r'name="(rows|seen|missing|idempotency_key)" value="([^"]*)"', preview.text))
    done = farmer.post(f"{catalog}/import", **values)

    assert done.status_code == 303, done.text
    assert town.farmer.get(f"/catalogs/{town.ids['unlinked_catalog_id']}")["item_count"] >= 4


def test_an_administrator_links_a_catalogue_by_its_page(town):  # SPEC C6
    admin = Browser(town, town.other_admin)
    path = "/catalog/{catalog_number}".format(**town.ids)

    unchosen = admin.post(path)
    linked = admin.post(path, market_id=town.ids["foreign_market_id"])

    assert unchosen.status_code == 422
    assert (linked.status_code, linked.headers["Location"]) == (303, f"/group/{town.ids['foreign_number']}/catalogs")


def test_withdrawing_once_ordered_from_leads_to_what_will_happen(town, farmer):  # SPEC S6
    path = f"{SALE}/participations/{{catalog_id}}".format(**town.ids)

    answer = farmer.post(path, takes_part="0")

    assert answer.headers["Location"].endswith("/not-delivering/{catalog_id}".format(**town.ids))


def test_documents_of_money_are_there_for_the_farm_alone(town, farmer, strangers):  # SPEC F6 O10
    statements = re.findall(
        r'href="(/producer/[\w-]+/statements/[\d-]+)"', farmer.get(f"{FARM}/payouts".format(**town.ids)).text
    )
    invoices = re.findall(
        r'href="(/producer/[\w-]+/invoices/[\w-]+)"', farmer.get(f"{FARM}/invoices".format(**town.ids)).text
    )

    assert statements
    assert invoices
    for path in (statements[0], f"{statements[0]}.csv", f"{statements[0]}.pdf", invoices[0], f"{invoices[0]}.pdf"):
        with farmer.http:
            assert look(farmer, path).status_code == 200, path
            assert flask.g.rpc_calls <= MOST_RPCS
        assert {look(stranger, path).status_code for stranger in strangers} <= {403, 404}, path


def test_a_box_that_was_not_ticked_is_not_ticked_later(town, farmer):
    farm = farmer.get(FARM.format(**town.ids)).text
    carrots = farmer.get(f"{FARM}/products/{town.goods['carrots']}".format(**town.ids)).text
    cheese = farmer.get(f"{FARM}/products/{town.goods['cheese']}".format(**town.ids)).text

    ticked = re.compile(r'type="checkbox" value="1" id="f-(\S+)"[^>]* checked')
    assert ticked.findall(farm) == []
    assert ticked.findall(carrots) == []
    assert ticked.findall(cheese) == ["weighed"]


def test_being_linked_to_a_market_is_told_from_the_link(town, farmer):  # SPEC C6
    farm = farmer.get(FARM.format(**town.ids)).text

    assert "Vers votre première vente" not in farm
    assert f'href="/group/{town.ids["number"]}"' in farm


def test_a_farm_leaves_a_coming_sale_and_takes_part_again(town, farmer):  # SPEC S6
    path = "/producer/sales/{planned_sale_id}/participations/{catalog_id}".format(**town.ids)

    def states():
        sales = town.farmer.get("/my/sales")["items"]
        return [sale["catalogs"][0]["state"] for sale in sales if sale["sale_id"] == town.ids["planned_sale_id"]]

    farmer.post(path, takes_part="0")
    left = states()
    farmer.post(path, takes_part="1")

    assert left == ["withdrawn"]
    assert states() == ["confirmed"]


def test_a_shortage_is_declared_shown_and_taken_back(town, farmer):  # SPEC D4 X1
    path = "/producer/sales/{sale_id}/declarations".format(**town.ids)
    lines = town.farmer.get(f"/sales/{town.ids['sale_id']}/declarations")["items"]
    line = next(one for one in lines if one["by_weight"])
    field = f"line.{line['line_id']}"

    wrong = farmer.post(path, **{field: "presque rien"})
    told = farmer.post(path, **{field: "0,4"})
    shown = farmer.get(path).text
    missing = farmer.post(path, missing=line["product_id"])
    all_missing = farmer.get(path).text
    farmer.post(path)

    assert (wrong.status_code, 'value="presque rien"' in wrong.text) == (422, True)
    assert 'aria-invalid="true"' in wrong.text
    assert (told.status_code, missing.status_code) == (303, 303)
    assert 'value="0,4"' in shown
    assert re.search(rf'value="{line["product_id"]}" checked', all_missing)
    assert all(
        line["declared"] is None for line in town.farmer.get(f"/sales/{town.ids['sale_id']}/declarations")["items"]
    )


def test_prices_of_a_catalogue_are_kept_and_a_wrong_one_stands_at_its_field(town, farmer):  # SPEC C3 X1
    path = f"{FARM}/catalogs/{{unlinked_catalog_id}}".format(**town.ids)
    cheese, radish = (f"price.{town.goods[name]}" for name in ("cheese", "radish"))

    wrong = farmer.post(path, name="Ailleurs", **{radish: "1,60", cheese: "cher"})
    kept = farmer.post(path, name="Ailleurs", **{radish: "1,60", cheese: ""})

    assert (wrong.status_code, f'id="f-{cheese.replace(".", "-")}-fault"' in wrong.text) == (422, True)
    assert 'value="cher"' in wrong.text
    assert kept.status_code == 303
    items = town.farmer.get(f"/catalogs/{town.ids['unlinked_catalog_id']}")["items"]
    assert {town.goods["radish"]: 160}.items() <= {one["product_id"]: one["price_cents"] for one in items}.items()
    assert town.goods["cheese"] not in {one["product_id"] for one in items}
