"""A member buys, takes less, takes more, cancels: over the bus, with the ledger and the card provider's books to the cent."""

import requests

from clayette.demo.api import Card, wait_for
from clayette.demo.sale import lines_of


def put(day, member, **quantities):
    """The whole basket as it is wanted: `put(day, awa, yaourt="4")`."""
    basket = member.get(f"/sales/{day.sale_id}/my-basket")
    lines = lines_of(day.tale, [(day.product(word), quantity) for word, quantity in quantities.items()])["lines"]
    body = {"lines": lines, "version": basket["version"]}
    return member.do("PUT", f"/sales/{day.sale_id}/my-basket", body)


def price(day, word):
    (line,) = lines_of(day.tale, [(day.product(word), "1")])["lines"]
    return line["unit_price_cents"]


def pay_top_up(day, member, basket):
    (top_up,) = basket["pending"]
    page = day.page(member, top_up)
    assert Card.pay(page) == "succeeded"
    day.wait_for_status(member, top_up, "confirmed")
    return page


def at_the_provider(page, sale_id):
    """Charged and given back for the sale, as the card provider's stand-in has it."""
    books = requests.get(f"{page.split('/pay/')[0]}/test/books", timeout=30).json()
    ours = [charge for charge in books["charges"] if charge.get("transfer_group") == sale_id]
    back = [r["amount"] for r in books["refunds"] if r["charge"] in {charge["id"] for charge in ours}]
    return sum(charge["amount"] for charge in ours), sum(back)


def wait_for_basket(day, order, due):
    def look():
        basket = day.admin.get(f"/baskets/{order['basket_id']}")
        return basket if basket["due_cents"] == due else None

    return wait_for(f"a basket of {due} cents", look)


def test_a_basket_that_shrinks_grows_and_is_exchanged_until_closing(market):  # SPEC O8 O7 C4 F2 N1
    day = market()
    awa, bruno = day.tale.members
    order = day.buy(awa, salade="2", yaourt="4")
    day.buy(bruno, yaourt="2")
    salad, yoghurt = price(day, "salade"), price(day, "yaourt")

    less = put(day, awa, salade="1", yaourt="2")
    day.wait_for_refunds(salad + 2 * yoghurt)
    more = put(day, awa, salade="3", yaourt="2")
    before_paying = awa.get(f"/sales/{day.sale_id}/my-basket")
    page = pay_top_up(day, awa, more)
    exchanged = put(day, awa, salade="2", yaourt="2")
    day.wait_for_refunds(2 * salad + 2 * yoghurt)

    due = 2 * salad + 2 * yoghurt
    paid = order["total_cents"] + 2 * salad
    assert less["total_cents"] == salad + 2 * yoghurt == before_paying["total_cents"]
    assert (exchanged["total_cents"], exchanged["paid_cents"]) == (due, paid)
    assert day.available("salade") == "1"
    for word in ("modifiée", "Remboursement", "confirmée"):
        day.world.wait_for_mail(awa.email, word)
    basket = wait_for_basket(day, order, due)
    assert (basket["paid_cents"], basket["refunded_cents"], basket["to_refund_cents"]) == (paid, paid - due, 0)
    ledger = day.ledger()
    charged, back = at_the_provider(page, day.sale_id)
    assert (ledger["charges_cents"], ledger["refunds_cents"]) == (charged, back) == (paid + 2 * yoghurt, paid - due)

    day.come_to_the_day(2)
    day.validate()
    gross = sum(share["gross_cents"] for share in day.shares().values())
    assert gross == due + 2 * yoghurt
    assert day.ledger()["unsettled_cents"] == 0


def test_a_basket_cancelled_by_its_member_is_refunded_whole(market):  # SPEC O8 C4 F4 N4
    day = market()
    awa, _bruno = day.tale.members
    order = day.buy(awa, salade="2", yaourt="4")
    yoghurt = price(day, "yaourt")
    put(day, awa, salade="2", yaourt="3")
    page = pay_top_up(day, awa, put(day, awa, salade="2", yaourt="6"))
    pending = put(day, awa, salade="3", yaourt="6")["pending"]

    left = awa.do("DELETE", f"/sales/{day.sale_id}/my-basket")

    paid = order["total_cents"] + 3 * yoghurt
    ledger = day.wait_for_refunds(paid)
    day.world.wait_for_mail(awa.email, "est annulée")
    day.wait_for_status(awa, pending[0], "cancelled")
    assert (left["lines"], left["pending"]) == ([], [])
    assert at_the_provider(page, day.sale_id) == (paid, paid) == (ledger["charges_cents"], paid)
    assert ledger["unsettled_cents"] == 0
    assert day.available("salade") == "3"
    wait_for("no basket", lambda: day.admin.get(f"/sales/{day.sale_id}/baskets")["items"] == [])
    assert cancelled_mails(day, awa) == 1


def cancelled_mails(day, member):
    return sum("est annulée" in mail["subject"] for mail in day.world.mails(member.email))
