"""Payments over the bus and the gateway's API, with the stand-in as the provider."""

from datetime import UTC, datetime
from typing import Any
from unittest import mock
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from gateway.errors import sentences
from services.payments import domain, service
from services.payments.models import Payment
from services.payments.provider import Provider
from services.payments.service import PaymentsService
from shared.errors import Refusal
from shared.events import CONSUMERS
from tests.payments.conftest import ADMIN, FARMER, KEY, MEMBER, SECRET, StandIn, Till, administrator, market
from tests.support.bus import deliver

HEADERS = {"Accept-Language": "en"}


class Shop:
    """A running service, its till, and HTTP calls in the name of an account."""

    def __init__(self, suite: Any, stand_in: StandIn) -> None:
        self.suite = suite
        self.db = suite.databases["payments"]
        self.till = Till(self.db, stand_in, Provider(KEY, stand_in.url, SECRET))
        self.till.deliver(market(), administrator())

    def http(self, method: str, path: str, actor: Any = None, **more: Any) -> Any:
        identity = {
            "account_id": str(actor.account_id) if actor else None,
            "session_id": str(uuid4()),
            "language": "en",
            "scopes": ["read", "write"],
        }
        headers = HEADERS | ({"Authorization": "Bearer x"} if actor else {})
        with mock.patch.object(self.suite.app.extensions["identities"], "of", return_value=identity):
            return self.suite.http.open(
                f"/api/v1{path}", method=method, headers=headers | more.pop("headers", {}), **more
            )


@pytest.fixture
def shop(suite: Any, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> Shop:
    for name, value in (("KEY", KEY), ("BASE", stand_in.url)):
        monkeypatch.setenv(f"STRIPE_API_{name}", value)
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", SECRET)
    service.provider.cache_clear()
    one = Shop(suite("payments"), stand_in)
    yield one
    service.provider.cache_clear()


def test_an_order_is_paid_and_refunded_over_http(shop: Shop) -> None:  # SPEC O2 F2 F3 F4
    till, sale = shop.till, uuid4()
    order = till.order(1000, sale=sale)
    till.stand_in.take = lambda payload, signature: shop.http(
        "POST", "/webhooks/stripe", data=payload, headers={"Stripe-Signature": signature}
    )
    till.deliver(order)

    page = shop.http("POST", f"/orders/{order.order_id}/payment", MEMBER)
    till.stand_in.ask(f"pay/{page.json['url'].rsplit('/', 1)[-1]}")
    till.captured(order)
    till.deliver(till.refund(order.basket_id, sale, 250))
    till.settled(lambda: len(till.stand_in.books()["refunds"]) == 1)
    till.settled(lambda: shop.http("GET", f"/sales/{sale}/ledger", ADMIN).json["refunds_cents"] == 250)

    assert page.status_code == 200, page.json
    seen = shop.http("GET", f"/orders/{order.order_id}/payment", MEMBER).json
    assert (seen["status"], seen["captured_cents"], seen["refunded_cents"]) == ("succeeded", 1000, 250)
    ledger = shop.http("GET", f"/sales/{sale}/ledger", ADMIN).json
    assert [entry["kind"] for entry in ledger["entries"]] == ["charge", "refund"]
    assert ledger["unsettled_cents"] == 750
    assert shop.http("GET", f"/sales/{sale}/ledger", MEMBER).status_code == 404


def test_an_order_that_is_on_its_way_is_waited_for(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    order = shop.till.order(1000, sale=uuid4())
    pauses: list[float] = []
    monkeypatch.setattr(
        "gateway.backend.time.sleep",
        lambda pause: (pauses.append(pause), len(pauses) == 2 and shop.till.deliver(order)),
    )

    answer = shop.http("POST", f"/orders/{order.order_id}/payment", MEMBER)

    assert answer.status_code == 200
    assert len(pauses) == 2


def test_an_order_that_never_comes_is_a_problem_document(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:  # SPEC X1
    monkeypatch.setattr("gateway.backend.time.sleep", lambda _pause: None)

    answer = shop.http("POST", f"/orders/{uuid4()}/payment", MEMBER)

    assert (answer.status_code, answer.content_type) == (409, "application/problem+json")
    assert answer.json["code"] == "payment_not_ready"
    assert answer.json["title"].startswith("Your order")


def test_a_webhook_without_a_genuine_signature_is_refused(shop: Shop) -> None:  # SPEC F3 X4
    for headers in ({}, {"Stripe-Signature": "t=1,v1=00"}):
        answer = shop.http("POST", "/webhooks/stripe", data=b'{"id": "evt_1"}', headers=headers)
        assert (answer.status_code, answer.json["code"]) == (400, "invalid_signature")
    assert shop.http("POST", "/webhooks/stripe", data=b"\xff\xfe").status_code == 400


def test_a_farm_opens_its_account_and_becomes_able_to_be_paid(shop: Shop) -> None:  # SPEC F3 F6
    farm = shop.till.producer(active=False)
    before = shop.http("GET", f"/producers/{farm}/payment-account", FARMER)
    for method in ("GET", "POST"):
        assert shop.http(method, f"/producers/{farm}/payment-account", MEMBER).status_code == 404

    opened = shop.http("POST", f"/producers/{farm}/payment-account", FARMER)
    again = shop.http("POST", f"/producers/{farm}/payment-account", FARMER)
    (account,) = shop.till.stand_in.books()["accounts"]
    shop.till.stand_in.ask(f"onboard/{account['id']}", {"state": "active"})

    blank = {"active": False, "details_submitted": False, "due": [], "due_by": None, "disabled_reason": None}
    assert before.json == {"producer_id": str(farm), "standing": "not_opened", **blank}
    assert opened.json["active"] is False
    assert opened.json["url"].startswith(shop.till.stand_in.url)
    assert opened.json["url"] != again.json["url"]
    assert shop.http("GET", f"/producers/{farm}/payment-account", FARMER).json["active"] is True
    assert shop.http("GET", f"/producers/{farm}/payouts", FARMER).json["items"] == []


def test_the_date_of_payouts_is_told_before_validating(shop: Shop) -> None:  # SPEC F5
    answer = shop.http("GET", "/payout-date?validated_at=2023-09-09T10:00:00%2B02:00", ADMIN)

    assert answer.json["pay_on"] == "2023-09-18"
    assert datetime.fromisoformat(answer.json["available_at"]) == datetime(2023, 9, 12, 8, 0, tzinfo=UTC)


def test_refunds_that_need_somebody_are_listed_and_tried_again(shop: Shop) -> None:
    request = shop.till.refund(uuid4(), uuid4(), 100)
    shop.till.deliver(request)

    listed = shop.http("GET", f"/markets/{shop.till.MARKET}/refunds/attention", ADMIN).json["items"]
    refused = shop.http("POST", f"/refunds/{request.refund_id}/retry", ADMIN)

    assert [UUID(item["refund_id"]) for item in listed] == [request.refund_id]
    assert (refused.status_code, refused.json["code"]) == (409, "refund_not_failed")
    assert shop.http("GET", f"/markets/{shop.till.MARKET}/refunds/attention", MEMBER).status_code == 404


def test_the_provider_being_away_is_told_and_nothing_is_lost(shop: Shop) -> None:  # SPEC X2
    order = shop.till.order(1000, sale=uuid4())
    deliver(shop.db, PaymentsService, order)
    shop.till.stand_in.ask("fail", {"call": "checkout.sessions.create", "mode": "http_500", "times": 3})

    away = shop.http("POST", f"/orders/{order.order_id}/payment", MEMBER)
    back = shop.http("POST", f"/orders/{order.order_id}/payment", MEMBER)

    assert (away.status_code, away.json["code"]) == (503, "provider_is_unavailable")
    assert back.status_code == 200
    with shop.db.read() as session:
        assert session.scalars(select(Payment)).one().checkout_tries == 1


def test_the_service_listens_to_what_the_catalogue_says() -> None:
    wanted = {event.handler_name() for event, consumers in CONSUMERS.items() if "payments" in consumers}

    assert set(PaymentsService.event_handlers()) == wanted


def test_each_refusal_has_a_sentence_in_both_languages() -> None:  # SPEC X1
    refusals = [
        each
        for each in vars(domain).values()
        if isinstance(each, type) and issubclass(each, Refusal) and each is not Refusal
    ]

    assert all(set(sentences()[each.code()]) == {"fr", "en"} for each in refusals)
