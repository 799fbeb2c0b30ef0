"""A bank takes a charge back: who is told, what it costs, and that no order of words changes it."""

import itertools
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments import audit, domain, ledger, queries
from services.payments.commands import disputes, webhooks
from services.payments.models import Dispute, Payment
from shared.errors import NotFound
from shared.events.distributions import BasketValidated, DeliveredLine
from shared.events.orders import OrderPlaced
from shared.events.payments import DisputeClosed, DisputeLossShared, DisputeOpened, RefundFailed
from shared.money import Cents
from tests.payments.conftest import ADMIN, MARKET, MEMBER, StandIn, Till, cancelled, reopened, validated
from tests.payments.test_balances import owing, pay_balance

DISPUTE_FEE = 1500


@pytest.fixture
def stand_in() -> Any:
    one = StandIn(fee_basis_points=150, fee_fixed_cents=25, dispute_fee_cents=DISPUTE_FEE)
    yield one
    one.close()


def charge_of(till: Till, order: OrderPlaced) -> str:
    intent = till.payment(order).payment_intent
    return next(each["id"] for each in till.stand_in.books()["charges"] if each["payment_intent"] == intent)


def opened(till: Till, order: OrderPlaced) -> str:
    dispute_id: str = till.stand_in.ask("disputes", {"charge": charge_of(till, order)})["id"]
    till.settled(lambda: dispute(till, dispute_id))
    till.work()
    return dispute_id


def closed(till: Till, dispute_id: str, outcome: str) -> None:
    till.stand_in.ask(f"disputes/{dispute_id}", {"outcome": outcome})
    till.stand_in.wait("charge.dispute.closed")
    till.settled(lambda: till.work() or dispute(till, dispute_id).status == outcome)


def dispute(till: Till, dispute_id: str) -> Any:
    with till.db.read() as session:
        return session.get(Dispute, dispute_id)


def handed_over(order: OrderPlaced, *lines: tuple[UUID, Cents], version: int = 1) -> BasketValidated:
    delivered = [
        DeliveredLine(
            line_id=uuid4(),
            order_id=order.order_id,
            producer_id=producer,
            product_id=uuid4(),
            name="Pain",
            unit="kg",
            quantity=1,
            unit_price_cents=cents,
            vat_bp=550,
            gross_cents=cents,
        )
        for producer, cents in lines
    ]
    total = sum(cents for _, cents in lines)
    return BasketValidated(
        basket_id=order.basket_id,
        basket_number=1,
        sale_id=order.sale_id,
        market_id=MARKET,
        member_id=MEMBER.account_id,
        ordered_cents=order.total_cents,
        due_cents=total,
        refunded_cents=order.total_cents - total,
        changes=[],
        lines=delivered,
        version=version,
    )


def identity(figures: dict[str, Any]) -> bool:
    spent = ("refunds", "producers", "commission", "fees", "disputes", "unsettled")
    return figures["charges_cents"] == sum(figures[f"{name}_cents"] for name in spent)


def test_a_dispute_takes_the_money_and_its_fee_and_tells_the_administrators(till: Till) -> None:  # SPEC F2 F3
    order = till.paid(1000, sale=uuid4())

    dispute_id = opened(till, order)

    [event] = till.told(DisputeOpened)
    assert (event.dispute_id, event.order_id, event.amount_cents) == (dispute_id, order.order_id, 1000)
    balances = till.balances()
    assert balances[ledger.disputed(order.sale_id)] == 1000
    assert balances["provider"] == -DISPUTE_FEE
    figures = till.ledger(order.sale_id)
    assert (figures["disputed_cents"], figures["disputes_cents"]) == (1000, 0)
    assert figures["provider_fees_cents"] == DISPUTE_FEE
    assert identity(figures)


def test_a_dispute_that_is_won_leaves_no_trace_but_the_fee(till: Till) -> None:  # SPEC F2
    order = till.paid(1000, sale=uuid4())

    closed(till, opened(till, order), "won")

    assert [event.won for event in till.told(DisputeClosed)] == [True]
    assert ledger.disputed(order.sale_id) not in till.balances()
    assert till.balances()["provider"] == 1000 - DISPUTE_FEE


KINDS = ("charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed")


@pytest.mark.parametrize("outcome", ["won", "lost"])
@pytest.mark.parametrize("turn", itertools.permutations(range(3)))
def test_words_in_any_order_doubled_and_late_come_to_the_same(
    till: Till, turn: tuple[int, ...], outcome: str
) -> None:  # SPEC F3
    order = till.paid(1000, sale=uuid4())
    till.stand_in.take = None
    dispute_id = till.stand_in.ask("disputes", {"charge": charge_of(till, order)})["id"]
    till.stand_in.ask(f"disputes/{dispute_id}", {"outcome": outcome})
    letters = [till.stand_in.wait(kind)[0] for kind in KINDS]

    for index in turn:
        for _ in range(2):
            webhooks.receive(till.db, till.provider, *letters[index])
        till.work()

    assert len(till.told(DisputeOpened)) == len(till.told(DisputeClosed)) == 1
    assert till.balances()["provider"] == (1000 if outcome == "won" else 0) - DISPUTE_FEE
    assert dispute(till, dispute_id).status == outcome


def test_the_end_of_a_dispute_is_asked_for_when_its_word_is_lost(till: Till, together: Any) -> None:  # SPEC F3 X2
    order = till.paid(1000, sale=uuid4())
    dispute_id = opened(till, order)
    till.stand_in.ask("webhooks", {"drop": 9})
    till.stand_in.ask(f"disputes/{dispute_id}", {"outcome": "won"})

    till.work()
    assert dispute(till, dispute_id).status == "open"
    together.move(timedelta(days=1, seconds=1))
    till.work()

    assert dispute(till, dispute_id).status == "won"


def test_a_dispute_of_a_charge_not_heard_of_yet_brings_its_capture(till: Till) -> None:  # SPEC F3 X2
    till.stand_in.take = None
    order = till.order(1000, sale=uuid4())
    till.deliver(order)
    till.pay(order, card="4000000000000259")

    webhooks.receive(till.db, till.provider, *till.stand_in.wait("charge.dispute.created")[0])
    till.work()

    assert till.payment(order).status == "succeeded"
    assert len(till.told(DisputeOpened)) == 1


def test_a_refund_of_a_disputed_charge_fails_visibly(till: Till) -> None:  # SPEC F4
    order = till.paid(1000, sale=uuid4())
    opened(till, order)

    till.deliver(till.refund(order.basket_id, order.sale_id, 300))
    till.work()

    [event] = till.told(RefundFailed)
    assert event.error == "charge_disputed"
    with till.db.read() as session:
        [row] = queries.refunds_needing_attention(session, ADMIN, MARKET)["items"]
    assert (row["status"], row["error"]) == ("failed", "charge_disputed")


def test_a_lost_dispute_is_borne_by_the_producers_of_that_basket_alone(till: Till, together: Any) -> None:  # SPEC F1 F2
    """The worked example of docs/decisions/0041."""
    bread, leeks, honey = sorted(till.producer() for _ in range(3))
    sale = uuid4()
    order, other = till.paid(1000, sale=sale), till.paid(2000, sale=sale)
    till.deliver(handed_over(order, (bread, 667), (leeks, 333)), handed_over(other, (bread, 500), (honey, 1500)))
    till.deliver(validated(sale, {bread: 1167, leeks: 333, honey: 1500}, at=together()))

    closed(till, opened(till, order), "lost")

    figures, balances = till.ledger(sale), till.balances()
    assert {one.producer_id: one.amount_cents for one in till.told(DisputeLossShared)} == {bread: 667, leeks: 333}
    assert balances[ledger.producer(bread)] == -(1167 - 35 - 667)
    assert balances[ledger.producer(leeks)] == -(333 - 10 - 333)  # owed to the market until the next payout
    assert balances[ledger.producer(honey)] == -(1500 - 45)
    assert (figures["disputes_cents"], figures["disputed_cents"], figures["unsettled_cents"]) == (1000, 0, 0)
    assert identity(figures)


def test_what_a_producer_lost_is_taken_from_the_next_payout_or_carried_over(
    till: Till, together: Any
) -> None:  # SPEC F6
    farm = till.producer()
    sale, next_sale = uuid4(), uuid4()
    order = till.paid(1000, sale=sale)
    till.deliver(handed_over(order, (farm, 1000)), validated(sale, {farm: 1000}, at=together()))
    together.move(timedelta(days=11))
    till.paid(5000, sale=uuid4())  # other sales' money at the provider
    till.work()
    assert [row.amount_cents for row in till.payouts()] == [970]

    closed(till, opened(till, order), "lost")
    till.paid(4000, sale=next_sale)
    together.move(timedelta(days=7))
    till.work()
    assert len(till.payouts()) == 1  # -10.00 is carried over
    till.deliver(validated(next_sale, {farm: 4000}, at=together()))
    together.move(timedelta(days=11))
    till.work()

    assert [row.amount_cents for row in till.payouts()] == [970, 3880 - 1000]


def test_a_dispute_lost_before_the_validation_waits_for_it(till: Till, together: Any) -> None:  # SPEC F2
    farm, other = sorted(till.producer() for _ in range(2))
    sale = uuid4()
    order = till.paid(1000, sale=sale)
    till.paid(1000, sale=sale)
    closed(till, opened(till, order), "lost")
    assert till.told(DisputeLossShared) == []

    till.deliver(validated(sale, {farm: 1000, other: 1000}, at=together()))
    till.work()
    assert till.told(DisputeLossShared) == []  # its lines are still on their way
    till.deliver(handed_over(order, (farm, 1000)))
    till.work()

    assert [(one.producer_id, one.amount_cents) for one in till.told(DisputeLossShared)] == [(farm, 1000)]
    assert till.ledger(sale)["unsettled_cents"] == 0
    assert identity(till.ledger(sale))


def test_a_later_round_leaves_the_loss_as_it_is(till: Till, together: Any) -> None:  # SPEC F2 D9
    farm = till.producer()
    sale = uuid4()
    order = till.paid(1000, sale=sale)
    till.paid(1000, sale=sale)
    till.deliver(handed_over(order, (farm, 1000)), validated(sale, {farm: 2000}, at=together()))
    closed(till, opened(till, order), "lost")

    till.deliver(reopened(sale), validated(sale, {farm: 2000}, at=together(), number=2))

    assert till.ledger(sale)["producers_cents"] == 2000 - 60 - 1000
    assert identity(till.ledger(sale))


def test_money_that_was_to_go_back_and_could_not_pays_for_the_loss_first(till: Till, together: Any) -> None:  # SPEC F2
    farm = till.producer()
    sale = uuid4()
    order = till.paid(1000, sale=sale)
    dispute_id = opened(till, order)
    till.deliver(till.refund(order.basket_id, sale, 200))
    till.work()
    till.deliver(handed_over(order, (farm, 800)))
    till.deliver(validated(sale, {farm: 800}, at=together(), paid=1000, refunded=200))

    closed(till, dispute_id, "lost")

    figures = till.ledger(sale)
    assert [one.amount_cents for one in till.told(DisputeLossShared)] == [800]
    assert (figures["disputes_cents"], figures["unsettled_cents"]) == (1000, 0)
    assert identity(figures)


def test_a_dispute_lost_on_a_cancelled_order_is_borne_by_its_own_money(till: Till) -> None:  # SPEC S5 F2
    order = till.paid(1000, sale=uuid4())
    dispute_id = opened(till, order)
    till.deliver(cancelled(order, "sale_cancelled"))
    till.work()

    closed(till, dispute_id, "lost")

    figures = till.ledger(order.sale_id)
    assert till.told(DisputeLossShared) == []
    assert (figures["disputes_cents"], figures["unsettled_cents"]) == (1000, 0)


def test_disputes_of_a_market_are_for_its_administrators(till: Till, together: Any) -> None:  # SPEC X4
    farm = till.producer()
    sale = uuid4()
    order = till.paid(1000, sale=sale)
    till.deliver(handed_over(order, (farm, 1000)), validated(sale, {farm: 1000}, at=together()))
    dispute_id = opened(till, order)
    closed(till, dispute_id, "lost")

    with till.db.read() as session:
        [row] = queries.market_disputes(session, ADMIN, MARKET)["items"]
        with pytest.raises(NotFound):
            queries.market_disputes(session, MEMBER, MARKET)

    assert (row["dispute_id"], row["status"], row["amount_cents"]) == (dispute_id, "lost", 1000)
    assert [(part["producer_name"], part["amount_cents"]) for part in row["losses"]] == [("Ferme", 1000)]


def test_the_provider_that_does_not_answer_is_asked_again(till: Till, together: Any) -> None:  # SPEC X2
    order = till.paid(1000, sale=uuid4())
    till.stand_in.ask("fail", {"call": "disputes.retrieve", "mode": "http_500", "times": 9})

    till.stand_in.ask("disputes", {"charge": charge_of(till, order)})
    till.stand_in.wait("charge.dispute.created")
    till.work()
    assert till.told(DisputeOpened) == []
    till.stand_in.ask("fail", method="DELETE")
    together.move(timedelta(hours=2))
    till.work()

    assert len(till.told(DisputeOpened)) == 1


@given(
    amount=st.integers(0, 10**6),
    unspent=st.integers(-(10**6), 10**6),
    delivered=st.lists(st.integers(0, 10**6), max_size=6),
)
def test_a_loss_is_borne_to_the_cent(amount: int, unspent: int, delivered: list[int]) -> None:  # SPEC F1
    by = {UUID(int=index): cents for index, cents in enumerate(delivered)}

    loss = domain.bear(amount, unspent, by)

    assert loss.sale_cents + loss.fees_cents + sum(loss.producers.values()) == amount
    assert 0 <= loss.sale_cents <= max(unspent, 0)
    assert not (loss.fees_cents and any(by.values()))
    assert all(by[producer] > 0 and part > 0 for producer, part in loss.producers.items())


def test_two_replicas_share_a_loss_once(till: Till, together: Any) -> None:  # SPEC X2
    farm = till.producer()
    sale = uuid4()
    order = till.paid(1000, sale=sale)
    till.deliver(handed_over(order, (farm, 1000)), validated(sale, {farm: 1000}, at=together()))
    closed(till, opened(till, order), "lost")

    with till.db.write() as session:
        assert disputes.share_loss(session) is False

    assert len(till.told(DisputeLossShared)) == 1


def pages_charge(till: Till, page: Payment) -> str:
    return next(
        each["id"] for each in till.stand_in.books()["charges"] if each["payment_intent"] == page.payment_intent
    )


def take_back(till: Till, charge: str, outcome: str) -> None:
    dispute_id: str = till.stand_in.ask("disputes", {"charge": charge})["id"]
    till.settled(lambda: dispute(till, dispute_id))
    till.work()
    closed(till, dispute_id, outcome)


def no_fault(till: Till) -> bool:
    with till.db.read() as session:
        return not [(rule, rows) for rule, rows in audit.audit(session) if rows]


@pytest.mark.parametrize(("outcome", "owed"), [("lost", 300), ("won", 0)])
def test_a_dispute_of_what_paid_a_balance_leaves_the_balance_to_pay_again(
    till: Till, together: Any, outcome: str, owed: Cents
) -> None:  # SPEC D2 F2
    farm, sale, basket = till.producer(), uuid4(), uuid4()
    till.paid(1000, sale=sale, basket=basket)
    till.deliver(owing(sale, basket, 300), validated(sale, {farm: 1300}, at=together(), paid=1000))
    page = pay_balance(till)

    take_back(till, pages_charge(till, page), outcome)

    assert till.balances().get(till.MEMBER_ACCOUNT, 0) == owed
    assert till.balances()[ledger.producer(farm)] == -(1261 - (291 if owed else 0))
    assert till.ledger(sale)["open_balances_cents"] == owed
    assert till.told(DisputeLossShared) == []
    assert no_fault(till)


def test_a_balance_owed_again_is_paid_again_and_shared_out_again(till: Till, together: Any) -> None:  # SPEC D2 F5
    farm, sale, basket = till.producer(), uuid4(), uuid4()
    till.paid(1000, sale=sale, basket=basket)
    till.deliver(owing(sale, basket, 300), validated(sale, {farm: 1300}, at=together(), paid=1000))
    take_back(till, pages_charge(till, pay_balance(till)), "lost")

    pay_balance(till)

    assert till.balances()[ledger.producer(farm)] == -1261
    assert till.ledger(sale)["unsettled_cents"] == 0
    assert no_fault(till)


def test_a_charge_that_paid_an_order_and_a_balance_is_borne_for_the_order_and_owed_for_the_balance(
    till: Till, together: Any
) -> None:  # SPEC D2 F1 F2
    farm, other, debt, sale, basket = till.producer(), till.producer(), uuid4(), uuid4(), uuid4()
    till.paid(1000, sale=debt, basket=basket)
    till.deliver(owing(debt, basket, 300), validated(debt, {other: 1300}, at=together(), paid=1000))
    order = till.paid(700, sale=sale)
    till.deliver(handed_over(order, (farm, 700)), validated(sale, {farm: 700}, at=together()))

    closed(till, opened(till, order), "lost")

    figures = till.ledger(sale)
    assert [(one.producer_id, one.amount_cents) for one in till.told(DisputeLossShared)] == [(farm, 700)]
    assert till.balances()[till.MEMBER_ACCOUNT] == 300
    assert till.balances()[ledger.producer(other)] == -970
    assert (figures["disputes_cents"], figures["disputed_cents"], figures["unsettled_cents"]) == (700, 0, 0)
    assert identity(figures)
    assert no_fault(till)


def test_a_lost_dispute_takes_back_what_had_become_credit_of_the_charge(
    till: Till, together: Any
) -> None:  # SPEC F2 F4
    sale = uuid4()
    order = till.paid(1000, sale=sale)
    dispute_id = opened(till, order)
    till.deliver(till.refund(order.basket_id, sale, 400))
    till.work()
    assert till.balances()[till.MEMBER_ACCOUNT] == -400
    till.paid(900, sale=uuid4())  # spends it

    farm = till.producer()
    till.deliver(handed_over(order, (farm, 600)))
    till.deliver(validated(sale, {farm: 600}, at=together(), paid=1000, refunded=400))
    closed(till, dispute_id, "lost")

    figures = till.ledger(sale)
    assert till.balances()[till.MEMBER_ACCOUNT] == 400
    assert (figures["refunds_cents"], figures["disputes_cents"], figures["unsettled_cents"]) == (0, 1000, 0)
    assert identity(figures)
    assert no_fault(till)
