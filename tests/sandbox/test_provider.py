"""The payments service's layer over the SDK, against the stand-in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from services.payments.provider import Checkout, Line, Provider, ProviderRefused, ProviderUnavailable
from tests.sandbox.conftest import SECRET, Inbox, StandIn, wait_for

TODAY = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def provider(stand_in: StandIn) -> Provider:
    return Provider("sk_test_sandbox", stand_in.url, SECRET)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stripe.HTTPClient.INITIAL_DELAY", 0.01)


def _checkout(provider: Provider, *amounts: int, key: str = "checkout:1:1") -> Checkout:
    return provider.create_checkout(
        reference="payment-1",
        lines=[Line(f"Produit {number}", amount) for number, amount in enumerate(amounts or [1220])],
        sale_id="sale-1",
        expires_at=TODAY + timedelta(hours=3),
        success_url="http://shop.test/ok",
        cancel_url="http://shop.test/no",
        key=key,
        email="ada@example.org",
    )


def _paid(provider: Provider, stand_in: StandIn) -> str:
    checkout = _checkout(provider)
    stand_in.ask(f"pay/{checkout.session_id}")
    return provider.find_checkout(checkout.session_id).payment_intent or ""


def test_a_checkout_is_opened_paid_and_found(provider: Provider, stand_in: StandIn) -> None:  # SPEC F3
    opened = _checkout(provider)

    stand_in.ask(f"pay/{opened.session_id}")

    found = provider.find_checkout(opened.session_id)
    assert (opened.status, opened.paid, opened.amount_cents) == ("open", False, 1220)
    assert opened.expires_at == TODAY + timedelta(hours=3)
    assert (found.status, found.paid, found.reference) == ("complete", True, "payment-1")
    payment = provider.find_payment(found.payment_intent or "")
    assert (payment.status, payment.amount_cents, payment.fee_cents) == ("succeeded", 1220, 0)


def test_the_fee_of_a_payment_is_told(start: Callable[..., StandIn]) -> None:  # SPEC F1 F8
    stand_in = start(fee_basis_points=150, fee_fixed_cents=25)
    provider = Provider("sk_test_sandbox", stand_in.url, SECRET)

    payment = provider.find_payment(_paid(provider, stand_in))

    assert payment.fee_cents == 43


def test_a_payment_that_failed_has_no_charge(provider: Provider, stand_in: StandIn) -> None:  # SPEC F3
    checkout = _checkout(provider)
    intent = stand_in.ask(f"pay/{checkout.session_id}", {"card": "4000000000000002"})["payment_intent"]

    payment = provider.find_payment(intent)

    assert (payment.status, payment.charge_id, payment.fee_cents) == ("requires_payment_method", None, 0)


def test_a_basket_of_more_than_a_hundred_lines_keeps_its_sum(provider: Provider) -> None:  # SPEC O2
    assert _checkout(provider, *range(1, 151)).amount_cents == sum(range(1, 151))


def test_expiring_a_page_that_was_just_paid_says_so(provider: Provider, stand_in: StandIn) -> None:  # SPEC O4
    paid, unpaid = _checkout(provider), _checkout(provider, key="checkout:2:1")
    stand_in.ask(f"pay/{paid.session_id}")

    assert provider.expire_checkout(paid.session_id).paid
    assert provider.expire_checkout(unpaid.session_id).status == "expired"


def test_a_refund_is_found_by_its_key(provider: Provider, stand_in: StandIn) -> None:  # SPEC F3 X2
    intent = _paid(provider, stand_in)

    made = provider.refund(payment_intent=intent, amount_cents=320, key="refund:7:1")

    assert provider.refund(payment_intent=intent, amount_cents=320, key="refund:7:1") == made
    assert provider.find_refund(payment_intent=intent, key="refund:7:1") == made
    assert provider.find_refund(payment_intent=intent, key="refund:7:2") is None
    assert provider.find_payment(intent).refunded_cents == 320


def test_a_producer_is_onboarded_and_paid(provider: Provider, stand_in: StandIn, inbox: Inbox) -> None:  # SPEC F3 F5
    _paid(provider, stand_in)
    account = provider.create_account(producer_id="p1", email="farm@example.org", name="Ferme", key="account:p1")
    link = provider.onboarding_link(account_id=account, return_url="http://a.test", refresh_url="http://b.test")
    assert link.startswith(f"{stand_in.url}/onboarding/")
    assert not provider.account_state(account).active
    assert provider.account_state(account).due

    stand_in.ask(f"onboard/{account}")
    transfer = provider.transfer(account_id=account, amount_cents=1000, sale_id="sale-1", key="share:s1:p1")
    payout = provider.payout(account_id=account, amount_cents=900, key="payout:p1:1")

    assert provider.account_state(account).active
    assert provider.find_transfer(sale_id="sale-1", key="share:s1:p1") == transfer
    yesterday = TODAY - timedelta(days=1)
    found = provider.find_payout_by_key(account_id=account, key="payout:p1:1", since=yesterday)
    assert found is not None
    assert found.payout_id == payout.payout_id
    inbox.wait("payout.paid")
    assert provider.find_payout(account_id=account, payout_id=payout.payout_id).status == "paid"
    assert provider.reverse_transfer(transfer_id=transfer.transfer_id, amount_cents=100, key="back")
    assert (provider.available(), provider.available(account)) == (320, 0)


def test_movements_are_listed_oldest_first_within_a_window(provider: Provider, stand_in: StandIn) -> None:  # SPEC F8
    intent = _paid(provider, stand_in)
    provider.refund(payment_intent=intent, amount_cents=20, key="r")

    entries = provider.list_balance_transactions(TODAY - timedelta(hours=1))

    assert [(entry.kind, entry.net_cents) for entry in entries] == [("charge", 1220), ("refund", -20)]
    assert provider.list_balance_transactions(TODAY - timedelta(hours=1), until=TODAY - timedelta(minutes=1)) == []


@pytest.mark.parametrize("mode", ["drop_before", "drop_after", "http_500", "http_429"])
def test_after_lasting_trouble_the_same_key_settles_it(
    provider: Provider, stand_in: StandIn, mode: str
) -> None:  # SPEC F3 X2
    intent = _paid(provider, stand_in)
    stand_in.ask("fail", {"call": "refunds.create", "mode": mode, "times": 3})

    with pytest.raises(ProviderUnavailable):
        provider.refund(payment_intent=intent, amount_cents=20, key="r")

    stand_in.ask("fail", method="DELETE")
    provider.refund(payment_intent=intent, amount_cents=20, key="r")
    assert provider.find_payment(intent).refunded_cents == 20


def test_a_final_no_carries_the_providers_word(provider: Provider, stand_in: StandIn) -> None:  # SPEC F3
    account = stand_in.account()
    refusals = {
        "amount_too_small": lambda: _checkout(provider, 49),
        "balance_insufficient": lambda: provider.transfer(account_id=account, amount_cents=1, sale_id="s", key="t"),
        "resource_missing": lambda: provider.find_checkout("cs_none"),
        "account_invalid": lambda: provider.available("acct_none"),
    }

    for code, call in refusals.items():
        with pytest.raises(ProviderRefused) as refused:
            call()
        assert refused.value.code == code


def test_a_key_used_for_something_else_is_refused(provider: Provider, stand_in: StandIn) -> None:  # SPEC F3 O5
    intent = _paid(provider, stand_in)
    provider.refund(payment_intent=intent, amount_cents=20, key="r")

    with pytest.raises(ProviderRefused) as refused:
        provider.refund(payment_intent=intent, amount_cents=21, key="r")

    assert refused.value.code == "idempotency_key_reused"


def test_nobody_there_is_unavailable_and_so_is_a_wrong_key(stand_in: StandIn) -> None:  # SPEC F3 X2
    for provider in (
        Provider("sk_test_sandbox", "http://127.0.0.1:9", SECRET),
        Provider("wrong", stand_in.url, SECRET),
    ):
        with pytest.raises(ProviderUnavailable):
            provider.available()


def test_a_webhook_says_whose_object_changed(provider: Provider, stand_in: StandIn, inbox: Inbox) -> None:  # SPEC F3
    account = stand_in.account()
    inbox.wait("account.updated")
    signature, payload, _ = inbox.letters[-1]

    event = provider.read_webhook(payload, signature)

    assert (event.kind, event.account, event.object_id) == ("account.updated", account, account)
    assert event.body["payouts_enabled"]
    assert event.created_at.tzinfo == UTC
    wait_for(lambda: stand_in.ask("webhooks")["deliveries"] == {"done": 1})
