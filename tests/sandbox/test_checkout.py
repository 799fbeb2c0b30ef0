"""Paying on the hosted page."""

import time
from typing import Any

import pytest
import requests
import stripe

from tests.sandbox.conftest import LINE, StandIn


def test_a_paid_session_leads_to_its_intent_charge_and_balance_entry(stand_in: StandIn) -> None:  # SPEC F3 F9
    session = stand_in.session(
        client_reference_id="order-1",
        metadata={"order": "1"},
        payment_intent_data={"transfer_group": "sale-1", "metadata": {"sale": "1"}},
    )

    stand_in.ask(f"pay/{session.id}", {"card": "4242 4242 4242 4242"})

    expand = ["payment_intent.latest_charge.balance_transaction", "line_items"]
    paid = stand_in.api.checkout.sessions.retrieve(session.id, {"expand": expand})
    charge = paid.payment_intent.latest_charge
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert paid.client_reference_id == "order-1"
    assert paid.line_items.data[0].amount_total == paid.amount_total == 1220
    assert paid.payment_intent.metadata["sale"] == "1"
    assert (charge.amount, charge.transfer_group) == (1220, "sale-1")
    assert charge.balance_transaction.net == 1220


def test_the_intent_comes_with_the_first_attempt(stand_in: StandIn) -> None:  # SPEC F9
    session = stand_in.session()
    assert session.payment_intent is None

    stand_in.ask(f"pay/{session.id}", {"card": "4000000000000002"})

    tried = stand_in.api.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert tried.status == "open"
    assert tried.payment_intent.status == "requires_payment_method"
    assert tried.payment_intent.last_payment_error.decline_code == "generic_decline"


def test_another_card_may_be_tried_after_a_decline(stand_in: StandIn) -> None:  # SPEC F9
    session = stand_in.session()
    stand_in.ask(f"pay/{session.id}", {"card": "4000000000009995"})

    stand_in.ask(f"pay/{session.id}")

    paid = stand_in.api.checkout.sessions.retrieve(session.id)
    charges = stand_in.api.charges.list({"payment_intent": paid.payment_intent})
    assert [charge.status for charge in charges.data] == ["succeeded", "failed"]


@pytest.mark.parametrize(("approve", "outcome"), [(True, "succeeded"), (False, "declined")])
def test_a_challenged_card_asks_its_holder(stand_in: StandIn, approve: bool, outcome: str) -> None:  # SPEC F9
    session = stand_in.session()

    answer = stand_in.ask(f"pay/{session.id}", {"card": "4000000000003220", "approve": approve})

    assert answer["status"] == outcome


def test_two_payments_of_one_session_make_one_charge(stand_in: StandIn) -> None:  # SPEC O5 F9
    session = stand_in.session()
    stand_in.ask(f"pay/{session.id}")

    again = stand_in.ask(f"pay/{session.id}")

    assert again["error"]["code"] == "session_not_open"
    assert len(stand_in.api.charges.list().data) == 1


def test_an_expired_session_cannot_be_paid(stand_in: StandIn) -> None:  # SPEC O3 F9
    session = stand_in.session()

    expired = stand_in.api.checkout.sessions.expire(session.id)

    assert expired.status == "expired"
    assert "error" in stand_in.ask(f"pay/{session.id}")
    with pytest.raises(stripe.InvalidRequestError):
        stand_in.api.checkout.sessions.expire(session.id)


@pytest.mark.parametrize("minutes", [29, 24 * 60 + 1])
def test_a_session_lives_from_half_an_hour_to_a_day(stand_in: StandIn, minutes: int) -> None:  # SPEC F9
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stand_in.session(expires_at=int(time.time()) + minutes * 60)

    assert refused.value.param == "expires_at"


def test_less_than_fifty_cents_cannot_be_paid(stand_in: StandIn) -> None:  # SPEC F9
    line = {**LINE, "quantity": 1, "price_data": {**LINE["price_data"], "unit_amount": 49}}

    with pytest.raises(stripe.InvalidRequestError) as refused:
        stand_in.session(line_items=[line])

    assert refused.value.code == "amount_too_small"


def test_the_page_shows_the_lines_and_leads_back_to_the_shop(stand_in: StandIn) -> None:  # SPEC F9
    session = stand_in.session(
        success_url="http://shop.test/ok?s={CHECKOUT_SESSION_ID}", cancel_url="http://shop.test/no"
    )

    page = requests.get(session.url, timeout=5)
    answer = _post(session.url, card="4242 4242 4242 4242")

    assert "Pain × 2" in page.text
    assert "12,20 €" in page.text
    assert 'href="http://shop.test/no"' in page.text
    assert "form-action 'self' http://shop.test" in page.headers["Content-Security-Policy"]
    assert "<script" not in page.text
    assert (answer.status_code, answer.headers["Location"]) == (303, f"http://shop.test/ok?s={session.id}")


def test_the_page_tells_of_a_decline_and_stays(stand_in: StandIn) -> None:  # SPEC F9
    session = stand_in.session()

    answer = _post(session.url, card="4000000000000002")

    assert answer.status_code == 402
    assert "refusée" in answer.text
    assert "Numéro de carte" in answer.text


def test_the_page_passes_through_the_banks_own(stand_in: StandIn) -> None:  # SPEC F9
    session = stand_in.session()
    sent_on = _post(session.url, card="4000002500003155")
    bank = stand_in.url + sent_on.headers["Location"]

    page = requests.get(bank, timeout=5)
    answer = _post(bank, answer="approve")

    assert "Confirmer le paiement" in page.text
    assert answer.headers["Location"] == "http://shop.test/ok"


def test_a_page_opened_after_payment_goes_straight_to_the_shop(stand_in: StandIn) -> None:  # SPEC O5
    session = stand_in.session()
    stand_in.ask(f"pay/{session.id}")

    answer = requests.get(session.url, timeout=5, allow_redirects=False)

    assert answer.headers["Location"] == "http://shop.test/ok"


def _post(url: str, **form: Any) -> requests.Response:
    return requests.post(url, data=form, timeout=5, allow_redirects=False)
