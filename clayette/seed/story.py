"""The chapters of the demo market's past, in the order of their dates: time only moves forward."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from clayette.demo.api import wait_for
from clayette.seed import days, opening
from clayette.seed.goods import Farm
from clayette.seed.progress import each
from clayette.seed.shopping import Round, shop
from clayette.seed.town import NEXT_DOOR, OPEN, PAID_OUT, TO_SETTLE, Calendar, Town

FIRST_FARMS = 4
MISSING = "Salade batavia"


@dataclass(frozen=True)
class Chapter:
    """`at`: when it happens; None is as soon as the one before is over. `usable`: from here on there is a shop to see."""

    name: str
    at: datetime | None
    play: Callable[[Town], None]
    usable: bool = False


def chapters(town: Town) -> list[Chapter]:
    return _small() if town.small else _full(town.calendar)


def _small() -> list[Chapter]:
    return [
        Chapter("a market with four farms", None, _small_market),
        Chapter("a member orders", None, _first_order, usable=True),
    ]


def _full(days_of: Calendar) -> list[Chapter]:
    at, first = days_of.at, days_of.first_saturday
    return [
        Chapter("the market of the hall opens with four farms", None, _first_farms, usable=True),
        Chapter("sixteen farms join, and one that has nothing to sell yet", None, _other_farms),
        Chapter("forty members join", None, _members),
        Chapter("two more markets, future sales", None, _other_markets),
        Chapter("first orders", None, partial(shop, turn=Round(PAID_OUT, 0, 16, forgotten=2))),
        Chapter("more orders", at(first - 5, 18, 30), partial(shop, turn=Round(PAID_OUT, 18, 14))),
        Chapter("the sale closes", at(first - 2, 20, 1), _closed),
        Chapter("a first distribution", at(first, 9, 30), _first_distribution),
        Chapter("it is validated", at(first, 12, 10), partial(days.validate, sale=PAID_OUT)),
        Chapter("orders for the second sale", at(-9, 8, 1), partial(shop, turn=Round(TO_SETTLE, 0, 18, 2, 1))),
        Chapter("orders next door", at(-8, 12), partial(shop, turn=Round(NEXT_DOOR, 20, 12, 1))),
        Chapter("more of them", at(-5, 18, 30), _last_orders),
        Chapter("orders for the open sale", at(-2, 10), partial(shop, turn=Round(OPEN, 3, 18, 2, 2))),
        Chapter("a second distribution, half settled", at(-1, 9, 30), _second_distribution),
        Chapter("today", days_of.anchor, _today),
    ]


def _small_market(town: Town) -> None:
    opening.open_market(town)
    saturday = town.calendar.at(town.calendar.next_saturday, 9)
    opening.plan(town, town.admin, "market", OPEN, (town.calendar.anchor, saturday - timedelta(days=2), saturday))
    opening.ask_for_hands(town, OPEN)
    opening.open_farms(town, town.farms, (OPEN,))
    opening.meet(town.members)


def _first_order(town: Town) -> None:
    _join(town, "market", 0, 1)
    shop(town, Round(OPEN, 0, 1))


def _first_farms(town: Town) -> None:
    opening.open_market(town)
    _plan_sales(town)
    opening.open_farms(town, town.farms[:FIRST_FARMS], (PAID_OUT, TO_SETTLE, OPEN))
    wait_for("the shop to open", lambda: town.admin.get(f"/sales/{town.facts[PAID_OUT]}/shop")["takes_orders"])


def _plan_sales(town: Town) -> None:
    at, first, coming = town.calendar.at, town.calendar.first_saturday, town.calendar.next_saturday
    plan = partial(opening.plan, town, town.admin, "market")
    plan(PAID_OUT, (town.calendar.beginning, at(first - 2, 20), at(first, 9)))
    plan(TO_SETTLE, (at(-9, 8), at(-3, 20), at(-1, 9)))
    plan(OPEN, (at(-3, 8), at(coming - 2, 20), at(coming, 9)))


def _other_farms(town: Town) -> None:
    farms: list[Farm] = town.farms[FIRST_FARMS:]
    opening.open_farms(town, farms, (PAID_OUT, TO_SETTLE, OPEN))


def _members(town: Town) -> None:
    opening.meet(town.members)
    _join(town, "market", 0, len(town.members))
    odile = town.members[1]
    for sale in (PAID_OUT, TO_SETTLE, OPEN):
        town.admin.do("PUT", f"/sales/{town.facts[sale]}/referent", {"account_id": odile.id})


def _join(town: Town, market: str, first: int, last: int) -> None:
    market_id = town.facts[market]
    each(town.members[first:last], lambda member: member.do("POST", f"/markets/{market_id}/members"))


def _other_markets(town: Town) -> None:
    at = town.calendar.at
    opening.open_the_other_markets(town)
    opening.plan(town, town.neighbour, "neighbour", NEXT_DOOR, (at(-9, 8), at(-1, 20), at(2, 17)))
    opening.serve_the_neighbour(town)
    _join(town, "neighbour", 0, 1)
    _join(town, "neighbour", 18, len(town.members))


def _closed(town: Town) -> None:
    path = f"/sales/{town.facts[PAID_OUT]}"
    wait_for("the sale to close", lambda: town.admin.get(path)["state"] == "closed")


def _first_distribution(town: Town) -> None:
    days.settle(town, PAID_OUT, missing=MISSING, collected=12)


def _second_distribution(town: Town) -> None:
    days.settle(town, TO_SETTLE, missing=MISSING, collected=9)


def _last_orders(town: Town) -> None:
    shop(town, Round(TO_SETTLE, 21, 13))
    shop(town, Round(NEXT_DOOR, 30, 11))


def _today(town: Town) -> None:
    """Some have not paid yet; hands are needed; sales to come are planned."""
    shop(town, Round(OPEN, 25, 4, forgotten=4))
    shift_id = opening.ask_for_hands(town, OPEN)
    for helper in town.members[2:4]:
        helper.do("POST", f"/sales/{town.facts[OPEN]}/shifts/{shift_id}/signup")
    at, coming = town.calendar.at, town.calendar.next_saturday
    _plan_cycle(town)
    opening.plan(town, town.neighbour, "neighbour", "next door, later", (at(3, 8), at(9, 20), at(12, 17)))
    opening.plan(town, town.admin, "market", "called off", (at(1, 8), at(coming + 3, 20), at(coming + 5, 17)))
    town.admin.do("POST", f"/sales/{town.facts['called off']}/cancel", {"reason": "La halle est fermée pour travaux."})
    town.admin.do("POST", f"/sales/{town.facts['in the cycle']}/invitations", {})


def _plan_cycle(town: Town) -> None:
    first = town.calendar.at(town.calendar.next_saturday + 14, 9)
    cycle = {
        "rhythm": "every_2_weeks",
        "first_on": first.date().isoformat(),
        "until": (first.date() + timedelta(weeks=14)).isoformat(),
        "starts": "09:00",
        "ends": "12:00",
    }
    planned = town.admin.do("POST", f"/markets/{town.facts['market']}/cycles", cycle)
    town.facts["in the cycle"] = planned["items"][0]["sale_id"]
