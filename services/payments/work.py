"""Taking up what is due at the provider: rows, leased, so that no replica and no crash does one twice or never."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Protocol, TypeVar

import eventlet
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.payments import domain
from shared import clock


class Due(Protocol):
    tries: int


Row = TypeVar("Row", bound=Due)


def claim(session: Session, model: type[Row]) -> Row | None:
    """The row that has waited longest, counted as tried, and left alone by others for the time of a lease."""
    return next(iter(claim_some(session, model, 1)), None)


def claim_some(session: Session, model: type[Row], most: int) -> Sequence[Row]:
    try_at: InstrumentedAttribute[object] = model.try_at  # type: ignore[attr-defined]
    oldest = select(model).where(try_at <= clock.now()).order_by(try_at).limit(most)
    rows = session.scalars(oldest.with_for_update(skip_locked=True)).all()
    for row in rows:
        row.tries += 1
        again(row, domain.LEASE)
    return rows


def at_once(work: Callable[[Row], object], rows: Sequence[Row]) -> None:
    """All of them at the same time, one here and each other in a green thread of its own; ends when all have ended."""
    others = [eventlet.spawn(work, row) for row in rows[1:]]
    try:
        for row in rows[:1]:
            work(row)
    finally:
        for other in others:
            other.wait()


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
