"""A form whose session is over keeps what was typed, for who comes from a page of ours (SPEC P1, X4)."""

import re

from tests.gateway.people import PASSWORD
from tests.gateway.test_pages import HTML, Browser

HERE = {"Origin": "http://localhost"}


def fields_of(answer):
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text))


def log_in(browser, person):
    browser.get("/log-in")
    browser.post("/log-in", email=person.email, password=PASSWORD)


def test_what_was_typed_before_a_log_out_elsewhere_is_sent_after_the_next_log_in(town):  # SPEC X4
    browser = Browser(town, town.other_member)
    typed = {"csrf_token": browser.token, "first_name": "Zoé", "last_name": "Marchand", "phone": "06 11 22 33 44"}
    browser.post("/log-out")

    kept = browser.http.post("/account", data=typed, headers=HTML | HERE)
    as_nobody = browser.http.post("/account", data=fields_of(kept), headers=HTML | HERE)
    log_in(browser, town.other_member)
    asked_again = browser.http.post("/account", data=fields_of(as_nobody), headers=HTML | HERE)
    done = browser.http.post("/account", data=fields_of(asked_again), headers=HTML | HERE)

    assert (kept.status_code, as_nobody.status_code, asked_again.status_code, done.status_code) == (403, 401, 403, 303)
    assert "dans un autre onglet" in kept.text
    assert "Vous êtes maintenant" in asked_again.text
    assert 'value="06 11 22 33 44"' in browser.get("/account").text


def test_a_password_is_not_kept(town):  # SPEC X4
    browser = Browser(town)

    kept = browser.http.post(
        "/sign-up",
        data={"csrf_token": "old", "email": "zoe@example.org", "password": "sept pommes"},
        headers=HTML | HERE,
    )

    assert "zoe@example.org" in kept.text
    assert "sept pommes" not in kept.text


def test_a_page_of_somebody_else_gets_nothing_to_send_again(town):  # SPEC X4
    browser = Browser(town, town.other_member)

    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {}):
        answer = browser.http.post("/account", data={"phone": "06 00 00 00 00"}, headers=HTML | headers)
        assert answer.status_code == 403
        assert "06 00 00 00 00" not in answer.text
