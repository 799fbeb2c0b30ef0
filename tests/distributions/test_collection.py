"""Baskets that nobody came for (SPEC D7), and what an administrator may put right until the money has left (D9)."""

from datetime import timedelta

import pytest

from services.distributions import domain
from shared.errors import Forbidden, NotFound, VersionConflict
from shared.events.distributions import (
    BasketCollected,
    BasketNotCollected,
    DistributionReopened,
    DistributionValidated,
    RefundRequested,
)
from shared.events.payments import PayoutSale, PayoutSent
from tests.distributions.world import ADMIN, DAY, MARKET, REFERENT, SALE, STRANGER, VEGETABLES, uid

MARIE = uid("basket marie")


@pytest.fixture
def day(world, moment):
    """Two paid baskets; the distribution has just begun."""
    world.order("marie", carrot="2", chicken="1.5")
    world.order("paul", bread="1")
    world.close()
    moment.set(DAY)
    world.forget()
    return world


def paid_out(world):
    world.tell(
        PayoutSent(
            payout_id=uid("payout"),
            producer_id=VEGETABLES,
            amount_cents=1,
            paid_on=DAY.date(),
            sales=[PayoutSale(sale_id=SALE, market_id=MARKET, amount_cents=1)],
        )
    )


def actions(world):
    return [item["action"] for item in world.see("trail", basket_id=MARIE)["items"]]


def test_a_basket_nobody_came_for_is_noted_told_and_stays_paid(day):  # SPEC D7
    seen = day.do("mark_not_collected", basket_id=MARIE, version=day.basket()["version"])

    (event,) = day.told(BasketNotCollected)
    assert (event.basket_id, event.noted_at, event.noted_by) == (MARIE, DAY, REFERENT.account_id)
    assert (seen.not_collected_at, seen.due_cents, seen.refunded_cents) == (DAY, 2455, 0)
    assert actions(day)[-1] == "not_collected"
    day.do("validate_distribution", sale_id=SALE)
    (validated,) = day.told(DistributionValidated)
    assert (validated.basket_count, validated.refunded_cents, validated.delivered_cents) == (2, 0, 2905)


def test_those_who_have_not_come_are_listed_with_their_phones(day):  # SPEC D7
    before = day.see("baskets", sale_id=SALE, uncollected=True)["items"]
    day.do("validate_basket", basket_id=uid("basket paul"))
    one_left = day.see("baskets", sale_id=SALE, uncollected=True)["items"]
    day.do("mark_not_collected", basket_id=MARIE)

    assert [(row["last_name"], row["phone"]) for row in before] == [
        ("Abadie", "+33 6 12 34 56 78"),
        ("Dupont", "+33 6 12 34 56 78"),
    ]
    assert [row["last_name"] for row in one_left] == ["Dupont"]
    assert day.see("baskets", sale_id=SALE, uncollected=True)["items"] == []
    counts = day.see("distribution", sale_id=SALE)["counts"]
    assert (counts["awaited"], counts["not_collected"], counts["validated"]) == (0, 1, 1)


def test_it_is_time_to_call_a_quarter_of_an_hour_before_the_end(day, moment):  # SPEC D7
    moment.set(DAY + timedelta(minutes=45) - timedelta(seconds=1))
    assert not day.see("distribution", sale_id=SALE)["time_to_call"]

    moment.move(timedelta(seconds=1))

    assert day.see("distribution", sale_id=SALE)["time_to_call"]


def test_nobody_has_missed_a_distribution_that_has_not_begun(day, moment):  # SPEC D7
    moment.move(-timedelta(seconds=1))

    with pytest.raises(domain.DistributionNotStarted):
        day.do("mark_not_collected", basket_id=MARIE)


def test_what_was_noted_can_be_taken_back(day, moment):  # SPEC D7
    day.do("mark_not_collected", basket_id=MARIE)
    with pytest.raises(domain.BasketIsNotCollected):
        day.do("mark_not_collected", basket_id=MARIE)
    moment.move(timedelta(minutes=5))

    day.do("mark_collected", basket_id=MARIE)

    (event,) = day.told(BasketCollected)
    assert (event.basket_id, event.noted_at) == (MARIE, DAY)
    assert day.basket()["not_collected_at"] is None
    assert actions(day)[-2:] == ["not_collected", "collected"]
    with pytest.raises(domain.BasketIsCollected):
        day.do("mark_collected", basket_id=MARIE)


def test_it_is_noted_on_a_basket_that_the_whole_distribution_validated(day):  # SPEC D7
    day.do("validate_distribution", sale_id=SALE)

    day.do("mark_not_collected", basket_id=MARIE)

    assert day.basket()["state"] == "validated"
    assert day.see("distribution", sale_id=SALE)["stage"] == "validated"


def test_only_those_who_settle_the_sale_note_it_and_only_an_administrator_refunds(day):  # SPEC P3 D7
    for command in ("mark_not_collected", "mark_collected", "refund_not_collected"):
        with pytest.raises(NotFound):
            day.do(command, STRANGER, basket_id=MARIE)
    day.do("mark_not_collected", basket_id=MARIE)

    with pytest.raises(Forbidden):
        day.do("refund_not_collected", REFERENT, basket_id=MARIE)


def test_two_people_do_not_overwrite_each_other(day):  # SPEC D8
    old = day.basket()["version"]
    day.do("mark_not_collected", basket_id=MARIE, version=old)

    for command, actor in (("mark_collected", REFERENT), ("refund_not_collected", ADMIN)):
        with pytest.raises(VersionConflict):
            day.do(command, actor, basket_id=MARIE, version=old)


def test_an_administrator_refunds_a_basket_that_was_not_collected_whole(day):  # SPEC D7
    day.adjust(carrot="1")
    day.refund()
    day.do("mark_not_collected", basket_id=MARIE)

    day.do("refund_not_collected", ADMIN, basket_id=MARIE)

    assert [(e.amount_cents, e.reason) for e in day.told(RefundRequested)] == [
        (260, "adjusted"),
        (2455 - 260, "not_collected"),
    ]
    seen = day.basket()
    assert (seen["due_cents"], seen["refunded_cents"], seen["to_refund_cents"]) == (0, 2455, 0)
    with pytest.raises(domain.NothingToRefund):
        day.do("refund_not_collected", ADMIN, basket_id=MARIE)


def test_a_basket_that_was_collected_is_not_refunded_for_that(day):  # SPEC D7
    with pytest.raises(domain.BasketIsCollected):
        day.do("refund_not_collected", ADMIN, basket_id=MARIE)


def test_a_refund_after_the_validation_reopens_it_and_the_next_round_tells_the_new_figures(day):  # SPEC D7 D9 F5
    day.do("mark_not_collected", basket_id=MARIE)
    day.do("validate_distribution", sale_id=SALE)

    day.do("refund_not_collected", ADMIN, basket_id=MARIE)
    assert [event.round for event in day.told(DistributionReopened)] == [1]
    assert actions(day)[-3:] == ["reopened", "adjusted", "refund_requested"]
    day.do("validate_distribution", sale_id=SALE)

    again = day.told(DistributionValidated)[-1]
    assert (again.round, again.paid_cents, again.refunded_cents, again.delivered_cents) == (2, 2905, 2455, 450)
    assert {each.producer_id: each.gross_cents for each in again.producers}[VEGETABLES] == 450


def test_once_the_producers_are_paid_nothing_is_refunded_or_reopened(day):  # SPEC D7 D9
    day.do("mark_not_collected", basket_id=MARIE)
    day.do("validate_distribution", sale_id=SALE)
    paid_out(day)

    for command in ("refund_not_collected", "reopen_basket"):
        with pytest.raises(domain.MoneyTransferred):
            day.do(command, ADMIN, basket_id=MARIE)


def test_a_basket_reopened_just_before_the_money_left_is_settled_as_far_as_it_was_changed(day):  # SPEC D9 F5
    day.do("validate_distribution", sale_id=SALE)
    day.do("reopen_basket", ADMIN, basket_id=MARIE)
    day.adjust(actor=ADMIN, chicken="1")
    paid_out(day)

    with pytest.raises(domain.MoneyTransferred):
        day.adjust(actor=ADMIN, chicken="0")
    day.refund(actor=ADMIN)
    day.do("validate_distribution", ADMIN, sale_id=SALE)

    again = day.told(DistributionValidated)[-1]
    assert (again.round, again.refunded_cents, again.delivered_cents) == (2, 645, 2905 - 645)
