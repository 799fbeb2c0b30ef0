"""Producers who do not deliver (SPEC S6): what is left of their lines goes to zero and is refunded, once.

Markets says so first. What members have taken off by then orders alone knows, so its word is awaited; meanwhile the
baskets concerned cannot be validated.
"""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.distributions import domain
from services.distributions.commands import settling
from services.distributions.commands.distribution import open_lines, write_off
from services.distributions.commands.settling import Cause
from services.distributions.models import BasketChanges, BasketLine, Distribution, NonDelivery
from services.distributions.projections import history
from services.distributions.projections.keep import locked_sale
from shared import clock
from shared.events.markets import ParticipationWithdrawn
from shared.events.orders import AbsenceRecorded
from shared.messaging.inbox import insert_or_skip

NOT_DELIVERING = "not_delivering"


def participation_withdrawn(session: Session, event: ParticipationWithdrawn) -> None:
    if event.not_delivering:
        locked_sale(session, event.sale_id, event.market_id)
        _is_new(session, event, awaited=True)


def absence_recorded(session: Session, event: AbsenceRecorded) -> None:
    """Also lines that arrive later: see `write_off_absent`."""
    locked_sale(session, event.sale_id, event.market_id)
    history.ensure_all_known(session, event.changed)
    if not _is_new(session, event, awaited=False) and not _was_awaited(session, event):
        return
    lines = open_lines(session, event.sale_id, BasketLine.producer_id == event.producer_id)
    history.ensure_all_whole(session, {line.basket_id for line in lines})
    write_off(session, lines, _cause(), NOT_DELIVERING)


def write_off_absent(session: Session, sale: Distribution, changes: BasketChanges) -> None:
    """After something came into the basket. Of half a change it cannot be said what is to be given back."""
    if sale.state == domain.VALIDATED or not history.is_whole(changes):
        return
    absent = select(NonDelivery.producer_id).where(NonDelivery.sale_id == sale.sale_id, ~NonDelivery.awaited)
    which = (BasketLine.basket_id == changes.basket_id, BasketLine.producer_id.in_(absent))
    write_off(session, settling.lines_where(session, *which), _cause(), NOT_DELIVERING)


def _is_new(session: Session, event: ParticipationWithdrawn | AbsenceRecorded, *, awaited: bool) -> bool:
    key = {"sale_id": event.sale_id, "producer_id": event.producer_id}
    return insert_or_skip(session, NonDelivery.__table__, **key, awaited=awaited)


def _was_awaited(session: Session, event: AbsenceRecorded) -> bool:
    this = (NonDelivery.sale_id == event.sale_id, NonDelivery.producer_id == event.producer_id, NonDelivery.awaited)
    return bool(session.execute(update(NonDelivery).where(*this).values(awaited=False)).rowcount)  # type: ignore[attr-defined]


def _cause() -> Cause:
    return Cause(NOT_DELIVERING, None, clock.now())
