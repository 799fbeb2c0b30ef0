"""A validated sale becomes producers' money: shares, fee and commission, corrected by each later validation and by each
balance due that is paid after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.payments import domain, ledger
from services.payments.domain import Figures
from services.payments.models import Market, SettledBasket, Settlement, Share
from shared import clock
from shared.events.distributions import DistributionValidated
from shared.events.payments import PayoutScheduled
from shared.messaging import outbox
from shared.messaging.inbox import insert_or_skip
from shared.money import Cents


class MarketUnknown(LookupError):
    """Its rates have not arrived: the event waits for them."""


@dataclass(frozen=True)
class Round:
    """When what is shared out was earned, and by which key it is booked: one that distributions told, or between two of
    them (`balance` counts) one of our own.
    """

    at: datetime
    number: int
    balance: int = 0

    @property
    def dates(self) -> dict[str, Any]:
        available = domain.available_at(self.at)
        return {"available_at": available, "pay_on": domain.pay_on(available)}

    def key(self, sale_id: UUID) -> str:
        return f"share:{sale_id}:{self.number}" + (f":{self.balance}" if self.balance else "")


def validated(session: Session, event: DistributionValidated) -> None:
    """Share out the whole figures of this round: booked is what they differ from the former ones."""
    settled = locked(session, event.sale_id, event.market_id)
    if event.round <= settled.round:
        return
    _freeze_rates(session, settled)
    settled.round, settled.validated_at = event.round, event.validated_at
    settled.delivered = {str(each.producer_id): each.gross_cents for each in event.producers}
    settled.kept_cents = event.paid_cents - event.refunded_cents
    this = Round(event.validated_at, event.round)
    _postpone(session, event.sale_id, this)
    figures, _ = _share_out(session, settled, this)
    outbox.record(session, *(_scheduled(settled, this, producer, figures[producer]) for producer in sorted(figures)))


def share_out_balances(session: Session, sale_id: UUID) -> None:
    """Balances due of the sale were paid, or taken back. A sale that is to be validated (again) needs no round of its own:
    what was paid is in the figures of that validation.
    """
    settled = session.get(Settlement, sale_id, with_for_update=True, populate_existing=True)
    if settled is None or settled.round <= settled.reopened_round:
        return
    this = Round(clock.now(), settled.round, settled.balance_rounds + 1)
    _, changes = _share_out(session, settled, this)
    if changes:
        settled.balance_rounds += 1
    outbox.record(session, *(_scheduled(settled, this, producer, changes[producer]) for producer in sorted(changes)))


def locked(session: Session, sale_id: UUID, market_id: UUID) -> Settlement:
    insert_or_skip(session, Settlement.__table__, sale_id=sale_id, market_id=market_id)
    return session.get_one(Settlement, sale_id, with_for_update=True, populate_existing=True)


def weigh(session: Session, sale_id: UUID) -> None:
    """A sale that has shared out more than its customers' money is held until that is put right."""
    settled = session.get(Settlement, sale_id)
    if settled is not None and settled.round:
        settled.short = ledger.balance(session, ledger.sale(sale_id)) + _open_dues(session, sale_id) > 0


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


def _share_out(session: Session, settled: Settlement, this: Round) -> tuple[dict[UUID, Figures], dict[UUID, Figures]]:
    """The whole figures as they are now, and what they change, which is booked."""
    figures = _figures(session, settled)
    changes = _changes(figures, _booked(session, settled.sale_id))
    settled.missing_cents = sum(settled.delivered.values()) - sum(each.gross_cents for each in figures.values())
    _add_shares(session, settled, this, changes)
    ledger.book(
        session,
        this.key(settled.sale_id),
        _postings(settled, changes),
        at=this.at,
        sale_id=settled.sale_id,
        market_id=settled.market_id,
    )
    weigh(session, settled.sale_id)
    return figures, changes


def _figures(session: Session, settled: Settlement) -> dict[UUID, Figures]:
    delivered = {UUID(producer): cents for producer, cents in settled.delivered.items()}
    money = settled.kept_cents + _sum(session, settled.sale_id, SettledBasket.balance_paid_cents)
    return domain.split_sale(delivered, money, settled.payment_fee_bp or 0, settled.commission_bp or 0)


def _open_dues(session: Session, sale_id: UUID) -> Cents:
    return _sum(session, sale_id, SettledBasket.owed_cents - SettledBasket.balance_paid_cents)


def _sum(session: Session, sale_id: UUID, what: Any) -> Cents:
    session.flush()
    total = select(func.coalesce(func.sum(what), 0)).where(SettledBasket.sale_id == sale_id)
    return int(session.execute(total).scalar_one())


def _booked(session: Session, sale_id: UUID) -> dict[UUID, Figures]:
    sums = [func.sum(column) for column in (Share.gross_cents, Share.fee_cents, Share.commission_cents)]
    rounds = (Share.sale_id == sale_id, Share.dispute_id.is_(None))
    of_sale = select(Share.producer_id, *sums).where(*rounds).group_by(Share.producer_id)
    return {row[0]: Figures(*map(int, row[1:])) for row in session.execute(of_sale)}


def _changes(figures: Mapping[UUID, Figures], booked: Mapping[UUID, Figures]) -> dict[UUID, Figures]:
    none = Figures()
    both = sorted(figures.keys() | booked.keys())
    changes = {producer: figures.get(producer, none).minus(booked.get(producer, none)) for producer in both}
    return {producer: change for producer, change in changes.items() if change}


def _postpone(session: Session, sale_id: UUID, this: Round) -> None:
    """What is left of former rounds is available when this round's is."""
    unpaid = (Share.sale_id == sale_id, Share.payout_id.is_(None))
    session.execute(update(Share).where(*unpaid).values(**this.dates).execution_options(synchronize_session=False))


def _add_shares(session: Session, settled: Settlement, this: Round, changes: Mapping[UUID, Figures]) -> None:
    session.add_all(
        Share(
            id=clock.new_id(),
            sale_id=settled.sale_id,
            market_id=settled.market_id,
            producer_id=producer,
            round=this.number,
            balance_round=this.balance,
            **_cents(change),
            **this.dates,
        )
        for producer, change in changes.items()
    )


def _postings(settled: Settlement, changes: Mapping[UUID, Figures]) -> dict[str, Cents]:
    return {
        ledger.sale(settled.sale_id): sum(each.gross_cents for each in changes.values()),
        ledger.FEES: -sum(each.fee_cents for each in changes.values()),
        ledger.commission(settled.market_id): -sum(each.commission_cents for each in changes.values()),
        **{ledger.producer(producer): -change.amount_cents for producer, change in changes.items()},
    }


def _scheduled(settled: Settlement, this: Round, producer: UUID, figures: Figures) -> PayoutScheduled:
    return PayoutScheduled(
        sale_id=settled.sale_id,
        market_id=settled.market_id,
        producer_id=producer,
        balance_round=this.balance,
        **this.dates,
        **_cents(figures),
    )


def _cents(figures: Figures) -> dict[str, Any]:
    names = ("gross_cents", "fee_cents", "commission_cents", "amount_cents")
    return {name: getattr(figures, name) for name in names}
