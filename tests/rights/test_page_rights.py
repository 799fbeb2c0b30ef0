"""Rights, over every page and file outside of the API: who is answered, who is refused, and that a refusal tells nothing."""

import io
import re
from itertools import product
from uuid import uuid4

import flask
import pytest

from tests.gateway.people import Client
from tests.gateway.test_pages import HTML, MOST_RPCS, Browser
from tests.rights.page_routes import EVERYBODY, PAGES, Own, Public

CHOICES = re.compile(r"<any\(([\w, ]+)\):(\w+)>")
NAMES = re.compile(r"<(?:\w+:)?(\w+)>")
THINGS = ("sale_id", "catalog_id", "account_id", "product_id", "invoice_id", "photo_id")
AMOUNT = re.compile(r"\d+,\d\d(?:\s|&nbsp;|\u202f)*€")


def rules(app):
    """{endpoint: (method, rule)} of all that is not the API."""
    found = {}
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith(("/api/v1/", "/dev/")):
            (method,) = rule.methods - {"HEAD", "OPTIONS"}
            assert rule.endpoint not in found, "one address and method per view"
            found[rule.endpoint] = (method, rule.rule)
    return found


def addresses(town, endpoint, **ids):
    """Of one row: an address for each kind of file or part that its rule names."""
    row, (_method, rule) = PAGES[endpoint], rules(town.app)[endpoint]
    known = town.ids | {name: town.ids[other] for name, other in row.ids.items()} | ids
    kinds = [[(name, each.strip()) for each in text.split(",")] for text, name in CHOICES.findall(rule)]
    template = NAMES.sub(r"{\1}", CHOICES.sub(r"{\2}", rule))
    return [template.format_map(Ids(known | dict(chosen))) + row.query for chosen in product(*kinds)]


class Ids(dict):
    """Of what the town does not have, an id that does not exist."""

    def __missing__(self, name):
        return uuid4()


def posted(town, endpoint):
    files = {"file": (b"Nom;Prix\nRadis;2", "prix.csv"), "photo": (b"no picture", "photo.png")}
    form = {name: value.format_map(Ids(town.ids)) for name, value in PAGES[endpoint].form.items()}
    return {
        name: (io.BytesIO(files[name][0]), files[name][1]) if value == "file" else value for name, value in form.items()
    }


def ask(town, who, endpoint, path, **headers):
    """As a browser does: with the token of a page of ours, so that what is refused is the right."""
    if rules(town.app)[endpoint][0] == "GET":
        return who.http.get(path, headers=HTML | headers)
    return who.post(path, headers=headers, **posted(town, endpoint))


@pytest.fixture(scope="module")
def browsers(town):
    people = dict(town.people)
    for role in ("catalog_manager", "message_sender"):
        people[role] = Client(town.app, role.replace("_", "-"))
        market = f"/markets/{town.ids['market_id']}/members"
        people[role].ok("POST", market)
        town.admin.ok("PUT", f"{market}/{people[role].account_id}/roles/{role}")
    return {who: Browser(town, people[who]) for who in EVERYBODY} | {"nobody": Browser(town)}


@pytest.fixture(scope="module", autouse=True)
def unchanged(town, browsers):
    """Whatever is refused changes nothing."""
    before = _facts(town)
    yield
    assert _facts(town) == before


def _facts(town):
    ids = town.ids
    market, farm = f"/markets/{ids['market_id']}", f"/producers/{ids['producer_id']}"
    admins = (market, f"{market}/members", f"{market}/catalogs", f"{market}/sales", f"/baskets/{ids['basket_id']}")
    farmers = (farm, f"{farm}/products", f"{farm}/catalogs", f"/catalogs/{ids['catalog_id']}", "/my/sales")
    members = ("/accounts/me", f"/orders/{ids['order_id']}", f"/orders/{ids['unpaid_order_id']}")
    asked = {town.admin: admins, town.farmer: farmers, town.member: members}
    return {path: who.get(path) for who, paths in asked.items() for path in paths}


CLOSED = sorted(name for name, row in PAGES.items() if not isinstance(row, Public))


def test_every_page_says_who_may_open_it(town):
    assert set(rules(town.app)) == set(PAGES)


@pytest.mark.parametrize("endpoint", CLOSED)
def test_nobody_is_led_to_the_log_in(town, browsers, endpoint):  # SPEC P3 X4
    for path in addresses(town, endpoint):
        answer = ask(town, browsers["nobody"], endpoint, path)
        piece = ask(town, browsers["nobody"], endpoint, path, **{"HX-Request": "true"})

        assert (answer.status_code, answer.headers.get("Location", "").split("?")[0]) == (303, "/log-in"), path
        assert (piece.status_code, piece.headers["HX-Redirect"].split("?")[0]) == (204, "/log-in"), path
        assert_tells_nothing(town, answer, "nobody", path)


@pytest.mark.parametrize("endpoint", [name for name in CLOSED if not isinstance(PAGES[name], Own)])
def test_whoever_may_not_learns_nothing(town, browsers, endpoint):  # SPEC P3 X4
    row = PAGES[endpoint]
    outsiders = [who for who in EVERYBODY if who not in row.may]
    asked = [(who, path, {}) for who, path in product(outsiders, addresses(town, endpoint))]
    asked += [(who, path, {"HX-Request": "true"}) for who, path, _headers in asked if who == "other_referent"]

    answers = [(who, path, ask(town, browsers[who], endpoint, path, **headers)) for who, path, headers in asked]

    assert [(who, path, each.status_code) for who, path, each in answers if each.status_code != row.others] == []
    for who, path, answer in answers:
        assert_tells_nothing(town, answer, who, path)


OWNERS = {"number": ("other_admin", "foreign_number"), "producer_id": ("other_farmer", "foreign_producer_id")}


@pytest.mark.parametrize("endpoint", [name for name in CLOSED if not isinstance(PAGES[name], Own)])
def test_an_address_of_the_own_opens_nothing_of_others(town, browsers, endpoint):  # SPEC P3 X4
    named = set(NAMES.findall(rules(town.app)[endpoint][1]))
    for name, (who, own) in OWNERS.items():
        if name in named and named & set(THINGS):
            for path in addresses(town, endpoint, **{name: town.ids[own]}):
                answer = ask(town, browsers[who], endpoint, path)

                assert answer.status_code < 500, (who, path)
                assert_tells_nothing(town, answer, who, path)


@pytest.mark.parametrize("endpoint", sorted(name for name, row in PAGES.items() if row.then))
def test_who_may_is_answered_within_three_calls(town, browsers, endpoint):  # SPEC P3
    row = PAGES[endpoint]
    nobody = ("nobody",) if isinstance(row, Public) else ()

    for who, path in product((*row.may, *nobody), addresses(town, endpoint)):
        with browsers[who].http:
            answer = ask(town, browsers[who], endpoint, path)

            assert answer.status_code == row.then, (who, path, answer.data[:600])
            calls = flask.g.get("rpc_calls", 0)
            assert calls <= MOST_RPCS or rules(town.app)[endpoint][0] == "POST", (who, path, calls)
            assert isinstance(row, Public) or "private" in answer.headers["Cache-Control"], path
        if isinstance(row, Own) and who == "stranger":
            assert_tells_nothing(town, answer, who, path, row.tells)


def test_a_post_without_the_token_of_our_page_is_refused_to_everybody(town, browsers):  # SPEC X4
    posts = [endpoint for endpoint, (method, _rule) in rules(town.app).items() if method == "POST"]
    for endpoint in posts:
        for who, path in product(("nobody", "stranger", *PAGES[endpoint].may[:1]), addresses(town, endpoint)):
            answer = browsers[who].http.post(path, data=posted(town, endpoint), headers=HTML)

            assert answer.status_code == 403, (who, path)
            assert_tells_nothing(town, answer, who, path)


def assert_tells_nothing(town, answer, who, path, public=()):
    """No id that was not asked for, no name, no address, no amount."""
    text = answer.data.decode("utf-8", "replace")
    ids = {str(value) for name, value in town.ids.items() if len(str(value)) > 20}
    others = {name for name in ("member", "admin", "farmer", "referent") if name != who}
    names = {"Halle", "Jardins", "Carottes", *(each.capitalize() + " Dupont" for each in others)}
    secrets = ids | {town.people[name].email for name in others} | names

    assert {secret for secret in secrets if secret in text and secret not in path} - set(public) == set(), (who, path)
    assert AMOUNT.findall(text) == [], (who, path)
