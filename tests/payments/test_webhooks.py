"""The provider's word: genuine, once, in any order."""

import json
import time
from uuid import uuid4

import eventlet
import pytest
import stripe

from services.payments import domain
from services.payments.commands import webhooks
from services.payments.provider import BadSignature, Provider
from shared.events.payments import PaymentFailed, PaymentSucceeded
from tests.payments.conftest import KEY, SECRET, Till


def signed(payload: str, secret: str = SECRET, at: float | None = None) -> str:
    stamp = int(at or time.time())
    signature = stripe.WebhookSignature._compute_signature(f"{stamp}.{payload}", secret)
    return f"t={stamp},v1={signature}"


def letters(till: Till, cents: int = 1000) -> tuple[object, list[tuple[str, str]]]:
    """A paid order whose webhooks were caught on their way."""
    till.stand_in.take = None
    order = till.order(cents, sale=uuid4())
    till.deliver(order)
    till.pay(order)
    kinds = ("payment_intent.succeeded", "checkout.session.completed", "charge.succeeded")
    return order, [till.stand_in.wait(kind)[0] for kind in kinds]


def take(till: Till, letter: tuple[str, str]) -> None:
    webhooks.receive(till.db, till.provider, *letter)


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "t=1,v1=00",
        "nonsense",
        "wrong",
        "old",
    ],
)
def test_a_webhook_that_is_not_genuine_is_refused(till: Till, signature: str | None) -> None:  # SPEC F3 X4
    order, (_, letter, _) = letters(till)
    payload = letter[0]
    made = {"wrong": signed(payload, "whsec_other"), "old": signed(payload, at=time.time() - 400)}

    with pytest.raises(domain.InvalidSignature):
        take(till, (payload, made.get(signature or "", signature)))

    assert till.payment(order).status == "awaiting"


def test_a_changed_body_is_refused(till: Till) -> None:  # SPEC X4
    _, (_, (payload, signature), _) = letters(till)

    with pytest.raises(domain.InvalidSignature):
        take(till, (payload.replace("1000", "9000"), signature))


def test_the_same_webhook_twice_has_one_effect(till: Till) -> None:  # SPEC F3 O5
    order, (_, letter, _) = letters(till)

    take(till, letter)
    take(till, letter)

    assert till.payment(order).status == "succeeded"
    assert len(till.told(PaymentSucceeded)) == 1
    assert till.balances()["provider"] == 1000


def test_the_order_of_webhooks_does_not_matter(till: Till) -> None:  # SPEC F3
    for turn in (1, -1):
        till.stand_in.letters.clear()
        order, some = letters(till)
        for letter in some[::turn]:
            take(till, letter)
        assert till.payment(order).status == "succeeded"

    assert len(till.told(PaymentSucceeded)) == 2
    assert till.balances()["provider"] == 2000


def test_webhooks_from_many_threads_at_once_have_one_effect(till: Till) -> None:  # SPEC F3 O5
    _, some = letters(till)

    threads = [eventlet.spawn(take, till, letter) for letter in some * 4]
    for thread in threads:
        thread.wait()

    assert len(till.told(PaymentSucceeded)) == 1
    assert till.balances()["provider"] == 1000


def test_a_decline_told_after_the_payment_is_of_no_interest(till: Till) -> None:  # SPEC F3
    till.stand_in.take = None
    order = till.order(1000, sale=uuid4())
    till.deliver(order)
    till.pay(order, card="4000000000000002")
    till.pay(order)

    take(till, till.stand_in.wait("checkout.session.completed")[0])
    take(till, till.stand_in.wait("payment_intent.payment_failed")[0])

    assert till.told(PaymentFailed) == []


def test_either_of_two_endpoints_secrets_is_genuine_and_none_never(till: Till) -> None:  # SPEC F3 X4
    payload = json.dumps({"id": "evt_1", "type": "x", "created": 1, "data": {"object": {"id": "x_1"}}})

    two, none = (Provider(KEY, till.stand_in.url, secret) for secret in (f"whsec_other, {SECRET}", " , "))
    assert two.read_webhook(payload.encode(), signed(payload)).event_id == "evt_1"
    with pytest.raises(BadSignature):
        none.read_webhook(payload.encode(), signed(payload, ""))


@pytest.mark.parametrize("secret", ["", "whsec_clayette"])
def test_the_real_provider_is_not_used_with_a_secret_that_everybody_knows(secret: str) -> None:  # SPEC X4
    domain.ensure_secret("http://127.0.0.1:8001", secret)
    domain.ensure_secret("", "whsec_real")

    with pytest.raises(domain.WebhookSecretMissing):
        domain.ensure_secret("", secret)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (
            "checkout.session.completed",
            {"client_reference_id": str(uuid4()), "payment_status": "paid", "payment_intent": "pi"},
        ),
        ("checkout.session.completed", {"client_reference_id": None, "payment_status": "paid"}),
        ("checkout.session.expired", {}),
        ("payment_intent.succeeded", {"status": "succeeded", "metadata": {}}),
        ("payment_intent.payment_failed", {"metadata": {"reference": "x"}}),
        ("refund.updated", {"metadata": {"key": f"refund:{uuid4()}"}, "status": "failed"}),
        ("refund.updated", {"metadata": {"key": "theirs"}, "status": "failed"}),
        ("payout.failed", {"metadata": {"key": f"payout:{uuid4()}:2023-09-18"}, "status": "failed"}),
        ("payout.paid", {"metadata": {"key": "payout:x:y"}, "status": "paid"}),
        ("account.updated", {}),
        ("customer.created", {}),
    ],
)
def test_what_is_not_ours_is_ignored(till: Till, kind: str, body: dict) -> None:  # SPEC F3
    event = {
        "id": f"evt_{uuid4().hex}",
        "object": "event",
        "type": kind,
        "created": int(time.time()),
        "data": {"object": {"id": "x_1", "object": "x", **body}},
    }
    payload = json.dumps(event)

    take(till, (payload, signed(payload)))

    assert till.told() == []
