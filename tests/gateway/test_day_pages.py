"""The pages of distributions and of the day, without a browser: how much they ask, and who may see them."""

import flask
import pytest

from tests.gateway.test_pages import MOST_RPCS, Browser

ALL = "/group/{number}/distributions"
DAY = ALL + "/{sale_id}"
SETTLING = [
    DAY,
    f"{DAY}?search=a",
    f"{DAY}?uncollected=1",
    f"{DAY}/validation",
    f"{DAY}/missing",
    f"{DAY}/declarations",
    f"{DAY}/labels",
]
SETTLING += [f"{DAY}/sheet", f"{DAY}/sheet.csv", "/baskets/{basket_id}", "/baskets/{basket_id}/trail"]
SPREADSHEET = f"{DAY}/sheet.xlsx"
RUNNING = [ALL, f"{ALL}?past=1", f"{ALL}/new", f"{ALL}/cycle", f"{ALL}/trouble"]
RUNNING += [f"{DAY}/{page}" for page in ("edit", "referent", "cancellation", "refunds", "catalogs", "money")]


@pytest.mark.parametrize("path", SETTLING + RUNNING)
def test_an_administrator_sees_it_within_three_calls(town, administrator, path):  # SPEC D1 S5
    with administrator.http:
        answer = administrator.get(path.format(**town.ids))

        assert answer.status_code == 200, answer.text[:800]
        assert flask.g.get("rpc_calls", 0) <= MOST_RPCS


@pytest.mark.parametrize("path", SETTLING + RUNNING)
@pytest.mark.parametrize("who", ["member", "other_admin", "other_referent"])
def test_it_is_closed_to_everybody_else(town, path, who):  # SPEC P3 X4
    answer = browser_of(town, who).get(path.format(**town.ids))

    assert answer.status_code in {403, 404}, path


@pytest.mark.parametrize("path", SETTLING + RUNNING)
def test_without_an_account_it_leads_to_the_log_in(town, path):  # SPEC X4
    answer = Browser(town).get(path.format(**town.ids))

    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (303, "/log-in")


@pytest.mark.parametrize("path", ["/edit", "/cancellation", "/catalogs", "/money", "/referent"])
def test_a_referent_may_not_run_the_sale(town, path):  # SPEC P3
    answer = browser_of(town, "referent").get((DAY + path).format(**town.ids))

    assert answer.status_code in {403, 404}


@pytest.fixture(scope="module")
def administrator(town):
    return browser_of(town, "admin")


KNOWN = {}


def browser_of(town, who):
    if who not in KNOWN:
        KNOWN[who] = Browser(town, getattr(town, who))
    return KNOWN[who]


def test_the_list_to_sign_is_a_spreadsheet_for_those_who_settle(town):  # SPEC D5 P3
    answers = [browser_of(town, who).http.get(SPREADSHEET.format(**town.ids)) for who in ("admin", "other_admin")]

    assert [answer.status_code for answer in answers] == [200, 404]
    assert answers[0].data[:2] == b"PK"


def test_each_sale_shows_its_farms_its_orders_and_what_it_is_worth(town):  # SPEC S1 S6
    shown = browser_of(town, "admin").get(ALL.format(**town.ids)).text
    past = browser_of(town, "admin").get(f"{ALL}?past=1".format(**town.ids)).text

    turnover = town.admin.get("/markets/{market_id}/turnovers?sale_ids={past_sale_id}".format(**town.ids))["items"][0]
    assert (turnover["basket_count"], turnover["ordered_cents"], turnover["due_cents"]) == (1, 1635, 1420)
    assert "14,20\u00a0€" in past
    assert "1 commande" in shown
    assert "Les Jardins du Moulin (participe)" in shown
    assert "Valider la distribution" in shown
