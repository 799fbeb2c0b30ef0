"""Rights, over every route of the API: who is answered, who is refused, and that a refusal tells nothing."""

import json
import re
from uuid import uuid4

import pytest

from tests.gateway.people import Client, refusal
from tests.gateway.routes import OUTSIDERS, ROUTES, OwnThings, Public

PREFIX = "/api/v1"


def rules(app):
    """{endpoint: (method, path with {names})} of the API."""
    found = {}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(f"{PREFIX}/"):
            (method,) = rule.methods - {"HEAD", "OPTIONS"}
            found[rule.endpoint] = (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix(PREFIX)))
    return found


def ask(town, who, endpoint):
    row, (method, path) = ROUTES[endpoint], rules(town.app)[endpoint]
    ids = Ids(town.ids | ({"number": town.ids["catalog_number"]} if "catalogs/by-number" in path else {}))
    body = None if row.body is None else json.loads(filled(json.dumps(row.body), ids))
    url = path.format_map(ids) + filled(row.query, ids)
    sent = {} if row.raw is None else {"data": row.raw}
    answer = who.send(method, url, body, headers=row.headers, **sent)
    answer.asked = url + json.dumps(body)
    return answer


class Ids(dict):
    """Of what the town does not have, an id that does not exist."""

    def __missing__(self, name):
        return uuid4()


def filled(text, ids):
    return re.sub(r"{(\w+)}", lambda found: str(ids[found[1]]), text)


def test_every_route_says_who_may_call_it(town):
    assert set(rules(town.app)) == set(ROUTES)


@pytest.mark.parametrize("endpoint", sorted(ROUTES))
def test_nobody_gets_what_needs_a_log_in_and_gets_what_is_public_on_purpose(town, endpoint):  # SPEC P3 X4
    row = ROUTES[endpoint]

    answer = ask(town, town.nobody, endpoint)

    assert answer.status_code == row.nobody, answer.text
    if row.nobody == 401:
        assert refusal(answer) == (401, "log_in_required")
        assert_tells_nothing(town, answer)
    assert row.nobody == 401 or (isinstance(row, Public) and row.why)


@pytest.mark.parametrize("endpoint", sorted(name for name, row in ROUTES.items() if not isinstance(row, Public)))
def test_outsiders_learn_nothing_and_change_nothing(town, endpoint):  # SPEC P3 X4
    row = ROUTES[endpoint]
    expected = {who: row.also.get(who, row.outsiders) for who in OUTSIDERS}

    answers = {who: ask(town, town.people[who], endpoint) for who, status in expected.items() if status}

    assert {who: answer.status_code for who, answer in answers.items()} == {
        who: status for who, status in expected.items() if status
    }, [answer.text for answer in answers.values()]
    for who, answer in answers.items():
        if answer.status_code >= 400 or (who == "stranger" and isinstance(row, OwnThings)):
            assert_tells_nothing(town, answer, endpoint)


@pytest.mark.parametrize("endpoint", sorted(name for name, row in ROUTES.items() if row.by))
def test_who_may_is_answered(town, endpoint):  # SPEC P3
    row = ROUTES[endpoint]

    answer = ask(town, town.people[row.by], endpoint)

    assert answer.status_code == row.then, answer.text


def test_a_referent_may_see_and_settle_the_own_sale_and_nothing_else(town):  # SPEC P3 D1
    others = ("open_sale_id", "past_sale_id", "foreign_sale_id")
    paths = ("/sales/{}/distribution", "/sales/{}/baskets", "/sales/{}/sign-off-sheet", "/sales/{}/sign-off-sheet.csv")

    own = [town.referent.send("GET", path.format(town.ids["sale_id"])).status_code for path in paths]
    foreign = {town.referent.send("GET", path.format(town.ids[sale])).status_code for path in paths for sale in others}
    overview = town.referent.send("GET", f"/sales/{town.ids['sale_id']}/ledger")

    assert (own, foreign) == ([200] * 4, {404})
    assert refusal(overview) == (404, "not_found")


def test_a_producer_sees_of_a_customer_only_name_and_basket_number(town):  # SPEC P3
    path = f"/sales/{town.ids['sale_id']}"

    sheet = town.farmer.send("GET", f"{path}/order-sheet?producer_id={town.ids['producer_id']}").text
    lines = town.farmer.send("GET", f"{path}/declarations").text

    for text in (sheet, lines):
        assert "Member" in text
        assert town.member.email not in text
        assert "06 12 34 56 78" not in text
        assert town.member.account_id not in text


def test_the_other_market_is_as_closed_as_the_own(town):  # SPEC P3
    market = town.ids["foreign_market_id"]

    answers = [
        town.admin.send("GET", f"/markets/{market}/members"),
        town.admin.send("PATCH", f"/markets/{market}", {"name": "À moi"}),
        town.admin.send("POST", f"/sales/{town.ids['foreign_sale_id']}/cancel", {"reason": "Neige"}),
        town.admin.send("GET", f"/sales/{town.ids['foreign_sale_id']}/baskets"),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403, 404]
    assert town.other_admin.get(f"/markets/{market}")["name"] == "Marché d’ailleurs"


def test_a_token_for_reading_does_not_write(town):  # SPEC X4
    reader = Client(town.app)
    log_in = {"email": town.member.email, "password": "un panier de pommes", "scopes": ["read"]}
    reader.headers["Authorization"] = f"Bearer {reader.ok('POST', '/sessions', log_in)['token']}"

    read = reader.send("GET", "/my/orders")
    written = reader.send("PATCH", "/accounts/me", {"first_name": "Autre"})

    assert (read.status_code, refusal(written)) == (200, (403, "token_is_read_only"))


def assert_tells_nothing(town, answer, endpoint=""):
    """No id that was not asked for, no name, no address of people or things."""
    ids = {str(value) for name, value in town.ids.items() if len(str(value)) > 20}
    people = {person.email for name, person in town.people.items() if name in {"member", "admin", "farmer", "referent"}}
    secrets = ids | people | {"Halle", "Jardins", "Carottes", "Member"}

    leaked = {secret for secret in secrets if secret in answer.text and secret not in answer.asked}
    assert leaked == set(), (endpoint, leaked)
