"""Reminders before the pickup and before closing: asked for every few seconds, prepared once per sale and date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from services.notifications import domain
from services.notifications.commands import telling
from services.notifications.models import Market, Sale
from shared import clock

MOST_HOURS = 48


@dataclass(frozen=True)
class _Pickup:
    kind: str
    audience: str
    marker: str


PICKUPS = (
    _Pickup("pickup_reminder", telling.CUSTOMERS, "pickup_reminded_for"),
    _Pickup("pickup_reminder_4h", telling.EARLY_BIRDS, "pickup_4h_reminded_for"),
)


def remind_of_pickup(session: Db) -> bool:
    """Prepare one due reminder. A sale that was moved to another day is reminded of again, on the new day."""
    return any(_remind(session, pickup) for pickup in PICKUPS)


def _remind(session: Db, pickup: _Pickup) -> bool:
    now, lead, marker = clock.now(), domain.PICKUP_LEADS[pickup.kind], getattr(Sale, pickup.marker)
    sale = _claim(session, Sale.starts_at > now, Sale.starts_at <= now + lead, marker.is_distinct_from(Sale.starts_at))
    if sale is None or sale.starts_at is None:
        return False
    market = session.get(Market, sale.market_id)
    setattr(sale, pickup.marker, sale.starts_at)
    day = sale.starts_at.astimezone(ZoneInfo(market.time_zone if market else "Europe/Paris")).date()
    telling.announce(
        session, pickup.kind, f"sale:{sale.id}:{day}", pickup.audience, market_id=sale.market_id, sale_id=sale.id
    )
    return True


def remind_of_closing(session: Db) -> bool:
    """Prepare one due reminder to those who have not ordered, if the market wants it (SPEC N1)."""
    now = clock.now()
    near = (Sale.opened, Sale.closes_at > now, Sale.closes_at <= now + timedelta(hours=MOST_HOURS))
    for hours in _wanted_hours(session):
        lead = timedelta(hours=hours)
        wants = select(Market.id).where(Market.reminder_hours == hours)
        sale = _claim(
            session,
            *near,
            Sale.market_id.in_(wants),
            Sale.closes_at <= now + lead,
            Sale.closing_reminded_for.is_distinct_from(Sale.closes_at),
        )
        if sale is not None and sale.closes_at is not None:
            _remind_of_closing(session, sale, sale.closes_at, lead)
            return True
    return False


def _remind_of_closing(session: Db, sale: Sale, closes_at: datetime, lead: timedelta) -> None:
    """A sale that opened when the reminder would be due has just been announced."""
    sale.closing_reminded_for = closes_at
    if sale.opens_at is not None and sale.opens_at < closes_at - lead:
        telling.announce(
            session, "sale_closing", f"sale:{sale.id}", telling.WITHOUT_ORDER, market_id=sale.market_id, sale_id=sale.id
        )


def _wanted_hours(session: Db) -> Sequence[int]:
    return session.scalars(select(Market.reminder_hours).where(Market.reminder_hours > 0).distinct()).all()


def _claim(session: Db, *is_due: Any) -> Sale | None:
    due = select(Sale).where(Sale.cancelled.is_(False), Sale.version > 0, *is_due).limit(1)
    return session.scalar(due.with_for_update(skip_locked=True))
