"""What becomes of an order's payment when orders tells of it, and the capture that everything waits for."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.payments import domain, ledger, work
from services.payments.commands import balances, refunds
from services.payments.models import Payment
from shared import clock
from shared.events.orders import OrderExpired, OrderLine, OrderPlaced
from shared.events.payments import PaymentFailed, PaymentSucceeded
from shared.logs import Log
from shared.messaging import outbox
from shared.messaging.inbox import insert_or_skip
from shared.money import Cents

log = Log(__name__)


def order_placed(session: Session, event: OrderPlaced) -> None:
    """A payment is expected. An order that costs nothing is paid for at once."""
    payment_id = clock.new_id()
    is_new = insert_or_skip(
        session,
        Payment.__table__,
        **_facts(event),
        id=payment_id,
        status=domain.AWAITING,
        expires_at=event.expires_at,
        lines=[_line(line) for line in event.lines],
    )
    if is_new and event.total_cents == 0:
        capture(session, payment_id, None, amount=0, at=clock.now())


def order_expired(session: Session, event: OrderExpired) -> None:
    """No more payment is wanted: the page is closed at the provider, by the timer."""
    now = clock.now()
    expired = {"status": domain.EXPIRED, "expires_at": now, "lines": []}
    if insert_or_skip(session, Payment.__table__, **_facts(event), id=clock.new_id(), **expired):
        return  # the order's own event comes after this one
    payment = locked(session, Payment.order_id == event.order_id)
    if payment is None or not domain.may_become("payment", payment.status, domain.EXPIRED):
        return
    payment.status = domain.EXPIRED
    if payment.checkout is not None and payment.try_at is not None:
        payment.try_at = now


def capture(
    session: Session, payment_id: UUID, intent: str | None, *, amount: Cents, at: datetime, cause: str | None = None
) -> None:
    """The provider has the money: book it, tell it; once, whoever says so first. `at` is the provider's instant."""
    payment = locked(session, Payment.id == payment_id)
    if payment is None:
        return
    if payment.status == domain.SUCCEEDED:
        if intent != payment.payment_intent:
            log.warning("paid_twice", payment_id=payment.id, payment_intent=intent)
        return
    payment.status, payment.payment_intent = domain.SUCCEEDED, intent
    payment.captured_at = at
    if payment.order_id is None:
        payment.balance_cents = amount
    else:
        payment.captured_cents = amount + payment.credit_cents - payment.balance_cents
    payment.session_url = None
    work.done(payment)
    _book_and_tell(session, payment, cause)
    if payment.basket_id is not None:
        refunds.wake(session, payment.basket_id)


def try_failed(session: Session, payment_id: UUID, reason: str) -> None:
    """A card was declined. Told late, after the payment was made or given up, it is of no interest."""
    payment = locked(session, Payment.id == payment_id)
    if payment is None or payment.status != domain.AWAITING or payment.order_id is None:
        return
    payment.last_failure = reason[:80]
    outbox.record(session, PaymentFailed(**_told(payment), amount_cents=payment.amount_cents, reason=reason[:80]))


def locked(session: Session, which: Any) -> Payment | None:
    return session.scalar(select(Payment).where(which).with_for_update())


def _book_and_tell(session: Session, payment: Payment, cause: str | None) -> None:
    at = payment.captured_at or clock.now()
    if payment.captured_cents != payment.amount_cents:
        log.warning("captured_another_amount", payment_id=payment.id, captured_cents=payment.captured_cents)
    moved = payment.balance_cents - payment.credit_cents
    account = balances.locked(session, payment.market_id, payment.member_id) if moved else None
    ledger.book(
        session,
        f"charge:{payment.id}",
        _postings(payment),
        at=at,
        sale_id=payment.sale_id,
        market_id=payment.market_id,
        cause=cause,
    )
    if account is not None:
        balances.moved(session, account, balances.PAYMENT, moved, sale_id=payment.sale_id)
    if payment.order_id is not None:
        outbox.record(session, PaymentSucceeded(**_told(payment), amount_cents=payment.captured_cents, captured_at=at))


def _postings(payment: Payment) -> dict[str, Cents]:
    postings = {
        ledger.PROVIDER: payment.card_cents,
        ledger.member(payment.market_id, payment.member_id): payment.credit_cents - payment.balance_cents,
    }
    if payment.sale_id is not None:
        postings[ledger.sale(payment.sale_id)] = -payment.captured_cents
    return postings


def _facts(event: OrderPlaced | OrderExpired) -> dict[str, Any]:
    return {
        "order_id": event.order_id,
        "basket_id": event.basket_id,
        "sale_id": event.sale_id,
        "market_id": event.market_id,
        "member_id": event.member_id,
        "amount_cents": event.total_cents,
        "created_at": clock.now(),
    }


def _line(line: OrderLine) -> dict[str, Any]:
    """As it is shown on the payment page."""
    return {"name": domain.line_name(line.name, line.quantity, line.unit), "amount_cents": line.gross_cents}


def _told(payment: Payment) -> dict[str, Any]:
    return {
        "payment_id": payment.id,
        "order_id": payment.order_id,
        "sale_id": payment.sale_id,
        "market_id": payment.market_id,
        "member_id": payment.member_id,
    }
