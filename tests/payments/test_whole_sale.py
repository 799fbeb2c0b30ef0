"""A sale is cancelled, or a product is missing for everybody: each payment gives back once, and how far it is shows."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import eventlet
import pytest
from sqlalchemy import event, select

from services.payments import queries
from services.payments.commands import refunds
from services.payments.models import RefundPart
from services.payments.provider import Provider
from shared.actor import Actor
from shared.errors import NotFound
from shared.events.markets import ReferentAppointed
from shared.events.orders import OrderPlaced
from shared.events.payments import RefundFailed, RefundSucceeded
from tests.payments.conftest import ADMIN, KEY, MEMBER, SECRET, Till, cancelled
from tests.support import databases
from tests.support.fixtures import Moment

LATER = refunds.work.domain.LEASE * 2
REFERENT = Actor(uuid4())


def customers(till: Till, sale: UUID, count: int) -> list[OrderPlaced]:
    """Paid orders of odd amounts, each in a basket of its own."""
    return [till.paid(1000 + 37 * number, sale=sale) for number in range(count)]


def cancel(till: Till, orders: list[OrderPlaced]) -> None:
    till.deliver(*(cancelled(order, "sale_cancelled") for order in orders))


def sent(till: Till) -> list[int]:
    return sorted(refund["amount"] for refund in till.stand_in.books()["refunds"])


def progress(till: Till, sale: UUID, actor: Actor = ADMIN) -> dict[str, Any]:
    with till.db.read() as session:
        return queries.sale_refunds(session, actor, sale)


def counts(found: dict[str, Any]) -> dict[str, int]:
    return {state: each["count"] for state, each in found["states"].items() if each["count"]}


def test_a_cancelled_sale_gives_back_each_payment_once_whatever_was_given_back_before(till: Till) -> None:  # SPEC S5 F4
    sale, basket = uuid4(), uuid4()
    first, second = till.paid(1000, sale=sale, basket=basket), till.paid(3000, sale=sale, basket=basket)
    other = till.paid(500, sale=sale)
    till.deliver(till.refund(basket, sale, 3500))  # the larger whole, and half of the smaller
    till.work()

    cancel(till, [first, second, other, first, second])
    till.work()

    assert sent(till) == [500, 500, 500, 3000]
    books = till.stand_in.books()
    assert sum(books["balances"][books["platform"]].values()) == 0
    assert till.balances() == {}
    assert sum(each.amount_cents for each in till.told(RefundSucceeded)) == 4500


def test_a_sale_cancelled_while_an_earlier_refund_is_on_its_way_gives_back_the_rest(till: Till) -> None:  # SPEC S5 F4
    sale, basket = uuid4(), uuid4()
    order = till.paid(1000, sale=sale, basket=basket)

    till.deliver(till.refund(basket, sale, 331))
    cancel(till, [order])
    till.work()

    assert sent(till) == [331, 669]
    assert till.balances() == {}


@pytest.mark.parametrize("captured", [True, False])
def test_a_refund_that_is_told_after_the_cancellation_of_its_orders_is_part_of_theirs(  # SPEC S5 X2
    till: Till, captured: bool
) -> None:
    sale, basket = uuid4(), uuid4()
    orders = [till.paid(1000, sale=sale, basket=basket), till.paid(800, sale=sale, basket=basket)]
    late = till.refund(basket, sale, 450)

    cancel(till, orders[:1])
    if captured:
        till.work()
    cancel(till, orders[1:])
    till.deliver(late, late)
    till.work()

    assert sent(till) == [800, 1000]
    assert till.told(RefundFailed) == []
    told = {event.refund_id: event.amount_cents for event in till.told(RefundSucceeded)}
    assert (told[late.refund_id], sum(told.values())) == (0, 1800)
    assert till.balances() == {}


def test_more_than_was_paid_is_still_refused_when_only_one_of_two_orders_was_cancelled(till: Till) -> None:  # SPEC F4
    sale, basket = uuid4(), uuid4()
    first, _ = till.paid(1000, sale=sale, basket=basket), till.paid(300, sale=sale, basket=basket)
    cancel(till, [first])

    till.deliver(till.refund(basket, sale, 450))
    till.work()

    assert [event.error for event in till.told(RefundFailed)] == ["exceeds_paid"]


def test_how_far_the_refunds_of_a_sale_are_is_counted_in_orders_and_cents(till: Till) -> None:  # SPEC S5
    sale = uuid4()
    orders = customers(till, sale, 3)
    unpaid = till.order(700, sale=sale)
    till.deliver(unpaid, till.refund(unpaid.basket_id, sale, 700))
    till.stand_in.ask("fail", {"call": "refunds.create", "mode": "refuse", "code": "charge_disputed", "status": 400})
    cancel(till, orders)
    before = progress(till, sale)

    till.work()
    after = progress(till, sale)

    assert counts(before) == {"waiting": 1, "pending": 3}
    assert (before["total"], before["done"], before["total_cents"]) == (4, 0, 3111 + 700)
    assert counts(after) == {"waiting": 1, "succeeded": 2, "failed": 1}
    (failed,) = after["failed"]
    assert (failed["error"], failed["member_id"]) == ("charge_disputed", MEMBER.account_id)
    assert after["done_cents"] + failed["amount_cents"] == 3111
    assert after["reasons"] == [
        {"reason": "sale_cancelled", "count": 3, "cents": 3111, "done": 2},
        {"reason": "shortage", "count": 1, "cents": 700, "done": 0},
    ]


def test_the_referent_of_the_sale_sees_its_refunds_and_nobody_else_does(till: Till) -> None:  # SPEC P3
    sale, other = uuid4(), uuid4()
    cancel(till, customers(till, sale, 1) + customers(till, other, 1))
    till.deliver(ReferentAppointed(sale_id=sale, market_id=till.MARKET, account_id=REFERENT.account_id, version=1))

    assert progress(till, sale, REFERENT)["total"] == 1
    for actor, of in ((REFERENT, other), (MEMBER, sale)):
        with pytest.raises(NotFound):
            progress(till, of, actor)


def test_a_sale_that_nobody_has_paid_for_has_no_refunds(till: Till) -> None:
    found = progress(till, uuid4())

    assert (found["total"], found["done"], found["failed"]) == (0, 0, [])


class Stopped(SystemExit):
    """The process ends here."""


def stop_at(number: int, then: Callable[..., Any]) -> Callable[..., Any]:
    """The n-th call does not return, nor any after it."""
    calls = iter(range(1, 10_000))

    def stopping(*args: Any, **kwargs: Any) -> Any:
        if next(calls) >= number:
            raise Stopped
        return then(*args, **kwargs)

    return stopping


@pytest.mark.parametrize("step", ["claimed", "called", "answered"])
@pytest.mark.parametrize("number", [1, 4])
def test_a_process_that_ends_amid_the_refunds_of_a_sale_leaves_them_to_the_next(  # SPEC X2 S5
    till: Till, together: Moment, monkeypatch: pytest.MonkeyPatch, step: str, number: int
) -> None:
    sale = uuid4()
    orders = customers(till, sale, 6)
    till.stand_in.take = None
    cancel(till, orders)
    monkeypatch.setattr(refunds, "AT_ONCE", 1)
    with monkeypatch.context() as ending:
        if step == "claimed":
            ending.setattr(till.provider, "refund", stop_at(number, till.provider.refund))
        elif step == "called":
            ending.setattr(refunds, "answered", stop_at(number, refunds.answered))
        else:
            ending.setattr(refunds.ledger, "book", stop_at(number, refunds.ledger.book))
        with pytest.raises(Stopped):
            till.work()
    assert counts(progress(till, sale)) == {"pending": 7 - number} | ({"succeeded": number - 1} if number > 1 else {})

    monkeypatch.setattr(refunds, "AT_ONCE", 8)
    together.move(LATER)
    replica = Till(databases.twin(till.db), till.stand_in, Provider(KEY, till.stand_in.url, SECRET))
    replica.work()
    replica.db.close()

    assert sent(till) == sorted(order.total_cents for order in orders)
    assert counts(progress(till, sale)) == {"succeeded": 6}
    assert len(till.told(RefundSucceeded)) == 6
    assert till.balances() == {}


def test_refunds_go_out_several_at_a_time_and_never_more_than_allowed(  # SPEC S5
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale = uuid4()
    orders = customers(till, sale, 2 * refunds.AT_ONCE + 3)
    cancel(till, orders)
    here, most, call = [0], [0], till.provider.refund

    def counted(**asked: Any) -> Any:
        here[0] += 1
        most[0] = max(most[0], here[0])
        try:
            return call(**asked)
        finally:
            here[0] -= 1

    monkeypatch.setattr(till.provider, "refund", counted)
    while refunds.send(till.db, till.provider):
        eventlet.sleep(0)

    assert most[0] == refunds.AT_ONCE
    assert sent(till) == sorted(order.total_cents for order in orders)
    assert till.balances() == {}


def test_one_refund_that_goes_wrong_does_not_keep_the_others_of_its_group(  # SPEC X3
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale = uuid4()
    orders = customers(till, sale, 4)
    till.stand_in.take = None
    cancel(till, orders)
    call = till.provider.refund

    def breaking(**asked: Any) -> Any:
        if asked["amount_cents"] == orders[0].total_cents:
            message = "a bug"
            raise ZeroDivisionError(message)
        return call(**asked)

    monkeypatch.setattr(till.provider, "refund", breaking)
    with pytest.raises(ZeroDivisionError):
        refunds.send(till.db, till.provider)

    assert counts(progress(till, sale)) == {"succeeded": 3, "pending": 1}


def test_the_progress_of_a_sale_takes_as_many_statements_for_many_refunds_as_for_one(till: Till) -> None:
    few, many = uuid4(), uuid4()
    cancel(till, customers(till, few, 1) + customers(till, many, 6))
    statements: list[str] = []
    event.listen(till.db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    progress(till, few)
    taken = len(statements)
    progress(till, many)

    assert len(statements) == 2 * taken
    with till.db.read() as session:
        assert len(session.scalars(select(RefundPart)).all()) == 7
