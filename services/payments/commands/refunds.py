"""Money back to customers: asked for by others, split over payments, sent part by part."""

from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.payments import domain, ledger, rights, work
from services.payments.commands import settlement
from services.payments.models import Payment, Refund, RefundPart
from services.payments.provider import Provider, ProviderRefused, ProviderUnavailable
from services.payments.provider import Refund as Made
from shared import clock
from shared.actor import Actor
from shared.db import Database
from shared.errors import NotFound
from shared.events.distributions import RefundRequested
from shared.events.orders import LatePaymentRefused, OrderCancelled
from shared.events.payments import RefundFailed, RefundSucceeded
from shared.messaging import outbox
from shared.messaging.inbox import insert_or_skip
from shared.money import Cents

EXCEEDS_PAID = "exceeds_paid"


def refund_requested(session: Session, event: RefundRequested) -> None:
    _begin(session, event, event.refund_id, event.amount_cents, reason=event.reason, order_id=None)


def order_cancelled(session: Session, event: OrderCancelled) -> None:
    _begin(
        session,
        event,
        uuid5(event.order_id, "cancelled"),
        event.total_cents,
        reason=event.reason,
        order_id=event.order_id,
    )


def late_payment_refused(session: Session, event: LatePaymentRefused) -> None:
    _begin(
        session,
        event,
        uuid5(event.order_id, "late"),
        event.amount_cents,
        reason="late_payment",
        order_id=event.order_id,
    )


def wake(session: Session, basket_id: UUID) -> None:
    """A payment of the basket was captured: refunds that wait for it go on."""
    waiting = (Refund.basket_id == basket_id, Refund.status == domain.WAITING)
    session.execute(
        update(Refund).where(*waiting).values(try_at=clock.now()).execution_options(synchronize_session=False)
    )


def take_up(session: Session) -> bool:
    """Split a waiting refund whose payments may have come, or whose time to wait is over."""
    refund = work.claim(session, Refund)
    if refund is not None:
        _split(session, refund)
    return refund is not None


def retry(session: Session, actor: Actor, refund_id: UUID) -> Refund:
    """An administrator's word: what failed is asked for again, over the payments as they are now."""
    refund = session.get(Refund, refund_id, with_for_update=True)
    if refund is None or not rights.is_administrator(session, actor, refund.market_id):
        raise NotFound(what="refund")
    if refund.status != domain.FAILED:
        raise domain.RefundNotFailed
    refund.error = None
    refund.created_at = clock.now()
    refund.status = domain.WAITING
    _split(session, refund)
    return refund


def send(db: Database, provider: Provider) -> bool:
    """Ask the provider for one part; after a try without an answer look first whether it was done."""
    with db.write() as session:
        part = work.claim(session, RefundPart)
        payment = session.get_one(Payment, part.payment_id) if part else None
    if part is None or payment is None or payment.payment_intent is None:
        return False
    asked = {"payment_intent": payment.payment_intent, "key": key(part.id)}
    try:
        made = provider.find_refund(**asked) if part.tries > 1 else None
        made = made or provider.refund(**asked, amount_cents=part.amount_cents, reference=str(part.refund_id))
    except ProviderUnavailable:
        with db.write() as session:
            work.later(session.get_one(RefundPart, part.id, with_for_update=True))
    except ProviderRefused as refused:
        with db.write() as session:
            failed(session, part.id, refused.code)
    else:
        with db.write() as session:
            answered(session, part.id, made)
    return True


def key(part_id: UUID) -> str:
    return f"refund:{part_id}"


def answered(session: Session, part_id: UUID, made: Made, cause: str | None = None) -> None:
    """What the provider says of a part, now or later: accepted, or failed for good."""
    if made.status in {"failed", "canceled"}:
        failed(session, part_id, made.status, made.refund_id, cause)
    else:
        _accepted(session, part_id, made.refund_id, cause)


def failed(
    session: Session, part_id: UUID, error: str, provider_id: str | None = None, cause: str | None = None
) -> None:
    """Refused, or sent back by the bank after it was accepted: the payment may give the money back otherwise."""
    part, refund, payment = _locked(session, part_id)
    if not domain.may_become("part", part.status, domain.FAILED):
        return
    if part.status == domain.SUCCEEDED:
        _book(session, payment, part, ("refund_returned", ledger.PROVIDER, ledger.sale(payment.sale_id)), cause)
    part.status, part.error = domain.FAILED, error[:80]
    part.provider_id = part.provider_id or provider_id
    payment.refunded_cents -= part.amount_cents
    work.done(part)
    _fail(session, refund, error)


def _accepted(session: Session, part_id: UUID, provider_id: str, cause: str | None) -> None:
    part, refund, payment = _locked(session, part_id)
    if part.status != domain.PENDING:
        return
    part.status, part.provider_id = domain.SUCCEEDED, provider_id
    work.done(part)
    _book(session, payment, part, ("refund", ledger.sale(payment.sale_id), ledger.PROVIDER), cause)
    session.flush()
    if refund.status == domain.PENDING and _covered(session, refund.id, domain.SUCCEEDED) == refund.amount_cents:
        refund.status = domain.SUCCEEDED
        outbox.record(session, RefundSucceeded(**_told(refund)))


def _begin(session: Session, event: Any, refund_id: UUID, amount: Cents, *, reason: str, order_id: UUID | None) -> None:
    now = clock.now()
    insert_or_skip(
        session,
        Refund.__table__,
        id=refund_id,
        basket_id=event.basket_id,
        order_id=order_id,
        sale_id=event.sale_id,
        market_id=event.market_id,
        member_id=event.member_id,
        amount_cents=amount,
        reason=reason[:80],
        status=domain.WAITING,
        created_at=now,
    )
    refund = session.get_one(Refund, refund_id, with_for_update=True)
    if refund.status == domain.WAITING:
        _split(session, refund)


def _split(session: Session, refund: Refund) -> None:
    """Parts over the payments, or wait for a payment that is still to come, or say that it cannot be."""
    payments = _payments(session, refund)
    sources = [
        domain.Source(each.id, each.captured_cents - each.refunded_cents)
        for each in payments
        if each.status == domain.SUCCEEDED
    ]
    covered = _covered(session, refund.id, domain.SUCCEEDED, domain.PENDING)
    if refund.order_id is not None and sources:  # that payment whole: what is left of it
        refund.amount_cents = covered + sources[0].left_cents
    wanted = refund.amount_cents - covered
    try:
        parts = domain.allocate(wanted, sources)
    except domain.RefundExceedsPaid:
        _wait_or_fail(session, refund, payments)
        return
    work.done(refund)
    refund.status = domain.PENDING if parts or covered else domain.SUCCEEDED
    _ask_for(session, refund, parts, {each.id: each for each in payments})


def _ask_for(session: Session, refund: Refund, parts: list[tuple[UUID, Cents]], payments: dict[UUID, Payment]) -> None:
    for payment_id, amount in parts:
        payments[payment_id].refunded_cents += amount
        session.add(
            RefundPart(
                id=clock.new_id(),
                refund_id=refund.id,
                payment_id=payment_id,
                amount_cents=amount,
                status=domain.PENDING,
                try_at=clock.now(),
            )
        )


def _wait_or_fail(session: Session, refund: Refund, payments: list[Payment]) -> None:
    is_coming = not payments or any(each.status == domain.AWAITING for each in payments)
    until = refund.created_at + domain.REFUND_WAIT
    if is_coming and clock.now() < until:
        refund.try_at = until
    else:
        _fail(session, refund, EXCEEDS_PAID)


def _fail(session: Session, refund: Refund, error: str) -> None:
    work.done(refund)
    refund.error = error[:80]
    if domain.may_become("refund", refund.status, domain.FAILED):
        refund.status = domain.FAILED
        outbox.record(session, RefundFailed(**_told(refund), error=refund.error))


def _payments(session: Session, refund: Refund) -> list[Payment]:
    """Locked, in the order of their ids."""
    which = Payment.basket_id == refund.basket_id
    if refund.order_id is not None:
        which = Payment.order_id == refund.order_id
    return list(session.scalars(select(Payment).where(which).order_by(Payment.id).with_for_update()))


def _locked(session: Session, part_id: UUID) -> tuple[RefundPart, Refund, Payment]:
    """Always refund, payment, part: the order in which a refund is split."""
    of = session.execute(select(RefundPart.refund_id, RefundPart.payment_id).where(RefundPart.id == part_id)).one()
    refund = session.get_one(Refund, of.refund_id, with_for_update=True)
    payment = session.get_one(Payment, of.payment_id, with_for_update=True)
    return session.get_one(RefundPart, part_id, with_for_update=True), refund, payment


def _covered(session: Session, refund_id: UUID, *statuses: str) -> Cents:
    parts = (RefundPart.refund_id == refund_id, RefundPart.status.in_(statuses))
    return int(session.execute(select(func.coalesce(func.sum(RefundPart.amount_cents), 0)).where(*parts)).scalar_one())


def _book(session: Session, payment: Payment, part: RefundPart, fact: tuple[str, str, str], cause: str | None) -> None:
    """`fact`: kind, account to debit, account to credit."""
    kind, debit, credit = fact
    ledger.book(
        session,
        f"{kind}:{part.id}",
        ledger.move(debit, credit, part.amount_cents),
        at=clock.now(),
        sale_id=payment.sale_id,
        market_id=payment.market_id,
        cause=cause,
    )
    settlement.weigh(session, payment.sale_id)


def _told(refund: Refund) -> dict[str, Any]:
    names = ("basket_id", "sale_id", "market_id", "member_id", "amount_cents", "reason")
    return {"refund_id": refund.id, **{name: getattr(refund, name) for name in names}}
