"""Notifications over the bus and the gateway's API."""

import pytest

from services.notifications import domain
from services.notifications.service import NotificationsService
from services.notifications.tokens import signing_secret
from shared import clock
from tests.notifications import world as w
from tests.support import bus


@pytest.fixture
def live(suite, monkeypatch):
    """The service as it runs, with Marie as a member and Ada as administrator; requests are made by `live.who`."""
    running = suite("notifications")
    db = running.databases["notifications"]
    bus.deliver(
        db,
        NotificationsService,
        w.account(w.MARIE, "marie@example.org"),
        w.account(w.ADA, "ada@example.org"),
        w.market(),
        w.sale(),
        w.joined(w.MARIE),
        w.role(w.ADA),
        w.refunded(),
    )
    running.db, running.who = db, w.MARIE
    monkeypatch.setattr("gateway.auth.bearer_token", lambda: "token" if running.who else None)
    monkeypatch.setattr(running.app.extensions["identities"], "_known", _Everybody(running))
    return running


class _Everybody(dict):
    """Whoever asks is logged in as the suite's `who`."""

    def __init__(self, running):
        super().__init__()
        self._running = running

    def get(self, _token, _default=None):
        identity = {
            "account_id": str(self._running.who),
            "session_id": None,
            "language": "fr",
            "scopes": ["read", "write"],
        }
        return clock.monotonic() + 60, identity


def link(live):
    with live.db.write() as session:
        token = domain.sign(domain.Subscription(w.MARIE, w.MARKET), signing_secret(session))
    live.who = None
    return f"/api/v1/unsubscribe/{token}"


def test_notices_are_listed_and_read(live):  # SPEC N7
    listed = live.http.get("/api/v1/my/notices?limit=10")
    read = live.http.post("/api/v1/my/notices/read", json={"notice_ids": [listed.json["items"][0]["notice_id"]]})

    # the role of Ada is hers; Marie has her refund
    assert [item["kind"] for item in listed.json["items"]] == ["refund"]
    assert listed.json["unread"] == 1
    assert read.json == {"unread": 0}


def test_a_visitor_is_asked_to_log_in(live):  # SPEC X4
    live.who = None

    answers = [
        live.http.get("/api/v1/my/notices"),
        live.http.get("/api/v1/my/preferences"),
        live.http.get(f"/api/v1/markets/{w.MARKET}/deliveries"),
    ]

    assert [answer.status_code for answer in answers] == [401] * 3


def test_preferences_are_read_and_changed(live):
    changed = live.http.patch(
        "/api/v1/my/preferences", json={"pickup_4h": True, "markets": [{"market_id": str(w.MARKET), "opening": False}]}
    )

    assert changed.status_code == 200, changed.json
    assert changed.json["markets"] == [
        {"market_id": str(w.MARKET), "name": "La Halle de Captieux", "number": 42, "opening": False}
    ]
    assert live.http.get("/api/v1/my/preferences").json == changed.json


def test_one_click_unsubscribes_without_log_in_as_mail_programs_do_it(live):  # SPEC N3
    url = link(live)

    answer = live.http.post(url, data={"List-Unsubscribe": "One-Click"})
    again = live.http.post(url, data={"List-Unsubscribe": "One-Click"}, content_type="multipart/form-data")

    assert (answer.status_code, again.status_code) == (200, 200)
    assert answer.json == {"market": "La Halle de Captieux", "kind": "opening", "subscribed": False, "language": "fr"}


def test_following_the_link_never_unsubscribes(live):  # SPEC N3
    url = link(live)

    seen = live.http.get(url)
    page = live.http.get(url, headers={"Accept": "text/html"})
    live.http.head(url)

    assert seen.json["subscribed"] is True
    assert '<form method="post">' in page.text
    assert "La Halle de Captieux" in page.text
    assert live.http.get(url).json["subscribed"] is True


def test_a_person_unsubscribes_by_the_button_of_the_page(live):  # SPEC N3
    url = link(live)

    page = live.http.post(url, data={"List-Unsubscribe": "One-Click"}, headers={"Accept": "text/html"})

    assert page.mimetype == "text/html"
    assert "C’est fait" in page.text
    assert "<form" not in page.text


def test_a_forged_link_is_not_found(live):  # SPEC N3
    answer = live.http.post("/api/v1/unsubscribe/" + "A" * 64)

    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_deliveries_are_for_the_market_s_administrators(live):  # SPEC N4, SPEC X4
    refused = live.http.get(f"/api/v1/markets/{w.MARKET}/deliveries")
    live.who = w.ADA
    shown = live.http.get(f"/api/v1/markets/{w.MARKET}/deliveries")

    assert refused.status_code == 404
    assert shown.status_code == 200
    assert shown.json["next"] is None
