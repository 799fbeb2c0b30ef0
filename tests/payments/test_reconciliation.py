"""The provider's books against the ledger: what was lost is heard, what differs is named."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import eventlet
import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from clayette.__main__ import main
from sandbox.stripe import money
from services.payments import domain, ledger
from services.payments.commands import accounts, orders, payouts, reconciliation, refunds
from services.payments.commands.reconciliation import Report
from services.payments.models import Account, Mismatch, Movement, Orphan, Payment, Reconciliation, RefundPart
from services.payments.provider import ProviderUnavailable
from shared.events.orders import OrderPlaced
from shared.events.payments import LedgerMismatchFound, PaymentSucceeded, RefundSucceeded
from tests.payments.conftest import KEY, SECRET, StandIn, Till, expired, validated
from tests.payments.test_disputes import charge_of, closed, handed_over, opened


@pytest.fixture(params=[(0, 0, 0), (150, 25, 1500)], ids=["no fee", "fees"])
def stand_in(request: pytest.FixtureRequest) -> Any:
    points, fixed, dispute = request.param
    one = StandIn(fee_basis_points=points, fee_fixed_cents=fixed, dispute_fee_cents=dispute)
    yield one
    one.close()


def reconcile(till: Till, since: datetime | None = None) -> Report:
    return reconciliation.run(till.db, till.provider, since)


def agreed(till: Till) -> Report:
    """Nothing differs, nothing is in flight, and the two balances are the same."""
    report = reconcile(till)
    assert [each.name for each in report.differences] == []
    assert report.in_flight == []
    held = till.stand_in.books()
    held = held["balances"][held["platform"]]
    assert report.provider_cents == report.ledger_cents == till.balances().get("provider", 0)
    assert report.provider_cents == held["available"] + held["pending"]
    return report


def unheard(till: Till, cents: int, **facts: Any) -> OrderPlaced:
    """An order that was paid for while no webhook arrived."""
    till.stand_in.take = None
    order = till.order(cents, sale=facts.pop("sale", None) or uuid4(), **facts)
    till.deliver(order)
    till.pay(order)
    return order


def fee(till: Till, cents: int) -> int:
    settings = till.stand_in._app.extensions["stand_in"].config
    return cents * settings.fee_basis_points // 10_000 + settings.fee_fixed_cents


def names(report: Report) -> list[str]:
    return [each.name for each in report.differences]


def test_the_fee_of_a_charge_is_booked_once_and_the_balances_agree(till: Till) -> None:  # SPEC F2 F8
    order = till.paid(1000, sale=uuid4())

    agreed(till)
    agreed(till)

    assert till.balances().get("provider_fees", 0) == fee(till, 1000)
    assert till.ledger(order.sale_id)["provider_fees_cents"] == fee(till, 1000)


def test_a_fee_that_the_capture_told_is_not_booked_again(till: Till, together: Any) -> None:  # SPEC F2
    unheard(till, 1000)
    together.move(domain.FIRST_LOOK + timedelta(seconds=1))
    till.work()
    assert till.balances().get("provider_fees", 0) == fee(till, 1000)

    agreed(till)

    assert till.balances().get("provider_fees", 0) == fee(till, 1000)


def test_a_payment_whose_webhook_was_lost_is_settled(till: Till) -> None:  # SPEC F8
    order = unheard(till, 1000)

    report = agreed(till)

    assert report.heard == [f"charge:{till.payment(order).id}"]
    assert [event.order_id for event in till.told(PaymentSucceeded)] == [order.order_id]


def test_one_whose_looks_had_stopped_is_settled_too(till: Till) -> None:  # SPEC F8 O4
    order = unheard(till, 1000)
    till.deliver(expired(order))
    with till.db.write() as session:
        session.get_one(Payment, till.payment(order).id).try_at = None

    agreed(till)

    assert till.payment(order).status == "succeeded"


def test_a_refund_and_what_a_bank_sent_back_are_heard_of(till: Till) -> None:  # SPEC F8
    order, other = till.paid(1000, sale=uuid4()), till.paid(1000, sale=uuid4())
    till.stand_in.take = None
    till.deliver(till.refund(order.basket_id, order.sale_id, 300))
    _ask_and_forget(till, refunds.send, "refunds.create")
    till.deliver(till.refund(other.basket_id, other.sale_id, 200))
    till.stand_in.ask("fail", {"call": "refunds.create", "mode": "fail_later"})
    refunds.send(till.db, till.provider)
    till.stand_in.wait("refund.failed")

    agreed(till)

    assert len(till.told(RefundSucceeded)) >= 1
    with till.db.read() as session:
        assert sorted(session.scalars(select(RefundPart.status))) == ["credited", "succeeded"]


def test_a_refund_that_was_heard_of_only_when_it_had_failed_is_booked_both_ways(till: Till) -> None:  # SPEC F8
    order = till.paid(1000, sale=uuid4())
    till.deliver(till.refund(order.basket_id, order.sale_id, 300))
    till.stand_in.take = None
    till.stand_in.ask("fail", {"call": "refunds.create", "mode": "fail_later"})
    with till.db.read() as session:
        part = session.scalars(select(RefundPart)).one()
    intent = till.payment(order).payment_intent or ""
    till.provider.refund(payment_intent=intent, amount_cents=300, key=refunds.key(part.id))
    till.stand_in.wait("refund.failed")
    with till.db.write() as session:
        refunds.failed(session, part.id, "failed")

    agreed(till)

    figures = till.ledger(order.sale_id)
    kinds = Counter(entry["kind"] for entry in figures["entries"])
    assert figures["refunds_cents"] == 300  # as credit
    assert (kinds["refund"], kinds["refund_returned"], kinds["credit"]) == (1, 1, 1)


def test_transfers_and_payouts_whose_answers_were_lost_are_heard_of(till: Till, together: Any) -> None:  # SPEC F8 F5
    farm, sale = till.producer(), uuid4()
    till.paid(9000, sale=sale)
    till.deliver(validated(sale, {farm: 9000}, at=together()))
    together.move(timedelta(days=11))
    with till.db.write() as session:
        payouts.run(session)
    till.stand_in.take = None
    _ask_and_forget(till, payouts.transfer, "transfers.create")
    assert agreed(till).heard[0].startswith("transfer:")
    _ask_and_forget(till, payouts.pay, "payouts.create")
    till.stand_in.wait("payout.paid")

    report = agreed(till)

    assert [key.partition(":")[0] for key in report.heard] == ["payout"]
    assert [row.status for row in till.payouts()] == ["arrived"]
    assert till.balances().get(ledger.connected(farm), 0) == 0


def _ask_and_forget(till: Till, step: Any, call: str) -> None:
    """Done at the provider, the answer lost, and so with every repetition."""
    till.stand_in.ask("fail", {"call": call, "mode": "drop_after", "times": 3})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stripe.HTTPClient.INITIAL_DELAY", 0.01)
        step(till.db, till.provider)
    till.stand_in.ask("fail", method="DELETE")


def test_a_payout_that_arrived_or_came_back_unheard_is_asked_about(till: Till, together: Any) -> None:  # SPEC F8
    farm, sale = till.producer(), uuid4()
    till.paid(9000, sale=sale)
    till.deliver(validated(sale, {farm: 9000}, at=together()))
    together.move(timedelta(days=11))
    till.stand_in.take = None
    till.stand_in.ask("fail", {"call": "payouts.create", "mode": "fail_later"})
    till.work()
    till.stand_in.wait("payout.failed")

    agreed(till)

    [row] = till.payouts()
    assert (row.status, row.attempt) == ("paying", 2)
    assert till.balances()[ledger.connected(farm)] == row.amount_cents


def test_an_account_whose_change_was_lost_is_asked_about(till: Till) -> None:  # SPEC F8 F6
    farm = till.producer()
    with till.db.read() as session:
        provider_id = session.get_one(Account, farm).provider_id
    till.stand_in.take = None
    till.stand_in.ask(f"onboard/{provider_id}", {"state": "restricted"})

    reconcile(till)
    accounts.look(till.db, till.provider)

    with till.db.read() as session:
        assert session.get_one(Account, farm).active is False


def test_a_dispute_nobody_heard_of_is_found(till: Till) -> None:  # SPEC F8
    order = till.paid(1000, sale=uuid4())
    till.stand_in.take = None
    dispute_id = till.stand_in.ask("disputes", {"charge": charge_of(till, order)})["id"]

    assert agreed(till).heard == [f"dispute:{dispute_id}"]
    till.stand_in.ask(f"disputes/{dispute_id}", {"outcome": "won"})

    assert agreed(till).heard == [f"dispute_won:{dispute_id}"]


def pay_twice(till: Till) -> tuple[OrderPlaced, str]:
    """A second page for one order, as after a lost database: (the order, the second charge)."""
    order = till.paid(1000, sale=uuid4())
    _stray(till, reference=str(till.payment(order).id))
    return order, str(till.stand_in.books()["charges"][-1]["id"])


def _stray(till: Till, reference: str, key: str = "checkout:{}:1") -> str:
    names = {"reference": reference, "key": key.format(reference)}
    page = till.provider._api.checkout.sessions.create(
        {
            "mode": "payment",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {"currency": "eur", "unit_amount": 700, "product_data": {"name": "Pain"}},
                }
            ],
            "success_url": "http://shop.test/ok",
            **({"payment_intent_data": {"metadata": names}} if reference else {}),
        }
    )
    till.stand_in.ask(f"pay/{page.id}")
    return page.id


def test_an_order_paid_twice_is_given_back_once_and_named(till: Till) -> None:  # SPEC F8 O5
    order, charge = pay_twice(till)

    report = reconcile(till)

    assert [(each.charge_id, each.status, each.payment_id) for each in report.orphans] == [
        (charge, "succeeded", till.payment(order).id)
    ]
    assert not report.differs
    agreed(till)
    assert [each["amount"] for each in till.stand_in.books()["refunds"]] == [700]
    assert ledger.ORPHANS not in till.balances()


@pytest.mark.parametrize("reference", [str(uuid4()), "nonsense"])
def test_a_charge_of_an_unknown_page_of_ours_is_given_back(till: Till, reference: str) -> None:  # SPEC F8
    _stray(till, reference)

    reconcile(till)

    agreed(till)
    assert len(till.stand_in.books()["refunds"]) == 1


@pytest.mark.parametrize(("reference", "key"), [("", ""), ("invoice 7", ""), (str(uuid4()), "checkout")])
def test_a_charge_without_our_mark_is_named_and_left_alone(till: Till, reference: str, key: str) -> None:  # SPEC F8
    _stray(till, reference, key)

    report = reconcile(till)

    charge = [each for each in report.differences if each.kind == "charge"]
    assert [(each.provider_cents, each.ledger_cents) for each in charge] == [(700, 0)]
    assert till.stand_in.books()["refunds"] == []


def test_an_orphan_that_cannot_be_given_back_stays_in_the_result(till: Till) -> None:  # SPEC F8
    pay_twice(till)
    till.stand_in.ask("fail", {"call": "refunds.create", "mode": "refuse", "code": "charge_disputed", "status": 400})

    report = reconcile(till)

    assert report.differs
    assert [each.error for each in report.orphans] == ["charge_disputed"]
    assert till.balances()[ledger.ORPHANS] == -700


def test_a_refund_of_an_orphan_whose_answer_was_lost_is_made_once(till: Till, together: Any) -> None:  # SPEC X2
    pay_twice(till)
    till.stand_in.ask("fail", {"call": "refunds.create", "mode": "drop_after", "times": 3})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stripe.HTTPClient.INITIAL_DELAY", 0.01)
        reconcile(till)

    agreed(till)
    together.move(timedelta(minutes=5))
    till.work()

    assert len(till.stand_in.books()["refunds"]) == 1
    with till.db.read() as session:
        assert session.scalars(select(Orphan.status)).all() == ["succeeded"]


def test_the_operators_own_bank_and_the_providers_monthly_fees_are_booked(till: Till) -> None:  # SPEC F2 F8
    till.paid(1000, sale=uuid4())
    till.stand_in.ask("fees", {"amount": 200})
    till.provider._api.payouts.create({"amount": 300, "currency": "eur"})

    agreed(till)

    assert till.balances()[ledger.BANK] == 300
    assert till.balances()[ledger.PROVIDER_FEES] == fee(till, 1000) + 200


def plant(till: Till, kind: str, cents: int) -> str:
    """Change one balance transaction in the stand-in's own books; its id."""
    with till.stand_in.tampering() as tx:
        [body] = [each for each in tx.select("kind = 'balance_transaction'") if each["type"] == kind]
        body |= {"amount": body["amount"] + cents, "net": body["net"] + cents}
        tx.save(body)
        tx.db.execute("UPDATE objects SET net = ? WHERE id = ?", (body["net"], body["id"]))
    return str(body["id"])


@pytest.mark.parametrize("seen_before", [False, True])
def test_one_cent_of_difference_is_named_told_and_resolved(till: Till, *, seen_before: bool) -> None:  # SPEC F8
    order = till.paid(1000, sale=uuid4())
    till.deliver(till.refund(order.basket_id, order.sale_id, 300))
    till.work()
    if seen_before:
        agreed(till)
    transaction = plant(till, "refund", 1)

    report = reconcile(till)

    with till.db.read() as session:
        part = session.scalars(select(RefundPart)).one()
    assert names(report) == [f"provider refund {transaction} refund:{part.id}"]
    assert (report.differences[0].provider_cents, report.differences[0].ledger_cents) == (-299, -300)
    assert report.provider_cents - report.ledger_cents == 1
    [event] = till.told(LedgerMismatchFound)
    assert (event.difference_cents, event.mismatches[0].subject) == (1, names(report)[0])
    reconcile(till)
    assert len(till.told(LedgerMismatchFound)) == 1  # nothing new to tell

    plant(till, "refund", -1)
    assert not reconcile(till).differs
    with till.db.read() as session:
        assert session.scalars(select(Mismatch)).one().resolved_at is not None


def test_an_entry_without_a_transaction_and_a_transaction_without_an_entry_are_named(till: Till) -> None:  # SPEC F8
    order = till.paid(1000, sale=uuid4())
    agreed(till)
    with till.db.write() as session:
        ledger.book(session, "refund:lost", ledger.move("sale:1", "provider", 5), at=till.now())
    intent = till.payment(order).payment_intent or ""
    till.provider._api.refunds.create({"payment_intent": intent, "amount": 7})

    report = reconcile(till)

    figures = sorted((each.kind, each.provider_cents, each.ledger_cents) for each in report.differences)
    assert figures == [("refund", -7, 0), ("refund", 0, -5)]


def test_two_transactions_for_one_entry_are_not_both_taken_for_it(till: Till) -> None:  # SPEC F8
    order = till.paid(1000, sale=uuid4())
    till.deliver(till.refund(order.basket_id, order.sale_id, 300))
    till.work()
    with till.db.read() as session:
        key = refunds.key(session.scalars(select(RefundPart.id)).one())
    intent = till.payment(order).payment_intent or ""
    till.provider._api.refunds.create({"payment_intent": intent, "amount": 300, "metadata": {"key": key}})

    report = reconcile(till)

    assert [(each.provider_cents, each.ledger_cents) for each in report.differences] == [(-300, 0)]


def test_a_balance_that_its_transactions_do_not_explain_is_named(till: Till) -> None:  # SPEC F8
    till.paid(1000, sale=uuid4())
    with till.stand_in.tampering() as tx:
        tx.db.execute("UPDATE objects SET net = net + 3 WHERE net IS NOT NULL")

    report = reconcile(till)

    assert names(report) == ["provider balance"]
    assert report.differences[0].cents == 3


def test_a_balance_that_moves_at_each_listing_is_no_difference(till: Till, monkeypatch: Any) -> None:  # SPEC F8
    real = till.provider.balance

    def moving(account_id: str | None = None) -> Any:
        with till.stand_in.tampering() as tx:
            money.post(tx, "stripe_fee", -1, None)
        return real(account_id)

    monkeypatch.setattr(till.provider, "balance", moving)
    assert reconcile(till).differences == []
    monkeypatch.undo()

    agreed(till)


def test_what_a_row_here_still_waits_for_is_in_flight_for_a_day(till: Till, together: Any) -> None:  # SPEC F8
    order = till.paid(1000, sale=uuid4())
    till.stand_in.take = None
    till.stand_in.ask("disputes", {"charge": charge_of(till, order)})
    till.stand_in.ask("fail", {"call": "disputes.retrieve", "mode": "http_500", "times": 99})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stripe.HTTPClient.INITIAL_DELAY", 0.01)
        report = reconcile(till)
        assert [each.kind for each in report.in_flight if each.kind == "adjustment"] == ["adjustment"]
        assert report.pending["dispute"] == 1
        together.move(timedelta(days=1, seconds=2))
        assert [each.kind for each in reconcile(till).differences] == ["adjustment"]


def test_a_fact_booked_while_the_provider_is_listed_is_no_difference(till: Till, monkeypatch: Any) -> None:  # SPEC F8
    real = till.provider.list_balance_transactions
    late = till.order(1000, sale=uuid4())
    till.deliver(late)

    def listing(since: datetime, until: Any = None, account_id: str | None = None) -> Any:
        found = real(since, until, account_id)
        with till.db.write() as session:
            payment = session.scalars(select(Payment)).one()
            orders.capture(session, payment.id, "pi_late", amount=1000, at=till.now())
        return found

    monkeypatch.setattr(till.provider, "list_balance_transactions", listing)

    report = reconcile(till)

    assert report.differences == []
    assert [each.ledger_cents for each in report.in_flight] == [1000]


def test_all_pages_are_read_and_what_was_read_is_not_read_again(till: Till, monkeypatch: Any) -> None:  # SPEC F8
    with till.stand_in.tampering() as tx:
        for _ in range(230):
            money.post(tx, "stripe_fee", -1, None)
    seen: list[datetime] = []
    real = till.provider.list_balance_transactions
    monkeypatch.setattr(
        till.provider, "list_balance_transactions", lambda since, **more: seen.append(since) or real(since, **more)
    )

    agreed(till)
    agreed(till)

    with till.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Movement)) == 230
    assert till.balances()["provider"] == -230
    assert seen[1] - seen[0] > timedelta(days=1000)


def night(till: Till) -> list[date | None]:
    reconciliation.nightly(till.db, till.provider)
    with till.db.read() as session:
        return list(session.scalars(select(Reconciliation.nightly_on).where(Reconciliation.finished_at.is_not(None))))


def test_it_runs_once_a_night_at_three_in_paris_and_late_if_it_must(till: Till, moment: Any) -> None:  # SPEC F8
    moment.set(datetime(2023, 9, 9, 0, 59, tzinfo=UTC))
    assert night(till) == [date(2023, 9, 8)]  # the one before was missed: caught up

    moment.set(datetime(2023, 9, 9, 1, 0, tzinfo=UTC))
    replicas = [eventlet.spawn(night, till) for _ in range(3)]
    for replica in replicas:
        replica.wait()

    moment.move(timedelta(hours=20))
    assert night(till) == [date(2023, 9, 8), date(2023, 9, 9)]
    with till.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Reconciliation)) == 2


def test_a_night_without_the_provider_or_with_a_crash_is_made_up_for(
    till: Till, moment: Any, monkeypatch: Any
) -> None:  # SPEC F8 X2
    moment.set(datetime(2023, 9, 9, 6, 0, tzinfo=UTC))
    for error in (ProviderUnavailable, KeyError):
        with monkeypatch.context() as patch:
            patch.setattr(till.provider, "balance", _raising(error))
            try:
                assert night(till) == []
            except KeyError:
                assert error is KeyError
        moment.move(timedelta(hours=2))

    assert night(till) == [date(2023, 9, 9)]


def _raising(error: type[Exception]) -> Any:
    def ask(*_: Any) -> Any:
        raise error

    return ask


def test_several_at_once_have_the_effect_of_one(till: Till) -> None:  # SPEC F8 X2
    unheard(till, 1000)
    pay_twice_unheard = _stray(till, str(uuid4()))
    with till.db.write() as session:
        ledger.book(session, "refund:lost", ledger.move("sale:1", "provider", 5), at=till.now())

    runs = [eventlet.spawn(reconcile, till) for _ in range(4)]
    for one in runs:
        one.wait()

    assert pay_twice_unheard
    assert len(till.told(PaymentSucceeded)) == 1
    assert [each["amount"] for each in till.stand_in.books()["refunds"]] == [700]
    with till.db.read() as session:
        found = session.execute(select(Mismatch.account, Mismatch.subject, Mismatch.kind)).all()
    assert found == [("provider", "refund:lost", "refund")]


def test_a_whole_story_agrees_to_the_cent(till: Till, together: Any) -> None:  # SPEC F2 F8
    farm, sale = till.producer(), uuid4()
    order = till.paid(9000, sale=sale)
    till.paid(4000, sale=uuid4())
    till.deliver(till.refund(order.basket_id, sale, 1000), handed_over(order, (farm, 8000)))
    till.work()
    till.deliver(validated(sale, {farm: 8000}, at=together(), paid=9000, refunded=1000))
    together.move(timedelta(days=11))
    till.work()
    closed(till, opened(till, order), "lost")
    till.work()

    agreed(till)

    figures = till.ledger(sale)
    spent = ("refunds", "producers", "commission", "fees", "disputes", "unsettled")
    assert figures["charges_cents"] == sum(figures[f"{name}_cents"] for name in spent)


def run_command(till: Till, *arguments: str) -> Any:
    url = till.db.url.render_as_string(hide_password=False)
    environment = {
        "DATABASE_URL": url,
        "AMQP_URI": "amqp://nowhere/",
        "STRIPE_API_KEY": KEY,
        "STRIPE_API_BASE": till.stand_in.url,
        "STRIPE_WEBHOOK_SECRET": SECRET,
    }
    return CliRunner().invoke(main, ["reconcile", *arguments], env=environment)


def test_the_command_says_that_all_agrees(till: Till) -> None:  # SPEC F8
    unheard(till, 1000)

    result = run_command(till)

    assert result.exit_code == 0, result.output
    held = f"{(1000 - fee(till, 1000)) / 100:.2f} EUR"
    assert [line.split("  ")[-1].strip() for line in result.output.splitlines()[:4]] == [
        held,
        held,
        "0.00 EUR",
        "0.00 EUR",
    ]
    assert "charge:" in result.output


def test_the_command_names_what_differs_and_exits_one(till: Till) -> None:  # SPEC F8
    order = till.paid(1000, sale=uuid4())
    agreed(till)
    transaction = plant(till, "charge", 1)

    result = run_command(till, "--since", "2020-01-01")

    assert result.exit_code == 1, result.output
    [line] = [line for line in result.output.splitlines() if transaction in line]
    assert line.split() == [
        "10.01",
        "EUR",
        "10.00",
        "EUR",
        "provider",
        "charge",
        transaction,
        f"charge:{till.payment(order).id}",
    ]


def test_the_command_without_an_answer_exits_two(till: Till) -> None:  # SPEC F8
    till.stand_in.ask("fail", {"call": "balance.retrieve", "mode": "http_500", "times": 99})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stripe.HTTPClient.INITIAL_DELAY", 0.01)

        result = run_command(till)

    assert result.exit_code == 2
