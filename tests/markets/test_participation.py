"""Producers take part in sales, sale by sale."""

from datetime import timedelta

import pytest

from shared import clock
from shared.errors import Refused
from shared.events.catalogs import ProducerChanged
from shared.events.markets import ParticipationConfirmed, ParticipationWithdrawn, ProducerInvitedToSale

DAY = timedelta(days=1)


class Stand:
    """A market of Anne's with a planned sale, and Paul's farm linked to it."""

    def __init__(self, world):
        self.world = world
        self.anne, self.paul = world.person(), world.person("Paul", "Alain")
        self.market = world.market(self.anne)
        self.producer_id, self.catalog_id = world.farm(9481, self.paul)
        world.call("link_catalog", self.anne, market_id=self.market["market_id"], number=9481)
        self.sale = world.sale(self.anne, self.market)
        world.forget()

    def say(self, method, by=None, **args):
        return self.world.call(
            method, by or self.paul, sale_id=self.sale["sale_id"], catalog_id=self.catalog_id, **args
        )

    def catalogs(self):
        page = self.world.call("sale", self.anne, sale_id=self.sale["sale_id"])
        return [(each["state"], each["order_count"]) for each in page["administration"]["catalogs"]]

    def invite(self, by=None, **args):
        return self.world.call("invite_producer", by or self.anne, sale_id=self.sale["sale_id"], **args)["invited"]


@pytest.fixture
def stand(world):
    return Stand(world)


def test_products_show_only_after_the_producer_has_said_yes(stand, world):  # SPEC S6
    before = world.call("sale", sale_id=stand.sale["sale_id"])["producers"]

    stand.say("participate")
    stand.say("participate")

    (confirmed,) = world.told()
    assert before == []
    assert isinstance(confirmed, ParticipationConfirmed)
    assert (confirmed.producer_id, confirmed.catalog_id, confirmed.version) == (stand.producer_id, stand.catalog_id, 1)
    assert [p["name"] for p in world.call("sale", sale_id=stand.sale["sale_id"])["producers"]] == [
        "Ferme de Peyrignolles"
    ]


def test_nobody_says_yes_in_the_producers_place(stand, world):  # SPEC S6 P3 X4
    for by in (stand.anne, world.person()):
        with pytest.raises(Refused) as refused:
            stand.say("participate", by)
        assert refused.value.code == "forbidden"


def test_only_catalogues_of_the_market_take_part(stand, world):  # SPEC C6 S6
    _, other = world.farm(9482, stand.paul)

    with pytest.raises(Refused) as refused:
        world.call("participate", stand.paul, sale_id=stand.sale["sale_id"], catalog_id=other)

    assert refused.value.code == "catalog_is_not_linked"


def test_a_producer_may_join_late_but_not_after_closing(stand, world):  # SPEC S6
    world.moment.move(2 * DAY)
    world.tick()
    assert stand.say("participate")["state"] == "confirmed"
    stand.say("withdraw")
    world.moment.move(27 * DAY)

    with pytest.raises(Refused) as before_the_timer:
        stand.say("participate")
    world.tick()
    with pytest.raises(Refused) as refused:
        stand.say("participate")

    assert before_the_timer.value.code == "sale_is_closed"
    assert refused.value.code == "sale_is_closed"


def test_a_producer_leaves_freely_before_the_first_order_and_may_come_back(stand, world):  # SPEC S6
    for method in ("participate", "withdraw", "participate"):
        stand.say(method)

    assert [(type(event), event.version) for event in world.told()] == [
        (ParticipationConfirmed, 1),
        (ParticipationWithdrawn, 2),
        (ParticipationConfirmed, 3),
    ]


def test_leaving_is_refused_once_ordered_from_unless_not_delivering(stand, world):  # SPEC S6
    stand.say("participate")
    world.order(stand.sale, stand.anne, stand.producer_id)
    world.order(stand.sale, stand.anne, clock.new_id())
    with pytest.raises(Refused) as refused:
        stand.say("withdraw")
    world.forget()

    left = stand.say("withdraw", not_delivering=True)
    stand.say("withdraw", not_delivering=True)

    (told,) = world.told()
    assert (refused.value.code, refused.value.details) == ("producer_has_orders", {"orders": 1})
    assert left["state"] == "not_delivering"
    assert isinstance(told, ParticipationWithdrawn)
    assert (told.not_delivering, told.version) == (True, 2)


def test_a_producer_of_whom_members_gave_all_up_may_leave_again(stand, world):  # SPEC S6 O8
    stand.say("participate")
    other = clock.new_id()
    order = world.order(stand.sale, stand.anne, stand.producer_id, other)
    world.amend_order(order, 2, other)
    world.amend_order(order, 1, stand.producer_id, other)  # an older word that comes late

    left = stand.say("withdraw")

    assert left["state"] != "not_delivering"


def test_who_does_not_deliver_cannot_come_back_to_the_same_sale(stand, world):  # SPEC S6
    stand.say("participate")
    world.order(stand.sale, stand.anne, stand.producer_id)
    stand.say("withdraw", not_delivering=True)

    with pytest.raises(Refused) as refused:
        stand.say("participate")

    assert refused.value.code == "producer_is_not_delivering"


def test_not_delivering_is_possible_until_the_distribution_is_validated(stand, world):  # SPEC S6
    stand.say("participate")
    world.order(stand.sale, stand.anne, stand.producer_id)
    world.moment.move(31 * DAY)
    world.tick()
    world.validate(stand.sale)

    with pytest.raises(Refused) as refused:
        stand.say("withdraw", not_delivering=True)

    assert (refused.value.code, refused.value.details) == ("sale_is_over", {"state": "validated"})


def test_a_cancelled_order_no_longer_holds_the_producer(stand, world):  # SPEC S6
    stand.say("participate")
    order = world.order(stand.sale, stand.anne, stand.producer_id)
    assert stand.catalogs() == [("confirmed", 1)]

    world.cancel_order(order)

    assert stand.catalogs() == [("confirmed", 0)]
    assert stand.say("withdraw")["state"] == "withdrawn"


def test_an_order_whose_end_is_told_before_its_beginning_counts_for_nothing(stand, world):  # SPEC S6
    stand.say("participate")
    sketch = world.order({"sale_id": str(clock.new_id()), "market_id": stand.market["market_id"]}, stand.anne)
    other = type(sketch)(**{**vars(sketch), "order_id": clock.new_id(), "sale_id": clock.UUID(stand.sale["sale_id"])})

    world.cancel_order(other)
    world.order(stand.sale, stand.anne, stand.producer_id, order_id=other.order_id)

    assert stand.catalogs() == [("confirmed", 0)]


def test_a_producer_is_invited_to_a_sale_and_answers(stand, world):  # SPEC S7
    assert stand.invite() == [str(stand.catalog_id)]
    assert stand.catalogs() == [("invited", 0)]
    (told,) = world.told()
    assert isinstance(told, ProducerInvitedToSale)
    assert told.producer_id == stand.producer_id

    assert stand.say("withdraw")["state"] == "declined"
    assert stand.say("participate")["state"] == "confirmed"
    assert [type(event) for event in world.told()] == [ProducerInvitedToSale, ParticipationConfirmed]


def test_nobody_is_invited_twice_a_day_or_after_the_answer(stand, world):  # SPEC S7
    stand.invite()
    assert stand.invite() == []

    world.moment.move(DAY)
    assert stand.invite() == [str(stand.catalog_id)]
    stand.say("withdraw")
    world.moment.move(DAY)
    assert stand.invite() == []
    assert stand.invite(catalog_ids=[stand.catalog_id]) == [str(stand.catalog_id)]
    stand.say("participate")
    world.moment.move(DAY)
    assert stand.invite(catalog_ids=[stand.catalog_id]) == []


def test_only_linked_catalogues_are_invited_and_only_by_the_market(stand, world):  # SPEC S7 X4
    with pytest.raises(Refused) as unknown:
        stand.invite(catalog_ids=[clock.new_id()])
    with pytest.raises(Refused) as refused:
        stand.invite(by=stand.paul)

    assert (unknown.value.code, refused.value.code) == ("catalog_is_not_linked", "forbidden")


def test_the_producers_page_lists_the_sales_to_come_with_where_each_catalogue_stands(stand, world):  # SPEC S6
    second = world.sale(stand.anne, stand.market, starts_in=40 * DAY)
    world.sale(stand.anne, world.market(stand.anne), starts_in=50 * DAY)
    stand.say("participate")
    world.order(stand.sale, stand.anne, stand.producer_id)

    first_page = world.call("producer_sales", stand.paul, limit=1)
    second_page = world.call("producer_sales", stand.paul, limit=1, after=first_page["next"])

    (sale,) = first_page["items"]
    assert (sale["sale_id"], sale["market_name"], sale["time_zone"]) == (
        stand.sale["sale_id"],
        "Marché de Captieux",
        "Europe/Paris",
    )
    assert [(c["number"], c["state"], c["order_count"]) for c in sale["catalogs"]] == [(9481, "confirmed", 1)]
    assert [s["sale_id"] for s in second_page["items"]] == [second["sale_id"]]
    assert second_page["next"] is None
    assert world.call("producer_sales", stand.anne)["items"] == []


def test_a_producer_sees_no_other_producer_on_this_page(stand, world):  # SPEC P3
    world.farm(9482, world.person("Luc"), name="Ferme du Pin")
    world.call("link_catalog", stand.anne, market_id=stand.market["market_id"], number=9482)

    (sale,) = world.call("producer_sales", stand.paul)["items"]

    assert [c["number"] for c in sale["catalogs"]] == [9481]


def test_who_no_longer_acts_for_the_farm_may_not_answer_for_it(stand, world):  # SPEC X4
    told = farm_told(stand.producer_id)
    world.hear(
        ProducerChanged.load(told | {"account_ids": [str(stand.anne)], "version": 3}),
        ProducerChanged.load(told | {"account_ids": [str(stand.paul)], "version": 2}),
    )

    with pytest.raises(Refused) as refused:
        stand.say("participate")

    assert refused.value.code == "forbidden"
    assert stand.say("participate", stand.anne)["state"] == "confirmed"


def test_a_farms_picture_stands_for_it_in_the_list_of_sales(stand, world):  # SPEC S6
    photo = {"photo_id": str(clock.new_id()), "account_ids": [str(stand.paul)], "version": 2}
    world.hear(ProducerChanged.load(farm_told(stand.producer_id) | photo))

    (sale,) = world.call("sales", stand.anne, market_id=stand.market["market_id"])["items"]

    assert [each["photo_id"] for each in sale["catalogs"]] == [photo["photo_id"]]


def farm_told(producer_id):
    return {
        "producer_id": str(producer_id),
        "name": "Ferme",
        "commune": "Captieux",
        "postcode": "33840",
        "latitude": None,
        "longitude": None,
        "email": None,
        "phone": None,
        "siret": None,
        "vat_exempt": False,
    }
