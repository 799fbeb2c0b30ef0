"""What time does to sales: opening, closing, the end of the distribution; and the block on opening (SPEC S8, S9).

Each piece of due work claims a sale and its market by row lock, skipping what another replica holds, and tells the
event in the same transaction: late is caught up, twice is impossible.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.markets import counts
from services.markets.commands.loading import claim_sale, lock_market
from services.markets.domain import sales as domain
from services.markets.models import Market, Sale
from shared import clock
from shared.events.markets import SaleBlocked, SaleClosed, SaleOpened
from shared.messaging import outbox


def open_due(session: Session) -> bool:
    """A sale whose opening time has come opens, or is blocked and told so once."""
    now = clock.now()
    claimed = claim_sale(
        session, Sale.state == domain.PLANNED, Sale.opens_at <= now, Sale.blocked_at.is_(None), first=Sale.opens_at
    )
    if claimed is None:
        return False
    sale, market = claimed
    unvalidated = counts.unvalidated_sales(session, market.id, now)
    if domain.is_blocked(len(unvalidated), market.unvalidated_limit):
        sale.blocked_at = now
        outbox.record(session, SaleBlocked(sale_id=sale.id, market_id=market.id, unvalidated=unvalidated))
    else:
        _open(session, sale, now)
    return True


def close_due(session: Session) -> bool:
    now = clock.now()
    claimed = claim_sale(session, Sale.state == domain.OPEN, Sale.closes_at <= now, first=Sale.closes_at)
    if claimed is None:
        return False
    sale, _ = claimed
    domain.ensure_next(sale.state, domain.CLOSED)
    sale.state, sale.closed_at = domain.CLOSED, now
    outbox.record(session, SaleClosed(sale_id=sale.id, market_id=sale.market_id, closed_at=now))
    return True


def finish_due(session: Session) -> bool:
    """The slot of the distribution is over; what is left to do is to validate it."""
    claimed = claim_sale(session, Sale.state == domain.CLOSED, Sale.ends_at <= clock.now(), first=Sale.ends_at)
    if claimed is None:
        return False
    sale, _ = claimed
    wanted = domain.state_after_closing(sale.validated_round, sale.reopened_round)
    domain.ensure_next(sale.state, wanted)
    sale.state = wanted
    return True


def release_blocked(session: Session) -> bool:
    """Look again at every market that has a blocked sale: an order may have been cancelled meanwhile."""
    blocked = select(Sale.market_id).where(Sale.state == domain.PLANNED, Sale.blocked_at.is_not(None)).distinct()
    for market_id in sorted(session.scalars(blocked)):
        release(session, lock_market(session, market_id))
    return False


def release(session: Session, market: Market) -> None:
    """Open what was blocked as soon as the reason is gone. The market's row is locked by the caller."""
    blocked = select(Sale).where(
        Sale.market_id == market.id, Sale.state == domain.PLANNED, Sale.blocked_at.is_not(None)
    )
    waiting = session.scalars(blocked.order_by(Sale.opens_at).execution_options(populate_existing=True)).all()
    if not waiting:
        return
    now = clock.now()
    if not domain.is_blocked(len(counts.unvalidated_sales(session, market.id, now)), market.unvalidated_limit):
        for sale in waiting:
            _open(session, sale, now)


def _open(session: Session, sale: Sale, now: datetime) -> None:
    domain.ensure_next(sale.state, domain.OPEN)
    sale.state, sale.opened_at, sale.blocked_at = domain.OPEN, now, None
    outbox.record(
        session, SaleOpened(sale_id=sale.id, market_id=sale.market_id, opened_at=now, closes_at=sale.closes_at)
    )
