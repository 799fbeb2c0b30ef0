"""Validated and reopened distributions: the end of a sale's life, and what frees a market's blocked sales."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.markets.commands import calendar
from services.markets.commands.loading import lock_sale
from services.markets.domain import sales as domain
from services.markets.models import Sale
from shared.events.distributions import DistributionReopened, DistributionValidated


def distribution_validated(session: Session, told: DistributionValidated) -> None:
    if not _is_known(session, told.sale_id):
        return
    market, sale = lock_sale(session, told.sale_id)
    if told.round > sale.validated_round:
        sale.validated_round, sale.validated_at = told.round, told.validated_at
    _settle(sale)
    session.flush()
    calendar.release(session, market)


def distribution_reopened(session: Session, told: DistributionReopened) -> None:
    if not _is_known(session, told.sale_id):
        return
    _, sale = lock_sale(session, told.sale_id)
    sale.reopened_round = max(sale.reopened_round, told.round)
    _settle(sale)


def _settle(sale: Sale) -> None:
    """A sale that this service has not closed yet gets its state when it does."""
    wanted = domain.state_after_closing(sale.validated_round, sale.reopened_round)
    if sale.state in {domain.CLOSED, domain.DISTRIBUTED, domain.VALIDATED} and wanted in domain.NEXT[sale.state]:
        sale.state = wanted


def _is_known(session: Session, sale_id: UUID) -> bool:
    return session.scalar(select(Sale.id).where(Sale.id == sale_id)) is not None
