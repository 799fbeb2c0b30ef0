"""Taking up what is due at the provider: one row, leased, so that no replica and no crash does it twice or never."""

from datetime import timedelta
from typing import Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.payments import domain
from shared import clock


class Due(Protocol):
    tries: int


Row = TypeVar("Row", bound=Due)


def claim(session: Session, model: type[Row]) -> Row | None:
    """The row that has waited longest, counted as tried, and left alone by others for the time of a lease."""
    try_at: InstrumentedAttribute[object] = model.try_at  # type: ignore[attr-defined]
    oldest = select(model).where(try_at <= clock.now()).order_by(try_at).limit(1)
    row = session.scalar(oldest.with_for_update(skip_locked=True))
    if row is not None:
        row.tries += 1
        again(row, domain.LEASE)
    return row


def again(row: Due, pause: timedelta) -> None:
    """Not before this pause is over."""
    row.try_at = clock.now() + pause  # type: ignore[attr-defined]


def later(row: Due) -> None:
    """After a try that failed; nothing is due any more if a webhook has settled it meanwhile."""
    if row.try_at is not None:  # type: ignore[attr-defined]
        again(row, domain.back_off(row.tries))


def done(row: Due) -> None:
    """Nothing more to ask about it."""
    row.try_at = None  # type: ignore[attr-defined]
    row.tries = 0
