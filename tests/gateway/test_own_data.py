"""What a person takes away of what is kept (SPEC P5)."""

import pytest

from gateway.web import own_data
from tests.gateway.test_pages import Browser


@pytest.mark.parametrize("per_page", [1, 200])
def test_the_export_holds_all_orders_and_notices_however_many_they_are(town, monkeypatch, per_page):  # SPEC P5
    monkeypatch.setattr(own_data, "PER_PAGE", per_page)
    orders, notices = (town.member.get(f"/my/{what}?limit=200")["items"] for what in ("orders", "notices"))

    answer = Browser(town, town.member).get("/account/export")

    assert len(orders) > 1
    assert answer.headers["Content-Disposition"] == "attachment; filename=clayette.json"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.json["account"] == town.member.get("/accounts/me")
    assert [order["order_id"] for order in answer.json["orders"]] == [order["order_id"] for order in orders]
    assert [notice["notice_id"] for notice in answer.json["notices"]] == [each["notice_id"] for each in notices]


def test_the_export_of_who_has_ordered_nothing_has_empty_lists(town):  # SPEC P5
    answer = Browser(town, town.stranger).get("/account/export")

    assert answer.json["orders"] == []
