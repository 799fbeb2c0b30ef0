"""One basket on the day: adjust, refund, validate, reopen."""

from datetime import timedelta
from decimal import Decimal

import pytest

from services.distributions import domain
from shared.actor import Actor
from shared.errors import Forbidden, LogInRequired, NotFound, VersionConflict
from shared.events.distributions import (
    BasketAdjusted,
    BasketValidated,
    DistributionReopened,
    DistributionValidated,
    RefundRequested,
)
from shared.events.payments import PayoutSale, PayoutSent, RefundFailed, RefundSucceeded
from tests.distributions.world import (
    ADMIN,
    DAY,
    FARMER,
    MARKET,
    MIDNIGHT,
    REFERENT,
    SALE,
    STRANGER,
    VEGETABLES,
    cancelled,
    confirmed,
    uid,
)


def money(basket):
    return basket["ordered_cents"], basket["due_cents"], basket["paid_cents"], basket["refunded_cents"]


def payout():
    return PayoutSent(
        payout_id=uid("payout"),
        producer_id=VEGETABLES,
        amount_cents=100,
        paid_on=DAY.date(),
        sales=[PayoutSale(sale_id=SALE, market_id=MARKET, amount_cents=100)],
    )


def refund_end(kind, refund, **more):
    return kind(
        refund_id=refund.refund_id,
        basket_id=refund.basket_id,
        sale_id=SALE,
        market_id=MARKET,
        member_id=refund.member_id,
        amount_cents=refund.amount_cents,
        reason=refund.reason,
        **more,
    )


def test_a_missing_product_is_due_no_more_and_refunded_on_demand(world):  # SPEC D2
    world.order(carrot="2", chicken="1.5")  # 5.20 + 19.35

    adjusted = world.adjust(carrot="0")
    refunded = world.refund()

    assert money(adjusted) == (2455, 1935, 2455, 0)
    assert adjusted["to_refund_cents"] == 520
    assert money(refunded) == (2455, 1935, 2455, 520)
    assert [e.due_cents for e in world.told(BasketAdjusted)] == [1935]
    (request,) = world.told(RefundRequested)
    assert (request.amount_cents, request.reason, request.member_id) == (520, "adjusted", uid("marie"))
    assert refunded["refunds"][0]["refund_id"] == request.refund_id


def test_a_weight_is_paid_up_to_the_ordered_price(world):  # SPEC C2
    world.order(chicken="1.5")

    heavier = world.adjust(chicken="1.820")
    lighter = world.adjust(chicken="1.333")

    assert heavier["due_cents"] == 1935
    assert lighter["due_cents"] == 1720  # 1290 × 1.333 = 1719.57


def test_more_than_ordered_is_owed_and_never_charged(world):  # SPEC D2
    world.order(carrot="2", bread="3")  # 5.20 + 13.50

    adjusted = world.adjust(carrot="2.5", bread="4")
    world.do("validate_basket", basket_id=adjusted["basket_id"])

    assert money(adjusted) == (1870, 2450, 1870, 0)
    assert (adjusted["owed_cents"], adjusted["to_refund_cents"]) == (580, 0)
    assert world.told(RefundRequested) == []
    (told,) = world.told(BasketValidated)
    assert (told.due_cents, told.owed_cents) == (2450, 580)
    assert sum(line.gross_cents for line in told.lines) == 2450


def test_there_are_no_half_loaves(world):  # SPEC D2
    world.order(carrot="2", bread="3")

    with pytest.raises(domain.WholeUnitsOnly):
        world.adjust(bread="1.5")


def test_what_was_given_back_and_is_handed_over_all_the_same_is_owed(world):  # SPEC D2 F4
    world.order(carrot="2", chicken="1.5")
    world.adjust(carrot="0")
    world.refund()

    found = world.adjust(carrot="1")

    assert money(found) == (2455, 2195, 2455, 520)
    assert found["owed_cents"] == 260


def test_a_reopened_basket_that_owes_less_says_so(world):  # SPEC D2 D9
    basket_id = world.order(bread="3")
    world.adjust(bread="5")
    world.do("validate_basket", basket_id=basket_id)
    world.do("reopen_basket", ADMIN, basket_id=basket_id)
    world.adjust(bread="4")
    world.do("validate_basket", basket_id=basket_id)

    told = world.told(BasketValidated)

    assert [event.owed_cents for event in told] == [900, 450]
    assert told[0].version < told[1].version


def test_a_second_shortage_gives_back_only_the_difference(world):  # SPEC F4
    world.order(carrot="2", chicken="1.5")
    world.adjust(carrot="1")
    world.refund()
    world.adjust(chicken="1")

    world.refund()

    assert [e.amount_cents for e in world.told(RefundRequested)] == [260, 645]
    with pytest.raises(domain.NothingToRefund):
        world.refund()


def test_two_people_at_one_basket_one_of_them_is_told(world):  # SPEC D8
    basket_id = world.order(carrot="2")
    version = world.basket()["version"]
    lines = [{"line_id": uid("line marie carrot"), "delivered": Decimal(1)}]
    world.do("adjust", basket_id=basket_id, version=version, lines=lines)

    with pytest.raises(VersionConflict) as refusal:
        world.do("adjust", ADMIN, basket_id=basket_id, version=version, lines=lines)

    assert refusal.value.details == {"current": version + 1}
    assert [e["action"] for e in world.see("trail", basket_id=basket_id)["items"]] == ["order_added", "adjusted"]


def test_the_trail_tells_who_when_before_and_after(world):  # SPEC D9
    basket_id = world.order(carrot="2")
    world.adjust(carrot="1.5")
    world.refund()
    world.do("validate_basket", basket_id=basket_id)

    trail = world.see("trail", basket_id=basket_id)["items"]

    assert [e["action"] for e in trail] == ["order_added", "adjusted", "refund_requested", "validated"]
    assert trail[1]["who"] == "Rémi Référent"
    assert trail[1]["at"] == DAY
    assert (trail[1]["due_before_cents"], trail[1]["due_after_cents"]) == (520, 390)
    assert trail[1]["changes"] == [
        {
            "line_id": str(uid("line marie carrot")),
            "name": "Carrot",
            "unit": "kg",
            "before": "2",
            "after": "1.5",
            "before_cents": 520,
            "after_cents": 390,
        }
    ]
    assert (trail[2]["refunded_before_cents"], trail[2]["refunded_after_cents"]) == (0, 130)


def test_an_unchanged_line_is_no_change(world):
    world.order(carrot="2")
    before = world.basket()

    after = world.adjust(carrot="2")

    assert after["version"] == before["version"]
    assert world.told(BasketAdjusted) == []


def test_an_adjusted_basket_is_not_validated_before_its_refund(world):  # SPEC D2
    basket_id = world.order(carrot="2", chicken="1.5")
    world.adjust(carrot="0")

    with pytest.raises(domain.RefundNotGenerated):
        world.do("validate_basket", basket_id=basket_id)
    world.refund()
    world.do("validate_basket", basket_id=basket_id)

    (event,) = world.told(BasketValidated)
    assert (event.ordered_cents, event.due_cents, event.refunded_cents) == (2455, 1935, 520)
    assert [(c.name, c.ordered, c.delivered, c.delivered_cents) for c in event.changes] == [("Carrot", 2, 0, 0)]
    assert [(line.name, line.quantity, line.gross_cents) for line in event.lines] == [("Chicken", Decimal("1.5"), 1935)]
    assert event.owed_cents == 0
    assert world.basket()["state"] == "validated"
    with pytest.raises(domain.BasketIsValidated):
        world.adjust(carrot="0")


def test_baskets_are_changed_after_closing_and_validated_from_the_morning_of_the_day(world, moment):  # SPEC D1
    basket_id = world.order(carrot="2")

    moment.set(DAY - timedelta(days=3))
    with pytest.raises(domain.SaleIsStillOpen):
        world.adjust(carrot="1")
    moment.set(MIDNIGHT - timedelta(seconds=1))
    world.adjust(carrot="1")
    world.refund()
    with pytest.raises(domain.DistributionNotYet):
        world.do("validate_basket", basket_id=basket_id)
    moment.set(MIDNIGHT)
    world.do("validate_basket", basket_id=basket_id)

    assert world.basket()["state"] == "validated"


def test_the_next_customer_is_the_next_in_the_alphabet_who_waits(world):  # SPEC D2
    for member in ("marie", "elie", "jean", "paul"):  # Abadie, Dupont, Eluard, Émond
        world.order(member, carrot="1")
    world.do("validate_basket", basket_id=uid("basket jean"))

    assert world.basket("marie")["next_basket_id"] == uid("basket elie")
    assert world.basket("elie")["next_basket_id"] == uid("basket paul")


def test_several_orders_fill_one_basket(world):  # SPEC O7
    world.tell(confirmed("marie", {"carrot": "2"}), confirmed("marie", {"bread": "1"}, key="again"))

    basket = world.basket()

    assert money(basket) == (970, 970, 970, 0)
    assert [line["name"] for line in basket["lines"]] == ["Bread", "Carrot"]


def test_a_cancelled_order_takes_its_lines_along(world):
    first, second = confirmed("marie", {"carrot": "2"}), confirmed("marie", {"bread": "1"}, key="again")
    world.tell(first, second, cancelled(second))

    assert money(world.basket()) == (520, 520, 520, 0)
    world.tell(cancelled(first))
    with pytest.raises(NotFound):
        world.basket()


def test_a_cancellation_that_arrives_before_its_order_wins(world):
    event = confirmed("marie", {"carrot": "2"})

    world.tell(cancelled(event), event)

    assert world.see("baskets", sale_id=SALE)["items"] == []


def test_an_order_told_again_under_another_id_fills_the_basket_once(world):
    event = confirmed("marie", {"carrot": "2"})

    world.tell(event, event)

    assert money(world.basket()) == (520, 520, 520, 0)


def test_a_refund_that_failed_stays_asked_for_until_payments_has_tried_again(world):  # SPEC F4
    world.order(carrot="2", chicken="1.5")
    world.adjust(carrot="0")
    world.refund()
    (request,) = world.told(RefundRequested)

    world.tell(refund_end(RefundFailed, request, error="charge too old"))
    failed = world.basket()
    with pytest.raises(domain.NothingToRefund):
        world.refund()
    world.tell(refund_end(RefundSucceeded, request))

    assert (failed["refunded_cents"], failed["to_refund_cents"], failed["refunds"][0]["state"]) == (520, 0, "failed")
    assert world.basket()["refunds"][0]["state"] == "succeeded"
    assert [e["action"] for e in world.see("trail", basket_id=request.basket_id)["items"]][-2:] == [
        "refund_failed",
        "refund_succeeded",
    ]


def test_a_refund_of_which_distributions_knows_nothing_changes_nothing(world):
    world.order(carrot="2")
    before = world.basket()

    world.tell(
        RefundSucceeded(
            refund_id=uid("late"),
            basket_id=before["basket_id"],
            sale_id=SALE,
            market_id=MARKET,
            member_id=uid("marie"),
            amount_cents=520,
            reason="late_payment",
        )
    )

    assert world.basket() == before


def test_what_was_given_back_of_a_cancelled_payment_leaves_with_it(world):  # SPEC F4
    first, second = confirmed("marie", {"carrot": "2"}), confirmed("marie", {"chicken": "1"}, key="again")
    world.tell(first, second)
    world.adjust(carrot="1")
    world.refund()  # 2.60, from the larger payment of 12.90

    world.tell(cancelled(second))
    rest = world.basket()

    assert money(rest) == (520, 260, 520, 0)
    assert rest["to_refund_cents"] == 260  # payments gives back only what is left of the 12.90


def test_an_administrator_reopens_a_validated_basket(world):  # SPEC D9
    basket_id = world.order(carrot="2")
    world.close()
    world.do("validate_distribution", sale_id=SALE)

    world.do("reopen_basket", ADMIN, basket_id=basket_id)
    world.adjust(carrot="1")
    world.refund()
    world.do("validate_distribution", sale_id=SALE)

    (reopened,) = world.told(DistributionReopened)
    assert (reopened.round, reopened.basket_id, reopened.reopened_by) == (1, basket_id, ADMIN.account_id)
    assert [
        (e.round, e.paid_cents, e.refunded_cents, e.delivered_cents) for e in world.told(DistributionValidated)
    ] == [(1, 520, 0, 520), (2, 520, 260, 260)]


def test_reopening_before_the_distribution_is_validated_is_told_to_nobody(world):  # SPEC D9
    basket_id = world.order(carrot="2")
    world.do("validate_basket", basket_id=basket_id)

    world.do("reopen_basket", ADMIN, basket_id=basket_id)

    assert world.basket()["state"] == "open"
    assert world.told(DistributionReopened) == []
    with pytest.raises(domain.BasketIsNotValidated):
        world.do("reopen_basket", ADMIN, basket_id=basket_id)


def test_nothing_is_reopened_once_the_money_has_left(world):  # SPEC D9
    basket_id = world.order(carrot="2")
    world.close()
    world.do("validate_distribution", sale_id=SALE)
    world.tell(payout())

    with pytest.raises(domain.MoneyTransferred):
        world.do("reopen_basket", ADMIN, basket_id=basket_id)

    assert world.see("distribution", sale_id=SALE)["money_transferred"]


@pytest.mark.parametrize("actor", [STRANGER, FARMER, Actor(uid("marie"))])
def test_others_do_not_learn_that_the_basket_exists(world, actor):  # SPEC P3 X4
    basket_id = world.order(carrot="2")

    for read in ("basket", "trail"):
        with pytest.raises(NotFound):
            world.see(read, actor, basket_id=basket_id)
    for write in ("refund", "validate_basket", "reopen_basket"):
        with pytest.raises(NotFound):
            world.do(write, actor, basket_id=basket_id)
    with pytest.raises(NotFound):
        world.adjust(actor=actor, carrot="0")


def test_a_referent_may_not_reopen_and_a_visitor_must_log_in(world):  # SPEC P3 D9
    basket_id = world.order(carrot="2")
    world.do("validate_basket", REFERENT, basket_id=basket_id)

    with pytest.raises(Forbidden):
        world.do("reopen_basket", REFERENT, basket_id=basket_id)
    with pytest.raises(LogInRequired):
        world.basket(actor=Actor())


def test_a_line_of_somebody_else_is_not_adjusted(world):  # SPEC X4
    world.order("marie", carrot="2")
    world.order("paul", carrot="2")

    with pytest.raises(NotFound):
        world.adjust("marie", key="paul", carrot="0")
