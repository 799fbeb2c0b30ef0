"""Markets over the bus and the gateway's API, with their timers running, as a frontend uses them."""

from datetime import UTC, datetime, timedelta

import eventlet
import pytest

from shared.events.markets import SaleClosed, SaleOpened
from tests.support.bus import told

PLACE = {"name": "Place de la Mairie", "postcode": "33840", "commune": "Captieux"}
MARKET = {"name": "La Cagette de Captieux", "kind": "association", "place": PLACE}


class Person:
    """Requests of somebody who is logged in, or (without a name) of a visitor."""

    def __init__(self, running, name=None):
        self.http, self.headers = running.http, {"Accept-Language": "fr"}
        if name:
            log_in = {"email": f"{name}@example.org", "password": "un panier de pommes"}
            self.id = self.post("/accounts", **log_in, first_name=name, last_name="Martin").json["account_id"]
            self.headers["Authorization"] = f"Bearer {self.post('/sessions', **log_in).json['token']}"

    def get(self, path):
        return self.http.get(f"/api/v1{path}", headers=self.headers)

    def post(self, path, headers=None, **body):
        return self.http.post(f"/api/v1{path}", json=body, headers=self.headers | (headers or {}))

    def patch(self, path, headers=None, **body):
        return self.http.patch(f"/api/v1{path}", json=body, headers=self.headers | (headers or {}))

    def put(self, path, **body):
        return self.http.put(f"/api/v1{path}", json=body, headers=self.headers)

    def delete(self, path):
        return self.http.delete(f"/api/v1{path}", headers=self.headers)


@pytest.fixture
def running(suite):
    return suite("accounts", "markets")


@pytest.fixture
def anne(running):
    return Person(running, "anne")


@pytest.mark.parametrize("broken", ["Rive\nDroite", "Rive Droite\u2028", "\x7fRive Droite", "Rive\x85Droite"])
def test_names_of_several_lines_are_refused_at_their_fields(running, anne, broken):  # SPEC X1 X4
    made = anne.post("/markets", **MARKET | {"welcome": "Bonjour !\nÀ samedi.", "contact_name": " Anne  "})
    path = f"/markets/{made.json['market_id']}"

    named = anne.post("/markets", **MARKET | {"name": broken, "place": PLACE | {"name": broken, "address": broken}})
    changed = anne.patch(path, contact_name=broken)
    kept = anne.get(path).json

    assert (named.status_code, named.json["code"]) == (422, "invalid_input")
    assert {each["field"] for each in named.json["errors"]} == {"name", "place.name", "place.address"}
    assert (changed.status_code, changed.json["code"]) == (422, "invalid_input")
    assert changed.json["errors"] == [{"field": "contact_name", "message": "Ce texte n’est pas valable."}]
    assert (kept["welcome"], kept["contact_name"]) == ("Bonjour !\nÀ samedi.", "Anne")


def test_a_market_is_opened_found_and_reached_by_its_link(running, anne):  # SPEC M1 M5
    made = anne.post("/markets", **MARKET)
    visitor = Person(running)

    home = visitor.get(f"/markets/by-number/{made.json['number']}")
    found = visitor.get("/markets?near=bazas")

    assert made.status_code == 201, made.json
    assert home.json["market_id"] == made.json["market_id"]
    assert home.json["settings"] is None
    assert [market["name"] for market in found.json["items"]] == ["La Cagette de Captieux"]
    assert [market["roles"] for market in anne.get("/my/markets").json["administered"]] == [["administrator"]]


def test_two_clicks_open_one_market(anne):  # SPEC O5
    key = {"Idempotency-Key": "0123456789abcdef"}

    first, second = (anne.post("/markets", headers=key, **MARKET) for _ in range(2))

    assert first.json == second.json
    assert len(anne.get("/my/markets").json["administered"]) == 1


def test_settings_change_under_the_version_that_was_read(anne):  # SPEC M4 X1
    market = anne.post("/markets", **MARKET)
    path, etag = f"/markets/{market.json['market_id']}", market.headers["ETag"]

    changed = anne.patch(path, headers={"If-Match": etag}, payment_fee_bp=250)
    outdated = anne.patch(path, headers={"If-Match": etag}, payment_fee_bp=200)

    assert (changed.status_code, changed.json["version"]) == (200, 2)
    assert (outdated.status_code, outdated.json["code"], outdated.json["current"]) == (412, "version_conflict", 2)


def test_members_join_are_given_roles_and_leave(running, anne):  # SPEC M8 P3
    bob = Person(running, "bob")
    path = f"/markets/{anne.post('/markets', **MARKET).json['market_id']}/members"

    joined = bob.post(path)
    granted = anne.put(f"{path}/{bob.id}/roles/catalog_manager")
    unknown = anne.put(f"{path}/{bob.id}/roles/emperor")
    members = anne.get(f"{path}?limit=1")
    left = bob.delete(f"{path}/me")
    last = anne.delete(f"{path}/{anne.id}/roles/administrator")

    assert (joined.status_code, joined.json["state"]) == (200, "member")
    assert (granted.status_code, granted.json["held"]) == (200, True)
    assert (unknown.status_code, unknown.json["code"]) == (422, "invalid_input")
    assert (members.json["total"], len(members.json["items"])) == (2, 1)
    assert left.json["state"] == "gone"
    assert last.json["title"] == "Un marché garde toujours un administrateur. Nommez d’abord quelqu’un d’autre."


def test_people_are_invited_by_mail(running, anne):  # SPEC N6
    market = anne.post("/markets", **MARKET).json
    path = f"/markets/{market['market_id']}/invitations"

    refused = anne.post(path, addresses=["carl@example.org"], consent=False)
    asked = anne.post(path, addresses=["carl@example.org, oops"], consent=True)

    assert (refused.status_code, refused.json["code"]) == (422, "consent_missing")
    assert asked.json["invited"] == 1
    assert [invitation["email"] for invitation in anne.get(path).json["items"]] == ["carl@example.org"]


def three_weeks():
    first_on = (datetime.now(UTC) + timedelta(days=40)).date()
    dates = {"first_on": first_on.isoformat(), "until": (first_on + timedelta(days=20)).isoformat()}
    return dates | {"rhythm": "weekly", "starts": "19:00", "ends": "20:00"}


@pytest.mark.parametrize("hour", ["19:00+02:00", "19:00Z"])
def test_hours_of_a_cycle_are_those_of_the_clock_on_the_market_and_take_no_offset(anne, hour):  # SPEC S3 X1
    path = f"/markets/{anne.post('/markets', **MARKET).json['market_id']}"
    hours = dict.fromkeys(("starts", "ends", "opens", "closes"), hour)

    for asked in ("cycles/preview", "cycles"):
        refused = anne.post(f"{path}/{asked}", **three_weeks() | hours)

        assert (refused.status_code, refused.json["code"]) == (422, "invalid_input")
        assert {each["field"] for each in refused.json["errors"]} == set(hours)
    assert anne.get(f"{path}/sales?state=planned").json["items"] == []


def test_a_cycle_is_previewed_planned_and_listed(anne):  # SPEC S3
    market = anne.post("/markets", **MARKET).json
    cycle = three_weeks()
    path = f"/markets/{market['market_id']}"

    preview = anne.post(f"{path}/cycles/preview", **cycle)
    planned = anne.post(f"{path}/cycles", **cycle)
    again = anne.post(f"{path}/cycles", **cycle)
    sales = anne.get(f"{path}/sales?state=planned&state=open&limit=2")

    assert len(preview.json["items"]) == 3
    assert planned.status_code == 201, planned.json
    assert (again.status_code, again.json["code"], len(again.json["on"])) == (409, "distributions_overlap", 3)
    assert len(sales.json["items"]) == 2
    assert sales.json["next"] == sales.json["items"][1]["sale_id"]


def test_a_sale_opens_and_closes_by_itself_within_five_seconds(running, anne):  # SPEC S8
    market = anne.post("/markets", **MARKET).json
    now = datetime.now(UTC)
    sale = anne.post(
        f"/markets/{market['market_id']}/sales",
        opens_at=(now + timedelta(seconds=1)).isoformat(),
        closes_at=(now + timedelta(seconds=2)).isoformat(),
        starts_at=(now + timedelta(hours=1)).isoformat(),
        ends_at=(now + timedelta(hours=2)).isoformat(),
    )
    assert sale.status_code == 201, sale.json

    with eventlet.Timeout(8):
        while anne.get(f"/sales/{sale.json['sale_id']}").json["state"] != "closed":
            eventlet.sleep(0.1)

    state = anne.get(f"/sales/{sale.json['sale_id']}").json["state"]
    assert (state, datetime.now(UTC) - now < timedelta(seconds=7)) == ("closed", True)
    if running.databases["markets"].is_sqlite:
        kinds = [
            type(event) for event in told(running.databases["markets"]) if isinstance(event, SaleOpened | SaleClosed)
        ]
        assert kinds == [SaleOpened, SaleClosed]


def test_a_refusal_names_field_and_reason_in_the_readers_language(anne):  # SPEC X1
    market = anne.post("/markets", **MARKET).json
    path = f"/markets/{market['market_id']}/sales"

    refused = anne.post(path, opens_at="2030-01-03T08:00", closes_at="2030-01-02T08:00", starts_at="2030-01-04T19:00")
    sale = anne.post(path)
    cancelled = anne.post(f"/sales/{sale.json['sale_id']}/cancel", reason="Pluie")
    moved = anne.patch(f"/sales/{sale.json['sale_id']}", starts_at="2030-01-04T19:00")

    assert refused.status_code == 422
    assert refused.content_type == "application/problem+json"
    assert refused.json["errors"][0]["field"] == "closes_at"
    assert refused.json["title"].startswith("Les heures ne se suivent pas")
    assert (cancelled.json["state"], moved.json["code"]) == ("cancelled", "sale_is_over")


def test_visitors_may_look_and_not_touch(running, anne):  # SPEC X4
    market = anne.post("/markets", **MARKET).json
    sale = anne.post(f"/markets/{market['market_id']}/sales").json
    visitor, bob = Person(running), Person(running, "bob")

    assert visitor.get(f"/sales/{sale['sale_id']}").json["administration"] is None
    assert visitor.get(f"/markets/{market['market_id']}/members").status_code == 401
    assert visitor.post(f"/sales/{sale['sale_id']}/cancel", reason="Pluie").status_code == 401
    assert bob.post(f"/sales/{sale['sale_id']}/cancel", reason="Pluie").status_code == 403
    assert bob.get(f"/markets/{market['market_id']}/members").status_code == 403
    assert (
        bob.put(f"/sales/{sale['sale_id']}/participations/{market['market_id']}").json["code"]
        == "catalog_is_not_linked"
    )
