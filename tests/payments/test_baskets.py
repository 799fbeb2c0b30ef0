"""What a validated basket leaves in payments: its lines, as they were last told."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import select

from services.payments.models import DeliveredLine, SettledBasket
from shared.events.distributions import BasketValidated
from shared.events.distributions import DeliveredLine as Told


def line(cents: int) -> Told:
    return Told(
        line_id=uuid4(),
        order_id=uuid4(),
        product_id=uuid4(),
        producer_id=uuid4(),
        name="Carottes",
        unit="kg",
        quantity=Decimal("1.250"),
        unit_price_cents=280,
        vat_bp=550,
        gross_cents=cents,
    )


def basket(*lines: Told, version: int) -> BasketValidated:
    worth = sum(each.gross_cents for each in lines)
    return BasketValidated(
        basket_id=uuid4(),
        basket_number=7,
        sale_id=uuid4(),
        market_id=uuid4(),
        member_id=uuid4(),
        ordered_cents=worth,
        due_cents=worth,
        refunded_cents=0,
        changes=[],
        version=version,
        owed_cents=20,
        lines=list(lines),
    )


def kept(till) -> tuple[SettledBasket, set[int]]:
    with till.db.read() as session:
        (row,) = session.scalars(select(SettledBasket)).all()
        return row, set(session.scalars(select(DeliveredLine.gross_cents)))


def test_a_settled_basket_is_kept_with_what_was_handed_over(till):
    till.deliver(basket(line(350), line(120), version=4))

    row, cents = kept(till)

    assert (row.number, row.due_cents, row.owed_cents, row.version) == (7, 470, 20, 4)
    assert cents == {350, 120}


def test_the_last_validation_counts_whatever_the_order_and_the_repetitions(till):
    first = basket(line(350), line(120), version=4)
    last = replace(first, lines=[line(90)], due_cents=90, version=6)

    till.deliver(last, first, last)

    row, cents = kept(till)
    assert (row.due_cents, row.version, cents) == (90, 6, {90})
