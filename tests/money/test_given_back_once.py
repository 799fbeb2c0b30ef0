"""Members change and cancel while a producer gives up: whatever arrives first, each line is given back once, in the
baskets of the day and in the ledger (SPEC S6 O8 F2 F4 X2).
"""

import random
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Refused
from shared.events.payments import RefundFailed
from tests.money.three_services import SERVICES, Sale
from tests.support.bus import told

who = st.integers(0, 1)
pieces, some = st.integers(0, 3), st.integers(1, 3)
basket = st.tuples(pieces, pieces, pieces, pieces)
step = st.one_of(
    st.tuples(st.just("buy"), who, basket),
    *[st.tuples(st.just("change"), who, basket)] * 4,
    st.tuples(st.just("cancel"), who),
    st.tuples(st.just("give_up")),
    st.tuples(st.just("tick")),
    *[st.tuples(st.just("arrive"), st.integers(0, 20))] * 3,
)


@pytest.fixture
def databases(database, moment):
    return {service: database(service) for service in SERVICES}


def check(sale):
    worth = sale.worth()
    seen = {basket.member_id: basket for basket in sale.baskets()}
    for member in sale.members:
        basket = seen.get(member)
        due = (basket.due_cents, basket.paid_cents - basket.refunded_cents) if basket else (0, 0)
        assert due == (worth[member], worth[member])
        assert sale.kept()[member] == worth[member]
    assert sale.booked() == -sum(worth.values())
    assert told(sale.databases["payments"], RefundFailed) == []


@given(first=st.tuples(some, some, some, some), steps=st.lists(step, max_size=20), last=st.integers(0, 1000))
def test_each_line_is_given_back_once_whatever_arrives_first(databases, first, steps, last):
    sale = Sale(databases)
    for member in range(2):
        sale.buy(member, *first)

    for name, *args in [*steps, ("give_up",)]:
        flat = [number for arg in args for number in (arg if isinstance(arg, tuple) else (arg,))]
        with suppress(Refused):
            getattr(sale, name)(*flat)
    sale.all_arrive(random.Random(last).shuffle)

    check(sale)
