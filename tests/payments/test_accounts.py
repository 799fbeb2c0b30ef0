"""Producers' accounts at the provider, followed until they are active and when they cease to be."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.payments import domain, queries
from services.payments.commands import accounts
from services.payments.models import Account
from shared.errors import NotFound
from shared.events.payments import PaymentAccountChanged
from tests.payments.conftest import FARMER, MEMBER, Till
from tests.support.fixtures import Moment


def account(till: Till, farm: UUID) -> Account:
    with till.db.read() as session:
        return session.get_one(Account, farm)


def onboard(till: Till, farm: UUID, state: str) -> None:
    till.stand_in.ask(f"onboard/{account(till, farm).provider_id}", {"state": state})


def heard(till: Till, farm: UUID) -> Any:
    """The webhook has come and what it made us ask has been answered."""
    till.settled(lambda: account(till, farm).try_at is not None and account(till, farm).try_at <= till.now())
    till.work()
    return account(till, farm)


def test_an_account_is_opened_once_and_only_by_the_farms_people(till: Till) -> None:  # SPEC F3 X4
    farm = till.producer(active=False)

    with pytest.raises(NotFound):
        accounts.open_account(till.db, till.provider, MEMBER, farm)
    first, second = till.open_account(farm), till.open_account(farm)

    assert first["account"].provider_id == second["account"].provider_id
    assert len(till.stand_in.books()["accounts"]) == 1


def test_the_word_of_the_provider_makes_it_active_and_takes_it_back(till: Till) -> None:  # SPEC F6
    farm = till.producer(active=False)
    till.open_account(farm)

    onboard(till, farm, "pending")
    assert heard(till, farm).active is False
    onboard(till, farm, "active")
    assert heard(till, farm).active is True
    onboard(till, farm, "restricted")
    seen = heard(till, farm)

    assert (seen.active, seen.active_since, seen.disabled_reason) == (False, None, "requirements.past_due")
    assert [(event.active, event.version) for event in till.told(PaymentAccountChanged)] == [(True, 2), (False, 3)]


def test_what_its_holder_is_to_do_next_is_told(till: Till) -> None:  # SPEC F6
    farm = till.producer(active=False)
    nothing = queries.account(accounts.state(till.db, till.provider, FARMER, farm))
    till.open_account(farm)

    def standing(state: str) -> str:
        onboard(till, farm, state)
        heard(till, farm)
        return str(queries.account(accounts.state(till.db, till.provider, FARMER, farm))["standing"])

    begun = queries.account(accounts.state(till.db, till.provider, FARMER, farm))
    assert (nothing["standing"], nothing["due"], begun["standing"]) == ("not_opened", [], "to_complete")
    states = ("pending", "restricted", "active", "rejected")
    assert [standing(state) for state in states] == ["in_verification", "to_complete", "active", "disabled"]


def test_an_active_account_may_be_asked_for_more_until_a_day(till: Till) -> None:  # SPEC F6
    farm = till.producer(active=False)
    till.open_account(farm)

    onboard(till, farm, "asked")
    heard(till, farm)

    shown = queries.account(accounts.state(till.db, till.provider, FARMER, farm))
    assert (shown["standing"], shown["due"]) == ("active", ["individual.verification.document"])
    assert timedelta(days=13) < shown["due_by"] - till.now() <= timedelta(days=14)


def test_a_lost_word_is_found_by_asking(till: Till, together: Moment) -> None:  # SPEC F8
    farm = till.producer(active=False)
    till.open_account(farm)
    till.stand_in.take = None
    onboard(till, farm, "active")

    together.move(timedelta(hours=2))
    till.work()

    assert account(till, farm).active is True


def test_an_account_left_half_open_by_a_crash_is_opened_once(till: Till, together: Moment) -> None:  # SPEC X2
    farm = till.producer(active=False)
    till.stand_in.ask("fail", {"call": "accounts.create", "mode": "drop_after", "times": 3})
    with pytest.raises(domain.ProviderIsUnavailable):
        till.open_account(farm)

    together.move(timedelta(minutes=3))
    till.work()

    (made,) = till.stand_in.books()["accounts"]
    assert account(till, farm).provider_id == made["id"]
