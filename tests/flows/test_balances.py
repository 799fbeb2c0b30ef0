"""Flows of what members owe or have: balances due by link and with the next order, refunds that become credit."""

import requests

from clayette import ledger
from clayette.demo.api import Card, wait_for
from shared.config import Config


def test_what_weighed_more_is_a_balance_due_paid_by_link(market):  # SPEC D2 N1 F2 F5
    day = market(members=1)
    (awa,) = day.tale.members
    day.buy(awa, carottes="1.5", yaourt="2")
    hand_over(day, carottes="2", yaourt="3")  # 1.40 and 0.85 more

    mail = day.world.wait_for_mail(awa.email, "Complément à payer : 2,25")
    assert shared_out(day) == 590
    assert f"/balances/{day.tale.market_id}" in mail["text"]
    page = awa.do("POST", f"/markets/{day.tale.market_id}/balance/payment")
    assert Card.pay(page["url"]) == "succeeded"
    wait_for("the balance to be paid", lambda: balance_of(day, awa) == 0)

    found = day.ledger()
    paid = {name: found[f"{name}_cents"] for name in ("charges", "balances", "unsettled", "open_balances")}
    assert paid == {"charges": 590, "balances": 225, "unsettled": 0, "open_balances": 0}
    assert shared_out(day) == 815
    assert awa.get("/me/balances")["items"][0]["entries"][0]["amount_cents"] == 225
    the_books_are_right()


def test_a_balance_due_is_paid_with_the_next_order(market):  # SPEC D2 O2
    day = market(members=1)
    (awa,) = day.tale.members
    day.buy(awa, yaourt="2")
    hand_over(day, yaourt="4")
    wait_for("the balance due", lambda: balance_of(day, awa) == -170)
    assert day.admin.get(f"/markets/{day.tale.market_id}/balances")["due_cents"] == 170
    day.open_another()

    order = day.place(awa, yaourt="3")
    page = awa.do("POST", f"/orders/{order['order_id']}/payment")
    assert Card.pay(page["url"]) == "succeeded"
    day.wait_for_status(awa, order, "confirmed")

    assert (page["amount_cents"], page["balance_cents"], page["card_cents"]) == (255, 170, 425)
    assert balance_of(day, awa) == 0
    assert day.ledger()["charges_cents"] == 255
    the_books_are_right()


def test_a_refund_that_fails_is_a_credit_which_the_next_order_uses(market):  # SPEC F3 F4 D2 P5
    day = market(members=1)
    (awa,) = day.tale.members
    order = day.buy(awa, yaourt="4")
    control = f"{day.tale.payment_page.split('/pay/')[0]}/test/fail"
    failure = {"call": "refunds.create", "mode": "refuse", "code": "charge_disputed", "status": 400}
    requests.post(control, json=failure, timeout=30).raise_for_status()
    hand_over(day, yaourt="1")

    day.world.wait_for_mail(awa.email, "avoir de 2,55")
    day.world.wait_for_mail(day.admin.email, "a échoué")
    assert balance_of(day, awa) == 255
    wait_for(
        "accounts to know",
        lambda: awa.refused("POST", "/accounts/me/deletion", {"password": awa.password}) == "balance_is_open",
    )
    day.open_another()
    again = day.place(awa, yaourt="6")
    page = awa.do("POST", f"/orders/{again['order_id']}/payment")
    assert Card.pay(page["url"]) == "succeeded"
    day.wait_for_status(awa, again, "confirmed")

    assert (page["credit_cents"], page["card_cents"]) == (255, 255)
    assert balance_of(day, awa) == 0
    refund = day.admin.get(f"/markets/{day.tale.market_id}/refunds/attention")["items"][0]
    assert day.admin.refused("POST", f"/refunds/{refund['refund_id']}/retry") == "credit_used"
    assert order["basket_id"] == refund["basket_id"]
    the_books_are_right()


def hand_over(day, **quantities):
    """On the day of the distribution the only basket is adjusted, refunded if need be, and validated."""
    (basket,) = day.come_to_the_day(1)
    path = f"/baskets/{basket['basket_id']}"
    lines = day.admin.get(path)["lines"]
    wanted = [
        {"line_id": line["line_id"], "delivered": quantity}
        for word, quantity in quantities.items()
        for line in lines
        if line["name"].lower().startswith(word)
    ]
    adjusted = day.admin.do("PATCH", path, {"version": basket["version"], "lines": wanted})
    if adjusted["to_refund_cents"]:
        day.admin.do("POST", f"{path}/refund", {"version": adjusted["version"]})
    day.validate()
    wait_for("the shares", lambda: day.admin.get(f"/sales/{day.sale_id}/payouts")["round"])


def shared_out(day):
    return sum(item["gross_cents"] for item in day.admin.get(f"/sales/{day.sale_id}/payouts")["items"])


def balance_of(day, member):
    items = member.get("/me/balances")["items"]
    return next((item["balance_cents"] for item in items if item["market_id"] == day.tale.market_id), 0)


def the_books_are_right():
    lines = list(ledger.check(Config().database_of("payments")))
    assert all(fine for _, fine in lines), lines
