"""Checkout: stock reserved whole or not at all, prices frozen, refusals that name the lines."""

from datetime import timedelta
from uuid import uuid4

import pytest

from shared.events import catalogs, markets
from shared.events.orders import OrderPlaced
from tests.orders.world import D, Refused


def refusal(do) -> Refused:
    with pytest.raises(Refused) as caught:
        do()
    return caught.value


def test_a_checkout_reserves_the_stock_of_all_lines_for_35_minutes(world, moment):  # SPEC O3 C4
    carrots, eggs = world.product(stock=10), world.product("Œufs", price=180, stock=6)

    order = world.place(world.person(), {carrots: 3, eggs: 6})

    assert order["status"] == "placed"
    assert order["total_cents"] == 3 * 250 + 6 * 180
    assert order["expires_at"] == (moment() + timedelta(minutes=35)).isoformat()
    assert (world.available(carrots), world.available(eggs)) == ("7", "0")
    (placed,) = world.told(OrderPlaced)
    assert str(placed.order_id) == order["order_id"]
    assert placed.total_cents == sum(line.gross_cents for line in placed.lines) == order["total_cents"]


def test_a_lacking_line_refuses_the_whole_and_is_named(world):  # SPEC O3
    carrots, eggs, milk = world.product(stock=10), world.product("Œufs", stock=2), world.product("Lait", stock=0)

    refused = refusal(lambda: world.place(world.person(), {carrots: 3, eggs: 3, milk: 1}))

    assert refused.code == "stock_lacking"
    assert {line["name"]: (line["wanted"], line["available"]) for line in refused.details["lines"]} == {
        "Œufs": ("3", "2"),
        "Lait": ("1", "0"),
    }
    assert world.available(carrots) == "10"
    assert world.told(OrderPlaced) == []


def test_a_product_without_stock_limit_is_never_lacking(world):  # SPEC C2
    carrots = world.product(stock=None)

    world.place(world.person(), {carrots: 5000})

    assert world.available(carrots) is None


def test_stock_that_was_never_told_is_none(world):  # SPEC C4
    carrots = uuid4()
    world.prices[carrots] = 250
    world.tell(world.product_is(carrots), world.prices_are(world.prices))

    refused = refusal(lambda: world.place(world.person(), {carrots: 1}))

    assert refused.code == "stock_lacking"


def test_who_is_not_logged_in_cannot_order(world):  # SPEC O1
    carrots = world.product()

    assert refusal(lambda: world.place(None, {carrots: 1})).code == "log_in_required"


@pytest.mark.parametrize("registration", ["closed", "waiting_list"])
def test_where_registration_is_not_open_only_members_order(world, registration):  # SPEC M8 O1
    carrots = world.product()
    stranger, member, former = world.person(), world.person(), world.person()
    world.market_is(registration=registration)
    world.tell(
        markets.MemberJoined(market_id=world.market, account_id=member, version=1),
        markets.MemberLeft(market_id=world.market, account_id=former, version=2),
        markets.MemberJoined(market_id=world.market, account_id=former, version=1),
    )

    assert world.place(member, {carrots: 1})["status"] == "placed"
    assert refusal(lambda: world.place(stranger, {carrots: 1})).code == "members_only"
    assert refusal(lambda: world.place(former, {carrots: 1})).code == "members_only"


def test_a_price_that_moved_is_shown_and_asked_again(world):  # SPEC O6
    carrots = world.product(price=250)
    member = world.person()
    seen = [world.line(carrots, 2)]
    world.tell(world.prices_are({carrots: 275}))

    refused = refusal(lambda: world.place(member, seen))

    assert refused.code == "price_moved"
    assert refused.details["lines"] == [
        {"product_id": str(carrots), "name": "Carottes", "seen_cents": 250, "now_cents": 275}
    ]
    assert world.place(member, [world.line(carrots, 2, price=275)])["total_cents"] == 550


def test_the_price_stays_on_the_line_when_the_catalogue_changes_later(world):  # SPEC O6
    carrots = world.product(price=250)
    order = world.place(world.person(), {carrots: 2})

    world.tell(world.prices_are({carrots: 999}))

    assert world.order(order)["lines"][0]["unit_price_cents"] == 250
    assert world.order(order)["total_cents"] == 500


def test_a_withdrawn_product_is_refused_by_line(world):  # SPEC O6
    carrots, eggs = world.product(), world.product("Œufs")
    world.tell(catalogs.ProductWithdrawn(product_id=eggs, producer_id=world.farm, version=world.next_version()))

    refused = refusal(lambda: world.place(world.person(), {carrots: 1, eggs: 1}))

    assert refused.code == "product_withdrawn"
    assert refused.details["lines"] == [{"product_id": str(eggs), "name": "Œufs"}]


def test_what_no_producer_offers_in_this_sale_is_refused_by_line(world):  # SPEC S6
    carrots = world.product()
    unknown = uuid4()
    member = world.person()

    assert refusal(lambda: world.place(member, [world.line(unknown, 1, 100)])).code == "product_not_in_sale"
    world.tell(world.leaving())
    assert refusal(lambda: world.place(member, {carrots: 1})).details["lines"] == [
        {"product_id": str(carrots), "name": "Carottes"}
    ]


def test_late_participation_shows_at_once_and_withdrawal_leaves_at_once(world):  # SPEC S6
    carrots = world.product()

    world.tell(world.leaving(version=50))
    gone = world.ask("shop", sale_id=world.sale)["offers"]
    world.tell(world.taking_part(version=49))
    still_gone = world.ask("shop", sale_id=world.sale)["offers"]
    world.tell(world.taking_part(version=51))
    back = world.ask("shop", sale_id=world.sale)["offers"]

    assert (gone, still_gone) == ([], [])
    assert [offer["product_id"] for offer in back] == [str(carrots)]


def test_pieces_are_whole_and_weights_have_three_decimals(world):  # SPEC O9
    eggs = world.product("Œufs")
    cheese = world.product("Tomme", price=1999, unit="kg", by_weight=True)
    member = world.person()

    assert refusal(lambda: world.place(member, [world.line(eggs, "1.5")])).code == "quantity_must_be_whole"
    assert refusal(lambda: world.place(member, [world.line(cheese, "0.1234")])).code == "invalid_input"
    assert refusal(lambda: world.place(member, [world.line(cheese, "0")])).code == "invalid_input"
    assert refusal(lambda: world.place(member, [world.line(cheese, "-1")])).code == "invalid_input"
    assert world.place(member, [world.line(cheese, "0.125")])["total_cents"] == 250  # 249.875 half-up
    assert world.place(member, [world.line(cheese, "0.375")])["total_cents"] == 750  # 749.625


def test_a_product_listed_twice_is_refused(world):  # SPEC O9
    eggs = world.product(stock=3)

    refused = refusal(lambda: world.place(world.person(), [world.line(eggs, 2), world.line(eggs, 2)]))

    assert refused.code == "product_listed_twice"
    assert world.available(eggs) == "3"


def test_vat_is_taken_out_of_the_gross_of_each_rate(world):  # SPEC O2 O9
    eggs, wine = world.product("Œufs", price=333, vat_bp=550), world.product("Cidre", price=1200, vat_bp=2000)
    bread = world.product("Pain", price=100, vat_bp=550)

    order = world.place(world.person(), {eggs: 1, wine: 1, bread: 1})

    assert order["vat"] == [
        {"vat_bp": 550, "gross_cents": 433, "vat_cents": 23},
        {"vat_bp": 2000, "gross_cents": 1200, "vat_cents": 200},
    ]


def test_no_order_before_opening_nor_from_the_closing_instant_on(world, moment):  # SPEC S8
    carrots = world.product()
    member = world.person()
    early = type(world)(world.db)
    early.prices = world.prices
    early.tell(early.planned())

    assert refusal(lambda: early.place(member, {carrots: 1})).code == "sale_not_open"
    moment.set(world.times["closes_at"])  # the word of closing has not come yet
    assert refusal(lambda: world.place(member, {carrots: 1})).code == "sale_is_closed"
    assert refusal(lambda: world.ask("place", member, sale_id=uuid4(), lines=[world.line(carrots)])).code == "not_found"


def test_the_word_of_opening_may_come_before_the_plan(world):
    other = type(world)(world.db)
    other.tell(other.opened())
    other.tell(other.planned())

    shop = other.ask("shop", sale_id=other.sale)

    assert (shop["state"], shop["takes_orders"]) == ("open", True)
    assert shop["place"]["commune"] == "Rennes"


def test_the_same_key_gives_the_same_order_and_another_body_is_refused(world):  # SPEC O5
    carrots = world.product(stock=10)
    member = world.person()
    first = world.place(member, {carrots: 2}, key="checkout-1")

    again = world.place(member, {carrots: 2}, key="checkout-1")

    assert again == first
    assert world.available(carrots) == "8"
    assert refusal(lambda: world.place(member, {carrots: 3}, key="checkout-1")).code == "idempotency_key_reused"
    assert len(world.told(OrderPlaced)) == 1


def test_a_refused_checkout_may_use_its_key_again(world):  # SPEC O5
    carrots = world.product(stock=1)
    member = world.person()
    refusal(lambda: world.place(member, {carrots: 2}, key="checkout-2"))

    assert world.place(member, {carrots: 1}, key="checkout-2")["status"] == "placed"


def test_what_costs_less_than_can_be_charged_is_refused(world):
    twig = world.product("Laurier", price=20)

    assert refusal(lambda: world.place(world.person(), {twig: 1})).code == "order_too_small"


def test_of_two_catalogues_in_one_sale_the_lower_price_counts(world):
    carrots = world.product(price=250)
    second = uuid4()
    world.tell(world.prices_are({carrots: 230}, catalog=second), world.taking_part(catalog=second))

    (offer,) = world.ask("shop", sale_id=world.sale)["offers"]

    assert offer["price_cents"] == 230
    assert world.place(world.person(), [world.line(carrots, 1, 230)])["total_cents"] == 230


def test_a_member_gives_an_unpaid_order_up_and_nobody_else_can(world):
    carrots = world.product(stock=5)
    member = world.person()
    order = world.place(member, {carrots: 5})

    assert refusal(lambda: world.ask("give_up", world.person(), order_id=order["order_id"])).code == "not_found"
    given_up = world.ask("give_up", member, order_id=order["order_id"])

    assert given_up["status"] == "cancelled"
    assert world.available(carrots) == "5"
    assert refusal(lambda: world.ask("give_up", member, order_id=order["order_id"])).code == "order_is_over"


def test_a_paid_order_is_not_given_up_here(world):
    order = world.place_and_pay(member := world.person(), {world.product(): 1})

    assert refusal(lambda: world.ask("give_up", member, order_id=order["order_id"])).code == "order_is_paid"


def test_the_sum_of_many_lines_is_that_of_their_rounded_amounts(world):  # SPEC O9 F1
    cheeses = [world.product(f"Tomme {n}", price=1333, unit="kg", by_weight=True) for n in range(5)]

    order = world.place(world.person(), [world.line(cheese, "0.333") for cheese in cheeses])

    assert order["total_cents"] == 5 * 444
    assert D(order["lines"][0]["quantity"]) == D("0.333")
