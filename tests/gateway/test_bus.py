"""The gateway's client of the bus: many at once, silence, a bus that is away, and the thread from answer to event."""

import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import eventlet
import pytest

from gateway.app import create_app
from gateway.backend import ask
from gateway.rpc import RpcClient, ServiceTimeout, ServiceUnavailable
from shared.events.accounts import AccountChanged
from tests.gateway.people import Client, refusal
from tests.support.listener import Listener


def test_fifty_callers_at_once_each_get_the_own_reply(town):  # SPEC X2
    start = datetime(2023, 9, 9, tzinfo=UTC)
    asked = [(start + timedelta(minutes=minute)).isoformat() for minute in range(200)]
    pool = eventlet.GreenPool(50)

    answered = pool.imap(lambda at: town.suite.call("payments.payout_date", validated_at=at), asked)

    assert [answer["validated_at"] for answer in answered] == asked


@pytest.fixture
def impatient(town):
    """The gateway with half a second of patience."""
    client = RpcClient(town.suite.config.amqp_uri, timeout=0.5)
    yield Client(create_app(town.suite.config, client))
    client.close()


def test_a_service_that_is_silent_is_a_504_in_time_and_the_others_go_on(town, impatient):  # SPEC X1 X2
    impatient.http.application.add_url_rule("/api/v1/silent", "silent", lambda: ask("nobody.home", {}))
    began = time.monotonic()

    silent = impatient.send("GET", "/silent")
    took = time.monotonic() - began
    others = impatient.send("GET", f"/markets/{town.ids['market_id']}")

    assert refusal(silent) == (504, "service_timeout")
    assert silent.headers["Retry-After"] == "2"
    assert took < 3
    assert others.status_code == 200


def test_a_bus_that_is_away_is_a_503_and_not_a_wait(town):  # SPEC X2
    client = RpcClient("amqp://guest:guest@127.0.0.1:1//", timeout=5)
    visitor = Client(create_app(town.suite.config, client))
    began = time.monotonic()

    answer = visitor.send("GET", "/taxonomy")

    assert refusal(answer) == (503, "service_unavailable")
    assert answer.headers["Retry-After"] == "5"
    assert time.monotonic() - began < 5
    assert visitor.http.get("/healthz").status_code == 200
    with pytest.raises(ServiceUnavailable):
        client.call("accounts.ping", headers={})
    client.close()


def test_a_reply_that_comes_too_late_disturbs_nobody(town):  # SPEC X2
    client = RpcClient(town.suite.config.amqp_uri)
    client.call("payments.ping", headers={})
    with pytest.raises(ServiceTimeout):
        client.call("payments.payout_date", headers={}, timeout=0.0, actor=None, args={})

    answers = [client.call(f"{name}.ping", headers={})["service"] for name in ("accounts", "orders", "payments")]

    assert answers == ["accounts", "orders", "payments"]
    client.close()


def test_a_fault_behind_the_door_is_a_500_that_shows_no_trace(town):  # SPEC X1
    app = create_app(town.suite.config, town.suite.rpc)
    app.add_url_rule("/api/v1/fault", "fault", view_func=lambda: ask("accounts.no_such_method", {}))
    app.add_url_rule("/api/v1/bug", "bug", view_func=lambda: {}["secret"])

    for path in ("/fault", "/bug"):
        answer = Client(app).send("GET", path)

        assert refusal(answer) == (500, "internal_error")
        assert set(answer.json) == {"type", "title", "status", "code"}
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_correlation_id_of_an_answer_is_that_of_the_events(town):  # SPEC X3
    listener = Listener(town.suite.config.amqp_uri, ("accounts",))

    answer = town.stranger.send("PATCH", "/accounts/me", {"first_name": f"S{uuid4().hex[:6]}"})

    (told,) = listener.wait_for(AccountChanged)
    listener.close()
    assert str(told.account_id) == town.stranger.account_id
    assert listener.envelopes[0]["correlationid"] == answer.headers["X-Correlation-Id"]
