"""Planning, changing and cancelling sales, and naming who is in charge of a distribution (SPEC S1–S5, D1)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.markets.commands import calendar
from services.markets.commands.duty import move_shifts, on_duty
from services.markets.commands.loading import ensure_version, located, lock_market, lock_sale
from services.markets.commands.roles import ensure_member
from services.markets.domain import sales as domain
from services.markets.domain.markets import zone
from services.markets.models import Market, Sale
from services.markets.occupancy import TIMES, taken, times_of
from services.markets.rights import must_administer
from shared import clock
from shared.actor import Actor
from shared.events.markets import PlaceFacts, ReferentAppointed, SaleCancelled, SalePlanned, SaleRescheduled
from shared.messaging import outbox


def plan_sale(
    session: Session, actor: Actor, market_id: UUID, place: dict[str, Any] | None = None, **given: datetime | None
) -> Sale:
    """« Distribution ponctuelle »."""
    market = lock_market(session, market_id)
    account_id = must_administer(session, actor, market_id)
    here = zone(market.time_zone)
    times = domain.times_of(given, domain.default_times(here, clock.now().astimezone(here).date()), here)
    domain.ensure_order(times)
    place = located(place) if place else market.place
    _refuse_problems(market, [times], taken(session, market_id, place, [times]))

    return _add(session, market, times, place, account_id, None)


def plan_cycle(
    session: Session, actor: Actor, market_id: UUID, place: dict[str, Any] | None = None, **cycle: Any
) -> dict[str, Any]:
    """« Cycle de distributions »: all its dates or none."""
    market = lock_market(session, market_id)
    account_id = must_administer(session, actor, market_id)
    planned = [times for _, times in domain.cycle_times(zone(market.time_zone), **cycle)]
    place = located(place) if place else market.place
    _refuse_problems(market, planned, taken(session, market_id, place, planned))

    cycle_id = clock.new_id()
    return {
        "cycle_id": cycle_id,
        "items": [_add(session, market, times, place, account_id, cycle_id) for times in planned],
    }


def reschedule_sale(
    session: Session,
    actor: Actor,
    sale_id: UUID,
    version: int | None = None,
    place: dict[str, Any] | None = None,
    **given: datetime,
) -> Sale:
    """Times and place; who ordered is told of it by mail (SPEC S5)."""
    market, sale = lock_sale(session, sale_id)
    must_administer(session, actor, market.id)
    ensure_version(version, sale.version)
    before = times_of(sale)
    after = domain.times_of(dict(given), before, zone(market.time_zone))
    domain.ensure_may_change(sale.state, before, after, clock.now())
    place = located(place) if place else sale.place
    if taken(session, market.id, place, [after], but=sale.id):
        raise domain.DistributionsOverlap("starts_at", on=[_local_date(market, after)])

    for name in TIMES:
        setattr(sale, name, getattr(after, name))
    sale.place = place
    move_shifts(session, sale, before.starts_at, zone(market.time_zone))
    if sale.opens_at > clock.now():
        sale.blocked_at = None
    sale.version += 1
    outbox.record(session, SaleRescheduled(**_facts(sale)))
    return sale


def cancel_sale(session: Session, actor: Actor, sale_id: UUID, reason: str) -> Sale:
    market, sale = lock_sale(session, sale_id)
    must_administer(session, actor, market.id)
    if sale.state == domain.CANCELLED:
        return sale
    domain.ensure_next(sale.state, domain.CANCELLED)

    sale.state, sale.cancel_reason, sale.blocked_at = domain.CANCELLED, reason, None
    sale.version += 1
    session.flush()
    people = on_duty(session, sale.id)
    outbox.record(session, SaleCancelled(sale_id=sale.id, market_id=sale.market_id, reason=reason, on_duty=people))
    calendar.release(session, market)
    return sale


def appoint_referent(session: Session, actor: Actor, sale_id: UUID, account_id: UUID) -> Sale:
    market, sale = lock_sale(session, sale_id)
    must_administer(session, actor, market.id)
    ensure_member(session, market.id, account_id)
    if sale.state in {domain.CANCELLED, domain.VALIDATED}:
        raise domain.SaleIsOver(state=sale.state)
    if sale.referent_id != account_id:
        sale.referent_id = account_id
        sale.referent_version += 1
        _tell_referent(session, sale)
    return sale


def _refuse_problems(market: Market, planned: Sequence[domain.Times], others: Sequence[domain.Times]) -> None:
    found = domain.problems(planned, others, clock.now())
    for problem in (kind for kind in found if kind is not None):
        on = [_local_date(market, times) for times, kind in zip(planned, found, strict=True) if kind is problem]
        raise problem("closes_at" if problem is domain.ClosingIsPast else "starts_at", on=on)


def _local_date(market: Market, times: domain.Times) -> str:
    return times.starts_at.astimezone(zone(market.time_zone)).date().isoformat()


def _add(
    session: Session, market: Market, times: domain.Times, place: dict[str, Any], by: UUID, cycle_id: UUID | None
) -> Sale:
    sale = Sale(
        id=clock.new_id(),
        market_id=market.id,
        cycle_id=cycle_id,
        state=domain.PLANNED,
        place=place,
        **vars(times),
        referent_id=by,
        referent_version=1,
        created_by=by,
        created_at=clock.now(),
        validated_round=0,
        reopened_round=0,
        cancel_reason="",
        version=1,
    )
    session.add(sale)
    session.flush()
    outbox.record(session, SalePlanned(**_facts(sale)))
    _tell_referent(session, sale)
    return sale


def _facts(sale: Sale) -> dict[str, Any]:
    text = {name: None if sale.place[name] is None else f"{sale.place[name]:.6f}" for name in ("latitude", "longitude")}
    facts = {name: getattr(sale, name) for name in ("market_id", *TIMES, "version")}
    return {"sale_id": sale.id, "place": PlaceFacts(**{**sale.place, **text}), **facts}


def _tell_referent(session: Session, sale: Sale) -> None:
    outbox.record(
        session,
        ReferentAppointed(
            sale_id=sale.id, market_id=sale.market_id, account_id=sale.referent_id, version=sale.referent_version
        ),
    )
