"""Flows in which members get money back: cancelled sale, producer who does not deliver, late payment."""

from datetime import datetime, timedelta

import requests

from clayette.demo.api import Card, wait_for
from tests.flows.test_orders_that_change import put


def test_a_cancelled_sale_refunds_everybody_and_restores_the_stock(market):  # SPEC S5 C4 F2
    day = market()
    awa, bruno = day.tale.members
    first, second = day.buy(awa, salade="2", yaourt="4"), day.buy(bruno, carottes="1.5")
    before = day.available("salade")

    day.admin.do("POST", f"/sales/{day.sale_id}/cancel", {"reason": "Tempête annoncée"})

    paid = first["total_cents"] + second["total_cents"]
    ledger = day.wait_for_refunds(paid)
    day.wait_for_status(awa, first, "cancelled")
    for member in (awa, bruno):
        day.world.wait_for_mail(member.email, "annulée")
    assert before == "1"
    assert (ledger["charges_cents"], ledger["unsettled_cents"]) == (paid, 0)
    progress = day.admin.get(f"/sales/{day.sale_id}/refunds")
    assert (progress["done"], progress["total"], progress["done_cents"]) == (2, 2, paid)
    assert (progress["orders"]["paid_to_void"], progress["orders"]["voided"]) == (0, 2)
    day.open_another()
    assert day.available("salade") == "3"


def test_a_producer_who_does_not_deliver_is_set_to_zero_and_refunded(market):  # SPEC S6 F5 O8
    day = market()
    awa, bruno = day.tale.members
    day.buy(awa, tomme="0.5", huile="2")
    day.buy(bruno, huile="2", yaourt="2")
    oil = day.tale.farms[2]
    path = f"/sales/{day.sale_id}/participations/{oil.catalog_id}"
    wait_for("the orders to be known", lambda: day.known_orders() == 2)
    assert oil.person.refused("DELETE", path) == "producer_has_orders"

    put(day, awa, tomme="0.5", huile="1")  # what is taken off at the same moment is given back for that alone
    oil.person.do("DELETE", f"{path}?not_delivering=true")

    day.wait_for_refunds(4 * 1490)
    baskets = day.come_to_the_day(2)
    day.validate()
    shares = day.shares()
    assert [basket["due_cents"] for basket in baskets] == [1075, 170]
    assert (day.ledger()["refunds_cents"], day.ledger()["unsettled_cents"]) == (4 * 1490, 0)
    assert oil.name not in shares or shares[oil.name]["gross_cents"] == 0
    assert shares["Ferme des Trois Chênes"]["gross_cents"] == 1075 + 170


def test_a_basket_nobody_came_for_is_refunded_before_its_producers_are_paid(market):  # SPEC D7 D9 F5
    day = market()
    awa, bruno = day.tale.members
    missed, fetched = day.buy(awa, huile="1"), day.buy(bruno, huile="2", yaourt="2")
    day.come_to_the_day(2)
    awaited = day.admin.get(f"/sales/{day.sale_id}/baskets?uncollected=true")["items"]
    path = f"/baskets/{missed['basket_id']}/not-collected"
    day.admin.do("POST", path)
    day.validate()
    before = day.shares()

    day.admin.do("POST", f"{path}/refund")
    day.wait_for_refunds(missed["total_cents"])
    day.validate()

    wait_for("the second round", lambda: day.admin.get(f"/sales/{day.sale_id}/payouts")["round"] == 2)
    oil = day.tale.farms[2].name
    assert len(awaited) == 2
    assert (before[oil]["gross_cents"], day.shares()[oil]["gross_cents"]) == (3 * 1490, 2 * 1490)
    assert day.ledger()["producers_cents"] + day.ledger()["fees_cents"] == fetched["total_cents"]


def test_a_payment_made_in_time_confirms_although_its_word_comes_after_expiry(market):  # SPEC O4
    day = market()
    awa, _bruno = day.tale.members
    order = day.place(awa, salade="1")
    page = day.page(awa, order)
    stand_in(page, "webhooks", paused=True)

    assert Card.pay(page) == "succeeded"
    let_expire(day, order)
    stand_in(page, "webhooks", paused=False)

    assert day.wait_for_status(awa, order, "confirmed")["basket_number"] == 1
    assert day.available("salade") == "2"


def test_a_payment_that_comes_too_late_for_the_stock_is_refunded_whole(market):  # SPEC O4 F4
    day = market()
    awa, bruno = day.tale.members
    late = day.place(awa, salade="3", yaourt="1")
    page = day.page(awa, late)
    for call in ("checkout.sessions.expire", "checkout.sessions.retrieve"):
        stand_in(page, "fail", call=call, mode="http_500", times=500)
    stand_in(page, "webhooks", paused=True)

    assert Card.pay(page) == "succeeded"
    let_expire(day, late)
    day.wait_for_status(awa, late, "expired")
    bought = day.place(bruno, salade="2")
    stand_in(page, "fail", method="DELETE")
    stand_in(page, "webhooks", paused=False)

    ledger = day.wait_for_refunds(late["total_cents"])
    day.world.wait_for_mail(awa.email, "trop tard")
    assert awa.get(f"/orders/{late['order_id']}")["status"] == "expired"
    assert ledger["charges_cents"] == late["total_cents"]
    assert bought["status"] == "placed"
    assert day.available("salade") == "1"


def let_expire(day, order):
    """Past the 35 minutes and the grace after them."""
    day.world.move_to(datetime.fromisoformat(order["expires_at"]) + timedelta(minutes=3))


def stand_in(page, control, *, method="POST", **wanted):
    """Make the card provider's stand-in misbehave."""
    answer = requests.request(method, f"{page.split('/pay/')[0]}/test/{control}", json=wanted, timeout=30)
    assert answer.ok, answer.text
