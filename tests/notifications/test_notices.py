"""What a person sees in the application, and what an administrator sees of mails in trouble."""

import pytest

from services.notifications import commands, domain, queries
from services.notifications.letters.formats import NARROW, NBSP
from shared.errors import NotFound
from shared.events import accounts, markets
from tests.notifications import world as w


def notices(halle, person, language="fr", **page):
    return halle.ask(queries.my_notices, person, language, **({"limit": 50} | page))


def texts(answer):
    return [item["text"].replace(NBSP, " ").replace(NARROW, " ") for item in answer["items"]]


def test_all_that_concerns_a_person_is_noticed_newest_first_with_a_count(halle):  # SPEC N7
    halle.hear(w.confirmed(), w.refunded())

    answer = notices(halle, w.MARIE)

    assert texts(answer) == ["Remboursement de 12,50 €", "Commande confirmée : panier n° 7, samedi 16 septembre"]
    assert answer["unread"] == 2
    assert (answer["items"][1]["path"], answer["items"][1]["market"]) == (f"/orders/{w.ORDER}", "La Halle de Captieux")
    assert notices(halle, w.JOHN)["items"] == []


def test_a_notice_is_written_in_the_language_of_who_reads_it_now(halle):  # SPEC N7
    halle.hear(w.refunded())

    assert texts(notices(halle, w.MARIE, "en")) == ["Refund of €12.50"]


def test_reading_counts_down_and_touches_nobody_else_s(halle):  # SPEC N7
    halle.hear(w.confirmed(), w.refunded(), w.confirmed(w.JOHN, w.an_id("his")))
    newest = notices(halle, w.MARIE)["items"][0]["id"]

    halle.ask(commands.mark_read, w.JOHN, [newest])
    assert notices(halle, w.MARIE)["unread"] == 2
    halle.ask(commands.mark_read, w.MARIE, [newest])
    one_read = notices(halle, w.MARIE)
    halle.ask(commands.mark_read, w.MARIE)

    assert (one_read["unread"], [item["read"] for item in one_read["items"]]) == (1, [True, False])
    assert notices(halle, w.MARIE)["unread"] == 0


def test_notices_come_in_pages(halle):
    halle.hear(*(w.refunded(name=f"refund {n}") for n in range(5)))

    first = notices(halle, w.MARIE, limit=3)
    second = notices(halle, w.MARIE, limit=3, after=first["next"])

    assert (len(first["items"]), len(second["items"]), second["next"]) == (3, 2, None)
    assert first["items"][-1]["id"] > second["items"][0]["id"]


@pytest.mark.parametrize(
    ("event", "person", "french", "english"),
    [
        (
            w.role(w.JOHN, "administrator"),
            w.JOHN,
            "Vous êtes administrateur de La Halle de Captieux",
            "You are an administrator of La Halle de Captieux",
        ),
        (w.role(w.JOHN, "message_sender"), w.JOHN, "Vous pouvez écrire aux membres", "You may write to the members"),
        (
            markets.ReferentAppointed(sale_id=w.SALE, market_id=w.MARKET, account_id=w.JOHN, version=1),
            w.JOHN,
            "Vous êtes référent de la distribution du samedi 16 septembre",
            "You are in charge of the distribution on Saturday 16",
        ),
        (
            markets.CatalogLinked(market_id=w.MARKET, catalog_id=w.CATALOG, producer_id=w.FARM, version=1),
            w.PAUL,
            "Votre catalogue est relié à La Halle",
            "Your catalogue is linked to La Halle",
        ),
        (
            markets.CatalogUnlinked(market_id=w.MARKET, catalog_id=w.CATALOG, producer_id=w.FARM, version=2),
            w.PAUL,
            "n’est plus relié",
            "no longer linked",
        ),
        (
            markets.ParticipationConfirmed(
                sale_id=w.SALE, market_id=w.MARKET, catalog_id=w.CATALOG, producer_id=w.FARM, version=1
            ),
            w.ADA,
            "Ferme des Landes participe",
            "Ferme des Landes takes part",
        ),
        (
            markets.ParticipationWithdrawn(
                sale_id=w.SALE, market_id=w.MARKET, catalog_id=w.CATALOG, producer_id=w.FARM, version=2
            ),
            w.ADA,
            "Ferme des Landes ne participe pas",
            "Ferme des Landes does not take part",
        ),
    ],
)
def test_some_things_are_noticed_without_a_mail(halle, event, person, french, english):  # SPEC N7
    halle.hear(event)
    halle.work()

    assert french in texts(notices(halle, person))[0]
    assert english in texts(notices(halle, person, "en"))[0]
    assert halle.mail.messages == []


def test_an_invited_person_with_an_account_is_noticed_too(halle):  # SPEC N6
    invitation = {"market_id": w.MARKET, "email": "paul@example.org", "first_name": "Paul", "language": "fr"}
    halle.hear(markets.MemberInvited(**invitation, invitation_id=w.an_id("i"), token="t0ken", has_account=True))
    halle.work()

    assert texts(notices(halle, w.PAUL)) == ["La Halle de Captieux vous invite"]
    assert notices(halle, w.PAUL)["items"][0]["path"] == "/invitations/t0ken"
    assert "Vous avez déjà un compte" in halle.mail.to("paul@example.org")[0].get_body(("plain",)).get_content()


def test_a_notice_waits_for_what_it_speaks_of(empty):  # SPEC X2
    empty.hear(w.refunded(), w.market())
    assert notices(empty, w.MARIE)["items"] == []

    empty.hear(w.sale())

    assert len(notices(empty, w.MARIE)["items"]) == 1


def test_a_deleted_account_leaves_no_notice_and_no_address(halle):
    from sqlalchemy import select

    from services.notifications.models import Account, Delivery

    halle.hear(w.confirmed())
    halle.work()
    halle.hear(accounts.AccountDeleted(account_id=w.MARIE))

    assert notices(halle, w.MARIE)["items"] == []
    with halle.db.read() as session:
        assert session.scalars(select(Account.email).where(Account.id == w.MARIE)).all() == [""]
        assert session.execute(select(Delivery.email, Delivery.facts)).all() == [(None, {})]


def test_an_administrator_sees_the_mails_that_came_back(halle):  # SPEC N4
    halle.mail.refuse = {"marie@example.org": "550 no such user", "john@example.org": "450 later"}.get
    halle.hear(w.confirmed(), w.confirmed(w.JOHN, w.an_id("his")), w.settled(w.sheet_line()))
    halle.work()

    answer = halle.ask(queries.deliveries, w.ADA, w.MARKET, limit=50)

    seen = [(item["name"], item["email"], item["state"], item["error"]) for item in answer["items"]]
    assert seen == [
        ("John Smith", "john@example.org", domain.WAITING, "450 later"),
        ("Marie Dupont", "marie@example.org", domain.BOUNCED, "550 no such user"),
    ]


@pytest.mark.parametrize("person", [w.MARIE, w.PAUL])
def test_others_do_not(halle, person):  # SPEC X4
    with pytest.raises(NotFound):
        halle.ask(queries.deliveries, person, w.MARKET, limit=50)


def test_a_revoked_administrator_does_not_either(halle):  # SPEC X4
    halle.hear(
        markets.RoleRevoked(market_id=w.MARKET, account_id=w.ADA, role="administrator", version=2), w.role(w.ADA)
    )

    with pytest.raises(NotFound):
        halle.ask(queries.deliveries, w.ADA, w.MARKET, limit=50)
