"""What the sales of a market are worth, for its administrators (cards of DISTRIBUTIONS)."""

import pytest

from shared.actor import Actor
from shared.errors import LogInRequired, NotFound
from tests.distributions.test_distribution import Statements
from tests.distributions.world import ADMIN, CARROT, CHICKEN, FARMER, MARKET, REFERENT, SALE, STRANGER, planned, uid

OTHER, EMPTY = uid("other sale"), uid("empty sale")


def worth(world, *sales, actor=ADMIN, market_id=MARKET):
    items = world.see("turnovers", actor, market_id=market_id, sale_ids=list(sales))["items"]
    return {each["sale_id"]: (each["basket_count"], each["ordered_cents"], each["due_cents"]) for each in items}


def test_a_sale_is_worth_what_its_baskets_hold_and_a_shortage_makes_it_less(world):
    world.order("marie", **{CARROT: "2", CHICKEN: "1.5"})
    world.order("paul", **{CARROT: "1"})
    world.close()
    before = worth(world, SALE, EMPTY)
    world.adjust("marie", **{CHICKEN: "1"})

    assert before == {SALE: (2, 520 + 1935 + 260, 520 + 1935 + 260)}
    assert worth(world, SALE) == {SALE: (2, 2715, 2715 - 645)}


def test_all_sales_of_a_page_are_one_question(world, database):
    world.tell(planned(OTHER), planned(EMPTY))
    world.order("marie")
    with Statements(world.db) as one:
        worth(world, SALE)
    with Statements(world.db) as many:
        worth(world, SALE, OTHER, EMPTY, *(uid(f"sale {n}") for n in range(50)))

    assert one.count == many.count


@pytest.mark.parametrize("actor", [REFERENT, FARMER, STRANGER])
def test_only_administrators_of_the_market_learn_it(world, actor):  # SPEC P3
    with pytest.raises(NotFound):
        worth(world, SALE, actor=actor)


def test_a_sale_of_another_market_is_left_out(world):  # SPEC P3 X4
    world.order("marie")

    with pytest.raises(NotFound):
        worth(world, SALE, market_id=uid("another market"))


def test_nobody_learns_nothing(world):  # SPEC X4
    with pytest.raises(LogInRequired):
        worth(world, SALE, actor=Actor(None))
