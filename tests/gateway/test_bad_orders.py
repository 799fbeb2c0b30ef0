"""Orders that must not be: each is refused with its code, and nothing is written."""

from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import eventlet
import pytest
from sqlalchemy import text

from tests.gateway.people import Client, refusal, wait_for
from tests.gateway.town import PRICES

KEPT = ("orders", "order_lines", "baskets", "carts", "idempotency_keys")


def written(town):
    """All that an order or a cart leaves behind."""
    with town.suite.databases["orders"].read() as session:
        rows = {table: session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in KEPT}
        reserved = session.execute(text("SELECT product_id, committed FROM stock_levels ORDER BY product_id"))
        return rows | {"reserved": [tuple(row) for row in reserved]}


@contextmanager
def nothing_written(town):
    before = written(town)
    yield
    assert written(town) == before


def order(town, sale="open_sale_id", who=None, **wanted):
    return (who or town.member).send("POST", "/orders", town.lines(town.ids.get(sale, sale), **wanted))


@pytest.mark.parametrize(
    ("quantity", "fault"),
    [
        ("0", "supérieure à 0"),
        ("-1", "supérieure à 0"),
        ("0.1234", "Trois décimales"),
        ("100001", "au plus 100000"),
        ("NaN", "Un nombre est attendu"),
        ("1,5", "Un nombre est attendu"),
        (True, "Un nombre est attendu"),
        (None, "ne peut pas être vide"),
        ([1], "Un nombre est attendu"),
        ("9" * 400, "au plus 100000"),
    ],
)
def test_a_quantity_that_is_none_is_refused_by_line(town, quantity, fault):  # SPEC O9 X1
    with nothing_written(town):
        answer = order(town, carrots=quantity)

    assert refusal(answer) == (422, "invalid_input")
    assert answer.json["errors"][0]["field"] == "lines.0.quantity"
    assert fault in answer.json["errors"][0]["message"]


def test_a_fraction_of_what_is_sold_by_the_piece_is_refused(town):  # SPEC O9
    with nothing_written(town):
        answer = order(town, lettuce="1.5")

    assert refusal(answer) == (422, "quantity_must_be_whole")
    assert answer.json["lines"][0]["product_id"] == town.goods["lettuce"]


@pytest.mark.parametrize(
    ("sale", "expected"),
    [
        ("sale_id", (409, "sale_is_closed")),
        ("planned_sale_id", (409, "sale_not_open")),
        ("foreign_sale_id", (403, "members_only")),
        (str(uuid4()), (404, "not_found")),
    ],
)
def test_a_sale_that_does_not_take_the_members_orders_refuses(town, sale, expected):  # SPEC S1 O4 P3
    with nothing_written(town):
        answer = order(town, sale, carrots="1")

    assert refusal(answer) == expected


def test_goods_of_a_farm_that_does_not_take_part_are_refused(town):  # SPEC S6
    with nothing_written(town):
        answer = order(town, foreign_carrots="1", carrots="1")

    assert refusal(answer) == (409, "product_not_in_sale")
    assert [line["product_id"] for line in answer.json["lines"]] == [town.goods["foreign_carrots"]]


def test_a_catalogue_that_is_not_linked_cannot_take_part(town):  # SPEC S6 C6
    path = f"/sales/{town.ids['open_sale_id']}/participations/{town.ids['unlinked_catalog_id']}"

    answer = town.farmer.send("PUT", path)

    assert refusal(answer) == (409, "catalog_is_not_linked")


def test_a_withdrawn_product_is_refused_by_line(town):  # SPEC O6
    withdrawal = f"/products/{town.goods['radish']}/withdrawal"
    town.farmer.ok("POST", withdrawal)
    wait_for("the withdrawal", lambda: "radish" not in offered(town))

    with nothing_written(town):
        answer = order(town, radish="1", carrots="1")

    assert refusal(answer) == (409, "product_withdrawn")
    assert [line["product_id"] for line in answer.json["lines"]] == [town.goods["radish"]]
    town.farmer.ok("DELETE", withdrawal)
    wait_for("the return", lambda: "radish" in offered(town))


def test_a_price_that_moved_is_shown_and_asked_again(town):  # SPEC O6
    set_price(town, PRICES["radish"] + 30)

    with nothing_written(town):
        answer = order(town, radish="1")

    assert refusal(answer) == (409, "price_moved")
    line = answer.json["lines"][0]
    assert (line["seen_cents"], line["now_cents"]) == (150, 180)
    set_price(town, PRICES["radish"])


def test_more_than_there_is_is_refused_and_nothing_of_the_rest_is_reserved(town):  # SPEC O3 C4
    with nothing_written(town):
        answer = order(town, carrots="1", radish="3")

    assert refusal(answer) == (409, "stock_lacking")
    assert [(line["product_id"], line["available"]) for line in answer.json["lines"]] == [(town.goods["radish"], "2")]


def test_a_product_twice_in_one_order_is_refused(town):  # SPEC X1
    body = town.lines(town.ids["open_sale_id"], carrots="1")
    body["lines"] *= 2

    with nothing_written(town):
        answer = town.member.send("POST", "/orders", body)

    assert refusal(answer) == (422, "product_listed_twice")


def test_an_order_needs_an_idempotency_key_of_a_sensible_length(town):  # SPEC O5
    body = town.lines(town.ids["open_sale_id"], carrots="1")

    with nothing_written(town):
        without = town.member.send("POST", "/orders", body, key=None)
        short = town.member.send("POST", "/orders", body, key="abc")
        long = town.member.send("POST", "/orders", body, key="k" * 201)

    assert refusal(without) == (400, "idempotency_key_required")
    assert refusal(short) == refusal(long) == (400, "idempotency_key_invalid")


def test_twelve_clicks_at_once_with_one_key_make_one_order(town):  # SPEC O5
    body, key = town.lines(town.ids["open_sale_id"], carrots="0.25"), str(uuid4())
    pool, before = eventlet.GreenPool(), written(town)

    def click(_):
        twin = Client(town.app)
        twin.headers = town.member.headers
        return twin.send("POST", "/orders", body, key=key)

    answers = list(pool.imap(click, range(12)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert written(town)["orders"] == before["orders"] + 1
    assert written(town)["order_lines"] == before["order_lines"] + 1


def test_a_used_key_with_another_body_is_refused(town):  # SPEC O5
    key = str(uuid4())
    town.member.ok("POST", "/orders", town.lines(town.ids["open_sale_id"], carrots="0.25"), key=key)

    with nothing_written(town):
        other = town.member.send("POST", "/orders", town.lines(town.ids["open_sale_id"], carrots="0.5"), key=key)

    assert refusal(other) == (422, "idempotency_key_reused")


def test_two_people_may_come_with_the_same_key(town):  # SPEC O5 X4
    key = str(uuid4())
    body = town.lines(town.ids["open_sale_id"], carrots="0.25")

    mine = town.member.ok("POST", "/orders", body, key=key)
    theirs = town.referent.ok("POST", "/orders", body, key=key)

    assert mine["order_id"] != theirs["order_id"]


def test_the_order_of_somebody_else_cannot_be_read_paid_or_given_up(town):  # SPEC P3 X4
    path = f"/orders/{town.ids['order_id']}"

    answers = [
        town.referent.send("GET", path),
        town.referent.send("POST", f"{path}/payment"),
        town.referent.send("POST", f"{path}/cancellation"),
        town.referent.send("GET", f"/orders/{uuid4()}"),
    ]

    assert [refusal(answer) for answer in answers] == [(404, "not_found")] * 4
    assert town.member.get(path)["status"] == "confirmed"


def test_a_reservation_that_is_over_cannot_be_paid(town):  # SPEC O3 O4
    placed = town.place(town.member, town.ids["open_sale_id"], radish="2")
    path = f"/orders/{placed['order_id']}"
    lacking = order(town, radish="1")
    town.move(timedelta(minutes=41))
    wait_for("the end of the reservation", lambda: town.member.get(path)["status"] == "expired")

    late = town.member.send("POST", f"{path}/payment")
    over = town.member.send("POST", f"{path}/cancellation")

    assert refusal(lacking) == (409, "stock_lacking")
    assert refusal(late) == (409, "reservation_over")
    assert refusal(over) == (409, "order_is_over")
    assert offered(town)["radish"] == "2"


def test_an_order_is_either_lines_or_a_cart(town):  # SPEC X1
    sale = town.ids["open_sale_id"]

    with nothing_written(town):
        answers = [
            town.member.send("POST", "/orders", body)
            for body in ({}, {"sale_id": sale}, {"sale_id": sale, "lines": []}, {"cart_id": str(uuid4()), "lines": []})
        ]
        unknown = town.member.send("POST", "/orders", {"cart_id": str(uuid4())})

    assert {refusal(answer) for answer in answers} == {(422, "invalid_input")}
    assert refusal(unknown) == (404, "not_found")


def offered(town):
    """{name of goods: what is available} in the open sale."""
    names = {product_id: name for name, product_id in town.goods.items()}
    shop = town.nobody.get(f"/sales/{town.ids['open_sale_id']}/shop")
    return {names[offer["product_id"]]: offer["available"] for offer in shop["offers"]}


def set_price(town, cents):
    change = {"set_items": [{"product_id": town.goods["radish"], "price_cents": cents}]}
    town.farmer.ok("PATCH", f"/catalogs/{town.ids['catalog_id']}", change)

    def moved():
        shop = town.nobody.get(f"/sales/{town.ids['open_sale_id']}/shop")
        return {offer["product_id"]: offer["price_cents"] for offer in shop["offers"]}[town.goods["radish"]] == cents

    wait_for("the price", moved)
