"""Whatever happens, with webhooks and answers lost and processes killed at any step: after a reconciliation the ledger has
what the provider has, to the cent, and nothing differs (SPEC F2 F8 X2).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from sqlalchemy import select

from services.payments import domain
from services.payments.commands import disputes, orders, orphans, payouts, reconciliation
from services.payments.commands.reconciliation import Report
from services.payments.models import Payment, Payout
from services.payments.provider import BalanceEntry, Dispute, ProviderRefused
from services.payments.provider import Payout as MadePayout
from services.payments.provider import Refund as MadeRefund
from services.payments.provider import Transfer as MadeTransfer
from shared import clock
from shared.money import Cents
from tests.payments.test_any_sequence import CENTS, PICK, Books, Sequences
from tests.payments.test_disputes import handed_over
from tests.support import databases

FEE_BP, DISPUTE_FEE = 150, 1500
KILL = st.integers(0, 14)


class Killed(BaseException):
    """The process is gone."""


class Listed(Books):
    """The provider with its list of balance transactions, its fees and disputes."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[tuple[str | None, BalanceEntry]] = []
        self.references: dict[str, str] = {}
        self.charged: dict[str, tuple[Cents, datetime]] = {}
        self.disputes: dict[str, dict[str, Any]] = {}
        self.returned: set[str] = set()

    def charge(self, intent: str, amount: Cents, reference: str = "") -> None:
        self.left[intent] = amount
        self.references[intent], self.charged[intent] = reference, (amount, clock.now())
        fee = amount * FEE_BP // 10_000
        self.post(
            None,
            "charge",
            amount,
            f"ch_{intent}",
            fee=fee,
            payment_intent=intent,
            reference=reference,
            key=f"checkout:{reference}:1",
        )

    def post(self, account: str | None, kind: str, amount: Cents, source: str, fee: Cents = 0, **more: Any) -> Any:
        entry = BalanceEntry(
            entry_id=f"txn_{len(self.entries)}",
            kind=kind,
            amount_cents=amount,
            fee_cents=fee,
            net_cents=amount - fee,
            source=source,
            created_at=clock.now().replace(microsecond=0),
            **more,
        )
        self.entries.append((account, entry))
        return entry

    def refund(self, *, payment_intent: str, amount_cents: Cents, key: str, reference: str = "") -> MadeRefund:
        if any(each["intent"] == payment_intent and each["status"] != "won" for each in self.disputes.values()):
            raise ProviderRefused("charge_disputed")

        def effect() -> MadeRefund:
            assert amount_cents <= self.left[payment_intent], "refunded more than was paid"
            self.left[payment_intent] -= amount_cents
            self.post(None, "refund", -amount_cents, f"re_{key}", key=key)
            return MadeRefund(f"re_{key}", "succeeded", amount_cents)

        return self._once(key, effect)

    def transfer(self, *, account_id: str, amount_cents: Cents, sale_id: str, key: str) -> MadeTransfer:
        def effect() -> MadeTransfer:
            self.post(None, "transfer", -amount_cents, f"tr_{key}", key=key)
            self.post(account_id, "payment", amount_cents, f"py_{key}", transfer=f"tr_{key}")
            return MadeTransfer(f"tr_{key}", amount_cents, 0)

        return self._once(key, effect)

    def payout(self, *, account_id: str, amount_cents: Cents, key: str) -> MadePayout:
        def effect() -> MadePayout:
            assert amount_cents <= self.balance(account_id), "paid out more than was transferred"
            self.post(account_id, "payout", -amount_cents, f"po_{key}", key=key)
            return MadePayout(f"po_{key}", "pending", amount_cents, clock.now())

        return self._once(key, effect)

    def send_back(self, account_id: str, payout_id: str, amount: Cents) -> None:
        self.returned.add(payout_id)
        self.post(account_id, "payout_failure", amount, payout_id, key=payout_id.removeprefix("po_"))

    def send_refund_back(self, intent: str, amount: Cents, key: str) -> None:
        self.left[intent] += amount
        self.post(None, "refund_failure", amount, f"re_{key}", key=key)

    def find_payout(self, *, account_id: str, payout_id: str) -> MadePayout:
        status = "failed" if payout_id in self.returned else "paid"
        return MadePayout(payout_id, status, 0, clock.now())

    def open_dispute(self, intent: str) -> str:
        dispute_id, amount = f"du_{len(self.disputes)}", self.left[intent]
        move = self.post(None, "adjustment", -amount, dispute_id, fee=DISPUTE_FEE)
        at = clock.now()
        self.disputes[dispute_id] = {"intent": intent, "status": "needs_response", "moves": [move], "at": at}
        return dispute_id

    def close_dispute(self, dispute_id: str, *, won: bool) -> None:
        body = self.disputes[dispute_id]
        body["status"] = "won" if won else "lost"
        if won:
            body["moves"].append(self.post(None, "adjustment", -body["moves"][0].amount_cents, dispute_id))

    def find_dispute(self, dispute_id: str) -> Dispute:
        body = self.disputes[dispute_id]
        charged, at = self.charged[body["intent"]]
        return Dispute(
            dispute_id=dispute_id,
            status=body["status"],
            reason="fraudulent",
            amount_cents=-body["moves"][0].amount_cents,
            opened_at=body["at"],
            charge_id=f"ch_{body['intent']}",
            payment_intent=body["intent"],
            reference=self.references[body["intent"]],
            charged_cents=charged,
            charged_at=at,
            moves=tuple(body["moves"]),
        )

    def list_balance_transactions(
        self, since: datetime, until: datetime | None = None, account_id: str | None = None
    ) -> list[BalanceEntry]:
        return [entry for owner, entry in self.entries if owner == account_id and entry.created_at >= since]

    def balance(self, account_id: str | None = None) -> Cents:
        return sum(entry.net_cents for owner, entry in self.entries if owner == account_id)


class Stories(Sequences):
    BOOKS = Listed
    books: Listed

    @rule(sale=st.integers(0, 1), basket=st.integers(0, 1), cents=CENTS, heard=st.booleans(), twice=st.booleans())
    def pay(self, sale: int, basket: int, cents: Cents, heard: bool = True, twice: bool = False) -> None:
        sale_id = self.sales[sale]
        order = self.till.order(cents, sale=sale_id, basket=self.baskets[sale_id][basket])
        self.till.deliver(order)
        self.orders.append(order)
        with self.db.read() as session:
            payment = session.scalars(select(Payment).where(Payment.order_id == order.order_id)).one()
        intent = f"pi_{order.order_id}"
        self.books.charge(intent, cents, str(payment.id))
        if twice:
            self.books.charge(f"{intent}_again", cents, str(payment.id))
        if heard:
            with self.db.write() as session:
                orders.capture(session, payment.id, intent, amount=cents, at=self.now)

    @rule(reference=st.booleans(), cents=CENTS)
    def a_charge_of_nobody(self, cents: Cents, reference: bool) -> None:
        self.books.charge(f"pi_{uuid4()}", cents, str(uuid4()) if reference else "of another life")

    @rule(pick=PICK, heard=st.booleans())
    def a_bank_takes_a_charge_back(self, pick: int, heard: bool) -> None:
        taken = {each["intent"] for each in self.books.disputes.values()}
        able = sorted(intent for intent, left in self.books.left.items() if left and intent not in taken)
        if able:
            self._hear(self.books.open_dispute(able[pick % len(able)]), heard=heard)

    @rule(pick=PICK, won=st.booleans(), heard=st.booleans())
    def a_dispute_ends(self, pick: int, won: bool, heard: bool) -> None:
        still = [name for name, each in self.books.disputes.items() if each["status"] == "needs_response"]
        if still:
            dispute_id = still[pick % len(still)]
            self.books.close_dispute(dispute_id, won=won)
            self._hear(dispute_id, heard=heard)

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), parts=st.lists(st.integers(0, 3000), min_size=3, max_size=3), version=st.integers(1, 3))
    def lines_are_told(self, data: st.DataObject, parts: list[int], version: int) -> None:
        order = data.draw(st.sampled_from(self.orders))
        lines = [(farm, part) for farm, part in zip(self.farms, parts, strict=True) if part]
        self.till.deliver(handed_over(order, *lines, version=version))

    @rule(heard=st.booleans())
    def bank_sends_back(self, heard: bool = True) -> None:
        with self.db.write() as session:
            payout = session.scalars(select(Payout).where(Payout.status == domain.SENT)).first()
            if payout is None or payout.provider_id is None or payout.provider_id in self.books.returned:
                return
            self.books.send_back(f"acct_{payout.producer_id}", payout.provider_id, payout.amount_cents)
            if heard:
                payouts.told(session, payouts.payout_key(payout), payout.provider_id, "failed")

    @rule(pick=PICK, alone=st.booleans(), cents=st.integers(50, 900), is_heard=st.booleans(), is_won=st.booleans())
    def a_bank_takes_back_what_paid_a_balance(
        self, pick: int, alone: bool, cents: Cents, is_heard: bool, is_won: bool
    ) -> None:
        """Alone or beside an order; what it paid had been shared out."""
        self.a_balance_is_paid(pick, alone, cents, [1, 2, 3])
        paid = {f"pi_{key}" for key, page in self.books.pages.items() if page.status == "complete"}
        taken = {each["intent"] for each in self.books.disputes.values()}
        able = sorted(intent for intent in paid - taken if self.books.left[intent])
        if able:
            dispute_id = self.books.open_dispute(able[pick % len(able)])
            self._hear(dispute_id, heard=is_heard)
            self.books.close_dispute(dispute_id, won=is_won)
            self._hear(dispute_id, heard=is_heard)

    @rule(kill=KILL)
    def killed_while_reconciling(self, kill: int) -> None:
        self._killed_at(kill, lambda: reconciliation.run(self.db, self.books))  # type: ignore[arg-type]

    @rule(kill=KILL)
    def killed_at_work(self, kill: int) -> None:
        """Between committing what is asked for, asking, and committing the answer."""
        self._killed_at(kill, self._step)

    @rule()
    def reconciled(self) -> None:
        self.check(reconciliation.run(self.db, self.books))  # type: ignore[arg-type]

    @rule(weights=st.lists(st.integers(1, 9), min_size=3, max_size=3))
    def a_monday_whose_answers_are_lost(self, weights: list[int]) -> None:
        self.pay(0, 0, 4000)
        self.validate(0, weights, 0)
        self.now += timedelta(days=11)
        for step in (payouts.transfer, payouts.pay):
            with self.db.write() as session:
                payouts.run(session)
            self.books.trouble = "after"
            step(self.db, self.books)  # type: ignore[arg-type]
            self.books.trouble = ""
            self.reconciled()

    def check(self, report: Report) -> None:
        assert [each.name for each in report.differences] == []
        in_flight = sum(each.cents for each in report.in_flight if each.account == "provider")
        assert report.provider_cents == report.ledger_cents + in_flight
        again = reconciliation.run(self.db, self.books)  # type: ignore[arg-type]
        assert (again.differences, again.in_flight) == ([], [])
        assert (
            self.books.balance()
            == again.provider_cents
            == again.ledger_cents
            == self.till.balances().get("provider", 0)
        )
        for farm in self.farms:
            held = self.till.balances().get(f"connected:{farm}", 0)
            assert held == self.books.balance(f"acct_{farm}")

    def _step(self) -> None:
        super()._step()
        disputes.look(self.db, self.books)  # type: ignore[arg-type]
        orphans.refund(self.db, self.books)  # type: ignore[arg-type]
        with self.db.write() as session:
            disputes.share_loss(session)

    def _hear(self, dispute_id: str, *, heard: bool) -> None:
        if heard:
            with self.db.write() as session:
                disputes.heard(session, dispute_id)

    def _killed_at(self, transaction: int, work: Any) -> None:
        real, left = self.db.write, [transaction]

        @contextmanager
        def dying() -> Iterator[Any]:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            with real() as session:
                yield session

        with mock.patch.object(self.db, "write", dying):
            try:
                work()
            except Killed:
                return

    @invariant()
    def every_entry_is_balanced_and_the_provider_agrees(self) -> None:
        """Balanced always; the provider agrees after a reconciliation."""
        if hasattr(self, "db"):
            self.till.balances()

    def teardown(self) -> None:
        try:
            if hasattr(self, "db"):
                for _ in range(3):
                    self._step()
                self.reconciled()
                self.the_audit_finds_no_fault()
        finally:
            super().teardown()


TestAnyStory = Stories.TestCase
TestAnyStory.settings = settings(
    max_examples=6 if databases.on_postgresql() else 15, stateful_step_count=30, deadline=None
)
TestAnyStory.pytestmark = [pytest.mark.timeout(600)]
