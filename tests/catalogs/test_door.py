"""Farms, products and catalogues through the gateway's API and the bus, as a frontend uses them."""

import pytest

FARM = {"name": "Ferme de Peyrignolles", "commune": "Cambes", "postcode": "33880", "siret": "732 829 320 00074"}
JAM = {
    "name": "Confiture",
    "category": "sweet.jam",
    "unit": "jar",
    "net_quantity": "250",
    "net_unit": "g",
    "on_hand": 20,
}


class Client:
    """Requests as one person, or as nobody."""

    def __init__(self, suite, name=None):
        self.http = suite.http
        self.headers = {"Accept-Language": "fr"}
        if name:
            who = {"email": f"{name}@example.org", "password": "un panier de pommes"}
            self.post("/accounts", json=who | {"first_name": name, "last_name": "Dupont"})
            self.headers["Authorization"] = f"Bearer {self.post('/sessions', json=who).json['token']}"

    def __getattr__(self, verb):
        def send(path, headers=None, **kwargs):
            return getattr(self.http, verb)(f"/api/v1{path}", headers=self.headers | (headers or {}), **kwargs)

        return send


@pytest.fixture
def running(suite):
    return suite("accounts", "catalogs")


def test_a_farm_opens_sells_and_shows_its_catalogue_to_everybody(running):  # SPEC C1 C2 C3
    paul, visitor = Client(running, "paul"), Client(running)

    farm = paul.post("/producers", json=FARM)
    jam = paul.post(f"/producers/{farm.json['producer_id']}/products", json=JAM)
    catalog = paul.post(
        f"/producers/{farm.json['producer_id']}/catalogs",
        json={"name": "Vente à la ferme", "items": [{"product_id": jam.json["product_id"], "price_cents": 420}]},
    )
    shown = visitor.get(f"/catalogs/by-number/{catalog.json['number']}")

    assert farm.status_code == jam.status_code == catalog.status_code == 201, (farm.json, jam.json, catalog.json)
    assert farm.json["siret"] == "73282932000074"
    assert shown.json["catalog_id"] == catalog.json["catalog_id"]
    assert (
        shown.json["items"][0] | {"price_cents": 420, "unit_price": {"cents": 1680, "per": "kg"}}
        == shown.json["items"][0]
    )
    assert "stock" not in shown.json["items"][0]
    assert shown.json["own"] is False


def test_prices_stock_and_facts_change_under_the_version_that_was_seen(running):  # SPEC C2 C4
    paul = Client(running, "paul")
    farm = paul.post("/producers", json=FARM).json
    jam = paul.post(f"/producers/{farm['producer_id']}/products", json=JAM).json

    renamed = paul.patch(f"/products/{jam['product_id']}", json={"name": "Gelée"}, headers={"If-Match": '"1"'})
    stale = paul.patch(f"/products/{jam['product_id']}", json={"name": "Marmelade"}, headers={"If-Match": '"1"'})
    stock = paul.put(f"/products/{jam['product_id']}/stock", json={"on_hand": "12"}, headers={"If-Match": '"1"'})
    other = paul.put(f"/products/{jam['product_id']}/stock", json={"on_hand": "30"}, headers={"If-Match": '"1"'})

    assert renamed.json["name"] == "Gelée"
    assert renamed.json["unit"] == "jar"
    assert renamed.headers["ETag"] == '"2"'
    assert (stale.status_code, stale.json["code"], stale.json["current"]) == (412, "version_conflict", 2)
    assert stock.json == {"product_id": jam["product_id"], "on_hand": "12", "version": 2}
    assert other.status_code == 412


def test_a_stranger_finds_nothing_to_change(running):  # SPEC P3 X4
    paul, marie, visitor = Client(running, "paul"), Client(running, "marie"), Client(running)
    farm = paul.post("/producers", json=FARM).json["producer_id"]
    jam = paul.post(f"/producers/{farm}/products", json=JAM).json["product_id"]

    refused = [
        marie.patch(f"/producers/{farm}", json={"name": "La mienne"}),
        marie.get(f"/producers/{farm}/products"),
        marie.put(f"/products/{jam}/stock", json={"on_hand": None}),
        marie.post(f"/products/{jam}/withdrawal"),
        marie.post(f"/producers/{farm}/catalogs", json={"name": "Le mien"}),
    ]

    assert [answer.status_code for answer in refused] == [404] * 5
    assert refused[2].json["code"] == "not_found"
    assert visitor.patch(f"/producers/{farm}", json={"name": "À moi"}).status_code == 401
    assert visitor.get("/my/producers").status_code == 401


def test_a_wrong_value_is_named_with_its_field_in_the_readers_language(running):  # SPEC X1
    paul = Client(running, "paul")

    wrong = paul.post("/producers", json=FARM | {"siret": "73282932000075"})
    shapeless = paul.post("/producers", json={"name": "", "surprise": 1})

    assert (wrong.status_code, wrong.json["code"], wrong.json["errors"][0]["field"]) == (422, "siret_invalid", "siret")
    assert wrong.json["title"].startswith("Ce numéro SIRET")
    assert {error["field"] for error in shapeless.json["errors"]} == {"name", "commune", "postcode", "surprise"}
    assert paul.get("/my/producers").json == {"items": []}


def test_a_repeated_request_opens_one_farm(running):  # SPEC O5
    paul = Client(running, "paul")
    key = {"Idempotency-Key": "ouvrir-ma-ferme"}

    first = paul.post("/producers", json=FARM, headers=key)
    again = paul.post("/producers", json=FARM, headers=key)
    other = paul.post("/producers", json=FARM | {"name": "Autre"}, headers=key)

    assert again.json == first.json
    assert other.json["code"] == "idempotency_key_reused"
    assert len(paul.get("/my/producers").json["items"]) == 1


def test_the_export_opens_in_a_spreadsheet(running):  # SPEC C3
    paul = Client(running, "paul")
    farm = paul.post("/producers", json=FARM).json["producer_id"]
    jam = paul.post(f"/producers/{farm}/products", json=JAM).json["product_id"]
    catalog = paul.post(
        f"/producers/{farm}/catalogs", json={"name": "Marché", "items": [{"product_id": jam, "price_cents": 420}]}
    ).json

    export = paul.get(f"/catalogs/{catalog['catalog_id']}/export.csv")

    assert export.data.startswith("\ufeffIdentifiant;Nom".encode())
    assert "4,20" in export.text
    assert export.headers["Content-Disposition"] == f"attachment; filename=catalogue-{catalog['number']}.csv"
    assert Client(running, "marie").get(f"/catalogs/{catalog['catalog_id']}/export.csv").status_code == 404


def test_the_taxonomy_is_public_and_cached(running):  # SPEC C2
    visitor = Client(running)

    first = visitor.get("/taxonomy")
    again = visitor.get("/taxonomy", headers={"If-None-Match": first.headers["ETag"]})

    assert len(first.json["allergens"]) == 14
    assert first.json["vat_rates"] == [0, 210, 550, 1000, 2000]
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["a\ud800", "a\x00b", "deux\nlignes", "   ", "x" * 121])
def test_text_that_no_database_or_header_takes_is_refused_by_field(running, name):  # SPEC X1
    paul = Client(running, "paul")

    answer = paul.post("/producers", json=FARM | {"name": name})

    assert (answer.status_code, [error["field"] for error in answer.json["errors"]]) == (422, ["name"])
