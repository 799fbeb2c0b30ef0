"""The calendar: when and where a sale is handed over."""

from sqlalchemy.orm import Session

from services.distributions import domain
from services.distributions.models import Distribution
from services.distributions.projections.keep import locked_sale
from shared.events.markets import SaleCancelled, SalePlanned


def sale_planned(session: Session, event: SalePlanned) -> None:
    """Planned or rescheduled. A new end starts the reminders anew."""
    sale = locked_sale(session, event.sale_id, event.market_id)
    if event.version <= sale.version:
        return
    if sale.state == domain.OPEN and sale.ends_at != event.ends_at:
        sale.look_at = event.ends_at
    _take(sale, event)


def sale_cancelled(session: Session, event: SaleCancelled) -> None:
    """Orders and payments give the money back, order by order; nothing is left to settle."""
    sale = locked_sale(session, event.sale_id, event.market_id)
    sale.state, sale.look_at = domain.CANCELLED, None


def _take(sale: Distribution, event: SalePlanned) -> None:
    sale.version, sale.place = event.version, event.place.dump()
    sale.opens_at, sale.closes_at = event.opens_at, event.closes_at
    sale.starts_at, sale.ends_at = event.starts_at, event.ends_at
