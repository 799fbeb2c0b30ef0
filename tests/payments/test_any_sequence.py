"""Whatever happens in whatever order, the journal is balanced and each sale's cents add up (SPEC F1 F2)."""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID, uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import func, select

from services.payments import audit, domain, ledger, queries
from services.payments.commands import balance_pages, checkout, orders, payouts, refunds, settlement
from services.payments.models import Account, Entry, Payment, Payout, Posting, Refund, RefundPart, Share, Transfer
from services.payments.provider import Checkout, ProviderRefused, ProviderUnavailable
from services.payments.provider import Payment as MadePayment
from services.payments.provider import Payout as MadePayout
from services.payments.provider import Refund as MadeRefund
from services.payments.provider import Transfer as MadeTransfer
from shared import clock
from shared.errors import Refusal
from shared.money import Cents, share
from tests.payments.conftest import (
    ADMIN,
    MARKET,
    MEMBER,
    StandIn,
    Till,
    administrator,
    cancelled,
    expired,
    market,
    reopened,
    validated,
)
from tests.payments.test_balances import owing
from tests.support import databases

CENTS = st.integers(1, 5000)
PICK = st.integers(0, 5)
"""One of what there is: never drawn from it, as what there is hangs on random ids, and draws must not."""
TROUBLE = st.sampled_from(["", "", "", "before", "after", "refuse"])


@dataclass
class Page:
    reference: str
    amount: Cents
    expires_at: datetime
    status: str = "open"


class Books:
    """The card provider as bookkeeping alone: one effect per key, balances that never lie, trouble on demand."""

    def __init__(self) -> None:
        self.platform = 0
        self.accounts: dict[str, Cents] = {}
        self.left: dict[str, Cents] = {}
        self.done: dict[str, Any] = {}
        self.pages: dict[str, Page] = {}
        self.trouble = ""

    def charge(self, intent: str, amount: Cents, reference: str = "") -> None:
        self.left[intent] = amount
        self.platform += amount

    def create_checkout(self, *, reference: str, lines: Any, expires_at: datetime, key: str, **_more: Any) -> Checkout:
        def effect() -> str:
            amount = sum(line.amount_cents for line in lines)
            assert all(line.amount_cents > 0 for line in lines)
            self.pages[key] = Page(reference, amount, expires_at)
            return key

        if sum(line.amount_cents for line in lines) < domain.LEAST_CARD_CENTS:
            raise ProviderRefused("amount_too_small")
        return self.find_checkout(self._once(key, effect))

    def find_checkout(self, session_id: str) -> Checkout:
        page = self.pages[session_id]
        if page.status == "open" and page.expires_at <= clock.now():
            page.status = "expired"
        url = f"https://pay.example/{session_id}" if page.status == "open" else None
        paid = page.status == "complete"
        intent = f"pi_{session_id}" if paid else None
        return Checkout(session_id, url, page.expires_at, page.status, paid, page.amount, intent, page.reference)

    def expire_checkout(self, session_id: str) -> Checkout:
        page = self.pages[session_id]
        page.status = "expired" if page.status == "open" else page.status
        return self.find_checkout(session_id)

    def find_payment(self, intent: str) -> MadePayment:
        return MadePayment(intent, "succeeded", self.pages[intent.removeprefix("pi_")].amount, "ch", 0, 0, clock.now())

    def refund(self, *, payment_intent: str, amount_cents: Cents, key: str, reference: str = "") -> MadeRefund:
        def effect() -> MadeRefund:
            assert amount_cents <= self.left[payment_intent], "refunded more than was paid"
            self.left[payment_intent] -= amount_cents
            self.platform -= amount_cents
            return MadeRefund(f"re_{key}", "succeeded", amount_cents)

        return self._once(key, effect)

    def transfer(self, *, account_id: str, amount_cents: Cents, sale_id: str, key: str) -> MadeTransfer:
        def effect() -> MadeTransfer:
            self.platform -= amount_cents
            self.accounts[account_id] = self.accounts.get(account_id, 0) + amount_cents
            return MadeTransfer(f"tr_{key}", amount_cents, 0)

        return self._once(key, effect)

    def payout(self, *, account_id: str, amount_cents: Cents, key: str) -> MadePayout:
        def effect() -> MadePayout:
            assert amount_cents <= self.accounts[account_id], "paid out more than was transferred"
            self.accounts[account_id] -= amount_cents
            return MadePayout(f"po_{key}", "pending", amount_cents, clock.now())

        return self._once(key, effect)

    def send_refund_back(self, intent: str, amount: Cents, key: str) -> None:
        self.left[intent] += amount
        self.platform += amount

    def give_back(self, account_id: str, amount: Cents) -> None:
        self.accounts[account_id] += amount

    def find_refund(self, *, payment_intent: str, key: str) -> Any:
        return self.done.get(key)

    def find_transfer(self, *, sale_id: str, key: str) -> Any:
        return self.done.get(key)

    def find_payout_by_key(self, *, account_id: str, key: str, since: datetime) -> Any:
        return self.done.get(key)

    def _once(self, key: str, effect: Callable[[], Any]) -> Any:
        trouble, self.trouble = self.trouble, ""
        if trouble == "refuse":
            raise ProviderRefused("refused")
        if trouble != "before" and key not in self.done:
            self.done[key] = effect()
        if trouble:
            raise ProviderUnavailable
        return self.done[key] if key in self.done else self.done.setdefault(key, effect())


class Sequences(RuleBasedStateMachine):
    BOOKS: type[Books] = Books

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.db = databases.fresh("payments", Path(self.folder.name))
        self.books = self.BOOKS()
        self.till = Till(self.db, StandIn.__new__(StandIn), self.books)  # type: ignore[arg-type]
        self.now = datetime(2023, 9, 4, 8, 0, tzinfo=UTC)
        self.patch = mock.patch.object(clock, "now", self._now)
        self.patch.start()
        self.till.deliver(market(fee=300, commission=250), administrator())
        self.sales = [uuid4(), uuid4()]
        self.farms = [uuid4(), uuid4(), uuid4()]
        self.baskets = {sale: [uuid4(), uuid4()] for sale in self.sales}
        self.orders: list[Any] = []
        self.version = 1
        self.rounds = dict.fromkeys(self.sales, 0)
        self._accounts()

    def _now(self) -> datetime:
        return self.now

    def _accounts(self) -> None:
        with self.db.write() as session:
            session.add_all(
                Account(
                    producer_id=farm,
                    provider_id=f"acct_{farm}",
                    asked_with={},
                    active=True,
                    due=[],
                    version=1,
                    active_since=self.now,
                    details_submitted=True,
                )
                for farm in self.farms
            )

    def teardown(self) -> None:
        if hasattr(self, "db"):
            self.patch.stop()
            databases.drop(self.db)
            self.folder.cleanup()

    @rule(sale=st.integers(0, 1), basket=st.integers(0, 1), cents=CENTS)
    def pay(self, sale: int, basket: int, cents: Cents) -> None:
        sale_id = self.sales[sale]
        order = self.till.order(cents, sale=sale_id, basket=self.baskets[sale_id][basket])
        self.till.deliver(order)
        self.orders.append(order)
        intent = f"pi_{order.order_id}"
        self.books.charge(intent, cents)
        with self.db.write() as session:
            payment = session.scalars(select(Payment).where(Payment.order_id == order.order_id)).one()
            for _ in range(2):
                orders.capture(session, payment.id, intent, amount=cents, at=self.now)

    @rule(sale=st.integers(0, 1), basket=st.integers(0, 1), cents=CENTS, trouble=TROUBLE)
    def open_a_page(self, sale: int, basket: int, cents: Cents, trouble: str) -> None:
        """Whatever is owed comes with it, whatever is a credit is used."""
        sale_id = self.sales[sale]
        order = self.till.order(cents, sale=sale_id, basket=self.baskets[sale_id][basket])
        self.till.deliver(order)
        self.orders.append(order)
        self.books.trouble = trouble
        with suppress(Refusal):
            checkout.open_page(self.db, self.books, MEMBER, order.order_id)  # type: ignore[arg-type]

    @rule(trouble=TROUBLE)
    def open_a_page_for_the_balance(self, trouble: str) -> None:
        self.books.trouble = trouble
        with suppress(Refusal):
            balance_pages.open_page(self.db, self.books, MEMBER, MARKET)  # type: ignore[arg-type]

    @rule(pick=PICK, is_heard=st.booleans())
    def pay_a_page(self, pick: int, is_heard: bool) -> None:
        found = [key for key in self.books.pages if self.books.find_checkout(key).status == "open"]
        if not found:
            return
        key = found[pick % len(found)]
        page = self.books.pages[key]
        page.status = "complete"
        self.books.charge(f"pi_{key}", page.amount, page.reference)
        for _ in range(2 if is_heard else 0):
            with self.db.write() as session:
                orders.capture(session, UUID(page.reference), f"pi_{key}", amount=page.amount, at=self.now)

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def let_an_order_expire(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from(self.orders))
        if self.till.payment(order).status == domain.AWAITING:
            self.till.deliver(expired(order))

    @rule(sale=st.integers(0, 1), basket=st.integers(0, 1), cents=st.integers(0, 900))
    def say_what_is_owed(self, sale: int, basket: int, cents: Cents) -> None:
        self.version += 1
        sale_id = self.sales[sale]
        told = owing(sale_id, self.baskets[sale_id][basket], cents, version=self.version)
        self.till.deliver(told, told, replace(told, version=self.version - 1, owed_cents=77))

    @rule(pick=PICK)
    def try_a_failed_refund_again(self, pick: int) -> None:
        with self.db.write() as session:
            failed = session.scalars(select(Refund).where(Refund.status == domain.FAILED).order_by(Refund.id)).all()
        if failed:
            with suppress(Refusal), self.db.write() as session:
                refunds.retry(session, ADMIN, failed[pick % len(failed)].id)

    @rule()
    def a_bank_sends_a_refund_back(self) -> None:
        with self.db.write() as session:
            accepted = (RefundPart.status == domain.SUCCEEDED, RefundPart.to_credit.is_(False))
            part = session.scalars(select(RefundPart).where(*accepted)).first()
            if part is not None:
                intent = session.get_one(Payment, part.payment_id).payment_intent
                self.books.send_refund_back(intent, part.amount_cents, refunds.key(part.id))
                refunds.failed(session, part.id, "lost_card")

    @rule(
        pick=PICK,
        alone=st.booleans(),
        cents=st.integers(50, 900),
        weights=st.lists(st.integers(1, 9), min_size=3, max_size=3),
    )
    def a_balance_is_paid(self, pick: int, alone: bool, cents: Cents, weights: list[int]) -> None:
        """A validated sale, a balance due, a page by link or with an order, and it is paid."""
        self.pay(0, 0, 3000)
        self.say_what_is_owed(0, 0, cents)
        self.validate(0, weights, cents)
        if alone:
            self.open_a_page_for_the_balance("")
        else:
            self.open_a_page(1, 1, 700, "")
        self.pay_a_page(pick, is_heard=True)

    @rule(pick=PICK, is_heard=st.booleans(), back=st.integers(1, 2000), cents=CENTS)
    def a_refund_becomes_a_credit(self, pick: int, is_heard: bool, back: Cents, cents: Cents) -> None:
        """It is refused, and an order uses what it has become."""
        self.pay(1, 0, 2000)
        self.ask_for_refund(1, 0, back)
        self.books.trouble = "refuse"
        self._step()
        self.books.trouble = ""
        self.open_a_page(1, 1, cents, "")
        self.pay_a_page(pick, is_heard=is_heard)

    @rule(sale=st.integers(0, 1), basket=st.integers(0, 1), cents=CENTS)
    def ask_for_refund(self, sale: int, basket: int, cents: Cents) -> None:
        sale_id = self.sales[sale]
        self.till.deliver(self.till.refund(self.baskets[sale_id][basket], sale_id, cents))

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        self.till.deliver(cancelled(data.draw(st.sampled_from(self.orders))))

    @rule(
        sale=st.integers(0, 1),
        weights=st.lists(st.integers(0, 9), min_size=3, max_size=3),
        extra=st.integers(-500, 500),
    )
    def validate(self, sale: int, weights: list[int], extra: int) -> None:
        """Delivered is what is left of the payments, give or take what was told wrongly or is still owed."""
        sale_id = self.sales[sale]
        paid, refunded = self._paid(sale_id)
        worth = max(paid - refunded + extra, 0)
        if not any(weights):
            return
        self.rounds[sale_id] += 1
        delivered = dict(zip(self.farms, share(worth, weights), strict=True))
        self.till.deliver(
            validated(sale_id, delivered, at=self.now, paid=paid, refunded=refunded, number=self.rounds[sale_id])
        )

    @rule(sale=st.integers(0, 1))
    def reopen(self, sale: int) -> None:
        self.till.deliver(reopened(self.sales[sale], self.rounds[self.sales[sale]]))

    @rule(hours=st.integers(1, 240), trouble=TROUBLE, steps=st.integers(1, 8))
    def work(self, hours: int, trouble: str, steps: int) -> None:
        """Time passes, and the timers do something of what is due, with one trouble at the provider."""
        self.now += timedelta(hours=hours)
        self.books.trouble = trouble
        for _ in range(steps):
            self._step()

    @rule(weights=st.lists(st.integers(1, 9), min_size=3, max_size=3), trouble=TROUBLE)
    def a_good_week(self, weights: list[int], trouble: str) -> None:
        """Customers pay, the sale is validated, and Monday comes."""
        self.pay(0, 0, 4000)
        self.validate(0, weights, 0)
        self.work(24 * 11, trouble, 10)

    @rule()
    def bank_sends_back(self) -> None:
        with self.db.write() as session:
            payout = session.scalars(select(Payout).where(Payout.status == domain.SENT)).first()
            if payout is not None:
                self.books.give_back(f"acct_{payout.producer_id}", payout.amount_cents)
                payouts.told(session, payouts.payout_key(payout), payout.provider_id or "", "failed")

    def _step(self) -> None:
        for step in (checkout.look, refunds.send, payouts.transfer, payouts.pay):
            step(self.db, self.books)  # type: ignore[arg-type]
        with self.db.write() as session:
            refunds.take_up(session)
            payouts.run(session)
            settlement.weigh_short(session)

    def _paid(self, sale_id: UUID) -> tuple[Cents, Cents]:
        with self.db.read() as session:
            row = session.execute(
                select(
                    func.coalesce(func.sum(Payment.captured_cents), 0),
                    func.coalesce(func.sum(Payment.refunded_cents), 0),
                ).where(Payment.sale_id == sale_id)
            ).one()
        return int(row[0]), int(row[1])

    @invariant()
    def every_entry_is_balanced_and_the_provider_agrees(self) -> None:
        if not hasattr(self, "db"):
            return
        balances = self.till.balances()
        with self.db.read() as session:
            unseen = self._unseen(session)
        assert balances.get("provider", 0) - unseen["platform"] == self.books.platform
        for farm in self.farms:
            held = balances.get(ledger.connected(farm), 0) + unseen.get(farm, 0)
            assert held == self.books.accounts.get(f"acct_{farm}", 0)

    def _unseen(self, session: Any) -> dict[Any, Cents]:
        """What was done at the provider and not yet heard: its answer was lost."""
        unseen: dict[Any, Cents] = {"platform": 0}
        for page in self.books.pages.values():
            is_known = session.get_one(Payment, UUID(page.reference)).status == domain.SUCCEEDED
            unseen["platform"] -= page.amount * (page.status == "complete" and not is_known)
        for part in session.scalars(select(RefundPart).where(RefundPart.status == domain.PENDING)):
            unseen["platform"] += part.amount_cents * (refunds.key(part.id) in self.books.done)
        for row in session.scalars(select(Transfer).where(Transfer.status == domain.PENDING)):
            amount = row.amount_cents * (payouts.transfer_key(row) in self.books.done)
            unseen["platform"] += amount
            unseen[row.producer_id] = unseen.get(row.producer_id, 0) + amount
        for row in session.scalars(select(Payout).where(Payout.status == domain.PAYING)):
            amount = row.amount_cents * (payouts.payout_key(row) in self.books.done)
            unseen[row.producer_id] = unseen.get(row.producer_id, 0) - amount
        return unseen

    @invariant()
    def each_sale_adds_up(self) -> None:
        if not hasattr(self, "db"):
            return
        with self.db.read() as session:
            for sale_id in self.sales:
                entries = session.scalars(select(Entry).where(Entry.sale_id == sale_id)).all()
                postings = session.scalars(
                    select(Posting).join(Entry, Entry.id == Posting.entry_id).where(Entry.sale_id == sale_id)
                ).all()
                self._adds_up(session, sale_id, queries.figures(entries, postings))

    def _adds_up(self, session: Any, sale_id: UUID, figures: dict[str, Cents]) -> None:
        spent = sum(figures[f"{name}_cents"] for name in ("refunds", "producers", "commission", "fees", "disputes"))
        assert figures["charges_cents"] + figures["balances_cents"] == spent + figures["unsettled_cents"]
        shares = select(func.coalesce(func.sum(Share.amount_cents), 0)).where(Share.sale_id == sale_id)
        assert session.execute(shares).scalar_one() == figures["producers_cents"]
        payments = session.scalars(select(Payment).where(Payment.sale_id == sale_id)).all()
        assert figures["charges_cents"] == sum(each.captured_cents for each in payments)
        assert all(0 <= each.refunded_cents <= each.captured_cents for each in payments)

    @invariant()
    def the_audit_finds_no_fault(self) -> None:
        if not hasattr(self, "db"):
            return
        with self.db.read() as session:
            assert {rule: rows for rule, rows in audit.audit(session) if rows} == {}

    @invariant()
    def payouts_are_made_of_their_shares_and_transfers(self) -> None:
        if not hasattr(self, "db"):
            return
        with self.db.read() as session:
            for payout in session.scalars(select(Payout)):
                for model in (Share, Transfer):
                    total = select(func.sum(model.amount_cents)).where(model.payout_id == payout.id)
                    assert session.execute(total).scalar_one() == payout.amount_cents


TestAnySequence = Sequences.TestCase
TestAnySequence.settings = settings(
    max_examples=6 if databases.on_postgresql() else 20, stateful_step_count=25, deadline=None
)
TestAnySequence.pytestmark = [pytest.mark.timeout(600)]
