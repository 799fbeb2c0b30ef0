"""A basket settled on the pages without a script, as the sale's referent does it at the table (SPEC D2 D3 D8 D9)."""

import re

import pytest

from services.distributions.service import DistributionsService
from shared.events import markets, orders
from tests.gateway.people import wait_for
from tests.gateway.test_pages import Browser
from tests.support.bus import deliver


@pytest.fixture(scope="module")
def sale(town):
    sale_id, order = town._distributed(carrots="1", cheese="0.3", lettuce="2")
    town.admin.ok("PUT", f"/sales/{sale_id}/referent", {"account_id": town.referent.account_id})
    wait_for("the referent", lambda: town.referent.get(f"/sales/{sale_id}/baskets"))
    return sale_id, order["basket_id"]


def test_a_basket_is_settled_from_its_page_by_the_referent(town, sale):  # SPEC D2 D3 D8 D9 P3
    sale_id, basket_id = sale
    path, day = f"/baskets/{basket_id}", f"/group/{town.ids['number']}/distributions/{sale_id}"
    referent = Browser(town, town.referent)
    opened = fields_of(referent.get(path))

    # one lettuce less: « Mettre à jour »
    lettuce = next(name for name, value in opened.items() if name.startswith("line:") and value == "2")
    referent.post(path, **opened | {lettuce: "1", "do": "update"})
    assert town.referent.get(path)["to_refund_cents"] == 120

    # an older version is told what changed, and nothing is written
    other_click = opened | {"idempotency_key": "", lettuce: "0", "do": "update"}
    conflict = referent.post(path, **other_click)
    assert conflict.status_code == 412
    assert "a changé ce panier entre-temps" in conflict.text
    assert town.referent.get(path)["to_refund_cents"] == 120

    # the distribution is not validated while a refund is missing, and the basket is named
    page = referent.get(f"{day}/validation")
    refused = referent.post(f"{day}/validation", **fields_of(page))
    assert refused.status_code == 409
    assert path in refused.text

    # another amount than the button's: the basket is shown again
    opened = fields_of(referent.get(path))
    referent.post(path, **opened | {lettuce: "0", "do": "settle"})
    shown = town.referent.get(path)
    assert (shown["state"], shown["to_refund_cents"], shown["refunded_cents"]) == ("open", 240, 0)

    # « Rembourser 2,40 € et valider »
    page = referent.get(path)
    assert "Rembourser 2,40" in page.text
    done = referent.post(path, **fields_of(page) | {"do": "settle"})
    assert done.status_code == 303
    settled = town.referent.get(path)
    assert (settled["state"], settled["refunded_cents"]) == ("validated", 240)
    assert "2,40" in referent.get(f"{path}/trail").text

    # only an administrator opens it again
    assert "Rouvrir ce panier" not in referent.get(path).text
    administrator = Browser(town, town.admin)
    page = administrator.get(path)
    administrator.post(path, **fields_of(page) | {"do": "reopen"})
    assert town.referent.get(path)["state"] == "open"


def test_a_missing_weighed_product_is_one_button(town, sale):  # SPEC D2 O9
    path = f"/baskets/{sale[1]}"
    referent = Browser(town, town.referent)
    page = referent.get(path)
    cheese = next(line for line in town.referent.get(path)["lines"] if line["name"] == "Tomme")

    referent.post(path, **fields_of(page) | {"do": f"missing:{cheese['line_id']}"})

    after = next(line for line in town.referent.get(path)["lines"] if line["name"] == "Tomme")
    assert (cheese["delivered"], float(after["delivered"]), after["delivered_cents"]) == ("0.3", 0, 0)


def test_what_cannot_be_is_refused_at_its_field_with_what_was_typed(town, sale):  # SPEC D2 X1
    path = f"/baskets/{sale[1]}"
    referent = Browser(town, town.referent)
    before = town.referent.get(path)
    fields = fields_of(referent.get(path))
    carrots = next(name for name in fields if name.startswith("grams:"))
    lettuce = next(line["line_id"] for line in before["lines"] if line["name"] == "Batavia")

    for nonsense in ("1,5", "-1", "1e999999", "NaN", "trois", "²"):
        answer = referent.post(path, **fields | {carrots: "777", f"line:{lettuce}": nonsense, "do": "settle"})

        assert answer.status_code == 422, nonsense
        assert f'href="#f-line-{lettuce}"' in answer.text, nonsense
        assert f'value="{nonsense}" aria-invalid="true"' in answer.text, nonsense
        assert 'value="777"' in answer.text
        assert town.referent.get(path)["version"] == before["version"]


def test_what_was_typed_is_kept_whichever_button_is_pressed(town, sale):  # SPEC D2
    path = f"/baskets/{sale[1]}"
    referent = Browser(town, town.referent)
    lettuce = next(line["line_id"] for line in town.referent.get(path)["lines"] if line["name"] == "Batavia")

    referent.post(path, **fields_of(referent.get(path)) | {f"line:{lettuce}": "1", "do": "refund"})

    after = town.referent.get(path)
    line = next(line for line in after["lines"] if line["line_id"] == lettuce)
    assert (float(line["delivered"]), after["to_refund_cents"]) == (1, 0)


def fields_of(answer):
    assert answer.status_code == 200, answer.text[:600]
    inputs = re.findall(r'<input[^>]*\bname="([^"]+)"[^>]*\bvalue="([^"]*)"', answer.text)
    kept = {"version", "told_cents", "idempotency_key"}
    found = {name: value for name, value in inputs if name in kept or name.startswith(("line:", "grams:", "before:"))}
    keys = re.findall(r'name="idempotency_key" value="(\w+)"', answer.text)
    return found | {"idempotency_key": keys[-1]}


def test_who_settles_reads_that_a_producer_does_not_deliver_until_that_is_refunded(town):  # SPEC S6 D3
    sale_id, order = town._distributed(carrots="1")
    basket, day = f"/baskets/{order['basket_id']}", f"/group/{town.ids['number']}/distributions/{sale_id}"
    admin = Browser(town, town.admin)
    (line,) = town.admin.get(basket)["lines"]
    absence = {"sale_id": sale_id, "market_id": town.ids["market_id"], "producer_id": line["producer_id"]}
    withdrawn = absence | {"catalog_id": town.ids["catalog_id"], "version": 9, "not_delivering": True}

    tell(town, markets.ParticipationWithdrawn.load(withdrawn))
    shown, refused = admin.get(day).text, admin.post(f"{day}/validation")
    tell(town, orders.AbsenceRecorded.load(absence | {"changed": []}))

    assert "ses produits sont en train d’être retirés" in shown
    assert (refused.status_code, "Réessayez dans un instant" in refused.text) == (409, True)
    assert "ne livre pas" not in admin.get(day).text
    assert town.admin.get(basket)["refunded_cents"] == 280


def tell(town, event):
    deliver(town.suite.databases["distributions"], DistributionsService, event)
