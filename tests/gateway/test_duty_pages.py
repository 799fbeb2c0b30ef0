"""« Permanences » without a browser: for whom the pages are, what forms refuse, how much they ask (SPEC M7)."""

import re
from html import unescape
from itertools import count

import flask
import pytest

from tests.gateway.test_pages import MOST_RPCS, Browser

SHIFT = {"role": "Accueil", "starts": "08:00", "ends": "12:00", "places": 2}


HOURS = count(1000, 5)
"""From now until the closing: every sale here has another."""


@pytest.fixture
def sale(town):
    """A new sale of the administrator's, open, in which the farm takes part: its id. It goes with the test."""
    sale_id = town.plan(0, next(HOURS))
    yield sale_id
    town.admin.ok("POST", f"/sales/{sale_id}/cancel", {"reason": "Fin de l’essai"})


@pytest.fixture
def shift(town, sale):
    body = {"shifts": [SHIFT]}
    return town.admin.ok("PUT", f"/sales/{sale}/shifts", body)["shifts"][0]["shift_id"]


@pytest.fixture(scope="module")
def admin(town):
    return Browser(town, town.admin)


@pytest.fixture(scope="module")
def member(town):
    return Browser(town, town.member)


def read_path(town, sale):
    return f"/group/{town.ids['number']}/duty/{sale}"


def setting_path(town, sale):
    return f"/group/{town.ids['number']}/distributions/{sale}/duty"


def shifts_of(town, sale):
    return town.admin.get(f"/sales/{sale}/shifts")["shifts"]


def fields(page):
    """What a browser would post of the form that sets shifts, as it stands."""
    form = page[page.index('name="rows"') - 200 :]
    typed = re.findall(r'name="((?:shifts\.\d+\.(?:role|starts|ends|places|shift_id))|rows|version)"[^>]*', form)
    return {name: unescape(re.search(rf'name="{re.escape(name)}"[^>]*? value="([^"]*)"', form)[1]) for name in typed}


@pytest.mark.parametrize("path", [read_path, setting_path])
def test_pages_of_shifts_ask_no_more_than_three_times(town, admin, sale, shift, path):
    with admin.http:
        answer = admin.get(path(town, sale))

        assert answer.status_code == 200, answer.text[:500]
        assert flask.g.get("rpc_calls", 0) <= MOST_RPCS


def test_only_administrators_set_shifts(town, member, sale, shift):  # SPEC M7 P3 X4
    assert member.get(setting_path(town, sale)).status_code == 403
    assert member.post(setting_path(town, sale), rows="1", do="save").status_code == 403
    assert len(shifts_of(town, sale)) == 1


def test_a_sale_of_another_market_is_not_there(town, admin):  # SPEC X4
    assert admin.get(read_path(town, town.ids["foreign_sale_id"])).status_code == 404
    assert admin.get(setting_path(town, town.ids["foreign_sale_id"])).status_code == 404


def test_an_administrator_sets_shifts_in_rows_and_blank_ones_are_ignored(town, admin, sale):  # SPEC M7
    typed = fields(admin.get(setting_path(town, sale)).text)
    typed |= {"shifts.1.role": "Caisse", "shifts.1.starts": "09:00", "shifts.1.ends": "11:30", "shifts.1.places": "3"}

    answer = admin.post(setting_path(town, sale), **typed, do="save")

    assert answer.status_code == 303, answer.text
    assert [(each["role"], each["places"]) for each in shifts_of(town, sale)] == [("Caisse", 3)]


def test_a_refused_row_shows_its_fault_at_its_field_and_keeps_what_was_typed(town, admin, sale):  # SPEC X1
    typed = fields(admin.get(setting_path(town, sale)).text)
    typed |= {"shifts.2.role": "Caisse", "shifts.2.starts": "11:00", "shifts.2.ends": "09:00", "shifts.2.places": "3"}

    answer = admin.post(setting_path(town, sale), **typed, do="save")

    assert answer.status_code == 422
    assert 'id="f-shifts-2-ends-fault"' in answer.text
    assert fields(answer.text) == typed
    assert shifts_of(town, sale) == []


def test_a_shift_with_people_is_not_deleted_and_one_without_is(town, admin, sale, shift):  # SPEC M7
    taken = fields(admin.get(setting_path(town, sale)).text)
    town.member.ok("POST", f"/sales/{sale}/shifts/{shift}/signup")
    refused = admin.post(setting_path(town, sale), **taken | {"shifts.0.dropped": "1"}, do="save")
    town.member.ok("DELETE", f"/sales/{sale}/shifts/{shift}/signup")
    done = admin.post(setting_path(town, sale), **taken | {"shifts.0.dropped": "1"}, do="save")

    assert refused.status_code == 409
    assert "déjà 1 inscription" in refused.text
    assert done.status_code == 303
    assert shifts_of(town, sale) == []


def test_more_rows_come_without_a_script_and_with_what_was_typed(town, admin, sale):  # SPEC M7
    typed = fields(admin.get(setting_path(town, sale)).text) | {"shifts.0.role": "Caisse"}

    answer = admin.post(setting_path(town, sale), **typed, do="more")

    assert answer.status_code == 200
    assert fields(answer.text)["rows"] == "6"
    assert fields(answer.text)["shifts.0.role"] == "Caisse"


@pytest.mark.parametrize("rows", ["", "x", "-3", "99999999"])
def test_any_number_of_rows_is_survived(town, admin, sale, rows):
    for do in ("more", "save"):
        assert admin.post(setting_path(town, sale), rows=rows, do=do).status_code in {200, 303, 422}


def test_a_member_signs_up_and_steps_back_and_phones_are_not_shown(town, member, admin, sale, shift):  # SPEC M7 P3
    path = read_path(town, sale)
    member.get(path)

    done = member.post(f"{path}/{shift}", comes="1", back=f"/group/{town.ids['number']}/shop/{sale}")
    seen, listed = member.get(path).text, admin.get(path).text
    back = member.post(f"{path}/{shift}", comes="0", back="//evil.example")

    assert done.headers["Location"].endswith(f"/shop/{sale}")
    assert "Je me désiste" in seen
    assert "06 12 34 56 78" not in seen
    assert "06 12 34 56 78" in listed
    assert back.headers["Location"].endswith(path)
    assert shifts_of(town, sale)[0]["taken"] == 0


def test_hands_are_asked_for_in_the_shop_and_among_orders_and_sales(town, member, sale, shift):  # SPEC M7
    farmer = Browser(town, town.farmer)
    shop = f"/group/{town.ids['number']}/shop/{sale}"
    town.wait_until_open(sale)

    pages = [member.get(shop), member.get("/orders"), farmer.get("/producer")]
    stranger = Browser(town, town.stranger).get(shop)

    assert ["Je m’inscris" in answer.text for answer in pages] == [True] * 3
    assert "Je m’inscris" not in stranger.text
    assert "Je m’inscris" not in Browser(town).get(shop).text
