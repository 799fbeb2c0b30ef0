"""Stock on hand: what the farm sets, what distributions hand out, and that others arrive at the same figure."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.catalogs import commands, domain
from services.catalogs.models import Stock
from services.catalogs.service import CatalogsService
from shared.errors import VersionConflict
from shared.events.catalogs import StockSet
from shared.events.distributions import DistributionValidated, ProductDelivery
from shared.messaging import outbox
from tests.catalogs.conftest import JAM
from tests.support.bus import deliver, deliver_wire, forget_told, told
from tests.support.databases import twin

NOON = datetime(2023, 9, 9, 12, tzinfo=UTC)


def validated(delivered, sale_id=None, number=1):
    """`delivered`: {product_id: quantity}."""
    lines = [
        ProductDelivery(product_id=product_id, ordered=Decimal(quantity), delivered=Decimal(quantity))
        for product_id, quantity in delivered.items()
    ]
    return DistributionValidated(
        sale_id=sale_id or uuid4(),
        market_id=uuid4(),
        round=number,
        validated_at=NOON,
        validated_by=None,
        basket_count=1,
        paid_cents=0,
        refunded_cents=0,
        delivered_cents=0,
        producers=[],
        products=lines,
    )


def test_the_farm_sets_its_stock_and_tells_by_how_much(db, farm):  # SPEC C4
    carrots = farm.add(on_hand=Decimal(10))
    forget_told(db)

    farm.set_stock(carrots, "12.5", version=1)
    farm.set_stock(carrots, None)
    farm.set_stock(carrots, "3")

    assert [(event.on_hand, event.change, event.version) for event in told(db, StockSet)] == [
        (Decimal("12.5"), Decimal("2.5"), 2),
        (None, None, 3),
        (Decimal(3), None, 4),
    ]


def test_pieces_are_counted_whole(farm):  # SPEC C4 O9
    jam = farm.add(JAM)

    with pytest.raises(domain.WholeNumberNeeded):
        farm.set_stock(jam, "2.5")


def test_of_two_people_who_set_the_stock_at_once_one_is_told(farm):  # SPEC C4 D8
    jam = farm.add(JAM, on_hand=Decimal(10))
    other = twin(farm.db)

    def set_to(figure):
        try:
            with (farm.db if figure == 5 else other).write() as session:
                commands.set_stock(session, farm.actor, product_id=jam.id, on_hand=Decimal(figure), version=1)
        except VersionConflict:
            return "told"
        return figure

    with ThreadPoolExecutor(2) as pool:
        outcome = list(pool.map(set_to, [5, 8]))

    assert outcome.count("told") == 1
    assert farm.stock(jam)["on_hand"] in outcome


def test_what_is_handed_out_leaves_the_stock_and_is_not_told(db, farm):  # SPEC C4
    carrots, jam = farm.add(on_hand=Decimal(10)), farm.add(JAM)
    forget_told(db)

    deliver(db, CatalogsService, validated({carrots.id: "2.5", jam.id: 3, uuid4(): 7}))

    assert farm.stock(carrots) == {"product_id": carrots.id, "on_hand": Decimal("7.5"), "version": 2}
    assert farm.stock(jam)["on_hand"] is None
    assert told(db) == []


def test_a_delivery_that_comes_twice_counts_once(db, farm):  # SPEC X2
    carrots = farm.add(on_hand=Decimal(10))
    wire = outbox.envelope(validated({carrots.id: 4}))

    deliver_wire(db, CatalogsService, wire)
    deliver_wire(db, CatalogsService, wire)

    assert farm.stock(carrots)["on_hand"] == 6


def test_a_later_round_subtracts_only_the_difference(db, farm):  # SPEC C4 D9
    carrots, jam = farm.add(on_hand=Decimal(10)), farm.add(JAM, on_hand=Decimal(10))
    sale_id = uuid4()

    deliver(db, CatalogsService, validated({carrots.id: 4, jam.id: 2}, sale_id))
    deliver(db, CatalogsService, validated({carrots.id: 3}, sale_id, 2))

    assert farm.stock(carrots)["on_hand"] == 7
    assert farm.stock(jam)["on_hand"] == 10


def test_an_earlier_round_that_comes_late_changes_nothing(db, farm):  # SPEC X2
    carrots, jam = farm.add(on_hand=Decimal(10)), farm.add(JAM, on_hand=Decimal(10))
    sale_id = uuid4()

    deliver(db, CatalogsService, validated({carrots.id: 3}, sale_id, 2))
    deliver(db, CatalogsService, validated({carrots.id: 4, jam.id: 2}, sale_id))

    assert (farm.stock(carrots)["on_hand"], farm.stock(jam)["on_hand"]) == (7, 10)


def test_a_figure_that_a_delivery_changed_is_not_overwritten_unseen(db, farm):  # SPEC C4 D8
    carrots = farm.add(on_hand=Decimal(10))
    deliver(db, CatalogsService, validated({carrots.id: 4}))

    with pytest.raises(VersionConflict):
        farm.set_stock(carrots, 20, version=1)
    farm.set_stock(carrots, 20, version=2)

    assert farm.stock(carrots)["on_hand"] == 20


def test_more_handed_out_than_there_was_shows_as_nothing_left(db, farm):  # SPEC C4
    carrots = farm.add(on_hand=Decimal(2))
    deliver(db, CatalogsService, validated({carrots.id: "2.3"}))

    shown = farm.stock(carrots)["on_hand"]
    farm.set_stock(carrots, 5)

    assert shown == 0
    assert farm.stock(carrots)["on_hand"] == 5
    assert told(db, StockSet)[-1].change == Decimal("5.3")


def test_two_distributions_validated_at_once_both_count(db, farm):  # SPEC C4 X2
    products = [farm.add(on_hand=Decimal(100)) for _ in range(4)]
    replicas = [db, twin(db)]

    def hand_out(number):
        order = products if number % 2 else products[::-1]
        deliver(replicas[number % 2], CatalogsService, validated({product.id: 1 for product in order}))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(hand_out, range(12)))

    assert [farm.stock(product)["on_hand"] for product in products] == [88] * 4


@dataclass
class Keeper:
    """Keeps stock as orders may, from the two kinds of event in any order."""

    supplied: Decimal | None = None
    version: int = 0
    rounds: dict = field(default_factory=dict)

    def take(self, event):
        if isinstance(event, StockSet):
            if event.version > self.version:
                self.version, self.supplied = event.version, event.supplied
        elif event.round > self.rounds.get(event.sale_id, (0, 0))[0]:
            self.rounds[event.sale_id] = (event.round, sum((line.delivered for line in event.products), Decimal(0)))

    @property
    def on_hand(self):
        return (
            None if self.supplied is None else self.supplied - sum(delivered for _, delivered in self.rounds.values())
        )


steps = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.one_of(st.none(), st.integers(0, 50))),
        st.tuples(st.just("deliver"), st.integers(0, 2), st.integers(1, 3), st.integers(0, 9)),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40)
@given(steps=steps, data=st.data())
def test_whoever_keeps_stock_arrives_at_the_farms_figure_in_any_order(db, farm, steps, data):  # SPEC C4 X2
    carrots = farm.add()
    sales = [uuid4() for _ in range(3)]
    rounds = {}
    forget_told(db)
    for step in steps:
        if step[0] == "set":
            farm.set_stock(carrots, step[1])
        else:
            _, sale, number, quantity = step
            event = rounds.setdefault((sale, number), validated({carrots.id: quantity}, sales[sale], number))
            deliver(db, CatalogsService, event)
    events = told(db, StockSet) + list(rounds.values())

    keeper = Keeper(supplied=None)
    for event in data.draw(st.permutations(events)):
        keeper.take(event)

    with db.read() as session:
        assert keeper.on_hand == session.get_one(Stock, carrots.id).on_hand


@settings(max_examples=40)
@given(
    figures=st.lists(st.integers(0, 50), min_size=1, max_size=5),
    handed_out=st.lists(st.integers(0, 9), max_size=5),
    data=st.data(),
)
def test_changes_and_deliveries_commute_while_the_stock_is_limited(db, farm, figures, handed_out, data):  # SPEC C4
    carrots = farm.add(on_hand=Decimal(20))
    forget_told(db)
    deliveries = [validated({carrots.id: quantity}) for quantity in handed_out]
    for doing in data.draw(st.permutations([*figures, *deliveries])):
        if isinstance(doing, int):
            farm.set_stock(carrots, doing)
        else:
            deliver(db, CatalogsService, doing)

    kept = Decimal(20) + sum(event.change for event in told(db, StockSet)) - sum(handed_out)

    with db.read() as session:
        assert kept == session.get_one(Stock, carrots.id).on_hand
