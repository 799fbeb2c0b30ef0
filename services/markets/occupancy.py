"""When the place of a market is taken by its distributions (SPEC S4)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.markets.domain import sales as domain
from services.markets.models import Sale

TIMES = ("opens_at", "closes_at", "starts_at", "ends_at")


def taken(
    session: Session, market_id: UUID, place: dict[str, Any], planned: Sequence[domain.Times], but: UUID | None = None
) -> list[domain.Times]:
    """The times of the market's other distributions at this place that overlap the span of `planned`."""
    span = (
        Sale.starts_at < max(times.ends_at for times in planned),
        Sale.ends_at > min(times.starts_at for times in planned),
    )
    others = select(Sale).where(Sale.market_id == market_id, Sale.state != domain.CANCELLED, *span)
    if but is not None:
        others = others.where(Sale.id != but)
    return [times_of(sale) for sale in session.scalars(others) if domain.same_place(sale.place, place)]


def times_of(sale: Sale) -> domain.Times:
    return domain.Times(**{name: getattr(sale, name) for name in TIMES})
