"""Requests that are none: wrong shapes, types, paths, headers, sizes. Each is a problem document, never a fault."""

from uuid import uuid4

import pytest

from gateway.app import MOST_BODY_BYTES
from tests.gateway.people import refusal

FARM = {"name": "La ferme", "commune": "Cambes", "postcode": "33880"}


def open_farm(town, body=FARM, **more):
    return town.stranger.send("POST", "/producers", body, **more)


def raw(town, data, content_type="application/json"):
    return town.stranger.send("POST", "/producers", data=data, headers={"Content-Type": content_type})


@pytest.fixture(autouse=True)
def _no_farm_is_opened(town):
    yield
    assert town.stranger.get("/my/producers") == {"items": []}


def test_a_missing_and_an_unknown_field_are_named_together(town):  # SPEC X1
    answer = open_farm(town, {"name": "La ferme", "commune": "Cambes", "surprise": 1})

    assert refusal(answer) == (422, "invalid_input")
    assert {error["field"]: error["message"] for error in answer.json["errors"]} == {
        "postcode": "Ce champ est nécessaire.",
        "surprise": "Ce champ n’existe pas.",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", 5),
        ("name", None),
        ("name", ["La ferme"]),
        ("vat_exempt", "yes"),
        ("vat_exempt", 1),
        ("vat_exempt", {}),
        ("latitude", "north"),
        ("latitude", 91),
        ("grows", "vegetables"),
        ("grows", [{}]),
        ("email", "nobody"),
        ("siret", 73282932000074),
    ],
)
def test_a_value_of_the_wrong_type_is_named_with_its_field(town, field, value):  # SPEC X1
    answer = open_farm(town, FARM | {field: value})

    assert refusal(answer) == (422, "invalid_input")
    assert answer.json["errors"][0]["field"].split(".")[0] == field


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800"])
@pytest.mark.parametrize(
    ("who", "method", "path", "body"),
    [
        ("stranger", "POST", "/producers", FARM | {"postcode": "{text}"}),
        ("stranger", "PATCH", "/accounts/me", {"last_name": "{text}"}),
        ("admin", "PATCH", "/markets/{market_id}", {"welcome": "{text}"}),
        ("admin", "POST", "/sales/{planned_sale_id}/cancel", {"reason": "{text}"}),
        ("admin", "PATCH", "/markets/{market_id}", {"place": FARM | {"address": "{text}"}}),
        ("nobody", "POST", "/sessions", {"email": "jean@example.org", "password": "{text}"}),
        ("nobody", "POST", "/accounts/verification", {"token": "{text}"}),
        ("stranger", "POST", "/producers", FARM | {"{text}": 1}),
        ("member", "POST", "/orders", {"sale_id": "{text}", "lines": [{"{text}": "{text}"}]}),
    ],
)
def test_text_that_no_database_takes_is_refused(town, who, method, path, body, text):  # SPEC X1
    def filled(value):
        if isinstance(value, dict):
            return {filled(key): filled(item) for key, item in value.items()}
        if isinstance(value, list):
            return [filled(item) for item in value]
        return value.replace("{text}", text) if isinstance(value, str) else value

    answer = getattr(town, who).send(method, path.format(**town.ids), filled(body))

    assert refusal(answer) == (422, "invalid_input"), answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/markets/by-number/99999999999999999999999",
        "/markets/by-number/9223372036854775807",
        "/catalogs/by-number/99999999999999999999999",
        "/catalogs/by-number/2147483648",
        "/markets/{market_id}/catalogs/by-number/99999999999999999999999",
        "/markets?near=33880&limit=99999999999999999999999",
        "/my/orders?limit=0",
        "/my/orders?limit=many",
        "/my/orders?after=first",
        "/payout-date?validated_at=0001-01-01T00:00:00%2B14:00",
        "/payout-date?validated_at=9999-12-31T23:59:59-12:00",
        "/payout-date?validated_at=yesterday",
        "/markets?near=%00",
        "/markets?near=%ff%fe",
        "/unsubscribe/%00",
        "/unsubscribe/" + "t" * 3000,
        "/sales/{open_sale_id}/shop?search=%00",
        "/sales/{open_sale_id}/shop?category=" + "c" * 500,
    ],
)
def test_numbers_dates_and_paths_out_of_range_are_no_fault_of_ours(town, path):  # SPEC X1
    answer = town.member.send("GET", path.format(**town.ids))

    assert answer.status_code == 200 or refusal(answer)[0] in {400, 404, 410, 422}, answer.text


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"7", b"null", b"true"])
def test_json_that_is_no_object_is_refused(town, body):  # SPEC X1
    answer = raw(town, body)

    assert refusal(answer) == (422, "invalid_input")
    assert answer.json["errors"]


@pytest.mark.parametrize("body", [b"{", b'{"name": "x",}', b"\xff\xfe", b"9" * 5000, b'{"a":' * 3000, b"\x00"])
def test_a_body_that_is_no_json_is_refused(town, body):  # SPEC X1
    assert refusal(raw(town, body))[0] in {400, 422}


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "multipart/form-data", "application/x-www-form-urlencoded", ""]
)
def test_another_content_type_is_refused(town, kind):  # SPEC X1
    assert refusal(raw(town, b'{"name": "x"}', kind)) == (415, "unsupported_media_type")


def test_a_body_that_is_too_large_is_refused(town):  # SPEC X1
    assert refusal(raw(town, b" " * (MOST_BODY_BYTES + 1))) == (413, "too_large")


def test_an_unknown_path_is_not_found(town):  # SPEC X1
    paths = ["/nowhere", "/markets/not-an-id", "/markets/%2e%2e/%2e%2e", f"/orders/{uuid4()}/"]

    assert [refusal(town.member.send("GET", path)) for path in paths] == [(404, "page_not_found")] * 4


def test_a_wrong_method_is_told_which_are_right(town):  # SPEC X1
    answer = town.member.send("DELETE", "/my/orders")

    assert refusal(answer) == (405, "method_not_allowed")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("version", ['"x"', '"-1"', '"²"', '"1", "2"', '"' + "9" * 30 + '"', '""', "W/"])
def test_an_if_match_that_is_no_version_is_refused(town, version):  # SPEC X1 D8
    path = f"/producers/{town.ids['producer_id']}"

    answer = town.farmer.send("PATCH", path, {"presentation": "Autre"}, headers={"If-Match": version})

    assert refusal(answer) == (422, "invalid_input")
    assert answer.json["errors"][0]["field"] == "If-Match"
    assert town.nobody.get(path)["presentation"] == ""


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic amVhbjpqZWFu", "Bearer x", "Bearer " + "t" * 500, "é"])
def test_a_log_in_that_is_none_is_refused(town, header):  # SPEC X4
    answer = town.nobody.send("GET", "/my/orders", headers={"Authorization": header})

    assert refusal(answer) == (401, "log_in_required")


def test_ids_of_another_market_do_not_help_in_the_own(town):  # SPEC P3
    own, other = town.ids["market_id"], town.ids["foreign_catalog_id"]
    sale, member = town.ids["planned_sale_id"], town.other_member.account_id

    answers = [
        town.admin.send("DELETE", f"/markets/{own}/catalogs/{other}"),
        town.admin.send("PUT", f"/markets/{own}/members/{member}/roles/administrator"),
        town.admin.send("PUT", f"/sales/{sale}/referent", {"account_id": member}),
        town.admin.send("POST", f"/sales/{sale}/invitations", {"catalog_ids": [other]}),
        town.admin.send("POST", f"/markets/{own}/catalogs", {"number": 4711}),
        town.admin.send("PUT", f"/markets/{own}/members/{town.ids['account_id']}/roles/emperor"),
        town.admin.send("POST", f"/sales/{town.ids['sale_id']}/missing-products", {"product_id": str(uuid4())}),
    ]

    assert all(refusal(answer)[0] in {404, 409, 422} for answer in answers), [answer.text for answer in answers]
