"""Webhooks: signed, told again until heard, and surviving a kill."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
import stripe

from services.payments.provider import BadSignature, Provider
from tests.sandbox.conftest import SECRET, Inbox, OwnProcess, StandIn, wait_for

PAID = "checkout.session.completed"


def test_every_change_is_told_with_the_object_as_it_then_was(stand_in: StandIn, inbox: Inbox) -> None:  # SPEC F3 F9
    intent = stand_in.paid(client_reference_id="order-1").payment_intent
    account = stand_in.account()
    stand_in.api.refunds.create({"payment_intent": intent, "amount": 20}, {"idempotency_key": "r1"})
    transfer = stand_in.api.transfers.create({"amount": 1000, "currency": "eur", "destination": account})
    stand_in.api.transfers.reversals.create(transfer.id, {"amount": 100})
    stand_in.api.payouts.create({"amount": 900, "currency": "eur"}, {"stripe_account": account})

    [paid] = inbox.wait("payout.paid")
    [completed] = inbox.wait(PAID)
    [refunded] = inbox.wait("charge.refunded")
    assert completed["data"]["object"]["client_reference_id"] == "order-1"
    assert refunded["data"]["object"]["amount_refunded"] == 20
    assert refunded["data"]["previous_attributes"] == {"amount_refunded": 0}
    assert refunded["request"]["idempotency_key"] == "r1"
    assert (paid["account"], paid["data"]["object"]["amount"]) == (account, 900)
    expected = "payment_intent.succeeded refund.created account.updated transfer.created transfer.reversed"
    assert set(expected.split()) <= set(inbox.kinds())


def test_a_decline_an_expiry_and_a_dispute_are_told(stand_in: StandIn, inbox: Inbox) -> None:  # SPEC F9
    session = stand_in.session()
    stand_in.ask(f"pay/{session.id}", {"card": "4000000000000002"})
    stand_in.api.checkout.sessions.expire(session.id)
    stand_in.paid("4000000000000259")

    inbox.wait("payment_intent.payment_failed")
    inbox.wait("checkout.session.expired")
    [opened] = inbox.wait("charge.dispute.created")
    stand_in.ask(f"disputes/{opened['data']['object']['id']}", {"outcome": "won"})
    [closed] = inbox.wait("charge.dispute.closed")
    assert closed["data"]["object"]["status"] == "won"


def test_a_session_expires_by_itself(
    stand_in: StandIn, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:  # SPEC O3 F9
    session = stand_in.session(expires_at=int(time.time()) + 1900)
    later = time.time() + 1901
    monkeypatch.setattr("sandbox.stripe.clock.timestamp", lambda: int(later))

    [expired] = inbox.wait("checkout.session.expired")

    assert expired["data"]["object"]["id"] == session.id


def test_the_sdk_accepts_the_signature_and_refuses_all_others(stand_in: StandIn, inbox: Inbox) -> None:  # SPEC F3 F9
    stand_in.paid()
    inbox.wait(PAID)
    signature, payload, _ = inbox.letters[0]
    old = stripe.WebhookSignature.generate_signature_header(payload.decode(), SECRET, int(time.time()) - 301)
    provider = Provider("sk_test_sandbox", stand_in.url, SECRET)

    assert provider.read_webhook(payload, signature).event_id
    for wrong in (None, "", "t=1", old, signature.replace("v1=", "v0="), signature[:-1] + "x"):
        with pytest.raises(BadSignature):
            provider.read_webhook(payload, wrong)
    with pytest.raises(BadSignature):
        provider.read_webhook(payload.replace(b"1220", b"9220"), signature)


def test_an_unheard_event_is_told_again(stand_in: StandIn, inbox: Inbox) -> None:  # SPEC F9 X2
    inbox.answers = [500, 503]

    stand_in.paid()

    wait_for(lambda: len(inbox.letters) == 5)
    assert len({event["id"] for _, _, event in inbox.letters}) == 3
    wait_for(lambda: stand_in.ask("webhooks")["deliveries"] == {"done": 3})


def test_events_can_be_doubled_delayed_dropped_and_held_back(stand_in: StandIn, inbox: Inbox) -> None:  # SPEC F9
    stand_in.ask("webhooks", {"duplicate": 1})
    stand_in.paid()
    assert len({event["id"] for event in inbox.wait(PAID, 2)}) == 1
    inbox.letters.clear()

    stand_in.ask("webhooks", {"duplicate": 0, "drop": 3})
    stand_in.paid()
    stand_in.ask("webhooks", {"delay": 0.4})
    before = time.monotonic()
    stand_in.paid()
    inbox.wait(PAID)
    assert time.monotonic() - before >= 0.4
    assert inbox.kinds().count(PAID) == 1
    inbox.letters.clear()

    stand_in.ask("webhooks", {"delay": 0, "paused": True})
    stand_in.paid()
    time.sleep(0.3)
    assert inbox.letters == []
    stand_in.ask("webhooks", {"paused": False})
    inbox.wait(PAID)


def test_events_can_arrive_in_the_wrong_order(start: Callable[..., StandIn], inbox: Inbox) -> None:  # SPEC F9
    stand_in = start(couriers=1)
    stand_in.ask("webhooks", {"reorder": True})

    stand_in.paid()

    wait_for(lambda: len(inbox.letters) == 3)
    assert inbox.kinds() == [PAID, "payment_intent.succeeded", "charge.succeeded"]


def test_an_event_can_be_asked_for_and_told_again(stand_in: StandIn, inbox: Inbox) -> None:  # SPEC F8 F9
    stand_in.ask("webhooks", {"drop": 9})
    stand_in.paid()

    [missed] = stand_in.api.events.list({"types": [PAID]}).data
    stand_in.ask(f"deliver/{missed.id}")

    [told] = inbox.wait(PAID)
    assert told["id"] == missed.id
    assert stand_in.api.events.retrieve(missed.id).type == PAID


def test_a_killed_process_loses_nothing(own_process: OwnProcess, inbox: Inbox) -> None:  # SPEC X2 F9
    stand_in = own_process.start()
    stand_in.ask("webhooks", {"paused": True})
    session = stand_in.paid()
    wanted, key = {"payment_intent": session.payment_intent, "amount": 20}, {"idempotency_key": "r1"}
    refund = stand_in.api.refunds.create(wanted, key)
    own_process.kill()

    stand_in = own_process.start()

    assert stand_in.api.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert stand_in.api.refunds.create(wanted, key).id == refund.id
    assert stand_in.api.balance.retrieve().available[0].amount == 1200
    assert inbox.letters == []
    stand_in.ask("webhooks", {"paused": False})
    inbox.wait(PAID)
    inbox.wait("charge.refunded")


def test_a_payout_under_way_arrives_after_a_kill(own_process: OwnProcess, inbox: Inbox) -> None:  # SPEC X2 F9
    stand_in = own_process.start()
    stand_in.paid()
    account = stand_in.account()
    stand_in.api.transfers.create({"amount": 1000, "currency": "eur", "destination": account})
    stand_in.api.payouts.create({"amount": 1000, "currency": "eur"}, {"stripe_account": account})
    own_process.kill()

    own_process.start()

    inbox.wait("payout.paid")


def test_onboarding_is_one_visit_and_told(stand_in: StandIn, inbox: Inbox) -> None:  # SPEC F3 F9
    account = stand_in.api.accounts.create({"type": "express", "capabilities": {"transfers": {"requested": True}}})
    urls = {"return_url": "http://shop.test/done", "refresh_url": "http://shop.test/again"}
    link = stand_in.api.account_links.create({"account": account.id, "type": "account_onboarding", **urls})

    page = requests.get(link.url, timeout=5)
    second = requests.get(link.url, timeout=5, allow_redirects=False)
    done = requests.post(link.url, data={"answer": "active"}, timeout=5, allow_redirects=False)

    assert "Recevoir vos paiements" in page.text
    assert second.headers["Location"] == urls["refresh_url"]
    assert done.headers["Location"] == urls["return_url"]
    [updated] = inbox.wait("account.updated")
    assert _able(updated["data"]["object"])
    assert _able(stand_in.api.accounts.retrieve(account.id))


def _able(account: Any) -> bool:
    return bool(account["payouts_enabled"] and account["capabilities"]["transfers"] == "active")
