"""The day of the distribution, and the Monday after."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from clayette.demo.api import DemoFailed, Person, wait_for
from clayette.demo.story import Farm, Story, euros


def settle(story: Story) -> None:
    """Guide, chapter 7.3: the day of the distribution."""
    _remind(story)
    story.world.move_to(story.at("starts_at"))
    baskets = wait_for("the baskets", lambda: baskets_of(story, 4))
    wait_for(
        "the order sheets to be final",
        lambda: story.admin.get(f"/sales/{story.sale_id}/distribution")["orders_settled"],
    )
    story.say("Distribution day: " + ", ".join(f"{b['last_name']} n° {b['number']}" for b in baskets) + ".")
    oil = story.farms[2].products[0]["product_id"]
    story.admin.do("POST", f"/sales/{story.sale_id}/missing-products", {"product_id": oil})
    story.refunded += 3 * story.farms[2].products[0]["price"]
    story.say("The walnut oil did not come: set to zero on every basket and refunded, in one action.")
    _weigh_cheese(story)
    _refuse_early_validation_then_refund(story)
    story.world.move_to(story.at("ends_at") + timedelta(minutes=1))
    story.world.wait_for_mail(story.admin.email, "pensez à la valider")
    validated = story.admin.do("POST", f"/sales/{story.sale_id}/validation")
    if validated["stage"] != "validated":
        raise DemoFailed(f"the distribution is {validated['stage']}")
    story.say("« Valider la distribution »: all remaining baskets in one go.")


def _remind(story: Story) -> None:
    story.world.move_to(story.at("starts_at") - timedelta(hours=24))
    for member in story.members:
        story.world.wait_for_mail(member.email, "Votre panier vous attend")
    story.say("The day before, each member is reminded by mail.")


def baskets_of(story: Story, count: int) -> list[dict[str, Any]] | None:
    items: list[dict[str, Any]] = story.admin.get(f"/sales/{story.sale_id}/baskets")["items"]
    return items if len(items) == count else None


def _basket_of(story: Story, member: Person) -> dict[str, Any]:
    return quiet_basket(story.admin, story.orders[member.name]["basket_id"])


def quiet_basket(admin: Person, basket_id: str) -> dict[str, Any]:
    """The basket once no refund of it is on its way: each outcome makes a new version of it."""

    def look() -> dict[str, Any] | None:
        basket: dict[str, Any] = admin.get(f"/baskets/{basket_id}")
        return None if any(refund["state"] == "requested" for refund in basket["refunds"]) else basket

    found: dict[str, Any] = wait_for("the refunds of a basket", look)
    return found


def _weigh_cheese(story: Story) -> None:
    awa, cheese = story.members[0], story.farms[1].products[0]
    basket = _basket_of(story, awa)
    line = next(line for line in basket["lines"] if line["product_id"] == cheese["product_id"])
    story.admin.do(
        "PATCH",
        f"/baskets/{basket['basket_id']}",
        {"version": basket["version"], "lines": [{"line_id": line["line_id"], "delivered": "0.26"}]},
    )
    due = int((Decimal(cheese["price"]) * Decimal("0.26")).quantize(Decimal(1)))
    story.refunded += line["ordered_cents"] - due
    story.say(f"Awa's cheese weighs 260 g instead of 300 g: {euros(line['ordered_cents'] - due)} to give back.")


def _refuse_early_validation_then_refund(story: Story) -> None:
    code = story.admin.refused("POST", f"/sales/{story.sale_id}/validation")
    if code != "refund_not_generated":
        raise DemoFailed(f"an early validation was refused with {code}")
    story.say(f"Validating now is refused, since a refund is not generated ({code}).")
    basket = _basket_of(story, story.members[0])
    story.admin.do("POST", f"/baskets/{basket['basket_id']}/refund", {"version": basket["version"]})
    story.say("« Générer le remboursement » for Awa.")


def pay_producers(story: Story) -> None:
    """Guide, « Le règlement aux producteurs »."""
    expected = wait_for("the shares", lambda: shares_of(story))
    day = expected[0]["pay_on"]
    for share in expected:
        story.say(
            f"{share['producer_name']}: delivered {euros(share['gross_cents'])}, fee {euros(share['fee_cents'])}, "
            f"to be paid {euros(share['amount_cents'])} on Monday {day}."
        )
    story.world.move_to(datetime.fromisoformat(f"{day}T06:00:30+01:00") + timedelta(hours=1))
    for farm in story.farms[:2]:
        story.world.wait_for_mail(farm.person.email, "Versement de")
        payouts = wait_for("the payout", partial(payouts_of, farm))
        story.say(f"Monday {payouts[0]['paid_on']}: {farm.name} is paid {euros(payouts[0]['amount_cents'])}.")


def shares_of(story: Story) -> list[dict[str, Any]] | None:
    payouts = story.admin.get(f"/sales/{story.sale_id}/payouts")
    items: list[dict[str, Any]] = payouts["items"]
    return items if payouts["round"] else None


def payouts_of(farm: Farm) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = farm.person.get(f"/producers/{farm.producer_id}/payouts")["items"]
    return [payout for payout in items if payout["status"] in {"sent", "arrived"}]
