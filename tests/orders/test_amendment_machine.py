"""Random lives of two members' baskets: whatever is changed, paid, expired and cancelled in whatever order, the stock and
the money add up.
"""

import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import func, select

from services.orders.models import Line, Order, StockLevel
from shared import clock
from shared.events.orders import LatePaymentRefused, OrderAmended, OrderCancelled, OrderConfirmed
from shared.money import line_total
from tests.orders.world import D, Refused, World
from tests.support import databases
from tests.support.fixtures import Moment

START = datetime(2023, 9, 9, 10, 0, tzinfo=UTC)
WHICH, WHO, AMOUNTS = st.integers(0, 2), st.integers(0, 1), st.integers(0, 2500)
BASKETS = st.dictionaries(WHICH, AMOUNTS, max_size=3)
REFUSALS = {
    "order_is_over",
    "order_is_paid",
    "order_too_small",
    "not_found",
    "sale_is_cancelled",
    "sale_is_closed",
    "stock_lacking",
    "top_up_pending",
}


class BasketMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._now, clock.now = clock.now, Moment(START)
        self.db = databases.fresh("orders", Path(self._folder.name))

    def teardown(self) -> None:
        databases.drop(self.db)
        clock.now = self._now
        self._folder.cleanup()

    @initialize(stocks=st.lists(st.integers(1, 6), min_size=3, max_size=3))
    def start(self, stocks) -> None:
        self.world = World(self.db).set_up()
        self.products = [
            self.world.product(f"P{n}", price=price, stock=stock, unit="kg", by_weight=True)
            for n, (stock, price) in enumerate(zip(stocks, (133, 450, 2990), strict=True))
        ]
        self.members = [self.world.person(), self.world.person("Jean")]
        self.orders = []
        self.captured = {}

    def _lines(self, grams):
        return [self.world.line(self.products[which], D(amount) / 1000) for which, amount in grams.items()]

    def _try(self, call, *args, **more):
        before = self._figures()
        try:
            return call(*args, **more)
        except Refused as refused:
            assert refused.code in REFUSALS  # noqa: PT017
            assert self._figures() == before
            return None

    @rule(who=WHO, grams=st.dictionaries(WHICH, st.integers(1, 2500), min_size=1))
    def place(self, who, grams) -> None:
        if order := self._try(self.world.place, self.members[who], self._lines(grams)):
            self.orders.append(order)

    @rule(who=WHO, grams=BASKETS)
    def amend(self, who, grams) -> None:
        member = self.members[who]
        basket = self._try(self.world.amend, member, self._lines(grams))
        if basket is None:
            return
        known = {order["order_id"] for order in self.orders}
        top_ups = [order for order in basket["pending"] if order["order_id"] not in known]
        self.orders += top_ups
        if not top_ups:
            wanted = {str(self.products[which]): D(amount) / 1000 for which, amount in grams.items() if amount}
            assert {line["product_id"]: D(line["quantity"]) for line in basket["lines"]} == wanted

    @rule(who=WHO, sure=st.integers(0, 3))
    def cancel(self, who, sure) -> None:
        if sure == 0 and self._try(self.world.cancel, self.members[who]):
            assert self.world.basket(self.members[who])["lines"] == []

    @precondition(lambda self: self.orders)
    @rule(newest=st.integers(1, 6), late=st.booleans())
    def pay(self, newest, late) -> None:
        order = self.orders[-min(newest, len(self.orders))]
        at = datetime.fromisoformat(order["expires_at"] if late else order["placed_at"]) + timedelta(seconds=late)
        payment = self.world.paid(order, at=at)
        self.captured[payment.payment_id] = payment
        self.world.tell(payment)

    @precondition(lambda self: self.orders)
    @rule(newest=st.integers(1, 4))
    def give_up(self, newest) -> None:
        order = self.orders[-min(newest, len(self.orders))]
        self._try(self.world.ask, "give_up", order["member_id"], order_id=order["order_id"])

    @rule(minutes=st.sampled_from([1, 20, 40]))
    def time_passes(self, minutes) -> None:
        clock.now.move(timedelta(minutes=minutes))
        self.world.tick()

    @rule(what=st.sampled_from(["close", *["nothing"] * 5, "cancel"]))
    def the_sale_ends(self, what) -> None:
        if what == "close":
            clock.now.set(max(clock.now(), self.world.times["closes_at"]))
            self.world.tell(self.world.closed())
        elif what == "cancel":
            self.world.tell(self.world.cancelled())
            self.world.tick()

    @invariant()
    def stock_adds_up(self) -> None:
        if hasattr(self, "world"):
            committed, held, supplied = self._figures()
            assert committed == {product: held.get(product, 0) for product in committed}
            assert all(0 <= amount <= supplied[product] for product, amount in committed.items())

    @invariant()
    def money_adds_up(self) -> None:
        """What the members paid, less what was told to be given back, is what their baskets cost. SPEC F4 O8."""
        if not hasattr(self, "world"):
            return
        kept = Counter()
        for payment in self.captured.values():
            kept[payment.member_id] += payment.amount_cents
        for refused in self.world.told(LatePaymentRefused):
            kept[refused.member_id] -= refused.amount_cents
        amended = [event.refund_cents for event in self.world.told(OrderAmended)]
        assert all(cents >= 0 for cents in amended)
        for member, cents in self._given_back().items():
            kept[member] -= cents
        assert all(kept[member] == self._worth(member) for member in self.members)

    @invariant()
    def what_was_told_is_what_is(self) -> None:
        """Whoever only listens to orders knows the lines of every paid order."""
        if not hasattr(self, "world"):
            return
        heard = {}
        for event in self.world.told():
            if isinstance(event, OrderConfirmed):
                heard[event.order_id] = event.lines
            elif isinstance(event, OrderAmended):
                heard |= {order.order_id: order.lines for order in event.orders}
                assert event.total_cents == sum(line.gross_cents for line in event.lines)
            elif isinstance(event, OrderCancelled):
                heard.pop(event.order_id)
        told = {line.line_id: (line.quantity, line.gross_cents) for lines in heard.values() for line in lines}
        with self.db.read() as session:
            lines = session.scalars(select(Line).join(Order).where(Order.status == "confirmed")).all()
        assert told == {line.line_id: (line.quantity, line.gross_cents) for line in lines}
        assert all(line.gross_cents == line_total(line.unit_price_cents, line.quantity) for line in lines)

    def _given_back(self):
        """By member: refunds of changes, and of a cancelled basket what was left of its payments."""
        left, back = Counter(), Counter()
        for event in self.world.told():
            member = getattr(event, "member_id", None)
            if isinstance(event, OrderConfirmed):
                left[member] += event.total_cents
            elif isinstance(event, OrderAmended):
                left[member] -= event.refund_cents
                back[member] += event.refund_cents
            elif isinstance(event, OrderCancelled):
                back[member] += left.pop(member, 0)
                if event.basket_cents is not None:
                    assert event.basket_cents <= back[member]
        return back

    def _worth(self, member):
        with self.db.read() as session:
            worth = select(func.sum(Line.gross_cents)).join(Order)
            return session.scalar(worth.where(Order.status == "confirmed", Order.member_id == member)) or 0

    def _figures(self):
        with self.db.read() as session:
            levels = session.scalars(select(StockLevel)).all()
            held = select(Line.product_id, func.sum(Line.quantity)).join(Order)
            held = held.where(Order.status.in_(("placed", "confirmed"))).group_by(Line.product_id)
            return (
                {level.product_id: level.committed for level in levels},
                dict(session.execute(held).tuples().all()),
                {level.product_id: level.supplied for level in levels},
            )


TestBaskets = BasketMachine.TestCase
TestBaskets.settings = settings(
    max_examples=8 if databases.on_postgresql() else 30, stateful_step_count=30, deadline=None
)
TestBaskets.pytestmark = [pytest.mark.timeout(300)]
