"""Random lives of three products: whatever happens in whatever order, the stock adds up and is never oversold."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import func, select

from services.orders.models import Line, Order, Sale, StockLevel
from shared import clock
from shared.events.orders import LatePaymentRefused, OrderConfirmed
from tests.orders.world import D, Refused, World
from tests.support import databases
from tests.support.fixtures import Moment

START = datetime(2023, 9, 9, 10, 0, tzinfo=UTC)
AMOUNTS = st.integers(1, 6)
WHICH = st.integers(0, 2)


class StockMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._now, clock.now = clock.now, Moment(START)
        self.db = databases.fresh("orders", Path(self._folder.name))

    def teardown(self) -> None:
        databases.drop(self.db)
        clock.now = self._now
        self._folder.cleanup()

    @initialize(stocks=st.lists(st.integers(0, 15), min_size=3, max_size=3))
    def start(self, stocks) -> None:
        self.world = World(self.db).set_up()
        self.products = [self.world.product(f"P{n}", stock=stock) for n, stock in enumerate(stocks)]
        self.supplied = dict(zip(self.products, map(D, stocks), strict=True))
        self.member = self.world.person()
        self.orders = []
        self.delivered = {}
        self.round = 0
        self.paid = set()

    @rule(lines=st.dictionaries(WHICH, AMOUNTS, min_size=1))
    def place(self, lines) -> None:
        wanted = {self.products[index]: quantity for index, quantity in lines.items()}
        before = self._available()
        may = all(before[product] >= quantity for product, quantity in wanted.items())
        try:
            self.orders.append(self.world.place(self.member, wanted))
        except Refused as refused:
            assert refused.code in ("stock_lacking", "sale_is_cancelled", "sale_is_closed")  # noqa: PT017
            assert not may or refused.code != "stock_lacking"  # noqa: PT017
            assert self._available() == before
        else:
            assert may

    @precondition(lambda self: self.orders)
    @rule(which=st.integers(0, 100), late=st.booleans())
    def pay(self, which, late) -> None:
        order = self.orders[which % len(self.orders)]
        at = order["expires_at"] if late else order["placed_at"]
        payment = self.world.paid(order, at=datetime.fromisoformat(at) + timedelta(seconds=late))
        self.world.tell(payment)
        self.paid.add(payment.payment_id)

    @precondition(lambda self: self.orders)
    @rule(which=st.integers(0, 100))
    def give_up(self, which) -> None:
        order = self.orders[which % len(self.orders)]
        try:
            self.world.ask("give_up", self.member, order_id=order["order_id"])
        except Refused as refused:
            assert refused.code in ("order_is_paid", "order_is_over")  # noqa: PT017

    @rule(minutes=st.sampled_from([1, 20, 40]))
    def time_passes(self, minutes) -> None:
        clock.now.move(timedelta(minutes=minutes))
        self.world.tick()

    @rule(index=WHICH, supplied=st.integers(0, 20))
    def producer_sets_stock(self, index, supplied) -> None:
        product = self.products[index]
        out = self.delivered.get(product, D(0))
        self.supplied[product] = out + supplied
        self.world.tell(self.world.stock_is(product, self.supplied[product]))

    @rule(figures=st.dictionaries(WHICH, st.integers(0, 6), max_size=3), again=st.booleans())
    def deliver(self, figures, again) -> None:
        """`again`: an older round comes once more and changes nothing."""
        if again and self.round:
            self.world.tell(self.world.delivered({self.products[0]: 99}, nth=self.round))
            return
        self.round += 1
        self.delivered = {self.products[index]: D(quantity) for index, quantity in figures.items()}
        self.world.tell(self.world.delivered(self.delivered, nth=self.round))

    @rule(chance=st.integers(0, 15))
    def cancel_sale(self, chance) -> None:
        if chance == 0:
            self.world.tell(self.world.cancelled())
            self.world.tick()

    @invariant()
    def stock_adds_up(self) -> None:
        if not hasattr(self, "world"):
            return
        with self.db.read() as session:
            levels = {level.product_id: level for level in session.scalars(select(StockLevel))}
            held = select(Line.product_id, func.sum(Line.quantity)).join(Order).join(Sale, Sale.id == Order.sale_id)
            placed = (Order.status == "placed") | ((Order.status == "confirmed") & (Sale.validated_round == 0))
            held = dict(session.execute(held.where(placed).group_by(Line.product_id)).tuples().all())
        for product, level in levels.items():
            assert level.committed == held.get(product, 0) >= 0
            assert level.delivered == self.delivered.get(product, 0)
            assert level.supplied == self.supplied[product]

    @invariant()
    def every_payment_has_one_answer(self) -> None:
        if not hasattr(self, "world"):
            return
        refused = [event.payment_id for event in self.world.told(LatePaymentRefused)]
        assert len(refused) + len(self.world.told(OrderConfirmed)) == len(self.paid)
        assert len(set(refused)) == len(refused)

    def _available(self):
        with self.db.read() as session:
            return {
                level.product_id: max(D(0), level.supplied - level.delivered - level.committed)
                for level in session.scalars(select(StockLevel))
            }


TestStock = StockMachine.TestCase
TestStock.settings = settings(
    max_examples=6 if databases.on_postgresql() else 25, stateful_step_count=25, deadline=None
)
TestStock.pytestmark = [pytest.mark.timeout(300)]
