"""« Comptes » of a market's members: more of them than a page holds (SPEC D2)."""

from uuid import UUID, uuid4

import flask
import pytest
from sqlalchemy import insert

from services.markets.models import Member, Person
from services.payments import ledger
from services.payments.models import MemberAccount
from shared import clock
from tests.gateway.people import wait_for
from tests.gateway.test_administration_pages import NEW
from tests.gateway.test_pages import MOST_RPCS, Browser

MANY = 105
"""More than a page of balances."""


@pytest.fixture(scope="module")
def admin(town):
    return Browser(town, town.admin)


@pytest.fixture(scope="module")
def accounts(town, admin):
    """Members of a market of their own, in debt for 1,00 € each. The last is Zoé; Zacharie owes nothing."""
    base = admin.post("/markets/new", **NEW).headers["Location"].removesuffix("/settings")
    market_id = UUID(town.nobody.get(f"/markets/by-number/{base.split('/')[2]}")["market_id"])
    wait_for("payments to know the market", lambda: town.admin.get(f"/markets/{market_id}/balances"))
    ids = sorted(uuid4() for _ in range(MANY))
    names = [("Alix", f"Numéro{place}") for place in range(MANY - 1)] + [("Zoé", "Lointaine")]
    _belong(town, market_id, dict(zip(ids, names, strict=True)) | {uuid4(): ("Zacharie", "Lointain")})
    _owe(town, market_id, ids)
    return f"{base}/members/balances"


def _belong(town, market_id, people):
    with town.suite.databases["markets"].write() as session:
        session.execute(insert(Member), [_member(market_id, one) for one in people])
        session.execute(insert(Person), [_person(one, *names) for one, names in people.items()])


def _member(market_id, account_id):
    facts = {"id": uuid4(), "market_id": market_id, "account_id": account_id, "joined_at": clock.now()}
    return facts | {"state": "member", "version": 1}


def _person(account_id, first_name, last_name):
    names = f"{first_name} {last_name}".lower().replace("é", "e")
    facts = {"account_id": account_id, "first_name": first_name, "last_name": last_name, "email": f"{account_id}@x.fr"}
    return facts | {"language": "fr", "sort_name": names, "found_by": names, "version": 1}


def _owe(town, market_id, ids):
    with town.suite.databases["payments"].write() as session:
        for member_id in ids:
            account = f"member:{market_id}:{member_id}"
            session.add(MemberAccount(market_id=market_id, member_id=member_id, account=account))
            postings = {account: 100, f"sale:{market_id}": -100}
            ledger.book(session, f"balance_due:{member_id}:1", postings, at=clock.now(), market_id=market_id)


def test_a_member_is_found_by_name_among_all_balances(admin, accounts):  # SPEC D2
    first = admin.get(accounts).text
    with admin.http:
        found = admin.get(f"{accounts}?search=lointain").text

        assert flask.g.rpc_calls <= MOST_RPCS
    assert "Lointaine" not in first
    assert "Lointaine Zoé" in found
    assert "Zacharie" not in found
    assert "105,00" in found  # what all owe


def test_whoever_owes_nothing_is_not_found_here(admin, accounts):  # SPEC D2
    assert "Personne ne correspond" in admin.get(f"{accounts}?search=zacharie").text
    assert "Personne ne correspond" in admin.get(f"{accounts}?search=personne").text
