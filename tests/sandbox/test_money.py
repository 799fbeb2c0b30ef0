"""Refunds, transfers, payouts, disputes: and the balance that they leave."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import StandIn, wait_for


def test_a_part_is_refunded_and_then_the_rest(stand_in: StandIn) -> None:  # SPEC F3 F4
    intent = stand_in.paid().payment_intent

    first = stand_in.api.refunds.create({"payment_intent": intent, "amount": 320, "metadata": {"basket": "7"}})
    rest = stand_in.api.refunds.create({"payment_intent": intent})

    charge = stand_in.api.charges.list({"payment_intent": intent}).data[0]
    assert (first.status, first.amount, rest.amount) == ("succeeded", 320, 900)
    assert (charge.amount_refunded, charge.refunded) == (1220, True)
    assert _available(stand_in) == 0


def test_no_more_is_refunded_than_is_left(stand_in: StandIn) -> None:  # SPEC F4
    intent = stand_in.paid().payment_intent
    stand_in.api.refunds.create({"payment_intent": intent, "amount": 1000})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        stand_in.api.refunds.create({"payment_intent": intent, "amount": 221})

    assert refused.value.param == "amount"
    stand_in.api.refunds.create({"payment_intent": intent, "amount": 220})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stand_in.api.refunds.create({"payment_intent": intent, "amount": 1})
    assert refused.value.code == "charge_already_refunded"


def test_a_refund_may_fail_afterwards(stand_in: StandIn) -> None:  # SPEC F9
    intent = stand_in.paid().payment_intent
    stand_in.ask("fail", {"call": "refunds.create", "mode": "fail_later"})

    refund = stand_in.api.refunds.create({"payment_intent": intent})

    assert refund.status == "succeeded"
    wait_for(lambda: stand_in.api.refunds.retrieve(refund.id).status == "failed")
    assert _available(stand_in) == 1220


def test_a_producer_gets_nothing_before_onboarding(stand_in: StandIn) -> None:  # SPEC F6 F9
    stand_in.paid()
    account = stand_in.account("pending")

    with pytest.raises(stripe.InvalidRequestError) as refused:
        _transfer(stand_in, account, 100)

    assert refused.value.code == "insufficient_capabilities_for_transfer"
    stand_in.ask(f"onboard/{account}", {"state": "active"})
    assert _transfer(stand_in, account, 100).amount == 100


def test_money_goes_from_charge_to_account_to_bank(stand_in: StandIn) -> None:  # SPEC F3 F9
    stand_in.paid(payment_intent_data={"transfer_group": "sale-1"})
    account = stand_in.account()

    transfer = _transfer(stand_in, account, 1000, transfer_group="sale-1")
    payout = stand_in.api.payouts.create({"amount": 900, "currency": "eur"}, {"stripe_account": account})

    assert (_available(stand_in), _available(stand_in, account)) == (220, 100)
    assert stand_in.api.transfers.list({"transfer_group": "sale-1"}).data[0].id == transfer.id
    assert payout.status == "pending"
    on_account = {"stripe_account": account}
    wait_for(lambda: stand_in.api.payouts.retrieve(payout.id, options=on_account).status == "paid")


def test_the_platform_cannot_transfer_what_it_lacks(stand_in: StandIn) -> None:  # SPEC F9
    stand_in.paid()
    account = stand_in.account()

    with pytest.raises(stripe.InvalidRequestError) as refused:
        _transfer(stand_in, account, 1221)

    assert refused.value.code == "balance_insufficient"
    assert _available(stand_in) == 1220


def test_pending_money_moves_only_from_its_own_charge(start: Callable[..., StandIn]) -> None:  # SPEC F9
    stand_in = start(pending_seconds=3600)
    intent = stand_in.paid().payment_intent
    charge = stand_in.api.payment_intents.retrieve(intent).latest_charge
    account = stand_in.account()

    with pytest.raises(stripe.InvalidRequestError):
        _transfer(stand_in, account, 100)
    transfer = _transfer(stand_in, account, 100, source_transaction=charge)

    assert transfer.source_transaction == charge
    with pytest.raises(stripe.InvalidRequestError):
        _transfer(stand_in, account, 1121, source_transaction=charge)


def test_an_account_cannot_pay_out_what_it_lacks(stand_in: StandIn) -> None:  # SPEC F9
    account = stand_in.account()

    with pytest.raises(stripe.InvalidRequestError) as refused:
        stand_in.api.payouts.create({"amount": 1, "currency": "eur"}, {"stripe_account": account})

    assert refused.value.code == "balance_insufficient"


def test_a_transfer_is_taken_back_as_far_as_the_account_has_it(stand_in: StandIn) -> None:  # SPEC F9
    stand_in.paid()
    account = stand_in.account()
    transfer = _transfer(stand_in, account, 1000)
    stand_in.api.payouts.create({"amount": 700, "currency": "eur"}, {"stripe_account": account})

    with pytest.raises(stripe.InvalidRequestError):
        stand_in.api.transfers.reversals.create(transfer.id, {"amount": 301})
    reversal = stand_in.api.transfers.reversals.create(transfer.id, {"amount": 300})

    after = stand_in.api.transfers.retrieve(transfer.id)
    assert (after.amount_reversed, after.reversed) == (300, False)
    assert [each.id for each in after.reversals.data] == [reversal.id]
    assert (_available(stand_in), _available(stand_in, account)) == (520, 0)


def test_a_failed_payout_brings_the_money_back(stand_in: StandIn) -> None:  # SPEC F9
    stand_in.paid()
    account = stand_in.account()
    _transfer(stand_in, account, 1000)
    stand_in.ask("fail", {"call": "payouts.create", "mode": "fail_later"})

    payout = stand_in.api.payouts.create({"amount": 1000, "currency": "eur"}, {"stripe_account": account})

    on_account = {"stripe_account": account}
    failed = wait_for(lambda: _if_failed(stand_in.api.payouts.retrieve(payout.id, options=on_account)))
    assert failed.failure_code == "account_closed"
    assert _available(stand_in, account) == 1000


@pytest.mark.parametrize(("outcome", "left"), [("won", 1220), ("lost", 0)])
def test_a_dispute_takes_the_money_and_may_give_it_back(stand_in: StandIn, outcome: str, left: int) -> None:  # SPEC F9
    intent = stand_in.paid().payment_intent
    charge = stand_in.api.payment_intents.retrieve(intent).latest_charge

    dispute = stand_in.ask("disputes", {"charge": charge})
    assert _available(stand_in) == 0
    with pytest.raises(stripe.InvalidRequestError):
        stand_in.api.refunds.create({"payment_intent": intent})
    stand_in.ask(f"disputes/{dispute['id']}", {"outcome": outcome})

    assert stand_in.api.disputes.retrieve(dispute["id"]).status == outcome
    assert _available(stand_in) == left


@pytest.mark.parametrize(("outcome", "left"), [("won", 1220 - 1500), ("lost", -1500)])
def test_the_fee_of_a_dispute_stays_whatever_becomes_of_it(
    start: Callable[..., StandIn], outcome: str, left: int
) -> None:  # SPEC F8 F9
    stand_in = start(dispute_fee_cents=1500)
    charge = stand_in.api.payment_intents.retrieve(stand_in.paid().payment_intent).latest_charge

    dispute = stand_in.ask("disputes", {"charge": charge})
    stand_in.ask(f"disputes/{dispute['id']}", {"outcome": outcome})

    moves = stand_in.api.disputes.retrieve(dispute["id"]).balance_transactions
    assert [(each.amount, each.fee, each.net, each.reporting_category, each.source) for each in moves] == [
        (-1220, 1500, -2720, "dispute", dispute["id"]),
        (1220, 0, 1220, "dispute_reversal", dispute["id"]),
    ][: len(moves)]
    assert len(moves) == (2 if outcome == "won" else 1)
    assert _available(stand_in) == left


def test_each_entry_names_its_source_and_can_show_it(start: Callable[..., StandIn]) -> None:  # SPEC F8 F9
    stand_in = start(fee_basis_points=150, fee_fixed_cents=25)
    intent, account = stand_in.paid().payment_intent, stand_in.account()
    stand_in.paid()
    stand_in.api.refunds.create({"payment_intent": intent, "amount": 20, "metadata": {"key": "refund:1"}})
    transfer = _transfer(stand_in, account, 1000)
    stand_in.api.transfers.reversals.create(transfer.id, {"amount": 100})
    stand_in.api.payouts.create({"amount": 300, "currency": "eur"}, {"stripe_account": account})
    stand_in.ask("fees", {"amount": 30})
    expand = {"limit": 100, "expand": ["data.source"]}

    entries = stand_in.api.balance_transactions.list(expand).data
    on_account = stand_in.api.balance_transactions.list(expand, {"stripe_account": account}).data

    assert [(each.type, each.reporting_category, each.source and each.source.object) for each in entries[::-1]] == [
        ("charge", "charge", "charge"),
        ("charge", "charge", "charge"),
        ("refund", "refund", "refund"),
        ("transfer", "transfer", "transfer"),
        ("transfer_refund", "transfer_reversal", "transfer_reversal"),
        ("stripe_fee", "fee", None),
    ]
    assert [(each.type, each.reporting_category, each.source.object) for each in on_account[::-1]] == [
        ("payment", "charge", "charge"),
        ("payment_refund", "refund", "refund"),
        ("payout", "payout", "payout"),
    ]
    assert entries[3].source.metadata.to_dict() == {"key": "refund:1"}
    assert on_account[2].source.source_transfer == transfer.id


@pytest.mark.parametrize("call", ["disputes.retrieve", "balance.retrieve", "balance_transactions.list"])
def test_what_is_asked_by_night_may_fail_on_demand(stand_in: StandIn, call: str) -> None:  # SPEC F9
    stand_in.ask("fail", {"call": call, "mode": "http_500"})
    asked = {
        "disputes.retrieve": lambda: stand_in.api.disputes.retrieve("du_1"),
        "balance.retrieve": stand_in.api.balance.retrieve,
        "balance_transactions.list": stand_in.api.balance_transactions.list,
    }

    with pytest.raises(stripe.APIError):
        asked[call]()


def test_entries_are_listed_by_pages_and_sum_to_the_balance(start: Callable[..., StandIn]) -> None:  # SPEC F8 F9
    stand_in = start(fee_basis_points=150, fee_fixed_cents=25)
    for _ in range(5):
        stand_in.api.refunds.create({"payment_intent": stand_in.paid().payment_intent, "amount": 10})

    page = stand_in.api.balance_transactions.list({"limit": 3})
    entries = list(page.auto_paging_iter())

    assert (len(page.data), page.has_more, len(entries)) == (3, True, 10)
    assert sum(entry.net for entry in entries) == _available(stand_in) == 5 * (1220 - 43 - 10)
    assert stand_in.api.balance_transactions.retrieve(entries[0].id).type == "refund"
    assert not stand_in.api.balance_transactions.list({"created": {"gt": entries[0].created}}).data


def test_the_books_show_all_that_moved(stand_in: StandIn) -> None:  # SPEC F8
    stand_in.paid()
    account = stand_in.account()
    _transfer(stand_in, account, 1000)

    books = stand_in.ask("books", method="GET")

    assert books["balances"] == {
        books["platform"]: {"available": 220, "pending": 0},
        account: {"available": 1000, "pending": 0},
    }
    assert [(each["amount"], each["owner"] == account) for each in books["charges"]] == [(1220, False), (1000, True)]


def _transfer(stand_in: StandIn, account: str, amount: int, **more: Any) -> Any:
    wanted = {"amount": amount, "currency": "eur", "destination": account, **more}
    return stand_in.api.transfers.create(wanted)


def _available(stand_in: StandIn, account: str | None = None) -> int:
    options = {"stripe_account": account} if account else {}
    return int(stand_in.api.balance.retrieve(options=options).available[0].amount)


def _if_failed(payout: Any) -> Any:
    return payout if payout.status == "failed" else None
