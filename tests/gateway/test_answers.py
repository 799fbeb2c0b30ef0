"""What every answer has in common: headers, versions, languages, sessions, the address of the caller."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from gateway import auth
from gateway.app import create_app
from shared import clock
from shared.config import Config
from tests.gateway.people import PASSWORD, Client, refusal

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/taxonomy", 200),
        ("GET", "/api/v1/nowhere", 404),
        ("GET", "/api/v1/my/orders", 401),
        ("DELETE", "/api/v1/taxonomy", 405),
        ("POST", "/api/v1/sessions", 422),
        ("OPTIONS", "/api/v1/orders", 200),
        ("GET", "/api/docs", 200),
        ("GET", "/api/docs/swagger-ui.css", 200),
        ("GET", "/api/docs/nothing.js", 404),
        ("GET", "/api/openapi.json", 200),
        ("GET", "/healthz", 200),
        ("GET", "/elsewhere", 404),
    ],
)
def test_every_answer_carries_the_security_headers(town, method, path, status):  # SPEC X4
    answer = town.app.test_client().open(path, method=method)

    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy, "scripts come from here and are never inline"
    assert len(answer.headers["X-Correlation-Id"]) == 32
    assert answer.headers.get("Server", "") == ""


def test_answers_of_the_api_are_private(town):  # SPEC X4
    answer = town.member.send("GET", "/my/orders")

    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert {name.strip() for name in answer.headers["Vary"].split(",")} >= {"Authorization", "Accept-Language"}


def test_what_is_known_already_is_not_sent_again(town):  # SPEC X1
    for path in ("/accounts/me", "/my/orders", "/taxonomy"):
        first = town.member.send("GET", path)
        again = town.member.send("GET", path, headers={"If-None-Match": first.headers["ETag"]})
        other = town.member.send("GET", path, headers={"If-None-Match": '"other"'})

        assert (again.status_code, again.data) == (304, b"")
        assert other.json == first.json


def test_an_etag_is_good_for_one_change(town):  # SPEC D8
    seen = town.stranger.send("GET", "/accounts/me").headers["ETag"]

    changed = town.stranger.send("PATCH", "/accounts/me", {"last_name": "Un"}, headers={"If-Match": seen})
    stale = town.stranger.send("PATCH", "/accounts/me", {"last_name": "Deux"}, headers={"If-Match": seen})
    any_version = town.stranger.send("PATCH", "/accounts/me", {"last_name": "Trois"}, headers={"If-Match": "*"})

    assert changed.status_code == 200
    assert refusal(stale) == (412, "version_conflict")
    assert stale.json["current"] == changed.json["version"]
    assert any_version.json["last_name"] == "Trois"


@pytest.mark.parametrize(
    ("header", "language"),
    [("fr", "fr"), ("en-GB,en;q=0.8", "en"), ("de, en;q=0.5", "en"), ("de", "fr"), ("", "fr"), ("…;q=é", "fr")],
)
def test_sentences_are_in_the_readers_language(town, header, language):  # SPEC X1 P1
    shapeless = town.nobody.send("POST", "/sessions", {"email": "x"}, headers={"Accept-Language": header})
    refused = town.nobody.send("GET", "/my/orders", headers={"Accept-Language": header})

    expected = {
        "fr": ("Connectez-vous pour continuer.", "Cette adresse e-mail n’est pas valable."),
        "en": ("Log in to continue.", "Not a valid email address."),
    }[language]
    assert (refused.json["title"], shapeless.json["errors"][0]["message"]) == expected


def test_without_a_wish_the_language_is_that_of_the_account(town):  # SPEC P1
    reader = Client(town.app, f"reader-{uuid4().hex[:6]}", language="en")
    del reader.headers["Accept-Language"]

    plain = reader.send("GET", "/orders/" + str(uuid4()))
    german = reader.send("GET", "/orders/" + str(uuid4()), headers={"Accept-Language": "de"})

    assert plain.json["title"] == german.json["title"] == "Not found."


def test_a_revoked_session_ends_within_five_seconds_and_a_log_out_at_once(town, monkeypatch):  # SPEC X4
    here, there = (Client(town.app) for _ in range(2))
    for client in (here, there):
        session = client.ok("POST", "/sessions", {"email": town.stranger.email, "password": PASSWORD})
        client.headers["Authorization"] = f"Bearer {session['token']}"
    gone = session["session_id"]
    there.get("/accounts/me")
    here.ok("DELETE", f"/sessions/{gone}")

    now = clock.monotonic
    monkeypatch.setattr(clock, "monotonic", lambda: now() + auth.CACHE_SECONDS)
    assert auth.CACHE_SECONDS <= 5
    assert refusal(there.send("GET", "/accounts/me")) == (401, "log_in_required")
    here.ok("DELETE", "/sessions/current")
    assert refusal(here.send("GET", "/accounts/me")) == (401, "log_in_required")


def test_too_many_wrong_passwords_are_held_off(town):  # SPEC X4
    wrong = {"email": f"{uuid4().hex}@example.org", "password": "faux"}

    answers = [town.nobody.send("POST", "/sessions", wrong) for _ in range(11)]

    assert {refusal(answer) for answer in answers[:10]} == {(401, "wrong_credentials")}
    assert refusal(answers[10]) == (429, "too_many_attempts")
    assert answers[10].headers["Retry-After"] == "900"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "counted"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9", "198.51.100.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_log_in_is_throttled_by_the_callers_address_whatever_headers_say(town, proxies, forwarded, counted):  # SPEC X4
    caller = Client(create_app(Config(trusted_proxies=proxies), town.suite.rpc))
    email = f"{uuid4().hex}@example.org"
    before = addresses_counted(town, counted)

    caller.ok("POST", "/accounts/reset-request", {"email": email}, headers={"X-Forwarded-For": forwarded})

    assert addresses_counted(town, counted) == before + 1


def addresses_counted(town, address):
    with town.suite.databases["accounts"].read() as session:
        count = text("SELECT count(*) FROM failed_logins WHERE subject = :subject")
        return session.execute(count, {"subject": f"address:{address}"}).scalar_one()
