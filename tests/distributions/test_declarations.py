"""Producers declare beforehand what is missing and what it weighs; the referent confirms."""

from decimal import Decimal

import pytest

from services.distributions import domain
from shared.errors import NotFound
from shared.events.distributions import BasketAdjusted, RefundRequested
from tests.distributions.world import BUTCHER, FARMER, REFERENT, SALE, uid


def declare(world, actor=FARMER, missing=(), **weights):
    lines = [{"line_id": uid(f"line {key.replace('_', ' ')}"), "delivered": Decimal(q)} for key, q in weights.items()]
    world.do("declare", actor, sale_id=SALE, lines=lines, missing_products=[uid(product) for product in missing])


def test_a_declaration_waits_until_it_is_confirmed(world):  # SPEC D4
    world.order("marie", carrot="2", bread="1", chicken="1")
    world.order("jean", bread="2")

    declare(world, missing=["bread"], marie_carrot="1.8")
    pending = world.basket("marie")
    done = world.do("confirm_declarations", sale_id=SALE)

    assert pending["due_cents"] == pending["ordered_cents"]
    assert {line["name"]: line["declared"] for line in pending["lines"]} == {
        "Carrot": Decimal("1.8"),
        "Bread": 0,
        "Chicken": None,
    }
    assert done == {"baskets": 2, "refunds": 2}
    assert {e.basket_id: e.amount_cents for e in world.told(RefundRequested)} == {
        uid("basket marie"): 450 + 52,
        uid("basket jean"): 900,
    }
    assert all(line["declared"] is None for line in world.basket("marie")["lines"])
    with pytest.raises(domain.NothingDeclared):
        world.do("confirm_declarations", sale_id=SALE)


def test_confirming_may_leave_the_refunds_for_later(world):  # SPEC D4
    world.order("marie", carrot="2")
    declare(world, marie_carrot="1")

    done = world.do("confirm_declarations", sale_id=SALE, refund=False)

    assert done == {"baskets": 1, "refunds": 0}
    assert world.told(RefundRequested) == []
    assert world.basket("marie")["to_refund_cents"] == 260


def test_a_new_declaration_replaces_the_former_one(world):  # SPEC D4
    world.order("marie", carrot="2", bread="1")
    declare(world, marie_carrot="1", marie_bread="0")

    declare(world, marie_carrot="1.5")

    assert {line["name"]: line["declared"] for line in world.basket("marie")["lines"]} == {
        "Carrot": Decimal("1.5"),
        "Bread": None,
    }


def test_a_producer_declares_only_own_lines(world):  # SPEC P3
    world.order("marie", carrot="2", chicken="1")

    with pytest.raises(NotFound):
        declare(world, marie_chicken="0")
    with pytest.raises(NotFound):
        declare(world, missing=["chicken"])
    with pytest.raises(NotFound):
        declare(world, REFERENT, marie_carrot="0")
    with pytest.raises(domain.MoreThanOrdered):
        declare(world, marie_carrot="2.1")


def test_of_a_customer_the_producer_sees_name_and_basket_number(world):  # SPEC P3
    world.order("marie", carrot="2", chicken="1")

    (line,) = world.see("declarations", FARMER, sale_id=SALE)["items"]

    assert (line["first_name"], line["last_name"], line["basket_number"], line["name"]) == (
        "Marie",
        "Dupont",
        105,
        "Carrot",
    )
    assert not {"phone", "member_id", "basket_id", "due_cents"} & line.keys()


def test_the_referent_sees_what_waits_for_confirmation(world):  # SPEC D4
    world.order("marie", carrot="2", chicken="1")
    assert world.see("declarations", sale_id=SALE)["items"] == []

    declare(world, marie_carrot="1")

    assert [line["name"] for line in world.see("declarations", sale_id=SALE)["items"]] == ["Carrot"]
    assert world.see("distribution", sale_id=SALE)["counts"]["declared_lines"] == 1


def test_one_producer_can_be_confirmed_alone_and_validated_baskets_stay(world):  # SPEC D4
    world.order("marie", carrot="2")
    world.order("jean", carrot="2")
    declare(world, missing=["carrot"])
    world.do("validate_basket", basket_id=uid("basket jean"))

    with pytest.raises(domain.NothingDeclared):
        world.do("confirm_declarations", sale_id=SALE, producer_id=BUTCHER)
    world.do("confirm_declarations", sale_id=SALE)

    assert [e.basket_id for e in world.told(BasketAdjusted)] == [uid("basket marie")]
