"""Flows of the calendar: blocking, self-validation, registration, reopening, payouts that wait."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import requests

from clayette.demo import story
from clayette.demo.api import wait_for
from clayette.demo.day import payouts_of
from clayette.demo.sale import lines_of, state_of

PARIS = ZoneInfo("Europe/Paris")


def test_more_than_four_unvalidated_distributions_block_the_next_and_validating_opens_it_at_once(market):  # SPEC S9 N1
    day = market(members=1)
    (awa,) = day.tale.members
    unvalidated = []
    for _ in range(5):
        day.buy(awa, yaourt="2")
        unvalidated.append(day.sale_id)
        day.come_to_the_day(1)
        day.world.move_to(day.at("ends_at"))
        wait_for("the end of the distribution", lambda: state_of(day.tale) == "distributed")
        if len(unvalidated) < 5:
            day.open_another()

    day.plan()
    day.world.move_to(day.at("opens_at"))
    day.world.wait_for_mail(day.admin.email, "n’a pas pu ouvrir")
    blocked = day.admin.get(f"/sales/{day.sale_id}")
    day.admin.do("POST", f"/sales/{unvalidated[0]}/validation")
    wait_for("the sale to open", lambda: state_of(day.tale) == "open")

    assert blocked["state"] == "planned"
    assert set(blocked["administration"]["unvalidated"]) == set(unvalidated)


def test_a_sale_without_a_basket_validates_itself(market):  # SPEC S9
    day = market(members=1)
    day.close()

    day.world.move_to(day.at("ends_at"))

    wait_for("its validation", lambda: state_of(day.tale) == "validated")
    assert day.ledger()["charges_cents"] == 0


def test_a_basket_reopened_before_the_payout_changes_what_its_producer_is_paid(market):  # SPEC D9 F2 F5
    day = market(members=1)
    (awa,) = day.tale.members
    order = day.buy(awa, yaourt="4", carottes="1")
    (basket,) = day.come_to_the_day(1)
    day.validate()
    first = day.shares()

    reopened = day.admin.do("DELETE", f"/baskets/{basket['basket_id']}/validation")
    line = next(line for line in reopened["lines"] if line["name"].startswith("Yaourt"))
    adjusted = day.admin.do(
        "PATCH",
        f"/baskets/{basket['basket_id']}",
        {"version": reopened["version"], "lines": [{"line_id": line["line_id"], "delivered": "1"}]},
    )
    day.admin.do("POST", f"/baskets/{basket['basket_id']}/refund", {"version": adjusted["version"]})
    day.admin.do("POST", f"/sales/{day.sale_id}/validation")

    wait_for("the second round", lambda: day.admin.get(f"/sales/{day.sale_id}/payouts")["round"] == 2)
    ledger = day.wait_for_refunds(255)
    second = day.shares()
    assert first["Ferme des Trois Chênes"]["gross_cents"] == 340
    assert second["Ferme des Trois Chênes"]["gross_cents"] == 85
    assert second["Les Jardins du Moulin"]["gross_cents"] == 280
    assert ledger["unsettled_cents"] == 0
    assert ledger["charges_cents"] == order["total_cents"] == 620
    trail = day.admin.get(f"/baskets/{basket['basket_id']}/trail")["items"]
    assert [item["action"] for item in trail][:1] != []
    assert {item["who"] for item in trail if item["account_id"]} == {day.admin.name}


def test_a_producer_without_an_active_account_is_paid_on_the_first_monday_after_activation(market):  # SPEC F6 F5
    day = market(members=1)
    (awa,) = day.tale.members
    day.buy(awa, yaourt="4")
    dairy = day.tale.farms[1]
    account_page = dairy.person.do("POST", f"/producers/{dairy.producer_id}/payment-account")["url"]
    restrict(account_page, "restricted")
    path = f"/producers/{dairy.producer_id}"
    wait_for("the restriction", lambda: not dairy.person.get(f"{path}/payment-account")["active"])
    day.come_to_the_day(1)
    day.validate()
    first_monday = datetime.fromisoformat(day.shares()[dairy.name]["pay_on"]).replace(hour=6, minute=5, tzinfo=PARIS)

    day.world.move_to(first_monday)
    held = dairy.person.get(f"{path}/payouts")
    restrict(account_page, "active")
    wait_for("the activation", lambda: dairy.person.get(f"{path}/payment-account")["active"])
    day.world.move_to(first_monday + timedelta(days=7))

    paid = wait_for("the payout", lambda: payouts_of(dairy))
    assert held["items"] == []
    assert held["expected"][0]["waits_for"] == "account"
    assert paid[0]["paid_on"] == (first_monday + timedelta(days=7)).date().isoformat()
    assert paid[0]["amount_cents"] == 340 - 10


def test_a_market_with_closed_registration_takes_orders_of_members_only(market):  # SPEC M8 O1
    day = market(members=1)
    day.admin.do("PATCH", f"/markets/{day.tale.market_id}", {"registration": "closed"})
    stranger = story.Person(day.world, "Zoé", "Petit").register()

    code = wait_for("the change to arrive", lambda: _refusal(day, stranger))

    assert code == "members_only"
    assert stranger.refused("POST", f"/markets/{day.tale.market_id}/members") == "registration_is_closed"
    assert day.buy(day.tale.members[0], yaourt="1")["status"] == "confirmed"


def _refusal(day, person):
    """The code with which a (too large) order is refused, once it is no longer about the stock."""
    lines = lines_of(day.tale, [(day.product("salade"), "99")])
    code = person.refused("POST", "/orders", lines)
    return code if code != "stock_lacking" else None


def restrict(page, state):
    base = page.split("/onboarding/")[0]
    accounts = requests.get(f"{base}/test/books", timeout=30).json()["accounts"]
    newest_dairy = next(a for a in reversed(accounts) if "Trois" in str(a))
    answer = requests.post(f"{base}/test/onboard/{newest_dairy['id']}", json={"state": state}, timeout=30)
    assert answer.ok, answer.text
