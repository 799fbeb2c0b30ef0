"""Amounts, quantities and dates as French and English people write them."""

from datetime import timedelta

import flask
import pytest

from gateway.app import create_app
from gateway.rpc import RpcClient
from gateway.web import calendar, formats
from gateway.web.devices import device_of
from gateway.web.forms import Form
from shared import clock
from shared.config import Config

SATURDAY = {"starts_at": "2023-09-09T07:00:00+00:00", "ends_at": "2023-09-09T10:00:00+00:00"}


@pytest.fixture
def reading(moment):
    """`reading("en")`: as on a page of that language."""

    def read(language):
        context = app.test_request_context()
        context.push()
        flask.g.language = language
        contexts.append(context)

    contexts, rpc = [], RpcClient("memory://localhost/")
    app = create_app(Config(secret_key="of this test"), rpc)
    yield read
    for context in reversed(contexts):
        context.pop()
    rpc.close()


def test_french_is_written_as_in_france(reading):
    reading("fr")

    assert formats.money(124050) == "1\u202f240,50\u00a0€"
    assert formats.when(**sale(), zone="Europe/Paris") == "samedi 9 septembre, 9\u00a0h\u00a0–\u00a012\u00a0h"
    assert formats.when(**sale(), zone="Indian/Reunion").endswith("11\u00a0h\u00a0–\u00a014\u00a0h")
    assert formats.day("2023-10-01T10:00:00+00:00") == "dimanche 1er octobre"
    assert formats.day("2024-01-06T10:00:00+00:00") == "samedi 6 janvier 2024"
    assert formats.quantity("1.500", "kg") == "1,5\u00a0kg"
    assert formats.quantity("2", "bunch") == "2\u00a0bottes"
    assert formats.percent(550) == "5,5\u00a0%"
    assert formats.per("bunch") == "la botte"


def test_english_is_written_as_in_england(reading):
    reading("en")

    assert formats.money(124050) == "€1,240.50"
    assert formats.when(**sale(), zone="Europe/Paris") == "Saturday 9 September, 9:00\u00a0–\u00a012:00"
    assert formats.percent(550) == "5.5%"


def test_time_left_is_honey_below_a_day_and_tomato_below_two_hours(reading):
    reading("fr")
    tones = [formats.time_left(clock.now() + timedelta(hours=hours))["tone"] for hours in (25, 23, 1, -1)]

    assert tones == ["", "honey", "tomato", "over"]
    assert formats.time_left(clock.now() + timedelta(days=3))["text"] == "encore 3 jours"


def test_what_people_type_is_read_as_they_mean_it(reading):
    reading("fr")
    typed = Form(price="12,50 €", weight="1,250", many="1 240", odd="12,505", word="douze", yes="1")

    assert (typed.cents("price"), typed.quantity("weight"), typed.integer("many")) == (1250, "1.250", 1240)
    assert (typed.cents("odd"), typed.cents("word"), typed.flag("yes"), typed.flag("no")) == (
        "12,505",
        "douze",
        True,
        False,
    )
    assert typed.body("price", "absent") == {"price": "12,50 €"}


def test_a_long_line_of_a_calendar_is_folded_between_characters():
    pieces = calendar.folded("SUMMARY:" + "é" * 100)

    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == "SUMMARY:" + "é" * 100


def sale():
    return {"start": SATURDAY["starts_at"], "end": SATURDAY["ends_at"]}


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36", "Chrome · Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0", "Firefox · Android"),
        ("curl/8.5.0", ""),
    ],
)
def test_a_session_is_told_by_the_name_of_its_browser_and_machine(agent, name):
    assert device_of(agent) == name
