"""Payments on a fresh database, against the real stand-in over HTTP, whose webhooks arrive as in production."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import eventlet
import pytest
import requests
from eventlet import wsgi
from flask import Flask, request
from sqlalchemy import select

from sandbox.stripe import Config as Settings
from sandbox.stripe import clock as stand_in_clock
from sandbox.stripe import create_app, stop
from services.payments import domain, ledger, queries
from services.payments.commands import (
    accounts,
    checkout,
    disputes,
    held,
    orphans,
    payouts,
    refunds,
    settlement,
    webhooks,
)
from services.payments.models import Account, Entry, Payment, Payout, Posting
from services.payments.provider import Provider
from services.payments.service import PaymentsService
from shared import clock
from shared.actor import Actor
from shared.db import Database
from shared.events.catalogs import ProducerChanged
from shared.events.distributions import DistributionReopened, DistributionValidated, ProducerDelivery, RefundRequested
from shared.events.markets import MarketChanged, RoleGranted
from shared.events.orders import OrderCancelled, OrderExpired, OrderLine, OrderPlaced
from shared.money import Cents
from tests.support.bus import deliver, told
from tests.support.fixtures import Moment

SECRET = "whsec_of_the_tests"
KEY = "sk_test_sandbox"
ADMIN, MEMBER, FARMER = Actor(uuid4()), Actor(uuid4()), Actor(uuid4())
MARKET = uuid4()


def serve(app: Flask) -> tuple[str, Callable[[], None]]:
    listener = eventlet.listen(("127.0.0.1", 0))
    server = eventlet.spawn(wsgi.server, listener, app, log_output=False, debug=False)
    return f"http://127.0.0.1:{listener.getsockname()[1]}", server.kill


class StandIn:
    """The provider's stand-in; its webhooks are kept in `letters` and passed on to whom `deliver` names."""

    def __init__(self, **more: Any) -> None:
        self.letters: list[tuple[str, str, str]] = []
        self.take: Callable[[str, str], None] | None = None
        hook, self._end_hook = serve(self._hook())
        settings = {
            "webhook_url": f"{hook}/hook",
            "webhook_secret": SECRET,
            "payout_seconds": 0.02,
            "retry_seconds": 0.05,
            **more,
        }
        self._app = create_app(Settings(**settings))
        self.url, self._end = serve(self._app)

    def _hook(self) -> Flask:
        app = Flask("hook")

        @app.post("/hook")
        def receive() -> tuple[str, int]:
            letter = (request.get_data(as_text=True), request.headers["Stripe-Signature"])
            try:
                if self.take is not None:
                    self.take(*letter)
            finally:  # counted once it had its effect, or was refused: `wait` promises that
                self.letters.append((request.get_json()["type"], *letter))
            return "", 200

        return app

    def ask(self, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> dict[str, Any]:
        answer = requests.request(method, f"{self.url}/test/{path}", json=body or {}, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def books(self) -> dict[str, Any]:
        return self.ask("books", method="GET")

    def wait(self, kind: str, count: int = 1) -> list[tuple[str, str]]:
        """The letters of a kind, once so many were passed on and taken."""
        for _ in range(400):
            found = [(payload, signature) for name, payload, signature in self.letters if name == kind]
            if len(found) >= count:
                return found
            eventlet.sleep(0.02)
        raise AssertionError([name for name, *_ in self.letters])

    @contextmanager
    def tampering(self) -> Iterator[Any]:
        """Its own database, to plant what should never be there."""
        with self._app.extensions["stand_in"].store.transaction() as tx:
            yield tx

    def close(self) -> None:
        self._end()
        stop(self._app)
        self._end_hook()


class Till:
    """What tests do with payments; `work()` is what the timers do."""

    MARKET = MARKET
    MEMBER_ACCOUNT = ledger.member(MARKET, MEMBER.account_id)

    def __init__(self, db: Database, stand_in: StandIn, provider: Provider) -> None:
        self.db, self.stand_in, self.provider = db, stand_in, provider

    def deliver(self, *events: Any) -> None:
        deliver(self.db, PaymentsService, *events)

    def told(self, kind: Any = None) -> list[Any]:
        return told(self.db, kind)

    def hear(self) -> None:
        """From now on webhooks have their effect."""
        self.stand_in.take = lambda payload, signature: webhooks.receive(self.db, self.provider, payload, signature)

    def work(self) -> None:
        for _ in range(200):
            outside = (checkout.look, accounts.look, refunds.send, payouts.transfer, payouts.pay)
            outside += (disputes.look, orphans.refund)
            steps = [step(self.db, self.provider) for step in outside]
            with self.db.write() as session:
                inside = (refunds.take_up, payouts.run, held.remind, settlement.weigh_short, disputes.share_loss)
                steps += [step(session) for step in inside]
            if not any(steps):
                return
        raise AssertionError("the timers never come to an end")

    def order(
        self,
        cents: Cents,
        *,
        sale: UUID,
        basket: UUID | None = None,
        producer: UUID | None = None,
        expires_at: datetime | None = None,
    ) -> OrderPlaced:
        return OrderPlaced(
            order_id=uuid4(),
            basket_id=basket or uuid4(),
            sale_id=sale,
            market_id=MARKET,
            member_id=MEMBER.account_id,
            total_cents=cents,
            lines=[_line(cents, producer)],
            expires_at=expires_at or clock.now() + timedelta(minutes=35),
        )

    def checkout(self, order: OrderPlaced, actor: Actor = MEMBER) -> Payment:
        return checkout.open_page(self.db, self.provider, actor, order.order_id)

    def pay(self, order: OrderPlaced, card: str = "4242424242424242") -> dict[str, Any]:
        page = self.checkout(order)
        return self.stand_in.ask(f"pay/{page.session_id}", {"card": card})

    def paid(self, cents: Cents, **facts: Any) -> OrderPlaced:
        """An order whose payment is captured and told."""
        order = self.order(cents, **facts)
        self.deliver(order)
        before = len(self.stand_in.letters)
        self.pay(order)
        self.captured(order)
        assert len(self.stand_in.letters) > before
        return order

    def captured(self, order: OrderPlaced) -> Payment:
        self.settled(lambda: self.payment(order).status == domain.SUCCEEDED)
        return self.payment(order)

    @staticmethod
    def settled(what: Callable[[], Any]) -> None:
        """Webhooks take a moment."""
        for _ in range(400):
            if what():
                return
            eventlet.sleep(0.02)
        raise AssertionError("did not happen in time")

    @staticmethod
    def now() -> datetime:
        return clock.now()

    def payment(self, order: OrderPlaced) -> Payment:
        with self.db.read() as session:
            return session.scalars(select(Payment).where(Payment.order_id == order.order_id)).one()

    def payouts(self) -> list[Payout]:
        with self.db.read() as session:
            return list(session.scalars(select(Payout).order_by(Payout.id)))

    def producer(self, *, active: bool = True) -> UUID:
        producer_id = uuid4()
        self.deliver(
            ProducerChanged(
                producer_id=producer_id,
                name="Ferme",
                commune="Cambes",
                postcode="33880",
                latitude=None,
                longitude=None,
                email="ferme@example.org",
                phone=None,
                siret=None,
                vat_exempt=False,
                account_ids=[FARMER.account_id],
                version=1,
            )
        )
        if active:
            self.open_account(producer_id)
            self.activate(producer_id)
        return producer_id

    def open_account(self, producer_id: UUID) -> dict[str, Any]:
        return accounts.open_account(self.db, self.provider, FARMER, producer_id)

    def activate(self, producer_id: UUID) -> None:
        with self.db.read() as session:
            account = session.get_one(Account, producer_id)
        self.stand_in.ask(f"onboard/{account.provider_id}", {"state": "active"})
        accounts.state(self.db, self.provider, FARMER, producer_id)

    def refund(self, basket: UUID, sale: UUID, cents: Cents) -> RefundRequested:
        return RefundRequested(
            refund_id=uuid4(),
            basket_id=basket,
            sale_id=sale,
            market_id=MARKET,
            member_id=MEMBER.account_id,
            amount_cents=cents,
            reason="shortage",
        )

    def ledger(self, sale: UUID) -> dict[str, Any]:
        with self.db.read() as session:
            return queries.sale_ledger(session, ADMIN, sale)

    def balances(self) -> dict[str, Cents]:
        """{account: balance} of the whole journal, zeros left out; every entry is balanced."""
        with self.db.read() as session:
            rows = session.scalars(select(Posting)).all()
            entries = session.scalars(select(Entry)).all()
        by_entry: dict[Any, Cents] = {}
        by_account: dict[str, Cents] = {}
        for row in rows:
            by_entry[row.entry_id] = by_entry.get(row.entry_id, 0) + row.amount_cents
            by_account[row.account] = by_account.get(row.account, 0) + row.amount_cents
        assert set(by_entry) == {entry.id for entry in entries}
        assert not any(by_entry.values())
        return {account: cents for account, cents in by_account.items() if cents}


def _line(cents: Cents, producer: UUID | None) -> OrderLine:
    return OrderLine(
        line_id=uuid4(),
        product_id=uuid4(),
        producer_id=producer or uuid4(),
        name="Pain",
        unit="kg",
        by_weight=True,
        weighed=False,
        quantity=Decimal("1.250"),
        unit_price_cents=cents,
        vat_bp=550,
        gross_cents=cents,
    )


def validated(
    sale: UUID,
    delivered: dict[UUID, Cents],
    *,
    at: datetime,
    paid: Cents | None = None,
    refunded: Cents = 0,
    number: int = 1,
) -> DistributionValidated:
    total = sum(delivered.values())
    return DistributionValidated(
        sale_id=sale,
        market_id=MARKET,
        round=number,
        validated_at=at,
        validated_by=ADMIN.account_id,
        basket_count=1,
        paid_cents=total + refunded if paid is None else paid,
        refunded_cents=refunded,
        delivered_cents=total,
        producers=[ProducerDelivery(producer_id=p, gross_cents=c) for p, c in delivered.items()],
        products=[],
    )


def reopened(sale: UUID, number: int = 1) -> DistributionReopened:
    return DistributionReopened(
        sale_id=sale, market_id=MARKET, round=number, basket_id=uuid4(), reopened_by=ADMIN.account_id
    )


def cancelled(order: OrderPlaced, reason: str = "member") -> OrderCancelled:
    return OrderCancelled(**_of(order), reason=reason)


def expired(order: OrderPlaced) -> OrderExpired:
    return OrderExpired(**_of(order))


def _of(order: OrderPlaced) -> dict[str, Any]:
    names = ("order_id", "basket_id", "sale_id", "market_id", "member_id", "total_cents")
    return {name: getattr(order, name) for name in names}


def market(fee: int = 300, commission: int = 0, version: int = 1) -> MarketChanged:
    return MarketChanged(
        market_id=MARKET,
        number=1,
        name="Marché",
        kind="producers",
        organisation_mode="before",
        time_zone="Europe/Paris",
        commune="Cambes",
        postcode="33880",
        registration="open",
        payment_fee_bp=fee,
        commission_bp=commission,
        reservation_minutes=35,
        unvalidated_limit=4,
        reminder_hours=24,
        version=version,
    )


def administrator() -> RoleGranted:
    return RoleGranted(market_id=MARKET, account_id=ADMIN.account_id, role="administrator", version=1)


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    one = StandIn()
    yield one
    one.close()


@pytest.fixture
def till(database: Any, stand_in: StandIn) -> Till:
    """Payments that know a market (fee 3 %, no commission) and its administrator, and hear webhooks."""
    one = Till(database("payments"), stand_in, Provider(KEY, stand_in.url, SECRET))
    one.deliver(market(), administrator())
    one.hear()
    return one


@pytest.fixture
def together(moment: Moment, monkeypatch: pytest.MonkeyPatch) -> Moment:
    """The frozen clock for the stand-in too, beginning now (whole seconds, as the provider has them)."""
    moment.set(datetime.now(UTC).replace(microsecond=0))
    monkeypatch.setattr(stand_in_clock, "now", moment)
    return moment
