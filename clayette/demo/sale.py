"""A sale: planned, opened by itself, ordered from, closed by itself."""

from datetime import datetime, timedelta
from typing import Any

from clayette.demo.api import Card, DemoFailed, Person, wait_for
from clayette.demo.story import Story, euros


def plan_sale(story: Story) -> None:
    """Guide, chapters 4 and 5."""
    proposed = story.admin.get(f"/markets/{story.market_id}/sales/defaults")
    story.sale = story.admin.do("POST", f"/markets/{story.market_id}/sales", {"opens_at": proposed["opens_at"]})
    story.say(
        f"A sale is planned: opens {story.sale['opens_at']}, closes {story.sale['closes_at']}, "
        f"distribution {story.sale['starts_at']}."
    )
    story.admin.do("POST", f"/sales/{story.sale_id}/invitations", {})
    for farm in story.farms:
        story.world.wait_for_mail(farm.person.email, "vous invite à vendre")
        farm.person.do("PUT", f"/sales/{story.sale_id}/participations/{farm.catalog_id}")
    story.say("The producers are invited by mail, and each takes part.")


def let_it_open(story: Story) -> None:
    story.world.move_to(story.at("opens_at"))
    wait_for("the sale to open", lambda: state_of(story) == "open")
    wait_for("the shop to take orders", lambda: shop_of(story)["takes_orders"])
    for member in story.members:
        story.world.wait_for_mail(member.email, "vente est ouverte")
    story.say("The clock moves to the opening; the sale opens by itself and every member gets a mail.")


def order(story: Story) -> None:
    awa, bruno, chloe, denis = story.members
    carrots, lettuce, squash, cheese, yoghurt, oil = (p for farm in story.farms for p in farm.products)
    _buy(story, awa, [(carrots, "1.5"), (lettuce, "2"), (cheese, "0.3"), (oil, "1")])
    _buy(story, bruno, [(carrots, "2"), (squash, "1.2"), (yoghurt, "8")], cards=(Card.DECLINED, Card.SECURE))
    _buy(story, chloe, [(yoghurt, "4"), (oil, "2")])
    code = denis.refused("POST", "/orders", lines_of(story, [(lettuce, "2")]))
    if code != "stock_lacking":
        raise DemoFailed(f"two lettuces too many were answered with {code}")
    story.say("Denis wants two lettuces; one is left: refused, naming it (stock_lacking).")
    placed = denis.do("POST", "/orders", lines_of(story, [(lettuce, "1")]))
    story.world.move_to(datetime.fromisoformat(placed["expires_at"]) + timedelta(minutes=10))
    wait_for("the reservation to expire", lambda: denis.get(f"/orders/{placed['order_id']}")["status"] == "expired")
    story.say("He takes one and does not pay: after 35 minutes his reservation is released.")
    _buy(story, denis, [(lettuce, "1"), (yoghurt, "4")])


def lines_of(story: Story, wanted: list[tuple[dict[str, Any], str]]) -> dict[str, Any]:
    lines = [{"product_id": p["product_id"], "quantity": q, "unit_price_cents": p["price"]} for p, q in wanted]
    return {"sale_id": story.sale_id, "lines": lines}


def _buy(
    story: Story, member: Person, wanted: list[tuple[dict[str, Any], str]], cards: tuple[str, ...] = (Card.GOOD,)
) -> None:
    placed = member.do("POST", "/orders", lines_of(story, wanted))
    page = member.do("POST", f"/orders/{placed['order_id']}/payment")["url"]
    for card in cards:
        outcome = Card.pay(page, card)
    if outcome != "succeeded":
        raise DemoFailed(f"the payment of {member.name} was {outcome}")
    path = f"/orders/{placed['order_id']}"
    confirmed = wait_for("the order to be confirmed", lambda: _confirmed(member.get(path)))
    story.world.wait_for_mail(member.email, "Commande confirmée")
    story.payment_page, story.orders[member.name] = page, confirmed
    story.paid += confirmed["total_cents"]
    tries = "" if len(cards) == 1 else ", the first card declined, the second with 3-D Secure"
    story.say(
        f"{member.name} pays {euros(confirmed['total_cents'])} once for several producers{tries}: "
        f"basket n° {confirmed['basket_number']}."
    )


def _confirmed(order: dict[str, Any]) -> dict[str, Any] | None:
    return order if order["status"] == "confirmed" else None


def let_it_close(story: Story) -> None:
    """Guide, chapter 7.2."""
    story.world.move_to(story.at("closes_at"))
    wait_for("the sale to close", lambda: state_of(story) == "closed")
    for farm in story.farms:
        story.world.wait_for_mail(farm.person.email, "À préparer")
    sheet = story.farms[0].person.get(f"/sales/{story.sale_id}/order-sheet", producer_id=story.farms[0].producer_id)
    total = ", ".join(f"{line['quantity']} {line['unit']} {line['name']}" for line in sheet["products"])
    story.say(f"The sale closes by itself; each producer gets the order sheet. {story.farms[0].name} picks: {total}.")


def state_of(story: Story) -> str:
    return str(story.admin.get(f"/sales/{story.sale_id}")["state"])


def shop_of(story: Story) -> dict[str, Any]:
    shop: dict[str, Any] = story.members[0].get(f"/sales/{story.sale_id}/shop")
    return shop
