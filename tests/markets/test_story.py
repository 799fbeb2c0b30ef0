"""Markets through random stories: whatever people, producers and time do, in whatever order, some things always hold."""

from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from shared import clock
from shared.errors import Refused
from shared.events.markets import SaleBlocked, SaleCancelled, SaleClosed, SaleOpened

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
some = st.integers(0, 7)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("sell"), st.integers(2, 20)),
        st.tuples(st.just("plan"), st.integers(2, 20)),
        st.tuples(st.just("wait"), st.integers(1, 60)),
        st.tuples(st.just("order"), some),
        st.tuples(st.sampled_from(["validate", "validate", "reopen", "move", "cancel"]), some),
        st.tuples(st.just("limit"), st.integers(0, 2)),
    ),
    min_size=12,
    max_size=30,
)


class Story:
    """One market with a low limit of unvalidated distributions."""

    def __init__(self, world):
        self.world, self.anne = world, world.person()
        self.market = world.market(self.anne, unvalidated_limit=1)
        self.sales, self.rounds = [], Counter()
        world.forget()

    def do(self, what, number):
        if self.sales or what in {"plan", "sell", "wait", "limit"}:
            with suppress(Refused):
                getattr(self, what)(number)
        self.world.tick()

    def plan(self, hours):
        sale = self.world.sale(
            self.anne,
            self.market,
            starts_in=hours * HOUR + DAY,
            opens_at=clock.now() - HOUR,
            closes_at=clock.now() + hours * HOUR,
        )
        self.sales.append(sale)

    def sell(self, hours):
        """Planned, open, and ordered from."""
        self.plan(hours)
        self.world.tick()
        self.order(len(self.sales) - 1)

    def wait(self, hours):
        self.world.moment.move(hours * HOUR)

    def move(self, which):
        self.world.call(
            "reschedule_sale",
            self.anne,
            sale_id=self.chosen(which)["sale_id"],
            starts_at=clock.now() + which * 6 * HOUR,
        )

    def cancel(self, which):
        self.world.call("cancel_sale", self.anne, sale_id=self.chosen(which)["sale_id"], reason="Pluie")

    def order(self, which):
        if self.world.sale_is(self.chosen(which)) in {"open", "closed"}:
            self.world.order(self.chosen(which), self.anne, clock.new_id())

    def validate(self, which):
        sale = self.chosen(which)
        if self.world.sale_is(sale) in {"closed", "distributed"}:
            self.rounds[sale["sale_id"]] += 1
            self.world.validate(sale, self.rounds[sale["sale_id"]])

    def reopen(self, which):
        sale = self.chosen(which)
        if self.world.sale_is(sale) == "validated":
            self.world.reopen(sale, self.anne, self.rounds[sale["sale_id"]])

    def limit(self, limit):
        self.world.call("change_market", self.anne, market_id=self.market["market_id"], unvalidated_limit=limit)

    def chosen(self, which):
        return self.sales[which % len(self.sales)]


@settings(max_examples=25)
@given(steps=steps)
def test_whatever_happens_each_sale_opens_and_closes_once_and_in_order(world, steps):  # SPEC S1 S4 S8 S9
    story = Story(world)

    for step in steps:
        story.do(*step)

    rows = world.call("sales", story.anne, market_id=story.market["market_id"], limit=200)["items"]
    told = [(type(event), str(event.sale_id)) for event in world.told() if hasattr(event, "sale_id")]
    for row in rows:
        kinds = [kind for kind, sale_id in told if sale_id == row["sale_id"]]
        life = [kind for kind in kinds if kind in {SaleOpened, SaleClosed, SaleCancelled}]
        assert life == expected_life(row["state"], life), row
        assert kinds.count(SaleBlocked) <= 1
        assert_state_fits_the_time(row)
    assert_no_overlap([row for row in rows if row["state"] != "cancelled"])
    assert_block_is_justified(world, story, rows)


def expected_life(state, life):
    if state == "cancelled":
        return [kind for kind in (SaleOpened, SaleClosed) if kind in life] + [SaleCancelled]
    return {"planned": [], "open": [SaleOpened]}.get(state, [SaleOpened, SaleClosed])


def assert_state_fits_the_time(row):
    now, closes_at, ends_at = clock.now(), *(datetime.fromisoformat(row[name]) for name in ("closes_at", "ends_at"))
    if row["state"] == "planned":
        assert row["blocked_at"] is not None
    if row["state"] == "open":
        assert now < closes_at
    if row["state"] == "closed":
        assert closes_at <= now < ends_at


def assert_no_overlap(rows):
    ordered = sorted((row["starts_at"], row["ends_at"]) for row in rows)
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(ordered))


def assert_block_is_justified(world, story, rows):
    limit = world.call("market", story.anne, market_id=story.market["market_id"])["settings"]["unvalidated_limit"]
    waiting = [row for row in rows if row["state"] == "distributed" and row["order_count"]]
    if any(row["state"] == "planned" for row in rows):
        assert len(waiting) > limit
