"""Pages without a browser: how much they ask, whom they know, what a form post needs."""

import re

import flask
import pytest

from tests.gateway.people import PASSWORD

MOST_RPCS = 3
PUBLIC = [
    "/",
    "/?near=33880",
    "/log-in",
    "/sign-up",
    "/verify?token=x",
    "/reset",
    "/reset?token=x",
    "/group/{number}",
    "/group/{number}/producers",
    "/group/{number}/qr.svg",
    "/group/{number}/poster",
    "/producers/{producer_id}",
    "/group/{number}/shop/{open_sale_id}",
    "/group/{number}/shop/{open_sale_id}?group=vegetables&organic=1&search=car",
    "/group/{number}/shop/{open_sale_id}/products/{product_id}",
    "/group/{number}/shop/{open_sale_id}/now",
    "/group/{number}/checkout/{open_sale_id}",
]
OWN = [
    "/account",
    "/account/sessions",
    "/account/export",
    "/account/deletion",
    "/account/preferences",
    "/notices",
    "/notices/unread",
    "/orders",
    "/orders/{order_id}",
    "/orders/{order_id}/state",
    "/orders/{order_id}/pickup.ics",
    "/orders/{unpaid_order_id}",
    "/orders/{unpaid_order_id}?payment=done",
    "/orders/{order_id}/receipt",
    "/sales/{open_sale_id}/basket",
    "/sales/{open_sale_id}/basket/cancellation",
    "/balances",
    "/balances/{market_id}",
    "/balances/{market_id}?payment=done",
    "/balances/{market_id}/state",
    "/invitations/{invitation_token}",
]
HTML = {"Accept": "text/html", "Accept-Language": "fr"}


class Browser:
    """Keeps cookies, reads the tokens of forms."""

    def __init__(self, town, person=None):
        self.http = town.app.test_client()
        self.tokens = self.get("/log-in")
        if person:
            answer = self.post("/log-in", email=person.email, password=PASSWORD, next="/account")
            assert answer.status_code == 303, answer.text
            self.get("/account")

    def get(self, path, **headers):
        answer = self.http.get(path, headers=HTML | headers)
        if token := re.search(r'name="csrf_token" value="(\w+)"', answer.text):
            self.token = token[1]
        return answer

    def post(self, path, headers=None, **values):
        return self.http.post(path, data={"csrf_token": self.token} | values, headers=HTML | (headers or {}))


@pytest.fixture(scope="module")
def member(town):
    return Browser(town, town.member)


@pytest.mark.parametrize("path", PUBLIC + OWN)
def test_a_page_is_there_and_asks_no_more_than_three_times(town, member, path):
    with member.http:
        answer = member.get(path.format(**town.ids))

        assert answer.status_code in {200, 303}, answer.text[:500]
        assert flask.g.get("rpc_calls", 0) <= MOST_RPCS


@pytest.mark.parametrize("path", PUBLIC)
def test_what_is_public_needs_no_account(town, path):
    assert Browser(town).get(path.format(**town.ids)).status_code == 200


@pytest.mark.parametrize("path", [each for each in OWN if not each.endswith("unread")])
def test_what_is_ones_own_leads_to_the_log_in(town, path):
    answer = Browser(town).get(path.format(**town.ids))

    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (303, "/log-in")


@pytest.mark.parametrize("path", ["", "/pickup.ics", "/state", "/receipt", "/receipt.pdf"])
def test_an_order_of_somebody_else_is_not_there(town, path):  # SPEC X4
    assert Browser(town, town.stranger).get(f"/orders/{town.ids['order_id']}{path}").status_code == 404


def test_a_post_without_the_token_of_our_page_does_nothing(town, member):  # SPEC X4
    for path in ("/account", "/language", "/log-out", "/orders/{order_id}/cancellation"):
        answer = member.http.post(path.format(**town.ids), data={"csrf_token": "0" * 64}, headers=HTML)
        assert answer.status_code == 403, path

    foreign = member.post("/account", headers={"Origin": "https://evil.example"}, first_name="Volée")

    assert foreign.status_code == 403


def test_the_api_knows_no_cookie(town, member):  # SPEC X4
    assert member.get("/account").status_code == 200
    assert member.http.get("/api/v1/accounts/me").status_code == 401


def test_a_refused_form_is_read_in_the_other_language_on_its_own_page(town):
    guest = Browser(town)
    guest.get("/sign-up")

    refused = guest.post("/sign-up", headers={"Referer": "http://localhost/sign-up?next=/orders"}, email="zoe")

    assert refused.status_code == 422
    assert '<input type="hidden" name="next" value="/sign-up?next=/orders">' in refused.text


def test_the_language_is_the_accounts_then_the_chosen_then_the_browsers(town):
    guest, person = Browser(town), Browser(town, town.other_member)

    english = guest.get("/", **{"Accept-Language": "en"})
    guest.post("/language", language="fr", next="/")
    chosen = guest.get("/", **{"Accept-Language": "en"})
    known = person.get("/", **{"Accept-Language": "en"})

    assert '<html lang="en">' in english.text
    assert '<html lang="fr">' in chosen.text
    assert '<html lang="fr">' in known.text


def test_nobody_is_sent_to_another_site_after_the_log_in(town):  # SPEC X4
    for elsewhere in ("https://evil.example", "//evil.example", "/\\evil.example"):
        browser = Browser(town)
        answer = browser.post("/log-in", email=town.stranger.email, password=PASSWORD, next=elsewhere)
        assert answer.headers["Location"] == "/"


def test_after_the_log_out_the_session_is_over(town):
    browser = Browser(town, town.stranger)

    browser.post("/log-out")

    assert browser.get("/account").status_code == 303


def test_a_shop_under_the_number_of_another_market_is_not_there(town, member):
    path = "/group/{foreign_number}/shop/{open_sale_id}"

    assert member.get(path.format(**town.ids)).status_code == 404


def test_a_double_click_places_one_order(town):  # SPEC O5
    browser = Browser(town, town.other_admin)
    shop = f"/group/{town.ids['number']}/shop/{town.ids['open_sale_id']}"
    browser.get(shop)
    line = {"product_id": town.goods["lettuce"], "seen_cents": "120", "step": "1", "quantity": "1"}
    browser.post(f"{shop}/cart", **line)
    checkout = f"/group/{town.ids['number']}/checkout/{town.ids['open_sale_id']}"
    key = re.findall(r'name="idempotency_key" value="(\w+)"', browser.get(checkout).text)[-1]

    answers = [browser.post(checkout, idempotency_key=key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(town.other_admin.get("/my/orders")["items"]) == 1
