"""What a whole group is told: in chunks, by what is known, once."""

from datetime import timedelta

import pytest

from services.notifications.commands import announcing
from services.notifications.commands.announcing import work_one
from shared.events import markets
from tests.notifications import world as w


def everybody(count):
    people = [w.an_id(f"member {n}") for n in range(count)]
    return [(w.account(person, f"member{n}@example.org"), w.joined(person)) for n, person in enumerate(people)]


def test_a_market_is_told_of_an_opening_chunk_by_chunk(halle, monkeypatch):  # SPEC N1
    monkeypatch.setattr(announcing, "CHUNK", 10)
    halle.hear(*(event for pair in everybody(35) for event in pair), w.opened())

    chunks = 0
    while halle.ask(work_one):
        chunks += 1
    halle.later(minutes=2)

    assert chunks == 4
    assert len(halle.mail.recipients) == len(set(halle.mail.recipients)) == 38


def test_a_member_whose_joining_was_told_late_is_reached_by_the_second_look(halle):  # SPEC X2
    halle.hear(w.opened())
    halle.work()

    halle.hear(w.joined(w.PAUL))
    halle.later(minutes=2)
    halle.later(minutes=10)

    assert sorted(halle.mail.recipients) == [
        "ada@example.org",
        "john@example.org",
        "marie@example.org",
        "paul@example.org",
    ]


def test_who_left_is_not_told(halle):  # SPEC N1
    halle.hear(
        markets.MemberLeft(market_id=w.MARKET, account_id=w.JOHN, version=2), w.joined(w.JOHN, version=1), w.opened()
    )

    halle.work()

    assert "john@example.org" not in halle.mail.recipients


def test_an_opening_of_a_sale_that_is_over_is_not_announced_any_more(halle):
    halle.hear(w.opened())
    while halle.ask(work_one):
        pass

    halle.later(days=10)

    assert halle.mail.messages == []


def test_a_cancelled_sale_is_not_announced(halle):
    halle.hear(markets.SaleCancelled(sale_id=w.SALE, market_id=w.MARKET, reason=""), w.opened())

    halle.work()

    assert halle.mail.messages == []


def test_an_opening_told_before_everything_else_arrives_in_the_end(empty):  # SPEC X2
    empty.hear(w.opened())
    empty.work()

    empty.hear(w.sale(), w.joined(w.MARIE), w.account(w.MARIE, "marie@example.org"), w.market())
    empty.later(minutes=2)

    assert empty.mail.recipients == ["marie@example.org"]


@pytest.mark.parametrize(
    "change", [{"version": 2}, {"version": 2, "closes_at": w.datetime(2023, 9, 14, 8, 0, tzinfo=w.UTC)}]
)
def test_a_change_that_does_not_touch_the_pickup_is_not_mailed(halle, change):  # SPEC S5
    halle.hear(w.confirmed())
    halle.work()

    halle.hear(w.sale(markets.SaleRescheduled, **change))
    halle.later(minutes=2)

    assert len(halle.mail.messages) == 1


def test_an_older_word_about_a_sale_changes_nothing(halle):  # SPEC S5
    moved = {"starts_at": w.datetime(2023, 9, 16, 8, 0, tzinfo=w.UTC)}
    halle.hear(w.confirmed(), w.sale(markets.SaleRescheduled, version=3))
    halle.work()

    halle.hear(w.sale(markets.SaleRescheduled, version=2, **moved))
    halle.later(minutes=2)

    assert len(halle.mail.messages) == 1


def test_who_cancelled_is_not_told_of_a_move(halle):  # SPEC S5
    halle.hear(w.confirmed(), w.confirmed(w.JOHN, w.an_id("his")), w.cancelled())
    halle.work()
    before = len(halle.mail.messages)

    halle.hear(w.sale(markets.SaleRescheduled, version=2, starts_at=w.datetime(2023, 9, 16, 8, 0, tzinfo=w.UTC)))
    halle.later(minutes=2)

    assert halle.mail.recipients[before:] == ["john@example.org"]


def test_nobody_known_is_asked_for_during_a_day_and_no_longer(empty):
    empty.hear(w.settled(w.sheet_line()))
    empty.work()
    empty.later(days=1)

    empty.later(minutes=2)

    assert empty.ask(lambda session: session.query(announcing.Announcement).count()) == 0
    assert timedelta(days=1) == announcing.PATIENCE
