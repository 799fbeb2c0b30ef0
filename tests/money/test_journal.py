"""docs/money.md shows what is booked, fact by fact: its journals are kept by the real code against the real stand-in."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from services.payments import domain
from services.payments.commands import reconciliation
from services.payments.models import Entry, Posting
from shared.money import Cents
from tests.money.tables import cents, tables
from tests.payments.conftest import StandIn, Till, till, together, validated
from tests.payments.test_amendments import amended
from tests.payments.test_balances import fail_to_refund, owing, pay_balance
from tests.payments.test_disputes import handed_over, opened

__all__ = ["till", "together"]

Story = Callable[[Till, Any], dict[str, UUID]]
"""Lives through the facts of a table; answers the ids of its columns."""


@pytest.fixture
def stand_in() -> Any:
    """Whose provider takes 1.5 % + 0.25 of a charge, and 15.00 of a dispute."""
    one = StandIn(fee_basis_points=150, fee_fixed_cents=25, dispute_fee_cents=1500)
    yield one
    one.close()


def a_sale(till: Till, together: Any) -> dict[str, UUID]:
    farm, sale = till.producer(), uuid4()
    order = till.paid(10000, sale=sale)
    till.deliver(till.refund(order.basket_id, sale, 1000))
    till.work()
    together.move(timedelta(minutes=1))
    till.deliver(validated(sale, {farm: 9000}, at=together(), paid=10000, refunded=1000))
    together.set(domain.run_at(domain.pay_on(domain.available_at(together()))))
    till.work()
    return {"sale": sale, "producer": farm, "connected": farm}


def a_balance(till: Till, together: Any) -> dict[str, UUID]:
    farm, sale, basket = till.producer(), uuid4(), uuid4()
    till.paid(1000, sale=sale, basket=basket)
    till.deliver(owing(sale, basket, 300), validated(sale, {farm: 1300}, at=together(), paid=1000))
    pay_balance(till)
    return {"sale": sale, "producer": farm}


def a_credit(till: Till, together: Any) -> dict[str, UUID]:
    first, second = uuid4(), uuid4()
    basket = till.paid(1000, sale=first).basket_id
    fail_to_refund(till, first, basket, 400)
    till.paid(1500, sale=second)
    return {"sale 1": first, "sale 2": second}


def a_change(till: Till, together: Any) -> dict[str, UUID]:
    sale = uuid4()
    order = till.paid(1000, sale=sale)
    till.deliver(amended(order, cents=250))
    till.work()
    till.paid(400, sale=sale, basket=order.basket_id)
    return {"sale": sale}


def a_dispute(till: Till, together: Any) -> dict[str, UUID]:
    farm, sale = till.producer(), uuid4()
    order = till.paid(1000, sale=sale)
    till.deliver(handed_over(order, (farm, 1000)), validated(sale, {farm: 1000}, at=together()))
    dispute_id = opened(till, order)
    till.stand_in.ask(f"disputes/{dispute_id}", {"outcome": "lost"})
    till.stand_in.wait("charge.dispute.closed")
    till.settled(lambda: till.work() or "dispute_lost" in {kind for kind, _ in booked(till)})
    return {"sale": sale, "disputed": sale, "producer": farm}


def a_reconciliation(till: Till, together: Any) -> dict[str, UUID]:
    sale = uuid4()
    order = till.paid(10000, sale=sale)
    till.deliver(till.refund(order.basket_id, sale, 1000))
    till.work()
    report = reconciliation.run(till.db, till.provider)
    assert (report.provider_cents, report.ledger_cents, report.differences) == (8825, 8825, [])
    return {"sale": sale}


STORIES: dict[str, Story] = {
    "journal of a sale": a_sale,
    "journal of a balance due": a_balance,
    "journal of a credit": a_credit,
    "journal of a changed order": a_change,
    "journal of a lost dispute": a_dispute,
    "journal of a reconciliation": a_reconciliation,
}


def booked(till: Till) -> list[tuple[str, dict[str, Cents]]]:
    """(kind, {account: cents}) of each entry, in the order in which they were booked."""
    with till.db.read() as session:
        entries = session.scalars(select(Entry).order_by(Entry.id)).all()
        postings = session.scalars(select(Posting)).all()
    return [(e.kind, {p.account: p.amount_cents for p in postings if p.entry_id == e.id}) for e in entries]


def named(account: str, ids: dict[str, UUID]) -> str:
    """The column of an account."""
    word, _, owner = account.partition(":")
    if word == "member":
        return word
    return next((name for name, each in ids.items() if name.split()[0] == word and str(each) == owner), word)


@pytest.mark.parametrize("name", STORIES)
def test_what_is_booked_is_what_the_page_shows(till: Till, together: Any, name: str) -> None:  # SPEC F2
    *rows, left = tables()[name]
    accounts = [column for column in rows[0] if column not in {"fact", "entry"}]

    ids = STORIES[name](till, together)

    shown = [(row["entry"], {each: cents(row[each]) for each in accounts if row[each]}) for row in rows]
    seen = [(kind, {named(each, ids): amount for each, amount in of.items()}) for kind, of in booked(till)]
    assert seen == shown
    sums = {each: sum(amounts.get(each, 0) for _, amounts in seen) for each in accounts}
    assert sums == {each: cents(left[each]) for each in accounts}
