"""A customer's bank takes a charge back.

A word about a dispute, by webhook or found in the provider's books, only says that there is something to ask: taken is
what the provider answers now, so that words in any order, doubled or late come to the same.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import Session

from services.payments import domain, ledger, work
from services.payments.commands import balances, credit, fees, orders, settlement
from services.payments.models import DeliveredLine, Dispute, Orphan, Payment, Refund, SettledBasket, Settlement, Share
from services.payments.provider import BalanceEntry, Provider, ProviderRefused, ProviderUnavailable
from services.payments.provider import Dispute as Seen
from shared import clock
from shared.db import Database
from shared.events.payments import DisputeClosed, DisputeLossShared, DisputeOpened
from shared.messaging import outbox
from shared.messaging.inbox import insert_or_skip
from shared.money import Cents


def heard(session: Session, dispute_id: str) -> None:
    """There is something to ask about it, now."""
    insert_or_skip(session, Dispute.__table__, id=dispute_id[:120], status=domain.UNREAD)
    again = update(Dispute).where(Dispute.id == dispute_id[:120]).values(try_at=clock.now(), tries=0)
    session.execute(again.execution_options(synchronize_session=False))


def look(db: Database, provider: Provider) -> bool:
    """Ask about a dispute of which something was heard, or that has been open for a day since it was asked about."""
    with db.write() as session:
        row = work.claim(session, Dispute)
    if row is None:
        return False
    try:
        ask(db, provider, row.id)
    except (ProviderUnavailable, ProviderRefused):
        with db.write() as session:
            work.later(session.get_one(Dispute, row.id, with_for_update=True))
    return True


def ask(db: Database, provider: Provider, dispute_id: str) -> None:
    seen = provider.find_dispute(dispute_id)
    with db.write() as session:
        _take(session, seen)


def share_loss(session: Session) -> bool:
    """One lost dispute finds who bears it, once it is known what was handed over for the charge. Locks are taken in the
    order that is everybody's, the dispute last.
    """
    found = session.scalar(_losses())
    if found is None or found.payment_id is None:
        return False
    payment = session.get_one(Payment, found.payment_id, with_for_update=True)
    balances.locked(session, payment.market_id, payment.member_id)
    if payment.sale_id is not None:
        settlement.locked(session, payment.sale_id, payment.market_id)
    still = _losses().where(Dispute.id == found.id).with_for_update(of=Dispute)
    dispute = session.scalar(still.execution_options(populate_existing=True))
    if dispute is None:
        return False  # shared by another, or the sale was reopened, a moment ago
    dispute.settled = True
    rest = dispute.amount_cents - _owe_again(session, dispute, payment)
    if payment.sale_id is not None:
        credit.withdraw(session, payment)
        _share(session, dispute, rest)
        settlement.weigh(session, payment.sale_id)
    return True


def _owe_again(session: Session, dispute: Dispute, payment: Payment) -> Cents:
    """What it had paid of balances due, alone or beside an order, the member has to pay again."""
    owed = min(payment.balance_cents, dispute.amount_cents)
    if owed:
        account = balances.locked(session, payment.market_id, payment.member_id)
        postings = {ledger.disputed(payment.sale_id or payment.id): -owed}
        balances.book(session, account, f"dispute_owed:{dispute.id}", postings, sale_id=payment.sale_id)
        balances.moved(session, account, balances.DISPUTE_OWED, -owed)
    return owed


def _share(session: Session, dispute: Dispute, amount: Cents) -> None:
    delivered = _delivered(session, dispute)
    loss = domain.bear(amount, _unspent(session, dispute, sum(delivered.values())), delivered)
    _book_loss(session, dispute, amount, loss)
    _take_from_shares(session, dispute, loss)


def _take(session: Session, seen: Seen) -> None:
    payment = _payment(session, seen)
    insert_or_skip(session, Dispute.__table__, id=seen.dispute_id, status=domain.UNREAD)
    row = session.get_one(Dispute, seen.dispute_id, with_for_update=True, populate_existing=True)
    row.charge_id, row.reason = seen.charge_id, seen.reason[:80]
    moved = _book_moves(session, seen, payment)
    if payment is None:
        row.status = domain.FOREIGN
        work.done(row)
        return
    _follow(session, row, seen, payment)
    if row.status == domain.LOST or (row.status == domain.WON and moved == 0):
        work.done(row)
    else:
        work.again(row, domain.DISPUTE_LOOK)


def _payment(session: Session, seen: Seen) -> Payment | None:
    """Locked. The charge may be known only by what it says of itself: its capture has not been heard of yet."""
    payment = orders.locked(session, Payment.payment_intent == seen.payment_intent)
    payment_id = _id(seen.reference)
    if payment is not None or payment_id is None:
        return payment
    orders.capture(
        session, payment_id, seen.payment_intent, amount=seen.charged_cents, at=seen.charged_at, cause="asked"
    )
    session.flush()
    return orders.locked(session, Payment.payment_intent == seen.payment_intent)


def _book_moves(session: Session, seen: Seen, payment: Payment | None) -> Cents:
    """What the bank has taken (below zero) or given back so far."""
    if payment is not None:
        account, about = (
            ledger.disputed(payment.sale_id or payment.id),
            {"sale_id": payment.sale_id, "market_id": payment.market_id},
        )
    elif session.get(Orphan, seen.charge_id) is not None:
        account, about = ledger.ORPHANS, {}
    else:
        return 0
    for move in seen.moves:
        _book_move(session, seen.dispute_id, move, account, about)
    return sum(move.amount_cents for move in seen.moves)


def _book_move(session: Session, dispute_id: str, move: BalanceEntry, account: str, about: dict[str, Any]) -> None:
    postings = ledger.move(ledger.PROVIDER, account, move.amount_cents)
    ledger.book(session, entry_key(dispute_id, move.amount_cents), postings, at=move.created_at, **about)
    fees.book(session, move.entry_id, move.fee_cents, at=move.created_at, **about)


def entry_key(dispute_id: str, amount: Cents) -> str:
    return f"dispute:{dispute_id}" if amount < 0 else f"dispute_won:{dispute_id}"


def _follow(session: Session, row: Dispute, seen: Seen, payment: Payment) -> None:
    """The row goes on to what the provider says, never back; what is new is told."""
    status = domain.outcome(seen.status, withdrawn=bool(seen.moves))
    for name in ("order_id", "basket_id", "sale_id", "market_id", "member_id"):
        setattr(row, name, getattr(payment, name))
    withdrawn = -sum(move.amount_cents for move in seen.moves if move.amount_cents < 0)
    row.payment_id, row.amount_cents = payment.id, withdrawn or seen.amount_cents
    if not domain.may_become("dispute", row.status, status):
        return
    row.status = status
    if row.opened_at is None and seen.moves:
        row.opened_at = seen.opened_at
        outbox.record(session, DisputeOpened(**_told(row), order_id=row.order_id, reason=row.reason))
    if status in {domain.WON, domain.LOST}:
        row.closed_at = clock.now()
        if row.opened_at is not None:
            outbox.record(session, DisputeClosed(**_told(row), won=status == domain.WON))


def _losses() -> Any:
    """Lost, and either the sale is validated and the basket's lines are known, or the order was cancelled in vain."""
    lines_known = or_(
        exists().where(SettledBasket.id == Dispute.basket_id),
        Settlement.validated_at < clock.now() - domain.LINES_WAIT,
    )
    cancelled = exists().where(Refund.order_id == Dispute.order_id, Refund.status == domain.FAILED)
    validated = (Settlement.round > Settlement.reopened_round) & lines_known
    lost = select(Dispute).outerjoin(Settlement, Settlement.sale_id == Dispute.sale_id)
    waits = (Dispute.status == domain.LOST, Dispute.settled.is_(False), Dispute.opened_at.is_not(None))
    return lost.where(*waits, or_(validated, cancelled, Dispute.sale_id.is_(None))).order_by(Dispute.id).limit(1)


def _delivered(session: Session, dispute: Dispute) -> dict[UUID, Cents]:
    sums = select(DeliveredLine.producer_id, func.sum(DeliveredLine.gross_cents))
    of_basket = sums.where(DeliveredLine.basket_id == dispute.basket_id).group_by(DeliveredLine.producer_id)
    return {row[0]: int(row[1]) for row in session.execute(of_basket)}


def _unspent(session: Session, dispute: Dispute, delivered: Cents) -> Cents:
    """Paid for the basket and neither handed over nor refunded; no more than the sale has left."""
    assert dispute.sale_id is not None
    left = func.coalesce(func.sum(Payment.captured_cents - Payment.refunded_cents), 0)
    paid = session.execute(select(left).where(Payment.basket_id == dispute.basket_id)).scalar_one()
    return min(int(paid) - delivered, -ledger.balance(session, ledger.sale(dispute.sale_id)))


def _book_loss(session: Session, dispute: Dispute, amount: Cents, loss: domain.Loss) -> None:
    assert dispute.sale_id is not None
    postings = {
        ledger.disputed(dispute.sale_id): -amount,
        ledger.sale(dispute.sale_id): loss.sale_cents,
        ledger.FEES: loss.fees_cents,
        **{ledger.producer(producer): part for producer, part in loss.producers.items()},
    }
    ledger.book(
        session,
        f"dispute_lost:{dispute.id}",
        postings,
        at=clock.now(),
        sale_id=dispute.sale_id,
        market_id=dispute.market_id,
    )


def _take_from_shares(session: Session, dispute: Dispute, loss: domain.Loss) -> None:
    """Below zero on each producer's next payout; carried over while that is not above zero."""
    assert dispute.sale_id is not None
    assert dispute.market_id is not None
    now = clock.now()
    dates: dict[str, Any] = {"available_at": now, "pay_on": domain.pay_on(now)}
    number = _next_round(session, dispute.sale_id)
    for producer, part in loss.producers.items():
        session.add(
            Share(
                id=clock.new_id(),
                sale_id=dispute.sale_id,
                market_id=dispute.market_id,
                producer_id=producer,
                round=number,
                gross_cents=-part,
                fee_cents=0,
                commission_cents=0,
                amount_cents=-part,
                dispute_id=dispute.id,
                **dates,
            )
        )
        outbox.record(session, _shared(dispute, producer, part, dates["pay_on"]))


def _next_round(session: Session, sale_id: UUID) -> int:
    lowest = select(func.coalesce(func.min(Share.round), 0)).where(Share.sale_id == sale_id)
    return min(int(session.execute(lowest).scalar_one()), 0) - 1


def _shared(dispute: Dispute, producer_id: UUID, part: Cents, pay_on: Any) -> DisputeLossShared:
    assert dispute.sale_id is not None
    assert dispute.market_id is not None
    return DisputeLossShared(
        dispute_id=dispute.id,
        sale_id=dispute.sale_id,
        market_id=dispute.market_id,
        producer_id=producer_id,
        amount_cents=part,
        pay_on=pay_on,
    )


def _told(row: Dispute) -> dict[str, Any]:
    names = ("payment_id", "sale_id", "market_id", "member_id", "amount_cents")
    return {"dispute_id": row.id, **{name: getattr(row, name) for name in names}}


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
