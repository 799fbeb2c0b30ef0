"""A person can go, unless money or goods are under way."""

from uuid import UUID

import pytest

from services.accounts.service import AccountsService
from shared import clock
from shared.events.accounts import AccountDeleted
from shared.events.catalogs import ProducerChanged
from shared.events.distributions import DistributionValidated
from shared.events.orders import OrderCancelled, OrderConfirmed, OrderExpired, OrderPlaced
from shared.events.payments import MemberBalanceChanged
from tests.accounts.test_door import MARIE, logged_in
from tests.support.bus import deliver

SALE, MARKET = clock.new_id(), clock.new_id()


@pytest.fixture
def accounts(suite):
    return suite("accounts")


def order_of(account_id, kind=OrderConfirmed, **more):
    facts = {"order_id": SALE, "basket_id": SALE, "sale_id": SALE, "market_id": MARKET, "member_id": account_id}
    facts |= {"total_cents": 500} | more
    return kind(**facts)


def confirmed(account_id):
    return order_of(account_id, basket_number=1, confirmed_at=clock.now(), lines=[])


def settled():
    zeros = dict.fromkeys(("basket_count", "paid_cents", "refunded_cents", "delivered_cents"), 0)
    return DistributionValidated(
        sale_id=SALE,
        market_id=MARKET,
        round=1,
        validated_at=clock.now(),
        validated_by=None,
        producers=[],
        products=[],
        **zeros,
    )


def delete_me(accounts, headers, password=MARIE["password"]):
    return accounts.http.post("/api/v1/accounts/me/deletion", headers=headers, json={"password": password})


def tell(accounts, *events):
    deliver(accounts.databases["accounts"], AccountsService, *events)


def my_id(accounts, headers):
    return UUID(accounts.http.get("/api/v1/accounts/me", headers=headers).json["account_id"])


def test_a_person_without_orders_is_forgotten(accounts):  # SPEC P5
    headers = logged_in(accounts)

    answer = delete_me(accounts, headers)

    again = accounts.http.post("/api/v1/sessions", json={"email": MARIE["email"], "password": MARIE["password"]})
    assert answer.status_code == 200
    assert accounts.http.get("/api/v1/accounts/me", headers=headers).status_code == 401
    assert again.json["code"] == "wrong_credentials"
    assert len(accounts.bus.wait_for(AccountDeleted)) == 1
    assert accounts.http.post("/api/v1/accounts", json=MARIE).status_code == 201


def test_a_paid_order_keeps_the_account_until_its_sale_is_settled(accounts):  # SPEC P5
    headers = logged_in(accounts)
    tell(accounts, confirmed(my_id(accounts, headers)))

    refused = delete_me(accounts, headers)
    tell(accounts, settled())

    assert (refused.status_code, refused.json["code"]) == (409, "orders_are_open")
    assert delete_me(accounts, headers).status_code == 200


@pytest.mark.parametrize("cancelled_first", [True, False])
def test_a_cancelled_order_keeps_nobody(accounts, cancelled_first):  # SPEC P5
    headers = logged_in(accounts)
    who = my_id(accounts, headers)
    heard = [confirmed(who), order_of(who, OrderCancelled, reason="member")]

    tell(accounts, *(reversed(heard) if cancelled_first else heard))

    assert delete_me(accounts, headers).status_code == 200


def test_who_acts_for_a_farm_stays(accounts):  # SPEC P5
    headers = logged_in(accounts)
    nothing = dict.fromkeys(("latitude", "longitude", "email", "phone", "siret"))
    farm = {"producer_id": SALE, "name": "Ferme", "commune": "Cambes", "postcode": "33880", "vat_exempt": False}
    tell(accounts, ProducerChanged(**farm, **nothing, account_ids=[my_id(accounts, headers)], version=2))
    tell(accounts, ProducerChanged(**farm, **nothing, account_ids=[], version=1))

    assert delete_me(accounts, headers).json["code"] == "acts_for_a_farm"


def test_the_password_is_asked_again(accounts):  # SPEC P5 X4
    headers = logged_in(accounts)

    assert delete_me(accounts, headers, password="pas le bon mot").json["code"] == "wrong_credentials"
    assert accounts.http.get("/api/v1/accounts/me", headers=headers).status_code == 200


def balance(account_id, cents, version):
    return MemberBalanceChanged(market_id=MARKET, member_id=account_id, balance_cents=cents, version=version)


@pytest.mark.parametrize("cents", [-300, 300])
def test_a_balance_keeps_the_account_until_it_is_zero(accounts, cents):  # SPEC P5
    headers = logged_in(accounts)
    who = my_id(accounts, headers)
    tell(accounts, balance(who, cents, version=2), balance(who, 0, version=1))

    refused = delete_me(accounts, headers)
    tell(accounts, balance(who, 0, version=3), balance(who, cents, version=2))

    assert (refused.status_code, refused.json["code"]) == (409, "balance_is_open")
    assert delete_me(accounts, headers).status_code == 200


@pytest.mark.parametrize("expired_first", [True, False])
def test_an_order_that_may_still_be_paid_keeps_the_account(accounts, expired_first):  # SPEC P5
    headers = logged_in(accounts)
    who = my_id(accounts, headers)
    placed, over = order_of(who, OrderPlaced, expires_at=clock.now(), lines=[]), order_of(who, OrderExpired)
    if not expired_first:
        tell(accounts, placed)
        assert delete_me(accounts, headers).json["code"] == "orders_are_open"

    tell(accounts, over, *([placed] if expired_first else []))

    assert delete_me(accounts, headers).status_code == 200
