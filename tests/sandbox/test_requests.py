"""What the API refuses, and what an idempotency key does."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import eventlet
import pytest
import requests
import stripe

from tests.sandbox.conftest import LINE, StandIn

KEY = {"idempotency_key": "refund:7:1"}
SESSION = {"mode": "payment", "line_items": [LINE], "success_url": "http://shop.test/ok"}


def _refused(call: Any, *args: Any) -> Any:
    with pytest.raises(stripe.StripeError) as refused:
        call(*args)
    return refused.value


@pytest.mark.parametrize(
    ("more", "code", "param"),
    [
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({"line_items": [{**LINE, "weight": 3}]}, "parameter_unknown", "line_items[0][weight]"),
        ({"payment_intent_data": {"colour": "red"}}, "parameter_unknown", "payment_intent_data[colour]"),
        ({"expires_at": "soon"}, "parameter_invalid_integer", "expires_at"),
        ({"mode": "gift"}, None, "mode"),
        ({"metadata": "none"}, None, "metadata"),
        (
            {"line_items": [{"quantity": 1, "price_data": {"unit_amount": 1}}]},
            "parameter_missing",
            "line_items[0][price_data][currency]",
        ),
        ({"success_url": "shop"}, "url_invalid", "success_url"),
        ({"customer_email": "nobody"}, "email_invalid", "customer_email"),
        ({"locale": "xx"}, None, "locale"),
        ({"customer": "cus_1"}, "not_imitated", None),
    ],
)
def test_wrong_parameters_are_refused_by_name(
    stand_in: StandIn, more: dict[str, Any], code: str | None, param: str | None
) -> None:  # SPEC F9
    error = _refused(stand_in.api.checkout.sessions.create, {**SESSION, **more})

    assert (error.http_status, error.code, error.param) == (400, code, param)


def test_a_missing_parameter_is_refused(stand_in: StandIn) -> None:  # SPEC F9
    error = _refused(stand_in.api.transfers.create, {"amount": 1, "currency": "eur"})

    assert (error.code, error.param) == ("parameter_missing", "destination")


def test_a_wrong_or_missing_key_is_refused(stand_in: StandIn) -> None:  # SPEC F9
    error = _refused(stand_in.client("sk_test_wrong").v1.balance.retrieve)

    assert isinstance(error, stripe.AuthenticationError)
    assert requests.get(f"{stand_in.url}/v1/balance", timeout=5).status_code == 401


def test_unknown_ids_accounts_and_addresses_are_refused(stand_in: StandIn) -> None:  # SPEC F9
    nobody = {"stripe_account": "acct_nobody"}

    assert _refused(stand_in.api.charges.retrieve, "ch_none").code == "resource_missing"
    assert isinstance(_refused(stand_in.api.payouts.list, {}, nobody), stripe.PermissionError)
    assert _refused(stand_in.api.customers.list).http_status == 404


def test_the_same_key_gives_the_same_answer_once_done(stand_in: StandIn) -> None:  # SPEC F9 O5
    wanted = {"payment_intent": stand_in.paid().payment_intent, "amount": 320}

    first = stand_in.api.refunds.create(wanted, KEY)
    second = stand_in.api.refunds.create(wanted, KEY)

    assert first.id == second.id
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert len(stand_in.api.refunds.list().data) == 1


def test_the_same_key_with_other_parameters_is_refused(stand_in: StandIn) -> None:  # SPEC F9 O5
    intent = stand_in.paid().payment_intent
    stand_in.api.refunds.create({"payment_intent": intent, "amount": 320}, KEY)

    error = _refused(stand_in.api.refunds.create, {"payment_intent": intent, "amount": 321}, KEY)
    elsewhere = _refused(stand_in.api.checkout.sessions.create, SESSION, KEY)

    assert isinstance(error, stripe.IdempotencyError)
    assert isinstance(elsewhere, stripe.IdempotencyError)
    assert error.http_status == 400


def test_a_refusal_is_kept_by_its_key_but_a_bad_request_is_not(stand_in: StandIn) -> None:  # SPEC F9
    account = stand_in.account()
    wanted = {"amount": 100, "currency": "eur", "destination": account}
    assert _refused(stand_in.api.transfers.create, wanted, KEY).code == "balance_insufficient"
    assert _refused(stand_in.api.transfers.create, {**wanted, "colour": "red"}, {"idempotency_key": "b"}).code
    stand_in.paid()

    assert _refused(stand_in.api.transfers.create, wanted, KEY).code == "balance_insufficient"
    assert stand_in.api.transfers.create(wanted, {"idempotency_key": "b"}).amount == 100


def test_a_key_in_use_is_a_conflict(stand_in: StandIn) -> None:  # SPEC F9
    stand_in.ask("fail", {"call": "checkout.sessions.create", "mode": "slow", "seconds": 0.5})
    slow = eventlet.spawn(stand_in.api.checkout.sessions.create, SESSION, KEY)
    eventlet.sleep(0.2)

    error = _refused(stand_in.api.checkout.sessions.create, SESSION, KEY)

    assert (error.http_status, error.json_body["error"]["code"]) == (409, "idempotency_key_in_use")
    assert stand_in.api.checkout.sessions.retrieve(slow.wait().id).status == "open"


@pytest.mark.parametrize(("mode", "made"), [("drop_before", 0), ("drop_after", 1), ("http_500", 0)])
def test_after_trouble_the_same_key_tells_what_was_done(stand_in: StandIn, mode: str, made: int) -> None:  # SPEC F9 X2
    wanted = {"payment_intent": stand_in.paid().payment_intent, "amount": 320}
    stand_in.ask("fail", {"call": "refunds.create", "mode": mode})

    _refused(stand_in.api.refunds.create, wanted, KEY)

    assert len(stand_in.api.refunds.list().data) == made
    stand_in.api.refunds.create(wanted, KEY)
    assert len(stand_in.api.refunds.list().data) == 1


def test_the_sdk_gets_through_trouble_by_itself(stand_in: StandIn) -> None:  # SPEC F9
    stand_in.ask("fail", {"call": "checkout.sessions.create", "mode": "drop_after"})

    stand_in.client(retries=1).v1.checkout.sessions.create(SESSION)

    assert len(stand_in.api.checkout.sessions.list().data) == 1


def test_an_ordered_refusal_is_final(stand_in: StandIn) -> None:  # SPEC F9
    wanted = {"payment_intent": stand_in.paid().payment_intent}
    stand_in.ask("fail", {"call": "refunds.create", "mode": "refuse", "code": "expired_or_canceled_card"})

    assert isinstance(_refused(stand_in.api.refunds.create, wanted, KEY), stripe.CardError)
    assert _refused(stand_in.api.refunds.create, wanted, KEY).code == "expired_or_canceled_card"


def test_metadata_is_merged_and_unset(stand_in: StandIn) -> None:  # SPEC F9
    account = stand_in.api.accounts.create({"type": "express", "metadata": {"a": "1", "b": "2"}})

    changed = stand_in.api.accounts.update(account.id, {"metadata": {"a": "", "c": "3"}})

    assert changed.metadata.to_dict() == {"b": "2", "c": "3"}


def test_many_refunds_at_once_never_exceed_the_charge(own_process: Any) -> None:  # SPEC F4 X2
    stand_in = own_process.start()
    intent = stand_in.paid().payment_intent

    def refund(number: int) -> bool:
        try:
            stand_in.api.refunds.create({"payment_intent": intent, "amount": 100}, {"idempotency_key": f"k{number}"})
        except stripe.InvalidRequestError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(refund, range(20)))

    assert sum(done) == 12
    assert stand_in.api.balance.retrieve().available[0].amount == 20
