"""« Je ne livre pas » is told on, so that what is left of the producer's lines is given back (SPEC S6)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.orders.models import Basket, Participation, Sale
from shared.events.orders import AbsenceRecorded, ChangedBasket
from shared.messaging import outbox


def tell_absences(session: Session) -> bool:
    """One of them. The sale is ours alone: every change that did not know of the absence is over, and counted."""
    untold = (Participation.not_delivering, ~Participation.absence_told)
    known = select(Participation).join(Sale, Sale.id == Participation.sale_id).where(*untold).limit(1)
    absence = session.scalar(known.with_for_update(of=Participation, skip_locked=True))
    if absence is None:
        return False
    sale = session.scalars(select(Sale).where(Sale.id == absence.sale_id).with_for_update()).one()
    changed = select(Basket.id, Basket.amendment).where(Basket.sale_id == sale.id, Basket.amendment > 0)
    absence.absence_told = True
    outbox.record(
        session,
        AbsenceRecorded(
            sale_id=sale.id,
            market_id=sale.market_id,
            producer_id=absence.producer_id,
            changed=[
                ChangedBasket(basket_id=basket_id, amendment=amendment)
                for basket_id, amendment in session.execute(changed.order_by(Basket.id)).tuples()
            ],
        ),
    )
    return True
