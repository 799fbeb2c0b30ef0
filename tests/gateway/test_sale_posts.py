"""What the forms of a sale do, for a producer and an administrator: done, refused, clicked twice, and asked by others."""

import os
import re

import pytest
import requests

from tests.gateway.people import wait_for
from tests.gateway.test_pages import Browser

SALES = "/group/{number}/distributions"
HOURS = iter(range(400, 4000, 100))
KEY = "0123456789abcdef0123456789abcd"


@pytest.fixture(scope="module")
def farmer(town):
    return Browser(town, town.farmer)


@pytest.fixture(scope="module")
def admin(town):
    return Browser(town, town.admin)


@pytest.fixture(scope="module")
def others(town):
    return [Browser(town, person) for person in (town.other_farmer, town.other_admin, town.member)]


@pytest.fixture
def sale_id(town):
    """A sale to come, in which the farm takes part."""
    opens = next(HOURS)
    return town.plan(opens, opens + 50)


def participation(town, sale_id):
    """(state, version) of the farm's catalogue in the sale."""
    catalogs = town.admin.get(f"/sales/{sale_id}")["administration"]["catalogs"]
    return next(each["state"] for each in catalogs if each["catalog_id"] == town.ids["catalog_id"])


def told(town, person):
    """The kinds of what the notices of a person hold."""
    return [notice["kind"] for notice in person.get("/my/notices")["items"]]


def refused_on_top(answer, kept):
    """The summary is there with the focus, or the faulty field has it; what was typed stands in the form."""
    assert 'class="refusals" role="alert"' in answer.text, answer.text[:600]
    assert "autofocus" in answer.text
    assert kept in answer.text


# ---- the producer: « je participe », « je ne livre pas »


def test_two_clicks_on_i_take_part_are_one(town, farmer, sale_id):  # SPEC S6 O5
    path = f"/producer/sales/{sale_id}/participations/{town.ids['catalog_id']}"

    left = [farmer.post(path, takes_part="0", idempotency_key=f"{KEY}01") for _ in range(2)]
    meanwhile = participation(town, sale_id)
    back = [farmer.post(path, takes_part="1", idempotency_key=f"{KEY}02") for _ in range(2)]

    assert {answer.headers["Location"] for answer in left + back} == {f"/producer#sale-{sale_id}"}
    assert (meanwhile, participation(town, sale_id)) == ("withdrawn", "confirmed")


def test_a_closed_sale_tells_the_producer_why_not(town, farmer):  # SPEC S6 X1
    closed = f"/producer/sales/{town.ids['past_sale_id']}/participations/{town.ids['catalog_id']}"

    answers = [farmer.post(closed, takes_part=value) for value in "10"]
    shown = farmer.get("/producer").text

    assert {answer.status_code for answer in answers} == {303}
    assert shown.count("Cette vente est trop avancée pour cela.") == 2


def test_nobody_answers_for_another_farm(town, others, sale_id):  # SPEC P3 X4
    one = f"/producer/sales/{sale_id}"
    for stranger in others:
        for path, values in (
            (f"{one}/participations/{town.ids['catalog_id']}", {"takes_part": "0"}),
            (f"{one}/not-delivering/{town.ids['catalog_id']}", {}),
        ):
            assert stranger.post(path, **values).status_code in {403, 404}, path

    assert participation(town, sale_id) == "confirmed"


def test_not_delivering_refunds_once_and_is_not_undone(town, farmer):  # SPEC S6 O5
    sale_id = town.plan(0, next(HOURS))
    town.wait_until_open(sale_id)
    order = town.buy(town.referent, sale_id, carrots="1")
    told_first = "ne livrez pas"
    ordered = f"/producer/sales/{sale_id}"
    path = f"{ordered}/not-delivering/{town.ids['catalog_id']}"
    wait_for("the count of orders", lambda: "2,80" in farmer.get(path).text)

    done = [farmer.post(path, idempotency_key=f"{KEY}03") for _ in range(2)]
    again = farmer.post(f"{ordered}/participations/{town.ids['catalog_id']}", takes_part="1")
    page = farmer.get("/producer").text

    assert [answer.status_code for answer in (*done, again)] == [303, 303, 303]
    assert told_first in page
    assert participation(town, sale_id) == "not_delivering"
    wait_for(
        "the refund", lambda: town.admin.get(f"/baskets/{order['basket_id']}")["refunded_cents"] == 280, seconds=60
    )
    assert len(town.admin.get(f"/baskets/{order['basket_id']}")["refunds"]) == 1


# ---- the administrator: inviting, appointing, cancelling, asking for a refund again


def test_a_producer_is_invited_once_by_two_clicks(town, farmer, admin, sale_id):  # SPEC S7 O5 N4
    path = f"{SALES}/{sale_id}/catalogs".format(**town.ids)
    farmer.post(f"/producer/sales/{sale_id}/participations/{town.ids['catalog_id']}", takes_part="0")
    before = told(town, town.farmer).count("sale_invitation")

    offered = admin.get(path).text
    answers = [
        admin.post(path, catalog_id=town.ids["catalog_id"], idempotency_key=f"{KEY}{end}") for end in ("04", "04", "05")
    ]
    words = admin.get(path).text

    assert "Inviter sur cette vente" in offered
    assert {answer.headers["Location"] for answer in answers} == {path}
    assert words.count("1 invitation envoyée.") == 2
    assert words.count("0 invitation envoyée.") == 1
    assert participation(town, sale_id) == "invited"
    wait_for("the notice", lambda: told(town, town.farmer).count("sale_invitation") == before + 1)


def test_a_catalogue_that_serves_another_market_is_not_invited(town, admin, sale_id):  # SPEC S7 X1
    path = f"{SALES}/{sale_id}/catalogs".format(**town.ids)

    foreign = admin.post(path, catalog_id=town.ids["foreign_catalog_id"])
    senseless = admin.post(path, catalog_id="tous")
    words = admin.get(path).text

    assert (foreign.status_code, senseless.status_code) == (303, 303)
    assert "n’est pas relié à ce marché" in words
    assert words.count('class="toast toast-trouble"') == 2


def test_a_referent_is_appointed_from_the_members(town, admin, sale_id):  # SPEC D1 O5
    path = f"{SALES}/{sale_id}/referent".format(**town.ids)

    answers = [admin.post(path, account_id=town.referent.account_id, idempotency_key=f"{KEY}06") for _ in range(2)]

    kept = town.admin.get(f"/sales/{sale_id}")["administration"]["referent_id"]
    assert {answer.status_code for answer in answers} == {303}
    assert kept == town.referent.account_id


def test_a_member_is_looked_for_in_a_long_list(town, admin, sale_id):  # SPEC D1
    path = f"{SALES}/{sale_id}/referent".format(**town.ids)

    found, nobody = admin.get(f"{path}?search=member@").text, admin.get(f"{path}?search=zzz").text

    assert f'value="{town.member.account_id}"' in found
    assert f'value="{town.referent.account_id}"' not in found
    assert "Personne ne correspond à «\u00a0zzz\u00a0»" in nobody
    assert f'value="{town.admin.account_id}" selected' in nobody


def test_nobody_chosen_is_refused_at_the_list_of_members(town, admin, sale_id):  # SPEC X1
    path = f"{SALES}/{sale_id}/referent".format(**town.ids)

    nobody = admin.post(path, account_id="")
    stranger = admin.post(path, account_id=town.stranger.account_id)

    assert nobody.status_code == 422
    refused_on_top(nobody, kept='id="f-account-id-fault"')
    assert stranger.status_code == 404
    assert town.admin.get(f"/sales/{sale_id}")["administration"]["referent_id"] == town.admin.account_id


def test_a_sale_is_cancelled_once_with_its_reason(town, admin, sale_id):  # SPEC S5 O5
    path = f"{SALES}/{sale_id}/cancellation".format(**town.ids)

    without = admin.post(path, reason="")
    wordy = admin.post(path, reason="Neige " * 100)
    answers = [admin.post(path, reason="Neige", idempotency_key=f"{KEY}07") for _ in range(2)]
    later = admin.post(path, reason="Autre raison")

    assert (without.status_code, wordy.status_code) == (422, 422)
    refused_on_top(without, kept='id="f-reason-fault"')
    refused_on_top(wordy, kept="Neige Neige Neige")
    assert {answer.status_code for answer in (*answers, later)} == {303}
    sale = town.admin.get(f"/sales/{sale_id}")
    assert (sale["state"], sale["cancel_reason"]) == ("cancelled", "Neige")


def test_a_validated_sale_is_not_cancelled_and_the_reason_stays(town, admin):  # SPEC S1 X1
    path = f"{SALES}/{town.ids['past_sale_id']}/cancellation".format(**town.ids)

    answer = admin.post(path, reason="Trop tard")

    assert answer.status_code == 409
    refused_on_top(answer, kept="Trop tard</textarea>")


def test_nobody_else_runs_a_sale(town, others, sale_id):  # SPEC P3 X4
    one = f"{SALES}/{sale_id}".format(**town.ids)
    before = town.admin.get(f"/sales/{sale_id}")
    posts = {
        f"{one}/catalogs": {"catalog_id": town.ids["catalog_id"]},
        f"{one}/referent": {"account_id": town.member.account_id},
        f"{one}/cancellation": {"reason": "Volé"},
        f"{SALES}/trouble".format(**town.ids): {"refund_id": town.ids["refund_id"]},
    }
    for stranger in others:
        answers = {path: stranger.post(path, **values) for path, values in posts.items()}
        refused = {path: each for path, each in answers.items() if each.status_code in {403, 404}}
        assert set(refused) == set(posts)
    assert town.admin.get(f"/sales/{sale_id}") == before


def test_a_refund_that_failed_is_asked_for_again_by_a_button(town, admin):  # SPEC F4 O5
    trouble = f"{SALES}/trouble".format(**town.ids)
    order = town._distributed(lettuce="2")[1]
    path = f"/baskets/{order['basket_id']}"
    basket = town.admin.get(path)
    less = {"version": basket["version"], "lines": [{"line_id": basket["lines"][0]["line_id"], "delivered": "1"}]}
    adjusted = town.admin.ok("PATCH", path, less)
    _bank("POST", {"call": "refunds.create", "mode": "refuse", "code": "charge_disputed", "status": 400})
    town.admin.ok("POST", f"{path}/refund", {"version": adjusted["version"]})
    shown = wait_for(
        "the failed refund", lambda: re.search(r'name="refund_id" value="([\w-]+)"', admin.get(trouble).text)
    )

    answers = [admin.post(trouble, refund_id=shown[1], idempotency_key=f"{KEY}08") for _ in range(2)]
    wait_for("the refund", lambda: town.admin.get(path)["refunds"][0]["state"] == "succeeded")
    late = admin.post(trouble, refund_id=shown[1])
    after = admin.get(trouble).text

    assert {answer.status_code for answer in (*answers, late)} == {303}
    assert town.admin.get(path)["refunded_cents"] == 120
    assert after.count("Le remboursement est redemandé.") == 2
    assert 'class="toast toast-trouble"' in after


def _bank(method, plan):
    requests.request(method, f"{os.environ['STRIPE_API_BASE']}/test/fail", json=plan, timeout=20).raise_for_status()
