"""Turning off what can be turned off."""

import pytest

from services.notifications import commands, queries
from services.notifications.commands.subscribing import change_preferences
from shared.errors import NotFound
from shared.events.notifications import Unsubscribed
from tests.notifications import world as w
from tests.support import bus


def link_in(halle, address):
    [mail] = halle.mail.to(address)
    return mail["List-Unsubscribe"].strip("<>")


def token_in(halle, address):
    return link_in(halle, address).rpartition("/")[2]


def opened(halle):
    halle.hear(w.opened())
    halle.work()
    return halle


def test_an_opening_mail_can_be_unsubscribed_with_one_click(halle):  # SPEC N3
    opened(halle)

    [mail] = halle.mail.to("marie@example.org")
    link = link_in(halle, "marie@example.org")
    assert link.startswith("https://clayette.example/api/v1/unsubscribe/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in mail.get_body(("plain",)).get_content()
    assert link in mail.get_body(("html",)).get_content()


def test_mails_about_orders_cannot_be_unsubscribed(halle):  # SPEC N3
    halle.hear(w.confirmed(), w.refunded(), w.basket_validated(w.change()))
    halle.moment.set(w.sale().starts_at - w.datetime.resolution * 3600 * 10**6)
    halle.work()

    assert len(halle.mail.messages) == 5
    for mail in halle.mail.messages:
        assert mail["List-Unsubscribe"] is None
        assert "unsubscribe" not in mail.get_body(("plain",)).get_content()


def test_who_unsubscribed_gets_no_more_openings_of_that_market(halle):  # SPEC N3
    opened(halle)
    halle.ask(commands.unsubscribe, token_in(halle, "marie@example.org"))

    next_sale = w.an_id("next sale")
    halle.hear(w.sale(sale_id=next_sale), w.opened(next_sale), w.confirmed())
    halle.later(minutes=2)

    assert [mail["Subject"][:11] for mail in halle.mail.to("marie@example.org")] == ["La vente es", "Commande co"]
    assert len(halle.mail.to("john@example.org")) == 2


def test_a_mail_on_its_way_is_stopped_by_unsubscribing(halle):  # SPEC N3
    opened(halle)
    next_sale = w.an_id("next sale")
    halle.hear(w.sale(sale_id=next_sale), w.opened(next_sale))
    halle.ask(commands.work_one)

    halle.ask(commands.unsubscribe, token_in(halle, "marie@example.org"))
    halle.work()

    assert len(halle.mail.to("marie@example.org")) == 1


def test_unsubscribing_twice_is_told_once(halle):  # SPEC N3
    opened(halle)
    token = token_in(halle, "marie@example.org")

    halle.ask(commands.unsubscribe, token)
    halle.ask(commands.unsubscribe, token)

    assert bus.told(halle.db, Unsubscribed) == [Unsubscribed(account_id=w.MARIE, market_id=w.MARKET, kind="opening")]


def test_looking_at_the_link_changes_nothing(halle):  # SPEC N3
    opened(halle)

    seen = halle.ask(queries.subscription, token_in(halle, "marie@example.org"))

    assert seen == {"market": "La Halle de Captieux", "kind": "opening", "subscribed": True, "language": "fr"}
    assert bus.told(halle.db, Unsubscribed) == []


@pytest.mark.parametrize("token", ["", "x", "é", "A" * 64, "../.."])
def test_a_made_up_link_leads_nowhere(halle, token):  # SPEC N3
    opened(halle)

    with pytest.raises(NotFound):
        halle.ask(commands.unsubscribe, token)


def test_openings_can_be_turned_off_and_on_again_in_the_preferences(halle):  # SPEC N1
    halle.ask(change_preferences, w.MARIE, [{"market_id": w.MARKET, "opening": False}])
    off = halle.ask(queries.preferences, w.MARIE)
    halle.ask(change_preferences, w.MARIE, [{"market_id": w.MARKET, "opening": True}], pickup_4h=True)
    on = halle.ask(queries.preferences, w.MARIE)

    market = {"market_id": w.MARKET, "name": "La Halle de Captieux", "number": 42}
    assert off == {"pickup_4h": False, "markets": [market | {"opening": False}]}
    assert on == {"pickup_4h": True, "markets": [market | {"opening": True}]}


def test_preferences_are_for_members(halle):
    with pytest.raises(NotFound):
        halle.ask(change_preferences, w.PAUL, [{"market_id": w.MARKET, "opening": False}])
