"""A member changes or cancels a paid basket until closing (SPEC O8)."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event as sql_event

from services.orders.models import StockLevel
from shared.events.orders import (
    LatePaymentRefused,
    OrderAmended,
    OrderCancelled,
    OrderConfirmed,
    OrderExpired,
    OrderPlaced,
    SaleOrdersSettled,
)
from tests.orders.world import D, Refused

LIFE, GRACE = timedelta(minutes=35), timedelta(minutes=2)
SECOND = timedelta(seconds=1)


@pytest.fixture
def carrots(world):
    return world.product(stock=10)


@pytest.fixture
def eggs(world):
    return world.product("Œufs", price=400, stock=6)


@pytest.fixture
def member(world):
    return world.person()


def refusal(call, *args, **more):
    with pytest.raises(Refused) as refused:
        call(*args, **more)
    return refused.value


def quantities(basket):
    return {line["name"]: line["quantity"] for line in basket["lines"]}


def money(basket):
    return basket["total_cents"], basket["paid_cents"], basket["refunded_cents"]


def test_less_is_applied_at_once_and_told_with_its_refund(world, carrots, eggs, member):  # SPEC O8 C4
    order = world.place_and_pay(member, {carrots: 4, eggs: 1})

    basket = world.amend(member, {carrots: 1})

    assert (quantities(basket), money(basket), basket["pending"]) == ({"Carottes": "1"}, (250, 1400, 1150), [])
    assert (world.available(carrots), world.available(eggs)) == ("9", "6")
    (told,) = world.told(OrderAmended)
    assert (told.amendment, told.total_cents, told.refund_cents, told.paid_cents) == (1, 250, 1150, 0)
    assert told.refund_id is not None
    assert [(str(one.order_id), [line.quantity for line in one.lines]) for one in told.orders] == [
        (order["order_id"], [D(1)])
    ]
    assert [(line.name, line.quantity, line.gross_cents) for line in told.lines] == [("Carottes", D(1), 250)]


def test_more_waits_for_its_top_up_and_then_is_confirmed_with_all_it_takes(world, carrots, eggs, member):  # SPEC O8
    first = world.place_and_pay(member, {carrots: 2})

    waiting = world.amend(member, {carrots: 1, eggs: 2})

    top_up = world.top_up(member)
    assert (top_up["total_cents"], top_up["top_up"]) == (800 - 250, True)
    assert [(line["name"], line["before"], line["quantity"]) for line in top_up["lowers"]] == [("Carottes", "2", "1")]
    assert (quantities(waiting), money(waiting)) == ({"Carottes": "2"}, (500, 500, 0))
    assert (world.available(carrots), world.available(eggs)) == ("8", "4")
    placed = world.told(OrderPlaced)[-1]
    assert (placed.total_cents, [line.gross_cents for line in placed.lines]) == (550, [800])

    world.tell(world.paid(top_up))

    after = world.basket(member)
    assert (quantities(after), money(after), after["pending"]) == (
        {"Carottes": "1", "Œufs": "2"},
        (1050, 1050, 0),
        [],
    )
    assert (world.available(carrots), world.available(eggs)) == ("9", "4")
    (told,) = world.told(OrderAmended)
    assert (told.refund_cents, told.refund_id, told.paid_cents, told.total_cents) == (0, None, 550, 1050)
    assert {str(one.order_id) for one in told.orders} == {first["order_id"], top_up["order_id"]}
    assert [confirmed.amendment for confirmed in world.told(OrderConfirmed)] == [None, 1]
    assert after["basket_number"] == 1


def test_an_exchange_for_as_much_or_less_needs_no_payment(world, carrots, eggs, member):  # SPEC O8
    world.place_and_pay(member, {carrots: 4})

    basket = world.amend(member, {carrots: 1, eggs: 1})

    assert (quantities(basket), money(basket)) == ({"Carottes": "1", "Œufs": "1"}, (650, 1000, 350))
    added = world.told(OrderConfirmed)[-1]
    (told,) = world.told(OrderAmended)
    assert (added.total_cents, added.amendment, [line.gross_cents for line in added.lines]) == (0, 1, [400])
    assert added.order_id in {one.order_id for one in told.orders}
    assert world.told(OrderPlaced)[-1].order_id != added.order_id


def test_what_is_kept_keeps_its_price_and_what_is_added_is_at_todays(world, carrots, member):  # SPEC O6 O8
    world.place_and_pay(member, {carrots: 2})
    world.prices[carrots] = 300
    world.tell(world.prices_are(world.prices))

    moved = refusal(world.amend, member, [world.line(carrots, 4, price=250)])
    world.amend(member, [world.line(carrots, 4, price=300)])
    world.tell(world.paid(world.top_up(member)))

    assert moved.code == "price_moved"
    basket = world.basket(member)
    assert (basket["total_cents"], basket["lines"][0]["now_cents"]) == (2 * 250 + 2 * 300, 300)


@pytest.mark.parametrize("wanted", [{"carrots": 1}, {"carrots": 6, "eggs": 1}, {"carrots": 5, "eggs": 0}, {}])
def test_a_preview_tells_what_the_change_then_does(world, carrots, eggs, member, wanted):  # SPEC O8
    world.place_and_pay(member, {carrots: 4, eggs: 1})
    before = world.basket(member)
    lines = [world.line({"carrots": carrots, "eggs": eggs}[name], quantity) for name, quantity in wanted.items()]
    asked = {"sale_id": str(world.sale), "version": before["version"], "lines": lines}

    told = world.ask("preview_basket", member, **asked)
    untouched = world.basket(member)
    after = world.amend(member, lines)

    assert untouched == before
    pending = after["pending"][0]["total_cents"] if after["pending"] else 0
    refunded = after["refunded_cents"] if wanted else before["paid_cents"]
    assert (told["to_pay_cents"], told["refund_cents"]) == (pending, 0 if pending else refunded)
    if not pending:
        assert told["total_cents"] == after["total_cents"]
    assert told["cancels"] is (not wanted)


def test_a_preview_is_refused_like_the_change(world, carrots, member):  # SPEC O6 O8
    world.place_and_pay(member, {carrots: 2})
    version = world.basket(member)["version"]
    wanted = {"sale_id": str(world.sale), "lines": [world.line(carrots, 4, price=240)]}

    codes = [refusal(world.ask, "preview_basket", member, version=v, **wanted).code for v in (version, version + 1)]

    assert codes == ["price_moved", "version_conflict"]


def test_a_product_that_left_the_sale_may_be_kept_or_reduced_but_not_added(world, carrots, eggs, member):  # SPEC O6
    world.place_and_pay(member, {carrots: 3, eggs: 1})
    world.prices.pop(carrots)
    world.tell(world.prices_are(world.prices))
    lines = [world.line(carrots, 2, price=250), world.line(eggs, 1)]

    gone = refusal(world.amend, member, [world.line(carrots, 4, price=250), world.line(eggs, 1)])
    basket = world.amend(member, lines)

    assert gone.code == "product_not_in_sale"
    assert quantities(basket) == {"Carottes": "2", "Œufs": "1"}
    assert basket["lines"][0]["now_cents"] is None


@pytest.mark.parametrize(("wanted", "code"), [(13, "stock_lacking"), (1.5, "quantity_must_be_whole")])
def test_a_refused_change_leaves_everything_as_it_was(world, carrots, eggs, member, wanted, code):  # SPEC X1 C4
    world.place_and_pay(member, {carrots: 2, eggs: 4})
    before = world.basket(member)

    refused = refusal(world.amend, member, {carrots: wanted})

    assert refused.code == code
    assert world.basket(member) == before
    assert (world.available(carrots), world.available(eggs)) == ("8", "2")
    assert world.told(OrderAmended) == []


def test_a_top_up_too_small_for_a_card_is_refused(world, member):
    cheap, dear = world.product("Persil", price=120, stock=9), world.product("Ail", price=160, stock=9)
    world.place_and_pay(member, {cheap: 1})

    assert refusal(world.amend, member, {dear: 1}).code == "order_too_small"


def test_two_tabs_do_not_overwrite_each_other(world, carrots, eggs, member):  # SPEC O5
    world.place_and_pay(member, {carrots: 3})
    seen = world.basket(member)["version"]
    world.amend(member, {carrots: 2}, version=seen)

    conflict = refusal(world.amend, member, {carrots: 1}, version=seen)

    assert (conflict.code, conflict.details["current"]) == ("version_conflict", seen + 1)
    assert quantities(world.basket(member)) == {"Carottes": "2"}


def test_a_change_asked_twice_with_one_key_is_done_once(world, carrots, member):  # SPEC O5
    world.place_and_pay(member, {carrots: 3})
    seen = world.basket(member)["version"]

    answers = [world.amend(member, {carrots: 1}, version=seen, key="one-click") for _ in range(2)]

    assert answers[0] == answers[1]
    assert len(world.told(OrderAmended)) == 1


def test_the_same_basket_again_changes_nothing(world, carrots, member):
    world.place_and_pay(member, {carrots: 3})
    before = world.basket(member)

    assert world.amend(member, {carrots: 3}) == before
    assert world.told(OrderAmended) == []


def test_while_a_top_up_waits_the_basket_stays(world, carrots, member):  # SPEC O8
    world.place_and_pay(member, {carrots: 3})
    world.amend(member, {carrots: 4})
    waiting = world.top_up(member)

    less, more = refusal(world.amend, member, {carrots: 1}), refusal(world.amend, member, {carrots: 5})
    world.ask("give_up", member, order_id=waiting["order_id"])
    basket = world.amend(member, {carrots: 1})

    assert less.code == more.code == "top_up_pending"
    assert less.details["order_id"] == waiting["order_id"]
    assert quantities(basket) == {"Carottes": "1"}
    assert [event.top_up for event in world.told(OrderExpired)] == [True]


def test_a_top_up_that_is_not_paid_leaves_the_basket_as_it_was(world, carrots, eggs, member, moment):  # SPEC O8 O3
    world.place_and_pay(member, {carrots: 3})
    before = world.basket(member)
    world.amend(member, {carrots: 1, eggs: 4})
    moment.move(LIFE + GRACE)
    world.tick()

    assert world.basket(member) == before
    assert (world.available(carrots), world.available(eggs)) == ("7", "6")


def test_a_top_up_begun_before_closing_is_honoured_after_it(world, carrots, eggs, member, moment):  # SPEC O4 O8
    world.place_and_pay(member, {carrots: 3})
    moment.set(world.times["closes_at"] - SECOND)
    world.amend(member, {carrots: 1, eggs: 4})
    top_up = world.top_up(member)
    moment.move(LIFE)
    world.tell(world.closed())
    world.tick()
    assert world.told(SaleOrdersSettled) == []

    world.tell(world.paid(top_up))
    world.tick()

    (sheets,) = world.told(SaleOrdersSettled)
    assert [(line.name, line.quantity) for line in sheets.producers[0].lines] == [("Carottes", D(1)), ("Œufs", D(4))]
    assert sheets.producers[0].gross_cents == 250 + 1600
    assert world.basket(member)["can_change_until"] is None


@pytest.mark.parametrize("stock_is_there", [True, False])
def test_the_late_payment_of_a_top_up_is_taken_or_refused_whole(world, carrots, eggs, member, moment, stock_is_there):
    # SPEC O4 O8
    world.place_and_pay(member, {carrots: 3})
    before = world.basket(member)
    world.amend(member, {carrots: 1, eggs: 4})
    top_up = world.top_up(member)
    moment.move(LIFE + GRACE)
    world.tick()
    if not stock_is_there:
        world.place(world.person(), {eggs: 3})

    world.tell(world.paid(top_up))

    basket = world.basket(member)
    if stock_is_there:
        assert (quantities(basket), money(basket)) == ({"Carottes": "1", "Œufs": "4"}, (1850, 1850, 0))
    else:
        assert basket == before
        assert len(world.told(LatePaymentRefused)) == 1
    assert world.available(carrots) == ("9" if stock_is_there else "7")


@pytest.mark.parametrize("changed", ["amended", "cancelled"])
def test_the_late_payment_of_a_top_up_does_not_undo_what_the_member_said_since(
    world, carrots, eggs, member, moment, changed
):  # SPEC O4 O8
    world.place_and_pay(member, {carrots: 3})
    world.amend(member, {carrots: 3, eggs: 2})
    top_up = world.top_up(member)
    in_time = world.paid(top_up)
    moment.move(LIFE + GRACE)
    world.tick()
    if changed == "amended":
        world.amend(member, {carrots: 2})
    else:
        world.cancel(member)
    before = world.basket(member)

    world.tell(in_time)

    assert world.basket(member) == before
    assert [event.payment_id for event in world.told(LatePaymentRefused)] == [in_time.payment_id]
    assert world.available(eggs) == "6"


def test_another_order_of_the_basket_does_not_spoil_a_top_up_that_waits(world, carrots, eggs, member):  # SPEC O7 O4
    world.place_and_pay(member, {carrots: 3})
    world.amend(member, {carrots: 2, eggs: 1})
    top_up = world.top_up(member)
    world.place_and_pay(member, {carrots: 1})

    world.tell(world.paid(top_up))

    basket = world.basket(member)
    assert (quantities(basket), money(basket)) == ({"Carottes": "3", "Œufs": "1"}, (1150, 1150, 0))


def test_everything_can_be_cancelled_until_closing(world, carrots, eggs, member):  # SPEC O8
    first = world.place_and_pay(member, {carrots: 3})
    world.place_and_pay(member, {eggs: 1})
    world.amend(member, {carrots: 1, eggs: 1})
    world.amend(member, {carrots: 2, eggs: 2})
    top_up = world.top_up(member)

    basket = world.cancel(member)

    assert (basket["lines"], money(basket), basket["pending"]) == ([], (0, 0, 0), [])
    assert (world.available(carrots), world.available(eggs)) == ("10", "6")
    told = world.told(OrderCancelled)
    assert {(event.reason, event.amendment, event.basket_cents) for event in told} == {("member", 2, 650)}
    assert len(told) == 2
    assert world.status(first) == world.status(top_up) == "cancelled"
    assert [str(event.order_id) for event in world.told(OrderExpired)] == [top_up["order_id"]]


def test_a_basket_of_which_nothing_is_left_is_cancelled(world, carrots, member):  # SPEC O8
    order = world.place_and_pay(member, {carrots: 3})

    world.amend(member, {carrots: 0})

    assert world.status(order) == "cancelled"
    assert world.told(OrderAmended) == []


def test_after_a_cancellation_the_member_may_order_again_under_the_same_number(world, carrots, member):  # SPEC O7
    world.place_and_pay(member, {carrots: 3})
    world.cancel(member)

    world.place_and_pay(member, {carrots: 1})

    basket = world.basket(member)
    assert (quantities(basket), money(basket), basket["basket_number"]) == ({"Carottes": "1"}, (250, 250, 0), 1)


@pytest.mark.parametrize("what", ["closing instant", "word of closing", "sale cancelled"])
def test_nothing_can_be_changed_once_the_sale_takes_no_orders(world, carrots, member, moment, what):  # SPEC O8
    world.place_and_pay(member, {carrots: 3})
    before = world.basket(member)
    if what == "sale cancelled":
        world.tell(world.cancelled())
    else:
        moment.set(world.times["closes_at"])
        world.tell(*([world.closed()] if what == "word of closing" else []))

    refused = [refusal(world.amend, member, {carrots: 1}).code, refusal(world.cancel, member).code]

    assert refused == ["sale_is_cancelled" if what == "sale cancelled" else "sale_is_closed"] * 2
    assert world.basket(member) == before | {"can_change_until": None}


def test_nobody_elses_basket_can_be_seen_or_changed(world, carrots, member):  # SPEC X4
    world.place_and_pay(member, {carrots: 3})

    for stranger in (world.person(), world.administrator):
        for call in (world.basket, world.cancel):
            assert refusal(call, stranger).code == "not_found"
        assert refusal(world.amend, stranger, {carrots: 1}, version=1).code == "not_found"
    assert refusal(world.basket, None).code == "log_in_required"


def test_an_order_that_is_not_paid_is_not_a_basket_yet(world, carrots, member):
    world.place(member, {carrots: 3})

    assert refusal(world.amend, member, {carrots: 1}).code == "not_found"
    assert world.cancel(member)["pending"] == []
    assert world.available(carrots) == "10"


def test_what_a_producer_who_does_not_come_has_refunded_is_not_refunded_again(world, carrots, eggs, member):
    # SPEC S6 F4
    other = UUID(int=77)
    bread = world.product("Pain", price=500)
    world.tell(world.product_is(bread, name="Pain", producer_id=other))
    world.tell(world.taking_part(UUID(int=78), other))
    world.place_and_pay(member, {carrots: 3, bread: 1})
    world.tell(world.not_delivering(UUID(int=78), other))
    world.tick()

    refused = refusal(world.amend, member, {carrots: 3})
    basket = world.amend(member, {carrots: 1, bread: 1})
    world.cancel(member)

    assert refused.code == "producer_not_delivering"
    assert [line["not_delivering"] for line in basket["lines"]] == [False, True]
    assert [event.basket_cents for event in world.told(OrderCancelled)] == [250]


def test_reads_show_the_amended_lines(world, carrots, eggs, member):  # SPEC O8 O10
    order = world.place_and_pay(member, {carrots: 4, eggs: 1})
    world.amend(member, {carrots: 1, eggs: 1})

    mine = world.ask("my_orders", member)["items"]
    overview = world.ask("sale_orders", world.administrator, sale_id=str(world.sale))
    sheet = world.ask("order_sheet", world.farmer, sale_id=str(world.sale), producer_id=str(world.farm))

    assert [line["quantity"] for line in world.order(order)["lines"]] == ["1", "1"]
    assert [(one["total_cents"], len(one["lines"])) for one in mine] == [(1400, 2)]
    assert overview["totals"]["confirmed_cents"] == overview["items"][0]["confirmed_cents"] == 650
    assert (sheet["gross_cents"], [line["quantity"] for line in sheet["products"]]) == (650, ["1", "1"])


@pytest.mark.parametrize("count", [2, 40])
def test_a_change_takes_as_many_statements_for_forty_lines_as_for_two(world, member, count):
    products = [world.product(f"P{n:02}", price=100 + n, stock=50) for n in range(count)]
    world.place_and_pay(member, dict.fromkeys(products, 3))
    seen = world.basket(member)["version"]
    statements = []
    sql_event.listen(world.db.engine, "before_cursor_execute", lambda *facts: statements.append(facts[2]))

    half = len(products) // 2
    world.amend(member, dict.fromkeys(products[:half], 4) | dict.fromkeys(products[half:], 1), version=seen)

    assert len(statements) <= 26, "\n".join(statements)
    with world.db.read() as session:
        assert [session.get_one(StockLevel, p).committed for p in products] == [4] * half + [1] * (count - half)
