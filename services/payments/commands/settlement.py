"""A validated sale becomes producers' money: shares, fee and commission, corrected by each later validation."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.payments import domain, ledger
from services.payments.domain import Figures
from services.payments.models import Market, Settlement, Share
from shared import clock
from shared.events.distributions import DistributionValidated
from shared.events.payments import PayoutScheduled
from shared.messaging import outbox
from shared.messaging.inbox import insert_or_skip


class MarketUnknown(LookupError):
    """Its rates have not arrived: the event waits for them."""


def validated(session: Session, event: DistributionValidated) -> None:
    """Share out the whole figures of this round: booked is what they differ from the former ones."""
    settled = locked(session, event.sale_id, event.market_id)
    if event.round <= settled.round:
        return
    _freeze_rates(session, settled)
    figures = _figures(settled, event)
    changes = _changes(figures, _booked(session, event.sale_id))
    settled.round, settled.validated_at = event.round, event.validated_at
    settled.missing_cents = sum(each.gross_cents for each in event.producers) - sum(
        each.gross_cents for each in figures.values()
    )
    _postpone(session, event)
    _share_out(session, event, changes)
    weigh(session, event.sale_id)
    outbox.record(session, *(_scheduled(event, producer, figures[producer]) for producer in sorted(figures)))


def locked(session: Session, sale_id: UUID, market_id: UUID) -> Settlement:
    insert_or_skip(session, Settlement.__table__, sale_id=sale_id, market_id=market_id)
    return session.get_one(Settlement, sale_id, with_for_update=True, populate_existing=True)


def weigh(session: Session, sale_id: UUID) -> None:
    """A sale that has shared out more than its customers' money is held until that is put right."""
    settled = session.get(Settlement, sale_id)
    if settled is not None and settled.round:
        settled.short = ledger.balance(session, ledger.sale(sale_id)) > 0


def weigh_short(session: Session) -> bool:
    """Sales that are held: has money come in?"""
    for sale_id in session.scalars(select(Settlement.sale_id).where(Settlement.short).limit(1000)).all():
        weigh(session, sale_id)
    return False


def _freeze_rates(session: Session, settled: Settlement) -> None:
    if settled.payment_fee_bp is None:
        market = session.get(Market, settled.market_id)
        if market is None:
            raise MarketUnknown(settled.market_id)
        settled.payment_fee_bp, settled.commission_bp = market.payment_fee_bp, market.commission_bp


def _figures(settled: Settlement, event: DistributionValidated) -> dict[UUID, Figures]:
    delivered = {each.producer_id: each.gross_cents for each in event.producers}
    money = event.paid_cents - event.refunded_cents
    return domain.split_sale(delivered, money, settled.payment_fee_bp or 0, settled.commission_bp or 0)


def _booked(session: Session, sale_id: UUID) -> dict[UUID, Figures]:
    sums = [func.sum(column) for column in (Share.gross_cents, Share.fee_cents, Share.commission_cents)]
    of_sale = select(Share.producer_id, *sums).where(Share.sale_id == sale_id).group_by(Share.producer_id)
    return {row[0]: Figures(*map(int, row[1:])) for row in session.execute(of_sale)}


def _changes(figures: Mapping[UUID, Figures], booked: Mapping[UUID, Figures]) -> dict[UUID, Figures]:
    none = Figures()
    both = sorted(figures.keys() | booked.keys())
    changes = {producer: figures.get(producer, none).minus(booked.get(producer, none)) for producer in both}
    return {producer: change for producer, change in changes.items() if change}


def _postpone(session: Session, event: DistributionValidated) -> None:
    """What is left of former rounds is available when this round's is."""
    unpaid = (Share.sale_id == event.sale_id, Share.payout_id.is_(None))
    session.execute(
        update(Share).where(*unpaid).values(**_dates(event.validated_at)).execution_options(synchronize_session=False)
    )


def _dates(validated_at: datetime) -> dict[str, object]:
    available = domain.available_at(validated_at)
    return {"available_at": available, "pay_on": domain.pay_on(available)}


def _share_out(session: Session, event: DistributionValidated, changes: Mapping[UUID, Figures]) -> None:
    postings = {
        ledger.sale(event.sale_id): sum(each.gross_cents for each in changes.values()),
        ledger.FEES: -sum(each.fee_cents for each in changes.values()),
        ledger.commission(event.market_id): -sum(each.commission_cents for each in changes.values()),
    }
    for producer, change in changes.items():
        postings[ledger.producer(producer)] = -change.amount_cents
        session.add(
            Share(
                id=clock.new_id(),
                sale_id=event.sale_id,
                market_id=event.market_id,
                producer_id=producer,
                round=event.round,
                gross_cents=change.gross_cents,
                fee_cents=change.fee_cents,
                commission_cents=change.commission_cents,
                amount_cents=change.amount_cents,
                **_dates(event.validated_at),
            )
        )
    ledger.book(
        session,
        f"share:{event.sale_id}:{event.round}",
        postings,
        at=event.validated_at,
        sale_id=event.sale_id,
        market_id=event.market_id,
    )


def _scheduled(event: DistributionValidated, producer: UUID, figures: Figures) -> PayoutScheduled:
    available = domain.available_at(event.validated_at)
    return PayoutScheduled(
        sale_id=event.sale_id,
        market_id=event.market_id,
        producer_id=producer,
        gross_cents=figures.gross_cents,
        fee_cents=figures.fee_cents,
        commission_cents=figures.commission_cents,
        amount_cents=figures.amount_cents,
        available_at=available,
        pay_on=domain.pay_on(available),
    )
