"""All baskets of a sale at once: the list, « Valider la distribution », missing products, the clock."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event as listening

from services.distributions import domain
from shared.errors import NotFound
from shared.events.distributions import (
    BasketAdjusted,
    BasketValidated,
    DistributionOverdue,
    DistributionReopened,
    DistributionValidated,
    RefundRequested,
)
from shared.events.markets import ReferentAppointed, RoleRevoked, SaleCancelled, SaleRescheduled
from tests.distributions.world import (
    ADMIN,
    BUTCHER,
    DAY,
    FARMER,
    MARKET,
    MIDNIGHT,
    REFERENT,
    SALE,
    STRANGER,
    VEGETABLES,
    account,
    confirmed,
    market,
    not_delivering,
    planned,
    settled,
    uid,
)

END = DAY + timedelta(hours=1)


def amounts(event):
    return event.basket_count, event.paid_cents, event.refunded_cents, event.delivered_cents


class Statements:
    """Counts what is asked of a database while it is listened to."""

    def __init__(self, db):
        self.db = db

    def __enter__(self):
        self.count = 0
        listening.listen(self.db.engine, "before_cursor_execute", self._one_more)
        return self

    def __exit__(self, *_):
        listening.remove(self.db.engine, "before_cursor_execute", self._one_more)

    def _one_more(self, *_):
        self.count += 1


def test_the_button_turns_on_the_morning_of_the_day(world, moment):  # SPEC D1
    moment.set(MIDNIGHT - timedelta(seconds=1))
    before = world.see("distribution", sale_id=SALE)
    moment.set(MIDNIGHT)
    after = world.see("distribution", sale_id=SALE)

    assert (before["button"], before["stage"]) == ("see_orders", "closed")
    assert after["button"] == "validate_distribution"


def test_the_morning_is_that_of_the_market_overseas(world, moment):  # SPEC D1
    world.tell(market("Pacific/Noumea", version=2))  # 17:00 UTC is 04:00 on Sunday the 10th there
    morning = datetime(2023, 9, 9, 13, 0, tzinfo=UTC)

    moment.set(morning - timedelta(seconds=1))
    before = world.see("distribution", sale_id=SALE)
    moment.set(morning)
    after = world.see("distribution", sale_id=SALE)

    assert before["day"].isoformat() == "2023-09-10"
    assert (before["button"], after["button"]) == ("see_orders", "validate_distribution")


def test_baskets_stand_in_alphabetical_order_whatever_the_accents(world):  # SPEC D1
    world.tell(account("oeil", "Anne", "Œil"), account("zola", "Émile", "d'Zola"), account("dup", "Éric", "dupont"))
    for member in ("marie", "elie", "jean", "paul", "oeil", "zola", "dup"):
        world.order(member, carrot="1")

    items = world.see("baskets", sale_id=SALE)["items"]

    assert [(i["last_name"], i["first_name"]) for i in items] == [
        ("Abadie", "Paul"),
        ("d'Zola", "Émile"),
        ("dupont", "Éric"),
        ("Dupont", "Marie"),
        ("Eluard", "Jean"),
        ("Émond", "Zoé"),
        ("Œil", "Anne"),
    ]


def test_each_basket_of_the_list_shows_number_phone_state_and_amount(world):  # SPEC D1
    world.order("marie", carrot="2", bread="1")

    (item,) = world.see("baskets", sale_id=SALE)["items"]

    assert (item["number"], item["phone"], item["state"], item["line_count"]) == (105, "+33 6 12 34 56 78", "open", 2)
    assert (item["ordered_cents"], item["due_cents"], item["paid_cents"], item["refunded_cents"]) == (970, 970, 970, 0)


@pytest.mark.parametrize("search", ["emond", "ÉMO zoé", "0612 34", "104"])
def test_a_basket_is_found_by_name_phone_or_number(world, search):  # SPEC D1
    world.order("elie", carrot="1")
    world.tell(
        account("marie", "Marie", "Dupont", version=2, phone=None),
        account("elie", "Zoé", "Émond", version=2, phone="06 12 34 56 78"),
    )
    world.order("marie", carrot="1")

    found = world.see("baskets", sale_id=SALE, search=search)["items"]

    assert [item["last_name"] for item in found] == ["Émond"]


def test_one_click_validates_all_remaining_baskets(world):  # SPEC D3
    for member in ("marie", "elie", "jean"):
        world.order(member, carrot="2", chicken="1.5")
    world.close()
    world.adjust("marie", carrot="0")
    world.refund("marie")
    world.do("validate_basket", basket_id=uid("basket elie"))
    world.forget()

    world.do("validate_distribution", sale_id=SALE)

    assert {e.basket_id for e in world.told(BasketValidated)} == {uid("basket marie"), uid("basket jean")}
    (event,) = world.told(DistributionValidated)
    assert amounts(event) == (3, 7365, 520, 6845)
    assert {p.producer_id: p.gross_cents for p in event.producers} == {VEGETABLES: 1040, BUTCHER: 5805}
    assert {p.product_id: (p.ordered, p.delivered) for p in event.products} == {
        uid("carrot"): (6, 4),
        uid("chicken"): (4.5, 4.5),
    }
    assert (event.round, event.validated_at, event.validated_by) == (1, DAY, REFERENT.account_id)
    seen = world.see("distribution", sale_id=SALE)
    assert (seen["stage"], seen["counts"]["validated"], seen["button"]) == ("validated", 3, "see_orders")
    with pytest.raises(domain.DistributionIsValidated):
        world.do("validate_distribution", sale_id=SALE)


def test_validation_is_refused_naming_the_baskets_without_their_refund(world):  # SPEC D3
    for member in ("marie", "jean"):
        world.order(member, carrot="2")
    world.close()
    world.adjust("marie", carrot="0.5")

    with pytest.raises(domain.RefundNotGenerated) as refusal:
        world.do("validate_distribution", sale_id=SALE)

    assert refusal.value.details == {
        "baskets": [{"basket_id": str(uid("basket marie")), "number": 105, "name": "Marie Dupont", "amount_cents": 390}]
    }
    assert {i["state"] for i in world.see("baskets", sale_id=SALE)["items"]} == {"open"}


def test_validation_waits_for_the_morning_and_for_the_last_payments(world, moment):  # SPEC D1 O4
    world.order()
    with pytest.raises(domain.OrdersNotSettled):
        world.do("validate_distribution", sale_id=SALE)
    world.close()

    moment.set(MIDNIGHT - timedelta(seconds=1))
    with pytest.raises(domain.DistributionNotYet):
        world.do("validate_distribution", sale_id=SALE)
    moment.set(DAY - timedelta(days=2, seconds=1))
    with pytest.raises(domain.SaleIsStillOpen):
        world.do("validate_distribution", sale_id=SALE)
    moment.set(MIDNIGHT)
    world.do("validate_distribution", sale_id=SALE)

    assert len(world.told(DistributionValidated)) == 1


def test_four_hundred_baskets_are_settled_in_a_constant_number_of_statements(world):  # SPEC D3
    def click(count):
        sale = uuid4()
        world.tell(
            planned(sale),
            settled(sale),
            ReferentAppointed(sale_id=sale, market_id=MARKET, account_id=REFERENT.account_id, version=1),
        )
        for number in range(count):
            who = f"{sale} {number}"
            world.tell(confirmed(who, {"carrot": "2", "bread": "1"}, number=number + 1, sale=sale))
        world.forget()
        counts = []
        with Statements(world.db) as statements:
            world.do("missing_product", sale_id=sale, product_id=uid("bread"))
            counts.append(statements.count)
            world.do("validate_distribution", sale_id=sale)
            counts.append(statements.count)
            world.see("baskets", sale_id=sale)
            world.see("sign_off_sheet", sale_id=sale, **world.sheet_options())
            counts.append(statements.count)
        return counts

    few, many = click(2), click(400)

    assert few == many
    assert len(world.told(BasketValidated)) == len(world.told(RefundRequested)) == 400
    assert amounts(world.told(DistributionValidated)[0]) == (400, 400 * 970, 400 * 450, 400 * 520)


def test_a_product_missing_for_everyone_is_one_action(world):  # SPEC D4
    world.order("marie", carrot="2", bread="1")
    world.order("jean", bread="2")
    world.order("paul", carrot="1")
    world.order("elie", bread="1")
    world.do("validate_basket", basket_id=uid("basket elie"))

    done = world.do("missing_product", sale_id=SALE, product_id=uid("bread"))

    assert done == {"baskets": 2, "refunds": 2}
    assert {e.basket_id: e.amount_cents for e in world.told(RefundRequested)} == {
        uid("basket marie"): 450,
        uid("basket jean"): 900,
    }
    assert {e.basket_id for e in world.told(BasketAdjusted)} == {uid("basket marie"), uid("basket jean")}
    assert world.basket("elie")["due_cents"] == 450
    assert world.see("trail", basket_id=uid("basket jean"))["items"][1]["action"] == "missing_product"
    with pytest.raises(NotFound):
        world.do("missing_product", sale_id=SALE, product_id=uid("nothing"))


def test_a_producer_who_does_not_deliver_is_taken_out_and_refunded(world):  # SPEC S6
    world.order("marie", carrot="2", chicken="1.5")
    world.tell(not_delivering(BUTCHER))

    world.order("jean", carrot="1", chicken="1")

    assert {e.basket_id: (e.amount_cents, e.reason) for e in world.told(RefundRequested)} == {
        uid("basket marie"): (1935, "not_delivering"),
        uid("basket jean"): (1290, "not_delivering"),
    }
    assert world.basket("jean")["due_cents"] == 260
    assert [e["action"] for e in world.see("trail", basket_id=uid("basket jean"))["items"]] == [
        "order_added",
        "not_delivering",
        "not_delivering",
    ]


def test_a_payment_that_arrives_after_the_validation_is_given_back(world):  # SPEC O4
    world.order("marie", carrot="2")
    world.close()
    world.do("validate_distribution", sale_id=SALE)

    world.order("jean", carrot="1")

    (request,) = world.told(RefundRequested)
    assert (request.amount_cents, request.reason) == (260, "too_late")
    assert world.basket("jean")["state"] == "validated"
    assert world.told(DistributionReopened) == []


def test_a_sale_without_any_paid_basket_validates_itself_at_its_end(world, moment):  # SPEC S9
    world.close()

    moment.set(END - timedelta(seconds=1))
    world.look_at_all()
    assert world.told(DistributionValidated) == []
    moment.set(END)
    world.look_at_all()

    (event,) = world.told(DistributionValidated)
    assert (amounts(event), event.validated_by, event.products) == ((0, 0, 0, 0), None, [])
    assert world.told(DistributionOverdue) == []


def test_it_waits_for_the_word_that_no_payment_is_pending(world, moment):  # SPEC S9
    moment.set(END)
    world.look_at_all()
    assert world.told(DistributionValidated) == []

    world.close()
    moment.move(timedelta(minutes=5))
    world.look_at_all()

    assert len(world.told(DistributionValidated)) == 1


def test_the_unvalidated_distribution_is_reminded_at_its_end_then_on_day_3_then_daily(world, moment):  # SPEC N1
    world.order()
    seen = []
    for hour in range(-2, 24 * 7):
        moment.set(END + timedelta(hours=hour))
        world.look_at_all()
        seen += [(e.days, hour) for e in world.told(DistributionOverdue)]
        world.forget()

    assert seen == [(0, 0), (3, 72), (4, 96), (5, 120), (6, 144)]


def test_after_a_long_silence_one_reminder_is_sent_and_not_all_that_were_missed(world, moment):  # SPEC N1
    world.order()

    moment.set(END + timedelta(days=9, hours=5))
    world.look_at_all()
    world.look_at_all()

    assert [(e.days, e.basket_count, e.ended_at) for e in world.told(DistributionOverdue)] == [(9, 1, END)]


def test_reminders_keep_their_wall_time_when_the_clocks_change():  # SPEC N1
    from zoneinfo import ZoneInfo

    end = datetime(2023, 10, 27, 18, 0, tzinfo=UTC)  # Friday 20:00 in Paris, summer time ends on Sunday
    slot = domain.Slot(end, end, end, end, ZoneInfo("Europe/Paris"))

    assert domain.next_reminder_at(slot, end).astimezone(UTC) == datetime(2023, 10, 30, 19, 0, tzinfo=UTC)
    assert domain.overdue_days(slot, datetime(2023, 10, 30, 18, 59, tzinfo=UTC)) == 0
    assert domain.overdue_days(slot, datetime(2023, 10, 30, 19, 0, tzinfo=UTC)) == 3


def test_a_validated_or_cancelled_sale_reminds_nobody(world, moment):
    other = uid("other sale")
    world.tell(planned(other), SaleCancelled(sale_id=other, market_id=MARKET, reason="snow"))
    world.order()
    world.close()
    world.do("validate_distribution", sale_id=SALE)

    moment.set(END + timedelta(days=5))
    world.look_at_all()

    assert world.told(DistributionOverdue) == []


def test_a_reopened_distribution_is_reminded_again(world, moment):
    basket_id = world.order()
    world.close()
    world.do("validate_distribution", sale_id=SALE)
    moment.set(END + timedelta(days=1))
    world.do("reopen_basket", ADMIN, basket_id=basket_id)

    moment.set(END + timedelta(days=3))
    world.look_at_all()

    assert [e.days for e in world.told(DistributionOverdue)] == [3]


def test_a_later_date_moves_the_reminder_and_an_older_word_changes_nothing(world, moment):  # SPEC S5
    later = DAY + timedelta(days=7)
    world.tell(
        planned(starts_at=later, version=3, kind=SaleRescheduled),
        planned(starts_at=DAY, version=2, kind=SaleRescheduled),
    )
    world.order()

    moment.set(END)
    world.look_at_all()
    assert world.told() == []
    moment.set(END + timedelta(days=7))
    world.look_at_all()

    assert [e.ended_at for e in world.told(DistributionOverdue)] == [END + timedelta(days=7)]


def test_nothing_is_settled_in_a_cancelled_sale(world):  # SPEC S5
    basket_id = world.order()
    world.close()
    world.tell(SaleCancelled(sale_id=SALE, market_id=MARKET, reason="snow"))

    for command, args in (
        ("refund", {"basket_id": basket_id}),
        ("validate_basket", {"basket_id": basket_id}),
        ("validate_distribution", {"sale_id": SALE}),
        ("missing_product", {"sale_id": SALE, "product_id": uid("carrot")}),
    ):
        with pytest.raises(domain.SaleIsCancelled):
            world.do(command, **args)


def test_a_referent_settles_the_own_sale_and_nothing_else(world):  # SPEC P3
    other = uid("other sale")
    world.tell(planned(other))
    world.order()

    assert world.see("distribution", sale_id=SALE)["counts"]["baskets"] == 1
    assert not world.see("distribution", sale_id=SALE)["may_reopen"]
    with pytest.raises(NotFound):
        world.see("distribution", sale_id=other)
    world.tell(ReferentAppointed(sale_id=SALE, market_id=MARKET, account_id=STRANGER.account_id, version=2))
    with pytest.raises(NotFound):
        world.see("baskets", sale_id=SALE)
    assert world.see("baskets", STRANGER, sale_id=SALE)["items"]


def test_rights_end_when_they_are_revoked(world):  # SPEC P3
    assert world.see("distribution", ADMIN, sale_id=SALE)

    world.tell(RoleRevoked(market_id=MARKET, account_id=ADMIN.account_id, role="administrator", version=2))

    with pytest.raises(NotFound):
        world.see("distribution", ADMIN, sale_id=SALE)


@pytest.mark.parametrize("actor", [STRANGER, FARMER])
def test_others_see_nothing_of_the_sale(world, actor):  # SPEC P3 X4
    world.order(chicken="1")

    for read, args in (
        ("distribution", {}),
        ("baskets", {}),
        ("declarations", {}),
        ("sign_off_sheet", world.sheet_options()),
        ("sign_off_table", world.sheet_options()),
    ):
        if (read, actor) != ("declarations", FARMER):
            with pytest.raises(NotFound):
                world.see(read, actor, sale_id=SALE, **args)
    for command, args in (
        ("validate_distribution", {}),
        ("missing_product", {"product_id": uid("chicken")}),
        ("confirm_declarations", {}),
        ("declare", {"lines": [], "missing_products": []}),
    ):
        with pytest.raises(NotFound):
            world.do(command, actor, sale_id=SALE, **args)


def test_what_arrives_about_a_sale_before_the_sale_itself_is_kept(world):  # SPEC X3
    sale = uid("early sale")
    world.tell(
        settled(sale), ReferentAppointed(sale_id=sale, market_id=MARKET, account_id=REFERENT.account_id, version=1)
    )
    world.tell(confirmed("jean", {"carrot": "1"}, sale=sale))
    with pytest.raises(NotFound):
        world.see("baskets", sale_id=sale)

    world.tell(planned(sale))
    world.do("validate_distribution", sale_id=sale)

    assert amounts(world.told(DistributionValidated)[0]) == (1, 260, 0, 260)
