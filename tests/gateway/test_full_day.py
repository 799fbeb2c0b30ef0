"""A sale of 400 baskets on the pages of its day: as few questions and statements as for two, and small news."""

import re
from datetime import timedelta
from uuid import UUID

import flask
import pytest
from sqlalchemy import Engine
from sqlalchemy import event as listening

from tests.gateway.people import wait_for
from tests.gateway.test_pages import MOST_RPCS, Browser
from tests.support.full_sale import fill

pytestmark = pytest.mark.timeout(600)  # whoever comes first builds the town and the sales
FEW, MANY = 2, 400
PAGES = ["", "/validation", "/missing", "/declarations", "/sheet"]


@pytest.fixture(scope="module")
def sales(town):
    """{how many baskets: the sale}; distributions alone knows of the orders."""
    made = {FEW: town.plan(0, 0.1), MANY: town.plan(0, 1.2)}  # one after the other, at one place
    town.move(timedelta(hours=2, minutes=30))
    for count, sale_id in made.items():
        path = f"/sales/{sale_id}/distribution"
        wait_for("the sale to be over", lambda path=path: town.admin.get(path)["orders_settled"])
        fill(town.suite.databases["distributions"], UUID(sale_id), UUID(town.ids["market_id"]), count)
    return made


@pytest.fixture(scope="module")
def administrator(town):
    return Browser(town, town.admin)


class Day:
    """A phone with the page of the day open: `poll()` asks for news, with what htmx sends, and keeps what it learns."""

    def __init__(self, town, browser, sale_id):
        self.browser, self.path = browser, f"/group/{town.ids['number']}/distributions/{sale_id}"
        self.values = {}
        self._learn(browser.get(self.path))

    def poll(self, **values):
        asked = "&".join(f"{name}={value}" for name, value in (self.values | values).items())
        answer = self.browser.get(f"{self.path}?{asked}", **{"HX-Request": "true"})
        self._learn(answer)
        return answer

    def _learn(self, answer):
        if told := re.search(r'hx-vals="([^"]+)"', answer.text):
            self.values = flask.json.loads(told[1].replace("&#34;", '"'))


def statements_of(town, do):
    """What is done, and how many statements about baskets that took; the service has an engine of its own."""
    counted, database = [], town.suite.databases["distributions"].url.database

    def listener(connection, _cursor, statement, *_):
        if connection.engine.url.database == database and "basket" in statement:
            counted.append(statement)

    listening.listen(Engine, "before_cursor_execute", listener)
    answer = do()
    listening.remove(Engine, "before_cursor_execute", listener)
    return answer, len(counted)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_as_little_for_four_hundred_baskets_as_for_two(town, sales, administrator, page):  # SPEC D1 D3
    counts = []
    for sale_id in sales.values():
        with administrator.http:
            path = f"/group/{town.ids['number']}/distributions/{sale_id}{page}"
            answer, statements = statements_of(town, lambda path=path: administrator.get(path))
            assert answer.status_code == 200
            assert flask.g.rpc_calls <= MOST_RPCS
            counts.append(statements)

    assert 0 < counts[0] == counts[1]


def test_the_page_of_a_basket_asks_as_little_too(town, sales, administrator):  # SPEC D2
    counts = []
    for sale_id in sales.values():
        basket = town.admin.get(f"/sales/{sale_id}/baskets")["items"][0]
        with administrator.http:
            path = f"/baskets/{basket['basket_id']}"
            _, statements = statements_of(town, lambda path=path: administrator.get(path))
            assert flask.g.rpc_calls <= MOST_RPCS
            counts.append(statements)

    assert 0 < counts[0] == counts[1]


def test_a_phone_that_missed_nothing_is_answered_by_one_question_and_nothing(town, sales, administrator):  # SPEC D8
    phone = Day(town, administrator, sales[MANY])

    with administrator.http:
        answer = phone.poll()
        asked = flask.g.rpc_calls

    assert (answer.status_code, answer.text, asked) == (204, "", 1)


def test_a_phone_learns_the_rows_that_changed_and_no_others(town, sales, administrator):  # SPEC D8
    town.move(timedelta(minutes=10))
    phone = Day(town, administrator, sales[MANY])
    town.move(timedelta(minutes=10))
    basket = town.admin.get(f"/sales/{sales[MANY]}/baskets")["items"][7]
    town.admin.ok("POST", f"/baskets/{basket['basket_id']}/validation", {"version": basket["version"]})
    town.move(timedelta(seconds=10))

    news, statements = statements_of(town, phone.poll)

    assert re.findall(r'<li[^>]*id="basket-(\d+)"', news.text) == [str(basket["number"])]
    assert "1 / 400" in news.text
    assert "HX-Retarget" not in news.headers
    assert len(news.data) < len(administrator.get(phone.path).data) / 50
    assert 0 < statements < 20
    assert phone.poll().status_code == 204


def test_a_phone_that_slept_or_searches_gets_the_list(town, sales, administrator):  # SPEC D8
    phone = Day(town, administrator, sales[MANY])
    seen = phone.values

    searched = phone.poll(search="client399", seen="")
    phone.values = seen
    town.move(timedelta(minutes=61))
    slept = phone.poll(seen="")

    assert [len(re.findall('class="day-row"', answer.text)) for answer in (searched, slept)] == [1, MANY]
    assert {answer.headers["HX-Retarget"] for answer in (searched, slept)} == {"#baskets"}


@pytest.mark.parametrize("nonsense", [{"at": "x" * 50}, {"at": "9" * 30}, {"of": "-1"}, {"at": "²", "of": "٣"}])
def test_nonsense_gets_the_list_too(town, sales, administrator, nonsense):  # SPEC X1
    phone = Day(town, administrator, sales[FEW])

    answer = phone.poll(seen="", **nonsense)

    assert answer.status_code == 200
    assert answer.text.count('class="day-row"') == FEW
