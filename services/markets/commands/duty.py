"""Duty shifts (« permanences »): set by administrators, taken by members and producers, and what time does (SPEC M7)."""

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from services.markets import counts
from services.markets.commands.loading import claim_sale, ensure_version, lock_sale
from services.markets.domain import duty as domain
from services.markets.domain.markets import zone
from services.markets.domain.sales import COMING
from services.markets.models import DutyShift, DutySignup, Market, Sale
from services.markets.rights import must_administer, must_help
from shared import clock
from shared.actor import Actor
from shared.errors import NotFound
from shared.events.markets import DutyReminderDue, DutyTurn, DutyVacanciesCalled, DutyVacancy
from shared.messaging import outbox


def set_duty_shifts(
    session: Session, actor: Actor, sale_id: UUID, shifts: list[dict[str, Any]], version: int | None = None
) -> None:
    """The whole list: what is not named any more goes, unless people have signed up for it."""
    market, sale = lock_sale(session, sale_id)
    must_administer(session, actor, market.id)
    ensure_version(version, sale.shifts_version)
    domain.ensure_before_the_end(sale.state, sale.ends_at, clock.now())
    rows = {row.id: row for row in _shifts_of(session, sale_id)}
    wanted = [domain.Wanted(**each) for each in shifts]
    roles = {row.id: row.role for row in rows.values()}
    domain.ensure_may_set(wanted, counts.signups_of(session, sale_id), roles)

    for each in wanted:
        kept = rows.pop(each.shift_id) if each.shift_id else None
        _put(session, sale, kept, each, zone(market.time_zone))
    for dropped in rows.values():
        session.delete(dropped)
    sale.shifts_version += 1
    session.flush()


def sign_up_for_duty(session: Session, actor: Actor, sale_id: UUID, shift_id: UUID) -> None:
    """The market's lock keeps two people off the last place. Twice is once."""
    _, sale = lock_sale(session, sale_id)
    account_id = must_help(session, actor, sale_id)
    shift = _shift(session, sale_id, shift_id)
    domain.ensure_before_the_end(sale.state, sale.ends_at, clock.now())
    if session.get(DutySignup, (shift_id, account_id)) is not None:
        return
    domain.ensure_free(shift.places, counts.signups_of(session, sale_id).get(shift_id, 0))

    now = clock.now()
    reminded_for = sale.starts_at if domain.needs_no_reminder(sale.starts_at, now) else None
    session.add(DutySignup(shift_id=shift_id, account_id=account_id, signed_at=now, reminded_for=reminded_for))
    session.flush()


def withdraw_from_duty(session: Session, actor: Actor, sale_id: UUID, shift_id: UUID) -> None:
    """Also by who belongs here no longer. Twice is once."""
    _, sale = lock_sale(session, sale_id)
    signup = session.get(DutySignup, (shift_id, actor.must_be_known()))
    if signup is None:
        must_help(session, actor, sale_id)
    _shift(session, sale_id, shift_id)
    domain.ensure_before_the_end(sale.state, sale.ends_at, clock.now())

    if signup is not None:
        session.delete(signup)
        session.flush()


def free_places_of(session: Session, account_id: UUID, market_id: UUID | None = None) -> None:
    """Of somebody who leaves the market, or all: at the distributions to come others can stand in."""
    here = select(DutyShift.id).join(Sale, Sale.id == DutyShift.sale_id).where(Sale.ends_at > clock.now())
    if market_id is not None:
        here = here.where(Sale.market_id == market_id)
    session.execute(delete(DutySignup).where(DutySignup.account_id == account_id, DutySignup.shift_id.in_(here)))


def on_duty(session: Session, sale_id: UUID) -> list[UUID]:
    people = select(DutySignup.account_id).join(DutyShift, DutyShift.id == DutySignup.shift_id).distinct()
    return list(session.scalars(people.where(DutyShift.sale_id == sale_id).order_by(DutySignup.account_id)))


def move_shifts(session: Session, sale: Sale, before: datetime, here: ZoneInfo) -> None:
    """They go along with a distribution that started at `before`."""
    for shift in _shifts_of(session, sale.id):
        shift.starts_at = domain.moved(shift.starts_at, before, sale.starts_at, here)
        shift.ends_at = domain.moved(shift.ends_at, before, sale.starts_at, here)


def call_vacancies(session: Session) -> bool:
    """Seven days before; later, as soon as there is a free place. Once for each date of the distribution."""
    taken = select(func.count()).where(DutySignup.shift_id == DutyShift.id).scalar_subquery()
    vacant = exists().where(DutyShift.sale_id == Sale.id, DutyShift.places > taken)
    claimed = _claim(session, domain.CALLED_BEFORE, Sale.vacancies_called_for.is_distinct_from(Sale.starts_at), vacant)
    if claimed is None:
        return False
    sale, market = claimed
    called_for, sale.vacancies_called_for = sale.vacancies_called_for, sale.starts_at
    if not domain.on_one_day(called_for, sale.starts_at, zone(market.time_zone)):
        outbox.record(session, _call(session, sale))
    return True


def remind_of_duty(session: Session) -> bool:
    """Four days before, those who have signed up by then; again when the distribution moves after it."""
    unaware = DutySignup.reminded_for.is_distinct_from(Sale.starts_at)
    waiting = exists().where(DutyShift.sale_id == Sale.id, DutySignup.shift_id == DutyShift.id, unaware)
    claimed = _claim(session, domain.REMINDED_BEFORE, waiting)
    if claimed is None:
        return False
    sale, _ = claimed
    signups = (
        select(DutySignup, DutyShift)
        .join(DutyShift, DutyShift.id == DutySignup.shift_id)
        .where(DutyShift.sale_id == sale.id, DutySignup.reminded_for.is_distinct_from(sale.starts_at))
        .order_by(DutySignup.account_id, DutyShift.starts_at, DutyShift.id)
    )
    turns: dict[UUID, list[DutyTurn]] = defaultdict(list)
    for signup, shift in session.execute(signups).tuples():
        signup.reminded_for = sale.starts_at
        turns[signup.account_id].append(DutyTurn(**_turn(shift)))
    for account_id, shifts in turns.items():
        outbox.record(session, DutyReminderDue(account_id=account_id, shifts=shifts, **_about(sale)))
    return True


def _claim(session: Session, lead: Any, *due: Any) -> tuple[Sale, Market] | None:
    now = clock.now()
    near = (Sale.state.in_(COMING), Sale.starts_at > now, Sale.starts_at <= now + lead)
    return claim_sale(session, *near, *due, first=Sale.starts_at)


def _call(session: Session, sale: Sale) -> DutyVacanciesCalled:
    signups = counts.signups_of(session, sale.id)
    free = {shift: shift.places - signups.get(shift.id, 0) for shift in _shifts_of(session, sale.id)}
    vacant = [DutyVacancy(free=places, **_turn(shift)) for shift, places in free.items() if places > 0]
    return DutyVacanciesCalled(shifts=vacant, signed_up=on_duty(session, sale.id), **_about(sale))


def _shifts_of(session: Session, sale_id: UUID) -> list[DutyShift]:
    rows = select(DutyShift).where(DutyShift.sale_id == sale_id).order_by(DutyShift.starts_at, DutyShift.id)
    return list(session.scalars(rows.execution_options(populate_existing=True)))


def _shift(session: Session, sale_id: UUID, shift_id: UUID) -> DutyShift:
    shift = session.get(DutyShift, shift_id, populate_existing=True)
    if shift is None or shift.sale_id != sale_id:
        raise NotFound("shift_id", what="shift")
    return shift


def _put(session: Session, sale: Sale, row: DutyShift | None, wanted: domain.Wanted, here: ZoneInfo) -> None:
    starts_at, ends_at = domain.hours_on(sale.starts_at, wanted.starts, wanted.ends, here)
    facts = {"role": wanted.role, "places": wanted.places, "starts_at": starts_at, "ends_at": ends_at}
    if row is None:
        session.add(DutyShift(id=clock.new_id(), sale_id=sale.id, **facts))
        return
    for name, value in facts.items():
        setattr(row, name, value)


def _turn(shift: DutyShift) -> dict[str, Any]:
    return {"shift_id": shift.id} | {name: getattr(shift, name) for name in ("role", "starts_at", "ends_at")}


def _about(sale: Sale) -> dict[str, Any]:
    return {"sale_id": sale.id, "market_id": sale.market_id, "starts_at": sale.starts_at}
