"""Members, roles, invitations."""

from datetime import timedelta

import pytest

from shared import clock
from shared.errors import Refused
from shared.events.accounts import AccountDeleted
from shared.events.markets import MemberInvited, MemberJoined, MemberLeft, RoleGranted, RoleRevoked
from shared.events.notifications import DeliveryBounced


@pytest.fixture
def bob(world):
    return world.person("Bob", "Dupont", "bob@example.org")


def ask(world, method, by, market, **args):
    return world.call(method, by, market_id=market["market_id"], **args)


def test_joining_an_open_market_is_immediate_and_told_once(world, market, bob):  # SPEC M8
    ask(world, "join", bob, market)
    ask(world, "join", bob, market)

    (joined,) = world.told()
    assert isinstance(joined, MemberJoined)
    assert (joined.account_id, joined.version) == (bob, 1)


def test_a_closed_market_lets_nobody_in(world, market, anne, bob):  # SPEC M8
    ask(world, "change_market", anne, market, registration="closed")

    with pytest.raises(Refused) as refused:
        ask(world, "join", bob, market)

    assert refused.value.code == "registration_is_closed"


def test_who_waits_is_let_in_by_an_administrator(world, market, anne, bob):  # SPEC M8
    ask(world, "change_market", anne, market, registration="waiting_list")
    world.forget()
    assert ask(world, "join", bob, market)["state"] == "waiting"
    assert world.told() == []

    waiting = ask(world, "members", anne, market, state="waiting")["items"]
    ask(world, "decide_waiting", anne, market, account_id=bob, accept=True)

    assert [each["email"] for each in waiting] == ["bob@example.org"]
    assert [type(event) for event in world.told()] == [MemberJoined]
    with pytest.raises(Refused) as refused:
        ask(world, "decide_waiting", anne, market, account_id=bob, accept=False)
    assert refused.value.code == "not_waiting"


def test_who_is_turned_away_hears_nothing_and_may_ask_again(world, market, anne, bob):  # SPEC M8
    ask(world, "change_market", anne, market, registration="waiting_list")
    ask(world, "join", bob, market)
    world.forget()

    assert ask(world, "decide_waiting", anne, market, account_id=bob, accept=False)["state"] == "turned_away"

    assert world.told() == []
    assert ask(world, "join", bob, market)["state"] == "waiting"


def test_leaving_and_coming_back_count_up(world, market, bob):  # SPEC M8
    for method in ("join", "leave", "join"):
        ask(world, method, bob, market)

    assert [(type(event), event.version) for event in world.told()] == [
        (MemberJoined, 1),
        (MemberLeft, 2),
        (MemberJoined, 3),
    ]


def test_roles_add_up_and_are_told_once(world, market, anne, bob):  # SPEC P3
    ask(world, "join", bob, market)
    world.forget()

    for role in ("message_sender", "catalog_manager", "message_sender"):
        ask(world, "grant_role", anne, market, account_id=bob, role=role)
    ask(world, "revoke_role", anne, market, account_id=bob, role="message_sender")

    assert [(type(event), event.role, event.version) for event in world.told()] == [
        (RoleGranted, "message_sender", 1),
        (RoleGranted, "catalog_manager", 1),
        (RoleRevoked, "message_sender", 2),
    ]


def test_roles_are_for_members_only(world, market, anne, bob):  # SPEC P3
    with pytest.raises(Refused) as refused:
        ask(world, "grant_role", anne, market, account_id=bob, role="administrator")

    assert refused.value.details == {"what": "member"}


def test_the_last_administrator_can_neither_be_revoked_nor_leave(world, market, anne, bob):  # SPEC P3
    for method, args in (("revoke_role", {"account_id": anne, "role": "administrator"}), ("leave", {})):
        with pytest.raises(Refused) as refused:
            ask(world, method, anne, market, **args)
        assert refused.value.code == "last_administrator"

    ask(world, "join", bob, market)
    ask(world, "grant_role", anne, market, account_id=bob, role="administrator")
    ask(world, "leave", anne, market)

    assert ask(world, "members", bob, market)["total"] == 1


def test_members_are_named_by_their_ids_also_those_who_left(world, market, anne, bob):  # SPEC D2
    world.person("Zoé", "Zola", "zoe@example.org")
    ask(world, "join", bob, market)
    ask(world, "leave", bob, market)

    def named(**args):
        found = ask(world, "members", anne, market, account_ids=[anne, bob], state="any", **args)["items"]
        return [each["first_name"] for each in found]

    assert named() == ["Bob", "Anne"]
    assert named(search="dup") == ["Bob"]
    assert ask(world, "members", anne, market, account_ids=[bob])["items"] == []


def test_only_administrators_grant_and_see_members(world, market, anne, bob):  # SPEC P3 X4
    ask(world, "join", bob, market)
    ask(world, "grant_role", anne, market, account_id=bob, role="catalog_manager")

    for method, args in (
        ("members", {}),
        ("invitations", {}),
        ("invite", {"addresses": ["x@example.org"], "consent": True}),
        ("grant_role", {"account_id": bob, "role": "administrator"}),
    ):
        with pytest.raises(Refused) as refused:
            ask(world, method, bob, market, **args)
        assert refused.value.code == "forbidden"


def test_members_are_listed_by_name_searched_and_paged(world, market, anne):  # SPEC N6
    for first, last in (("Zoé", "Abadie"), ("Éric", "Lefèvre"), ("Luc", "Bernard"), ("Anaïs", "Bernard")):
        ask(world, "join", world.person(first, last, f"{first.lower()}@example.org"), market)

    first = ask(world, "members", anne, market, limit=3)
    second = ask(world, "members", anne, market, limit=3, after=first["next"])
    found = ask(world, "members", anne, market, search="eric lefevre")
    by_address = ask(world, "members", anne, market, search="LUC@example")

    assert [m["first_name"] for m in first["items"] + second["items"]] == ["Zoé", "Anaïs", "Luc", "Éric", "Anne"]
    assert (first["total"], second["next"]) == (5, None)
    assert [m["last_name"] for m in found["items"]] == ["Lefèvre"]
    assert [m["first_name"] for m in by_address["items"]] == ["Luc"]
    assert ask(world, "members", anne, market, search="100%")["items"] == []


def test_a_member_whose_account_is_not_known_yet_is_listed(world, market, anne):
    ask(world, "join", clock.new_id(), market)

    assert ask(world, "members", anne, market)["total"] == 2


def test_each_invited_address_gets_its_own_answer(world, market, anne, bob):  # SPEC N6
    ask(world, "join", bob, market)
    carl = world.person("Carl", "Petit", "carl@example.org")
    world.forget()

    answer = ask(
        world,
        "invite",
        anne,
        market,
        consent=True,
        addresses=["Dora Blanc <dora@example.org>, carl@example.org", "bob@example.org", "oops"],
    )

    told = {event.email: event for event in world.told(MemberInvited)}
    assert answer["invited"] == 2
    assert {item["email"]: item["outcome"] for item in answer["items"]} == {
        "dora@example.org": "invited",
        "carl@example.org": "invited",
        "bob@example.org": "already_member",
        "oops": "invalid",
    }
    assert (told["carl@example.org"].has_account, told["carl@example.org"].first_name) == (True, "Carl")
    assert (told["dora@example.org"].has_account, told["dora@example.org"].first_name) == (False, "Dora")
    assert ask(world, "members", anne, market, search="carl")["items"] == []
    assert carl is not None


def test_nobody_is_written_to_without_consent(world, market, anne):  # SPEC N6
    with pytest.raises(Refused) as refused:
        ask(world, "invite", anne, market, addresses=["dora@example.org"], consent=False)

    assert refused.value.code == "consent_missing"
    assert world.told() == []


def test_an_invitation_lets_in_once_even_where_registration_is_closed(world, market, anne, bob):  # SPEC N6 M8
    ask(world, "change_market", anne, market, registration="closed")
    ask(world, "invite", anne, market, addresses=["dora@example.org"], consent=True)
    token = world.told(MemberInvited)[0].token

    first = world.call("accept_invitation", bob, token=token)
    again = world.call("accept_invitation", bob, token=token)
    with pytest.raises(Refused) as refused:
        world.call("accept_invitation", world.person(), token=token)

    assert (first["state"], again["version"]) == ("member", 1)
    assert refused.value.code == "invitation_is_used"


def test_an_old_or_renewed_invitation_no_longer_works(world, market, anne, bob):  # SPEC N6
    for _ in range(2):
        ask(world, "invite", anne, market, addresses=["dora@example.org"], consent=True)
    first, second = (event.token for event in world.told(MemberInvited))

    with pytest.raises(Refused) as replaced:
        world.call("accept_invitation", bob, token=first)
    world.moment.move(timedelta(days=61))
    with pytest.raises(Refused) as expired:
        world.call("accept_invitation", bob, token=second)

    assert (replaced.value.code, expired.value.code) == ("not_found", "invitation_is_expired")


def test_an_address_that_refuses_mail_is_marked(world, market, anne):  # SPEC N4
    ask(world, "join", world.person("Luc", "Bernard", "luc@example.org"), market)
    ask(world, "invite", anne, market, addresses=["dora@example.org"], consent=True)

    for email in ("Luc@example.org", "dora@example.org"):
        world.hear(
            DeliveryBounced(
                delivery_id=clock.new_id(),
                account_id=None,
                market_id=None,
                email=email,
                kind="sale_opened",
                reason="550 no such user",
            )
        )

    (luc,) = ask(world, "members", anne, market, search="luc")["items"]
    assert luc["bounced"] == "550 no such user"
    assert ask(world, "invitations", anne, market)["items"][0]["bounced"] == "550 no such user"


def test_who_orders_in_an_open_market_becomes_a_member(world, market, anne, bob):  # SPEC O1
    sale = world.sale(anne, market)
    world.forget()

    world.order(sale, bob)
    world.order(sale, bob)

    assert [(type(event), event.account_id) for event in world.told()] == [(MemberJoined, bob)]


def test_who_orders_where_registration_is_closed_does_not_become_a_member(world, market, anne, bob):  # SPEC M8
    ask(world, "change_market", anne, market, registration="waiting_list")
    sale = world.sale(anne, market)
    world.forget()

    world.order(sale, bob)

    assert world.told() == []


def test_a_deleted_account_leaves_everywhere_and_is_forgotten(world, market, anne, bob):  # SPEC P5
    ask(world, "join", bob, market)
    ask(world, "grant_role", anne, market, account_id=bob, role="message_sender")
    world.forget()

    world.hear(AccountDeleted(account_id=bob))

    assert [type(event) for event in world.told()] == [RoleRevoked, MemberLeft]
    assert ask(world, "members", anne, market, search="bob")["total"] == 0


def test_administrators_export_the_members(world, market, anne, bob):  # SPEC N6
    eve = world.person("=Eve", "Abadie", "eve@example.org")
    for person in (bob, eve):
        ask(world, "join", person, market)
    ask(world, "grant_role", anne, market, account_id=bob, role="catalog_manager")

    told = ask(world, "export_members", anne, market)

    today = clock.now().date().isoformat()
    assert told["header"] == ["Nom", "Prénom", "E-mail", "Téléphone", "Depuis le", "Rôles"]
    assert told["rows"][:2] == [
        ["Abadie", "'=Eve", "eve@example.org", "0600000000", today, ""],
        ["Dupont", "Bob", "bob@example.org", "0600000000", today, "catalogues"],
    ]
    assert told["rows"][2][5] == "administrateur"


def test_members_do_not_export_each_other(world, market, bob):  # SPEC P3
    ask(world, "join", bob, market)

    with pytest.raises(Refused, match="forbidden"):
        ask(world, "export_members", bob, market)


def test_an_address_that_has_an_account_gets_a_link_and_is_not_added(world, market, anne, bob):  # SPEC N6
    ask(world, "invite", anne, market, addresses=["bob@example.org, new@example.org"], consent=True)

    told = {event.email: event.has_account for event in world.told(MemberInvited)}
    assert told == {"bob@example.org": True, "new@example.org": False}
    assert ask(world, "members", anne, market)["total"] == 1
