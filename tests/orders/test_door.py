"""Orders over the bus and the gateway's API."""

from uuid import uuid4

import pytest

from tests.orders.world import World


@pytest.fixture
def running(suite):
    return suite("accounts", "orders")


@pytest.fixture
def market(running):
    return World(running.databases["orders"]).set_up()


@pytest.fixture
def member(running):
    marie = {"email": "marie@example.org", "password": "un panier de pommes", "first_name": "Marie", "last_name": "D"}
    running.http.post("/api/v1/accounts", json=marie)
    opened = running.http.post("/api/v1/sessions", json={"email": marie["email"], "password": marie["password"]})
    return {"Authorization": f"Bearer {opened.json['token']}"}


def key():
    return {"Idempotency-Key": str(uuid4())}


def test_a_visitor_fills_a_cart_and_orders_it_after_log_in(running, market, member):  # SPEC O1 O3 O5
    carrots = market.product(stock=3)
    http, cart = running.http, f"/api/v1/carts/{uuid4()}"

    shop = http.get(f"/api/v1/sales/{market.sale}/shop")
    filled = http.put(
        cart, json={"sale_id": str(market.sale), "lines": [{"product_id": str(carrots), "quantity": "2"}]}
    )
    as_visitor = http.post("/api/v1/orders", json={"cart_id": cart[-36:]}, headers=key())
    placed = http.post("/api/v1/orders", json={"cart_id": cart[-36:]}, headers=member | key())

    assert shop.json["offers"][0]["available"] == "3"
    assert filled.status_code == 200, filled.json
    assert (as_visitor.status_code, as_visitor.json["code"]) == (401, "log_in_required")
    assert placed.status_code == 201, placed.json
    assert http.get(f"/api/v1/orders/{placed.json['order_id']}", headers=member).json["total_cents"] == 500
    assert http.get("/api/v1/my/orders", headers=member).json["items"][0]["order_id"] == placed.json["order_id"]
    cancelled = http.post(f"/api/v1/orders/{placed.json['order_id']}/cancellation", headers=member | key())
    assert cancelled.json["status"] == "cancelled"


def test_the_order_button_needs_an_idempotency_key(running, market, member):  # SPEC O5
    body = {"sale_id": str(market.sale), "lines": [market.line(market.product())]}

    refused = running.http.post("/api/v1/orders", json=body, headers=member)
    one = key()
    first, again = (running.http.post("/api/v1/orders", json=body, headers=member | one) for _ in range(2))

    assert (refused.status_code, refused.json["code"]) == (400, "idempotency_key_required")
    assert (first.status_code, first.json) == (201, again.json)


def test_a_refusal_is_a_problem_document_in_the_readers_language(running, market, member):  # SPEC X1
    carrots = market.product(stock=1)
    body = {"sale_id": str(market.sale), "lines": [market.line(carrots, 2)]}

    french = running.http.post("/api/v1/orders", json=body, headers=member | key())
    english = running.http.post("/api/v1/orders", json=body, headers=member | key() | {"Accept-Language": "en"})

    assert french.status_code == 409
    assert french.mimetype == "application/problem+json"
    assert (french.json["code"], french.json["lines"][0]["available"]) == ("stock_lacking", "1")
    assert french.json["title"].startswith("Il ne reste pas assez")
    assert english.json["title"] != ""


def test_bad_bodies_name_the_field_and_overviews_hide_from_strangers(running, market, member):  # SPEC X1 P3
    bad = running.http.post("/api/v1/orders", json={"sale_id": "x", "lines": []}, headers=member | key())
    both = running.http.post("/api/v1/orders", json={"cart_id": str(uuid4()), "lines": []}, headers=member | key())
    orders = running.http.get(f"/api/v1/sales/{market.sale}/orders", headers=member)
    sheet = running.http.get(f"/api/v1/sales/{market.sale}/order-sheet?producer_id={market.farm}", headers=member)

    assert (bad.status_code, both.status_code) == (422, 422)
    assert {error["field"] for error in bad.json["errors"]} == {"sale_id", "lines"}
    assert (orders.status_code, sheet.status_code) == (404, 404)
