"""Whatever is adjusted, refunded, validated and reopened in whatever order, no cent is lost (SPEC F1, F4, F5)."""

from contextlib import suppress
from decimal import Decimal
from itertools import count

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from services.distributions import domain
from services.distributions.models import Basket, BasketLine, Refund
from shared.errors import Refusal
from shared.events.distributions import BasketValidated, DistributionValidated, RefundRequested
from shared.events.markets import ReferentAppointed
from shared.events.payments import RefundFailed
from shared.money import line_total
from tests.distributions.world import (
    ADMIN,
    BUTCHER,
    MARKET,
    PRODUCTS,
    REFERENT,
    VEGETABLES,
    confirmed,
    not_delivering,
    planned,
    settled,
    uid,
)

MEMBERS = ("a", "b")
member = st.sampled_from(MEMBERS)
product = st.sampled_from(["bread", "carrot", "chicken"])
thousandths = st.one_of(st.just(0), st.integers(0, 4000))
action = st.one_of(
    st.tuples(st.just("order"), member, st.dictionaries(product, st.integers(1, 3000), min_size=1)),
    st.tuples(st.just("adjust"), member, product, thousandths),
    st.tuples(st.just("adjust"), member, product, thousandths),
    st.tuples(st.just("refund"), member),
    st.tuples(st.just("validate_basket"), member),
    st.tuples(st.just("reopen_basket"), member),
    st.tuples(st.just("missing_product"), product),
    st.tuples(st.just("miss"), member),
    st.tuples(st.just("refund_missed"), member),
    st.tuples(st.just("not_delivering"), st.sampled_from([VEGETABLES, BUTCHER])),
    st.tuples(st.just("refund_fails"), st.integers(0, 5)),
    st.tuples(st.just("refund_all")),
    st.tuples(st.just("refund_all")),
    st.tuples(st.just("validate_distribution")),
)
numbers = count(1)


def quantity(name, wanted):
    """Whole loaves, thousandths of kilograms."""
    return Decimal(wanted) / 1000 if PRODUCTS[name][2] else Decimal(wanted // 1000 + 1)


class Story:
    """A sale of its own in a shared database, changed by one action after the other."""

    def __init__(self, world):
        self.world, self.number, self.orders = world, next(numbers), count(1)
        self.sale = uid(f"sale {self.number}")
        world.tell(
            planned(self.sale),
            settled(self.sale),
            ReferentAppointed(sale_id=self.sale, market_id=MARKET, account_id=REFERENT.account_id, version=1),
        )
        world.forget()

    def basket(self, who):
        return uid(f"basket {self.number} {who}")

    def order(self, who, lines):
        bought = {name: quantity(name, wanted) for name, wanted in lines.items()}
        self.world.tell(
            confirmed(f"{self.number} {who}", bought, key=f"{self.number} {who} {next(self.orders)}", sale=self.sale)
        )

    def adjust(self, who, name, wanted):
        for line in self.rows(BasketLine, BasketLine.basket_id == self.basket(who), BasketLine.product_id == uid(name)):
            version = self.rows(Basket, Basket.id == line.basket_id)[0].version
            self.world.do(
                "adjust",
                basket_id=line.basket_id,
                version=version,
                lines=[{"line_id": line.id, "delivered": quantity(name, wanted)}],
            )

    def refund(self, who):
        self.world.do("refund", basket_id=self.basket(who))

    def refund_all(self):
        for basket in self.rows(Basket, Basket.sale_id == self.sale):
            try:
                self.world.do("refund", basket_id=basket.id)
            except (domain.NothingToRefund, domain.BasketIsValidated):
                continue

    def miss(self, who):
        self.world.do("mark_not_collected", basket_id=self.basket(who))

    def refund_missed(self, who):
        self.world.do("refund_not_collected", ADMIN, basket_id=self.basket(who))

    def validate_basket(self, who):
        self.world.do("validate_basket", basket_id=self.basket(who))

    def reopen_basket(self, who):
        self.world.do("reopen_basket", ADMIN, basket_id=self.basket(who))

    def missing_product(self, name):
        self.world.do("missing_product", sale_id=self.sale, product_id=uid(name))

    def not_delivering(self, producer_id):
        self.world.tell(not_delivering(producer_id, self.sale))

    def validate_distribution(self):
        self.world.do("validate_distribution", sale_id=self.sale)

    def refund_fails(self, index):
        asked = self.world.told(RefundRequested)
        for one in asked[index : index + 1]:
            self.world.tell(
                RefundFailed(
                    refund_id=one.refund_id,
                    basket_id=one.basket_id,
                    sale_id=one.sale_id,
                    market_id=MARKET,
                    member_id=one.member_id,
                    amount_cents=one.amount_cents,
                    reason=one.reason,
                    error="declined",
                )
            )

    def rows(self, model, *which):
        with self.world.db.read() as session:
            return list(session.scalars(select(model).where(*which)))

    def check(self):
        for basket in self.rows(Basket, Basket.sale_id == self.sale):
            lines = self.rows(BasketLine, BasketLine.basket_id == basket.id)
            refunds = self.rows(Refund, Refund.basket_id == basket.id)
            assert basket.due_cents == sum(line.delivered_cents for line in lines)
            assert basket.paid_cents == basket.ordered_cents == sum(line.ordered_cents for line in lines)
            assert basket.refunded_cents == sum(refund.amount_cents for refund in refunds)
            assert 0 <= basket.refunded_cents <= basket.paid_cents
            purse = domain.Purse(basket.paid_cents, basket.refunded_cents, basket.due_cents)
            assert purse.due_cents + purse.to_refund_cents == purse.kept_cents + purse.owed_cents
            assert basket.state != domain.VALIDATED or purse.to_refund_cents == 0
            assert all(refund.amount_cents > 0 for refund in refunds)
            for line in lines:
                self.check_line(line)
        self.check_told()

    def check_line(self, line):
        exact = line_total(line.unit_price_cents, line.delivered)
        assert line.delivered_cents == (min(exact, line.ordered_cents) if line.weighed else exact)

    def check_told(self):
        rounds = self.world.told(DistributionValidated)
        assert [event.round for event in rounds] == list(range(1, len(rounds) + 1))
        owed = {}
        for event in self.world.told():
            if isinstance(event, BasketValidated):
                owed[event.basket_id] = event.owed_cents
            if isinstance(event, DistributionValidated):
                assert event.delivered_cents == event.paid_cents - event.refunded_cents + sum(owed.values())
                assert event.delivered_cents == sum(producer.gross_cents for producer in event.producers)


@given(first=st.dictionaries(product, st.integers(1, 3000), min_size=2), actions=st.lists(action, max_size=24))
def test_no_cent_is_lost_in_any_story(world, first, actions):  # SPEC F1 F4 F5
    story = Story(world)
    story.order("a", first)
    for name, *args in actions:
        with suppress(Refusal):
            getattr(story, name)(*args)
        story.check()
    # in the end everything can be given back and validated
    story.refund_all()
    if not world.see("distribution", sale_id=story.sale)["validated_at"]:
        story.validate_distribution()
    story.check()
    assert len(world.told(DistributionValidated)) >= 1


@given(price=st.integers(0, 100_000), ordered=st.integers(1, 100_000), delivered=st.integers(0, 200_000))
def test_what_is_weighed_costs_no_more_than_ordered_and_the_rest_what_it_weighs(
    price, ordered, delivered
):  # SPEC O9 C2
    quantity, brought = Decimal(ordered) / 1000, Decimal(delivered) / 1000
    terms = {
        weighed: domain.LineTerms("Carrot", True, weighed, price, quantity, line_total(price, quantity))
        for weighed in (True, False)
    }

    cents = domain.delivered_cents(terms[True], brought)

    assert 0 <= cents <= terms[True].ordered_cents
    assert (cents == terms[True].ordered_cents) or brought < quantity
    assert domain.delivered_cents(terms[False], brought) == line_total(price, brought)


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=5), st.lists(st.integers(1, 10_000), max_size=5))
def test_refunds_fall_on_payments_without_a_cent_too_many(payments, refunds):  # SPEC F4
    left = {uid(index): amount for index, amount in enumerate(payments)}
    given_back = 0

    for refund in refunds:
        amount = min(refund, sum(left.values()))
        for order, part in domain.falls_on(amount, left).items():
            left[order] -= part
        given_back += amount

    assert sum(left.values()) == sum(payments) - given_back
    assert all(0 <= rest <= payments[index] for index, rest in enumerate(left.values()))
