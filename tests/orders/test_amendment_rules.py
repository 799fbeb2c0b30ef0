"""What a change of a paid basket is made of, without a database (SPEC O8 F1)."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.orders import domain
from shared.errors import Refusal
from shared.money import line_total

FARM, OTHER_FARM = UUID(int=901), UUID(int=902)
WHOLE = st.dictionaries(st.integers(0, 4), st.integers(0, 9), max_size=5)


def held(number, product, quantity, price=250, farm=FARM, *, by_weight=True):
    """Line `number` of order `number`."""
    quantity = Decimal(quantity)
    return domain.Held(
        line_id=UUID(int=number),
        order_id=UUID(int=1000 + number),
        product_id=UUID(int=product),
        producer_id=farm,
        name=f"Produit {product}",
        unit="kg",
        by_weight=by_weight,
        quantity=quantity,
        unit_price_cents=price,
        gross_cents=line_total(price, quantity),
    )


def want(product, quantity, price=250):
    return domain.Wanted(product_id=UUID(int=product), quantity=Decimal(quantity), unit_price_cents=price)


def test_less_is_taken_from_the_newest_order_first_at_its_frozen_price():  # SPEC O8 O6
    newest, oldest = held(2, 1, "2", price=300), held(1, 1, "3", price=250)

    change = domain.change([newest, oldest], [want(1, "1", price=999)])

    assert [(line.line_id.int, line.quantity, line.gross_cents) for line in change.lowered] == [(2, 0, 0), (1, 1, 250)]
    assert change.net_cents == -(600 + 500)
    assert domain.freed(change.lowered) == {UUID(int=1): Decimal(4)}


def test_what_is_added_costs_what_was_seen_and_what_is_kept_costs_nothing_more():  # SPEC O8 O6
    change = domain.change([held(1, 1, "3", price=250)], [want(1, "4", price=300), want(2, "2", price=100)])

    assert [(more.product_id.int, more.quantity, more.unit_price_cents) for more in change.added] == [
        (1, 1, 300),
        (2, 2, 100),
    ]
    assert (change.lowered, change.net_cents) == ([], 500)


def test_what_is_left_out_and_what_is_wanted_zero_times_is_given_up():  # SPEC O8
    change = domain.change([held(1, 1, "3"), held(2, 2, "1")], [want(1, "0")])

    assert change.leaves_nothing
    assert change.net_cents == -1000


def test_a_product_twice_and_a_fraction_of_a_piece_are_refused():  # SPEC X1 O9
    with pytest.raises(Refusal, match="product_listed_twice"):
        domain.change([held(1, 1, "3")], [want(1, "1"), want(1, "2")])
    with pytest.raises(Refusal, match="quantity_must_be_whole"):
        domain.change([held(1, 1, "3", by_weight=False)], [want(1, "1.5")])


def test_a_pinch_that_rounds_to_nothing_is_not_given_away():  # SPEC F1
    with pytest.raises(Refusal, match="order_too_small"):
        domain.ensure_costs_something([want(1, "0.001", price=250)])

    domain.ensure_costs_something([want(1, "0.001", price=0), want(2, "0.002", price=250)])


def test_lines_of_a_producer_who_does_not_deliver_are_not_refunded_again():  # SPEC S6 F4
    lines = [held(1, 1, "3"), held(2, 2, "1", farm=OTHER_FARM)]

    with pytest.raises(domain.ProducerNotDelivering) as refused:
        domain.ensure_delivered(domain.change(lines, [want(1, "3")]), lines, {OTHER_FARM})
    domain.ensure_delivered(domain.change(lines, [want(1, "1"), want(2, "1")]), lines, {OTHER_FARM})

    assert [line["name"] for line in refused.value.details["lines"]] == ["Produit 2"]


def test_what_a_top_up_takes_is_kept_as_json_and_read_back():
    (line,) = domain.change([held(1, 1, "3")], [want(1, "1.125")]).lowered

    assert domain.Lowered.load(line.dump()) == line


@given(paid=st.lists(st.tuples(st.integers(0, 4), st.integers(1, 9000), st.integers(0, 900)), max_size=8), wanted=WHOLE)
def test_every_change_adds_up_to_the_basket_that_is_wanted(paid, wanted):  # SPEC F1 O8
    lines = [held(n, product, Decimal(grams) / 1000, price) for n, (product, grams, price) in enumerate(paid)]

    change = domain.change(lines, [want(product, quantity, 333) for product, quantity in wanted.items()])

    after = {line.line_id: line for line in change.lowered}
    quantities, worth = {}, 0
    for line in lines:
        kept = after.get(line.line_id, line)
        assert 0 <= kept.quantity <= line.quantity
        assert kept.gross_cents == line_total(line.unit_price_cents, kept.quantity)
        quantities[line.product_id] = quantities.get(line.product_id, 0) + kept.quantity
        worth += kept.gross_cents
    for more in change.added:
        quantities[more.product_id] = quantities.get(more.product_id, 0) + more.quantity
        worth += domain.gross(more)
    assert {key.int: amount for key, amount in quantities.items() if amount} == {
        key: amount for key, amount in wanted.items() if amount
    }
    assert change.net_cents == worth - sum(line.gross_cents for line in lines)
    assert not set(domain.freed(change.lowered)) & {more.product_id for more in change.added}
