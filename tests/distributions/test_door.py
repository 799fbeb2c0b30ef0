"""Distributions over the bus and the gateway's API, as a phone at the stall uses them."""

import csv
from io import StringIO
from uuid import UUID

import pytest

from shared.events.distributions import DistributionValidated
from shared.events.markets import ReferentAppointed
from tests.distributions.world import MARKET, SALE, VEGETABLES, World, producer, uid

BASKET = f"/baskets/{uid('basket marie')}"


class Stall:
    """Accounts and distributions run behind the gateway; a referent is logged in, and Marie has paid."""

    def __init__(self, suite):
        self.suite = suite("accounts", "distributions")
        self.world = World(self.suite.databases["distributions"])
        self.referent = self.account("remi@example.org")
        self.world.tell(ReferentAppointed(sale_id=SALE, market_id=MARKET, account_id=self.account_id, version=2))
        self.world.order("marie", carrot="2", bread="1", chicken="1.5")
        self.world.close()

    def account(self, email):
        person = {"email": email, "password": "un panier de pommes", "first_name": "Rémi", "last_name": "Référent"}
        self.account_id = UUID(self.suite.http.post("/api/v1/accounts", json=person).json["account_id"])
        opened = self.suite.http.post("/api/v1/sessions", json={"email": email, "password": person["password"]})
        return {"Authorization": f"Bearer {opened.json['token']}"}

    def http(self, method, path, who=None, headers=None, **options):
        headers = (who or self.referent) | (headers or {})
        return self.suite.http.open(f"/api/v1{path}", method=method, headers=headers, **options)

    def line(self, product):
        return str(uid(f"line marie {product}"))

    def told(self):
        """What distributions told, up to the validation."""
        self.suite.bus.wait_for(DistributionValidated)
        return [wire["type"] for wire in self.suite.bus.envelopes if wire["source"] == "/services/distributions"]


@pytest.fixture
def stall(suite):
    return Stall(suite)


def test_a_referent_settles_a_basket_and_validates_the_distribution(stall):  # SPEC D1 D2 D3
    seen = stall.http("GET", BASKET)
    lines = [{"line_id": stall.line("carrot"), "delivered": "0"}]
    adjusted = stall.http("PATCH", BASKET, json={"lines": lines}, headers={"If-Match": seen.headers["ETag"]})
    refused = stall.http("POST", f"/sales/{SALE}/validation")
    refunded = stall.http("POST", f"{BASKET}/refund", headers={"Idempotency-Key": "a click of mine"})
    again = stall.http("POST", f"{BASKET}/refund", headers={"Idempotency-Key": "a click of mine"})
    validated = stall.http("POST", f"{BASKET}/validation", json={"version": refunded.json["version"]})
    done = stall.http("POST", f"/sales/{SALE}/validation")

    assert seen.headers["ETag"] == f'"{seen.json["version"]}"'
    assert (adjusted.json["due_cents"], adjusted.json["to_refund_cents"]) == (2385, 520)
    assert (refused.status_code, refused.json["code"]) == (409, "refund_not_generated")
    assert refused.json["baskets"][0]["number"] == 105
    assert refunded.json == again.json
    assert (validated.status_code, validated.json["state"]) == (200, "validated")
    assert (done.status_code, done.json["stage"], done.json["totals"]["refunded_cents"]) == (200, "validated", 520)
    told = stall.told()
    assert [kind for kind in told if kind != "DistributionOverdue"] == [
        "BasketAdjusted",
        "RefundRequested",
        "BasketValidated",
        "DistributionValidated",
    ]


def test_a_conflict_tells_the_version_and_changes_nothing(stall):  # SPEC D8 X1
    lines = [{"line_id": stall.line("carrot"), "delivered": "1"}]
    version = stall.http("GET", BASKET).json["version"]
    stall.http("PATCH", BASKET, json={"lines": lines, "version": version})

    conflict = stall.http("PATCH", BASKET, json={"lines": lines, "version": version})

    assert (conflict.status_code, conflict.json["code"], conflict.json["current"]) == (
        412,
        "version_conflict",
        version + 1,
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"lines": [{"line_id": str(uid("x")), "delivered": "0"}]}, "version"),
        ({"lines": [], "version": 1}, "lines"),
        ({"lines": [{"line_id": str(uid("x")), "delivered": "-1"}], "version": 1}, "lines.0.delivered"),
        ({"lines": [{"line_id": str(uid("x")), "delivered": "1.2345"}], "version": 1}, "lines.0.delivered"),
        ({"lines": [{"line_id": str(uid("x")), "delivered": "0"}] * 2, "version": 1}, "lines"),
    ],
)
def test_bad_input_names_the_field(stall, body, field):  # SPEC X1
    answer = stall.http("PATCH", BASKET, json=body)

    assert (answer.status_code, answer.json["code"]) == (422, "invalid_input")
    assert field in {error["field"] for error in answer.json["errors"]}


def test_whoever_has_no_right_finds_nothing(stall):  # SPEC P3 X4
    stranger = stall.account("etranger@example.org")

    answers = [
        stall.http("GET", f"/sales/{SALE}/distribution", stranger),
        stall.http("GET", f"/sales/{SALE}/baskets", stranger),
        stall.http("GET", BASKET, stranger),
        stall.http("GET", f"{BASKET}/trail", stranger),
        stall.http("DELETE", f"{BASKET}/validation", stranger),
        stall.http("POST", f"/sales/{SALE}/validation", stranger),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert stall.suite.http.get(f"/api/v1{BASKET}").status_code == 401
    stall.http("POST", f"{BASKET}/validation")
    assert stall.http("DELETE", f"{BASKET}/validation").status_code == 403


def test_a_product_is_missing_for_everyone(stall):  # SPEC D4
    answer = stall.http("POST", f"/sales/{SALE}/missing-products", json={"product_id": str(uid("bread"))})

    assert answer.json == {"baskets": 1, "refunds": 1}
    trail = stall.http("GET", f"{BASKET}/trail").json["items"]
    assert trail[1]["changes"][0] | {"line_id": ""} == {
        "line_id": "",
        "name": "Bread",
        "unit": "piece",
        "before": "1",
        "after": "0",
        "before_cents": 450,
        "after_cents": 0,
    }


def test_a_producer_declares_and_the_referent_confirms(stall):  # SPEC D4 P3
    farmer = stall.account("ferme@example.org")
    stall.world.tell(
        producer(VEGETABLES, "Ferme", [stall.account_id], version=2),
    )
    lines = [{"line_id": stall.line("carrot"), "delivered": "1.900"}]

    declared = stall.http("PUT", f"/sales/{SALE}/declarations", farmer, json={"lines": lines})
    confirmed = stall.http("POST", f"/sales/{SALE}/declarations/confirmation", json={})

    assert [(item["name"], item["declared"]) for item in declared.json["items"]] == [("Bread", None), ("Carrot", "1.9")]
    assert confirmed.json == {"baskets": 1, "refunds": 1}
    assert stall.http("GET", f"/sales/{SALE}/declarations", farmer).json["items"][1]["delivered"] == "1.9"


def test_the_sheet_is_printed_and_exported(stall):  # SPEC D5
    printed = stall.http("GET", f"/sales/{SALE}/sign-off-sheet?layout=pages&prices=false&font_size=L")
    exported = stall.http("GET", f"/sales/{SALE}/sign-off-sheet.csv?products=false&phones=false")

    assert printed.json["options"]["font_size"] == "L"
    assert printed.json["baskets"][0]["due_cents"] is None
    assert exported.data.startswith(b"\xef\xbb\xbf")
    assert exported.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "emargement-2023-09-09.csv" in exported.headers["Content-Disposition"]
    rows = list(csv.reader(StringIO(exported.data.decode("utf-8-sig")), delimiter=";"))
    assert rows[1] == ["105", "Dupont", "Marie", "29,05", ""]
    assert stall.http("GET", f"/sales/{SALE}/sign-off-sheet?font_size=XXL").status_code == 422
