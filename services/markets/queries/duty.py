"""Duty shifts (« permanences ») as administrators, the référent, helpers and others see them (SPEC M7)."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from services.markets.domain.sales import COMING
from services.markets.models import DutyShift, DutySignup, Market, Person, Sale
from services.markets.rights import helps_at_sale, may_administer, may_help
from shared import clock
from shared.actor import Actor
from shared.errors import NotFound

MOST_SALES = 20
FACTS = ("id", "market_id", "state", "starts_at", "ends_at", "place")


def duty_shifts(session: Session, actor: Actor, sale_id: UUID) -> dict[str, Any]:
    """Who signed up is named to administrators and the référent alone."""
    sale = session.get(Sale, sale_id)
    if sale is None:
        raise NotFound("sale_id", what="sale")
    market = session.get_one(Market, sale.market_id)
    administers = may_administer(session, actor, market.id)
    is_ahead = sale.state in COMING and clock.now() < sale.ends_at
    shown = _shown(session, [sale_id], actor.account_id)[sale_id]
    if administers or (actor.account_id is not None and actor.account_id == sale.referent_id):
        people = _people(session, sale_id)
        shown = [shift | {"people": people[shift["id"]]} for shift in shown]
    return {
        **_sale(sale, market),
        "version": sale.shifts_version,
        "ahead": is_ahead,
        "may_set": administers and is_ahead,
        "may_sign_up": is_ahead and may_help(session, actor, sale_id),
        "shifts": shown,
    }


def my_duty(session: Session, actor: Actor, sale_id: UUID | None = None) -> dict[str, Any]:
    """Sales to come where the asker may help, soonest first: their own shifts, and those with free places."""
    account_id = actor.must_be_known()
    ahead = (Sale.state.in_(COMING), Sale.ends_at > clock.now())
    asked = select(Sale, Market).join(Market, Market.id == Sale.market_id).where(*ahead, helps_at_sale(account_id))
    asked = asked.where(exists().where(DutyShift.sale_id == Sale.id))
    if sale_id is not None:
        asked = asked.where(Sale.id == sale_id)
    rows = session.execute(asked.order_by(Sale.starts_at, Sale.id).limit(MOST_SALES)).tuples().all()
    shown = _shown(session, [sale.id for sale, _ in rows], account_id)
    items = [
        {**_sale(sale, market), "shifts": [shift for shift in shown[sale.id] if shift["free"] or shift["mine"]]}
        for sale, market in rows
    ]
    return {"items": [item for item in items if item["shifts"]]}


def _sale(sale: Sale, market: Market) -> dict[str, Any]:
    facts = {name: getattr(sale, name) for name in FACTS}
    return {**facts, "market_name": market.name, "market_number": market.number, "time_zone": market.time_zone}


def _shown(session: Session, sale_ids: Sequence[UUID], account_id: UUID | None) -> dict[UUID, list[dict[str, Any]]]:
    taken = select(func.count()).where(DutySignup.shift_id == DutyShift.id).scalar_subquery()
    mine = exists().where(DutySignup.shift_id == DutyShift.id, DutySignup.account_id == account_id)
    rows = (
        select(DutyShift, taken.label("taken"), mine.label("mine"))
        .where(DutyShift.sale_id.in_(sale_ids))
        .order_by(DutyShift.starts_at, DutyShift.id)
    )
    shown: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for shift, count, own in session.execute(rows).tuples():
        facts = {name: getattr(shift, name) for name in ("id", "role", "starts_at", "ends_at", "places")}
        counts = {"taken": count, "free": max(shift.places - count, 0)}
        shown[shift.sale_id].append(facts | counts | {"mine": own, "people": None})
    return shown


def _people(session: Session, sale_id: UUID) -> dict[UUID, list[dict[str, Any]]]:
    """Per shift, by last name."""
    rows = (
        select(
            DutySignup.shift_id,
            DutySignup.account_id,
            DutySignup.signed_at,
            func.coalesce(Person.first_name, "").label("first_name"),
            func.coalesce(Person.last_name, "").label("last_name"),
            Person.phone,
        )
        .join(DutyShift, DutyShift.id == DutySignup.shift_id)
        .outerjoin(Person, Person.account_id == DutySignup.account_id)
        .where(DutyShift.sale_id == sale_id)
        .order_by(func.coalesce(Person.sort_name, ""), DutySignup.account_id)
    )
    people: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in session.execute(rows).mappings():
        people[row["shift_id"]].append(dict(row))
    return people
