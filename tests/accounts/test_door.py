"""Accounts over the bus and the gateway's API, as a frontend uses them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from services.accounts.models import Account, Session
from shared.events.accounts import EmailVerificationRequested, PasswordResetRequested

MARIE = {"email": "Marie@Example.org", "password": "un panier de pommes", "first_name": "Marie", "last_name": "Dupont"}


def real_now():
    return datetime.now(UTC)


@pytest.fixture
def accounts(suite):
    return suite("accounts")


def last_link(accounts, kind=EmailVerificationRequested):
    return accounts.bus.wait_for(kind)[-1].token


def logged_in(accounts, **changes):
    accounts.http.post("/api/v1/accounts", json=MARIE | changes)
    answer = accounts.http.post("/api/v1/sessions", json={"email": MARIE["email"], "password": MARIE["password"]})
    return {"Authorization": f"Bearer {answer.json['token']}"}


def test_a_person_registers_and_logs_in_with_one_address_in_any_spelling(accounts):  # SPEC P1
    registered = accounts.http.post("/api/v1/accounts", json=MARIE)

    answer = accounts.http.post("/api/v1/sessions", json={"email": "MARIE@example.org", "password": MARIE["password"]})

    assert registered.status_code == 201, registered.json
    assert registered.json["email"] == "marie@example.org"
    assert "password" not in registered.json
    assert answer.status_code == 201
    assert answer.json["account_id"] == registered.json["account_id"]


def test_names_of_several_lines_are_refused_at_their_fields(accounts):  # SPEC P1 X1 X4
    broken = "Marie\r\nBcc: vole@evil.example"
    refused = accounts.http.post("/api/v1/accounts", json=MARIE | {"first_name": broken, "phone": "06 12 34 56 78\n"})
    headers = logged_in(accounts, first_name=" Marie ")

    changed = accounts.http.patch("/api/v1/accounts/me", json={"last_name": broken}, headers=headers)

    assert (refused.status_code, refused.json["code"]) == (422, "invalid_input")
    assert {each["field"] for each in refused.json["errors"]} == {"first_name", "phone"}
    assert (changed.json["code"], changed.json["errors"][0]["field"]) == ("invalid_input", "last_name")
    assert accounts.http.get("/api/v1/accounts/me", headers=headers).json["first_name"] == "Marie"


def test_a_second_account_with_the_same_address_is_refused(accounts):  # SPEC P1
    accounts.http.post("/api/v1/accounts", json=MARIE)

    answer = accounts.http.post("/api/v1/accounts", json=MARIE, headers={"Accept-Language": "en"})

    assert answer.status_code == 409
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == "email_taken"
    assert answer.json["errors"][0]["field"] == "email"
    assert answer.json["title"].startswith("There is already an account")


def test_the_verification_link_works_once(accounts):  # SPEC P1
    headers = logged_in(accounts)
    token = last_link(accounts)

    first = accounts.http.post("/api/v1/accounts/verification", json={"token": token})
    second = accounts.http.post("/api/v1/accounts/verification", json={"token": token})

    assert first.json["email_verified"] is True
    assert (second.status_code, second.json["code"]) == (410, "link_invalid")
    assert accounts.http.get("/api/v1/accounts/me", headers=headers).json["email_verified"] is True


def test_a_link_is_worth_nothing_after_its_time(accounts, moment):  # SPEC P1
    moment.instant = real_now()
    logged_in(accounts)
    token = last_link(accounts)

    moment.move(timedelta(days=2))
    answer = accounts.http.post("/api/v1/accounts/verification", json={"token": token})

    assert answer.json["code"] == "link_invalid"


def test_a_reset_sets_the_password_and_closes_every_session(accounts):  # SPEC P1 X4
    headers = logged_in(accounts)
    accounts.http.post("/api/v1/accounts/reset-request", json={"email": MARIE["email"]})
    token = last_link(accounts, PasswordResetRequested)

    reset = accounts.http.post("/api/v1/accounts/reset", json={"token": token, "password": "des poires au sirop"})
    accounts.app.extensions["identities"].forget(headers["Authorization"].split()[1])

    assert reset.status_code == 200
    assert accounts.http.get("/api/v1/accounts/me", headers=headers).status_code == 401
    old = accounts.http.post("/api/v1/sessions", json={"email": MARIE["email"], "password": MARIE["password"]})
    assert old.json["code"] == "wrong_credentials"
    new = accounts.http.post("/api/v1/sessions", json={"email": MARIE["email"], "password": "des poires au sirop"})
    assert new.status_code == 201


def test_asking_for_a_reset_does_not_tell_whether_the_address_is_known(accounts):  # SPEC X4
    logged_in(accounts)

    known = accounts.http.post("/api/v1/accounts/reset-request", json={"email": MARIE["email"]})
    unknown = accounts.http.post("/api/v1/accounts/reset-request", json={"email": "nobody@example.org"})

    assert known.status_code == unknown.status_code == 202
    assert known.json == unknown.json


def test_log_in_is_throttled_per_account_even_with_the_right_password(accounts):  # SPEC X4
    logged_in(accounts)
    wrong = {"email": MARIE["email"], "password": "pas le bon mot"}

    codes = [accounts.http.post("/api/v1/sessions", json=wrong).json["code"] for _ in range(11)]
    right = accounts.http.post("/api/v1/sessions", json=wrong | {"password": MARIE["password"]})

    assert codes == ["wrong_credentials"] * 10 + ["too_many_attempts"]
    assert right.status_code == 429
    assert int(right.headers["Retry-After"]) > 0


def test_a_session_can_be_revoked_and_its_token_then_opens_nothing(accounts):  # SPEC X4
    headers = logged_in(accounts)

    listed = accounts.http.get("/api/v1/sessions", headers=headers).json["items"]
    accounts.http.delete("/api/v1/sessions/current", headers=headers)

    assert len(listed) == 1
    answer = accounts.http.get("/api/v1/accounts/me", headers=headers)
    assert (answer.status_code, answer.json["code"]) == (401, "log_in_required")


def test_nobody_can_revoke_the_session_of_another(accounts):  # SPEC X4
    logged_in(accounts)
    with accounts.databases["accounts"].read() as session:
        foreign = session.scalars(select(Session.id)).one()
    other = MARIE | {"email": "jean@example.org"}
    accounts.http.post("/api/v1/accounts", json=other)
    token = accounts.http.post("/api/v1/sessions", json={k: other[k] for k in ("email", "password")}).json["token"]

    answer = accounts.http.delete(f"/api/v1/sessions/{foreign}", headers={"Authorization": f"Bearer {token}"})

    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_a_read_only_token_cannot_write(accounts):  # SPEC X4
    logged_in(accounts)
    asked = {"email": MARIE["email"], "password": MARIE["password"], "scopes": ["read"], "label": "a frontend"}
    token = accounts.http.post("/api/v1/sessions", json=asked).json["token"]
    headers = {"Authorization": f"Bearer {token}"}

    assert accounts.http.get("/api/v1/accounts/me", headers=headers).status_code == 200
    answer = accounts.http.patch("/api/v1/accounts/me", headers=headers, json={"first_name": "Maria"})

    assert (answer.status_code, answer.json["code"]) == (403, "token_is_read_only")


def test_a_change_from_a_stale_page_is_refused(accounts):
    headers = logged_in(accounts)
    etag = accounts.http.get("/api/v1/accounts/me", headers=headers).headers["ETag"]
    first = accounts.http.patch(
        "/api/v1/accounts/me", headers=headers | {"If-Match": etag}, json={"phone": "06 12 34 56 78"}
    )

    second = accounts.http.patch("/api/v1/accounts/me", headers=headers | {"If-Match": etag}, json={"phone": None})

    assert first.json["phone"] == "06 12 34 56 78"
    assert (second.status_code, second.json["code"]) == (412, "version_conflict")


def test_the_same_key_gives_the_same_answer_and_with_another_body_a_refusal(accounts):  # SPEC O5
    headers = logged_in(accounts) | {"Idempotency-Key": "change-my-name-1"}

    first = accounts.http.patch("/api/v1/accounts/me", headers=headers, json={"first_name": "Maria"})
    again = accounts.http.patch("/api/v1/accounts/me", headers=headers, json={"first_name": "Maria"})
    other = accounts.http.patch("/api/v1/accounts/me", headers=headers, json={"first_name": "Marion"})

    assert first.json == again.json
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "not an address"),
        ("email", 7),
        ("email", None),
        ("password", "short"),
        ("first_name", ""),
        ("first_name", "x" * 81),
        ("language", "de"),
        ("phone", "call me"),
        ("role", "administrator"),
    ],
)
def test_bad_input_is_refused_at_its_field(accounts, field, value):  # SPEC X1
    answer = accounts.http.post("/api/v1/accounts", json=MARIE | {field: value})

    assert (answer.status_code, answer.json["code"]) == (422, "invalid_input")
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_secrets_are_kept_as_hashes_only(accounts):  # SPEC X4
    headers = logged_in(accounts)
    with accounts.databases["accounts"].read() as session:
        account = session.scalars(select(Account)).one()
        kept = session.scalars(select(Session)).one()

    assert account.password_hash.startswith("$argon2id$")
    assert kept.token_hash not in headers["Authorization"]
    assert len(kept.token_hash) == 64


def test_a_body_that_is_no_json_gets_a_problem_document(accounts):  # SPEC X1
    answer = accounts.http.post("/api/v1/accounts", data="{", content_type="application/json")

    assert answer.status_code == 400
    assert answer.json["code"] == "bad_request"
