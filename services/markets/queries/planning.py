"""What the forms of planning propose and foresee (SPEC S2, S3)."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.markets import public_holidays
from services.markets.domain import sales as domain
from services.markets.domain.markets import zone
from services.markets.models import Market
from services.markets.occupancy import taken
from services.markets.rights import must_administer
from shared import clock
from shared.actor import Actor


def sale_defaults(session: Session, actor: Actor, market_id: UUID) -> dict[str, Any]:
    must_administer(session, actor, market_id)
    market = session.get_one(Market, market_id)
    here = zone(market.time_zone)
    times = domain.default_times(here, clock.now().astimezone(here).date())
    return {**vars(times), "time_zone": market.time_zone, "place": market.place}


def preview_cycle(
    session: Session, actor: Actor, market_id: UUID, place: dict[str, Any] | None = None, **cycle: Any
) -> dict[str, Any]:
    """Every date that would be planned, with what stands against it and whether it is a public holiday."""
    must_administer(session, actor, market_id)
    market = session.get_one(Market, market_id)
    dated = domain.cycle_times(zone(market.time_zone), **cycle)
    days, planned = [on for on, _ in dated], [times for _, times in dated]
    there = place or market.place
    found = domain.problems(planned, taken(session, market_id, there, planned), clock.now())
    off = public_holidays.of(there["postcode"], days, actor.language)
    items = [_date(on, times, problem, off) for on, times, problem in zip(days, planned, found, strict=True)]
    return {"time_zone": market.time_zone, "items": items}


def _date(on: date, times: domain.Times, problem: Any, off: dict[date, str]) -> dict[str, Any]:
    return {"on": on, **vars(times), "problem": problem.code() if problem else None, "holiday": off.get(on)}
