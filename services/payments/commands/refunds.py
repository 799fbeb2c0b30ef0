"""Money back to customers: asked for by others, split over payments, sent part by part."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.payments import domain, ledger, rights, work
from services.payments.commands import credit, settlement, voids
from services.payments.models import Payment, Refund, RefundPart
from services.payments.provider import Provider, ProviderRefused, ProviderUnavailable
from services.payments.provider import Refund as Made
from shared import clock
from shared.actor import Actor
from shared.db import Database
from shared.errors import NotFound
from shared.events.distributions import RefundRequested
from shared.events.orders import LatePaymentRefused
from shared.events.payments import RefundFailed, RefundSucceeded
from shared.messaging import outbox
from shared.messaging.inbox import insert_or_skip
from shared.money import Cents

EXCEEDS_PAID = "exceeds_paid"
AT_ONCE = 8
"""Calls to the provider at one moment in one replica: a fraction of what it lets through a second."""


def refund_requested(session: Session, event: RefundRequested) -> None:
    begin(session, event, event.refund_id, event.amount_cents, reason=event.reason, funded_by=event.funded_by)


def late_payment_refused(session: Session, event: LatePaymentRefused) -> None:
    begin(
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
    """An administrator's word: what failed is asked for again, over the payments as they are now; what became a credit
    is none any more.
    """
    refund = session.get(Refund, refund_id, with_for_update=True)
    if refund is None or not rights.is_administrator(session, actor, refund.market_id):
        raise NotFound(what="refund")
    if refund.status != domain.FAILED:
        raise domain.RefundNotFailed
    _payments(session, refund)  # locked before the member's account
    credit.take_back(session, refund)
    session.flush()
    refund.error = None
    refund.created_at = clock.now()
    refund.status = domain.WAITING
    _split(session, refund)
    return refund


def send(db: Database, provider: Provider) -> bool:
    """Ask the provider for some parts at once, as many as it is to be troubled with from here at one moment."""
    with db.write() as session:
        parts = work.claim_some(session, RefundPart, AT_ONCE)
        which = select(Payment.id, Payment.payment_intent).where(Payment.id.in_({part.payment_id for part in parts}))
        intents = dict(session.execute(which).tuples().all()) if parts else {}
    work.at_once(lambda part: _ask(db, provider, part, intents[part.payment_id]), parts)
    return bool(parts)


def _ask(db: Database, provider: Provider, part: RefundPart, payment_intent: str | None) -> None:
    """One part; after a try without an answer look first whether it was done."""
    if payment_intent is None:
        return
    asked = {"payment_intent": payment_intent, "key": key(part.id)}
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
    """Refused, or sent back by the bank after it was accepted: it is the member's credit at once."""
    part, refund, payment = _locked(session, part_id)
    if not domain.may_become("part", part.status, domain.CREDITED):
        return
    if part.status == domain.SUCCEEDED:
        _book(session, payment, part, ("refund_returned", ledger.PROVIDER, ledger.sale(payment.sale_of_order)), cause)
    part.status, part.error = domain.CREDITED, error[:80]
    part.provider_id = part.provider_id or provider_id
    work.done(part)
    credit.give(session, payment, part)
    _fail(session, refund, error)


def _accepted(session: Session, part_id: UUID, provider_id: str, cause: str | None) -> None:
    part, refund, payment = _locked(session, part_id)
    if part.status != domain.PENDING:
        return
    part.status, part.provider_id = domain.SUCCEEDED, provider_id
    work.done(part)
    _book(session, payment, part, ("refund", ledger.sale(payment.sale_of_order), ledger.PROVIDER), cause)
    _succeed(session, refund)


def _succeed(session: Session, refund: Refund) -> None:
    """Once all of it is accepted."""
    session.flush()
    if refund.status == domain.PENDING and _covered(session, refund.id, domain.SUCCEEDED) == refund.amount_cents:
        refund.status = domain.SUCCEEDED
        outbox.record(session, RefundSucceeded(**_told(session, refund)))


def begin(
    session: Session,
    event: Any,
    refund_id: UUID,
    amount: Cents,
    *,
    reason: str,
    order_id: UUID | None = None,
    funded_by: Sequence[UUID] = (),
) -> None:
    now = clock.now()
    insert_or_skip(
        session,
        Refund.__table__,
        id=refund_id,
        basket_id=event.basket_id,
        order_id=order_id,
        funded_by=[str(each) for each in funded_by] or None,
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
    of_cards, of_credit = credit.sources(session, payments)
    covered = _covered(session, refund.id, domain.SUCCEEDED, domain.PENDING)
    if refund.order_id is not None and of_cards:  # that payment whole: what is left of it
        refund.amount_cents = covered + of_cards[0].left_cents + of_credit[0].left_cents
    wanted = refund.amount_cents - covered
    if refund.funded_by:
        if voids.is_void(session, refund.funded_by):
            _supersede(session, refund)
            return
        asked = {each.id for each in payments if str(each.order_id) in refund.funded_by}
        of_cards, of_credit = domain.nearest(wanted, asked, of_cards, of_credit)
    try:
        by_card, to_credit = domain.allocate_cards_first(wanted, of_cards, of_credit)
    except domain.RefundExceedsPaid:
        _wait_or_fail(session, refund, payments)
        return
    work.done(refund)
    refund.status = domain.PENDING if by_card or to_credit or covered else domain.SUCCEEDED
    of = {each.id: each for each in payments}
    for payment_id, amount in by_card:
        _add_part(session, refund, of[payment_id], amount, status=domain.PENDING, try_at=clock.now())
    for payment_id, amount in to_credit:
        part = _add_part(session, refund, of[payment_id], amount, status=domain.SUCCEEDED, to_credit=True)
        credit.give(session, of[payment_id], part)
    if to_credit:
        _succeed(session, refund)


def _add_part(session: Session, refund: Refund, payment: Payment, amount: Cents, **facts: Any) -> RefundPart:
    payment.refunded_cents += amount
    part = RefundPart(
        id=clock.new_id(), refund_id=refund.id, payment_id=payment.id, amount_cents=amount, tries=0, **facts
    )
    session.add(part)
    return part


def _wait_or_fail(session: Session, refund: Refund, payments: list[Payment]) -> None:
    if refund.order_id is None and voids.is_given_back(session, payments):
        _supersede(session, refund)
        return
    is_coming = not payments or any(each.status == domain.AWAITING for each in payments)
    until = refund.created_at + domain.REFUND_WAIT
    if is_coming and clock.now() < until:
        refund.try_at = until
    else:
        _fail(session, refund, EXCEEDS_PAID)


def _supersede(session: Session, refund: Refund) -> None:
    """It was asked for before the cancellation and arrived after it."""
    work.done(refund)
    refund.amount_cents = _covered(session, refund.id, domain.SUCCEEDED, domain.PENDING)
    refund.status = domain.PENDING if refund.amount_cents else domain.SUCCEEDED
    if refund.status == domain.SUCCEEDED:
        outbox.record(session, RefundSucceeded(**_told(session, refund)))


def _fail(session: Session, refund: Refund, error: str) -> None:
    work.done(refund)
    refund.error = error[:80]
    if domain.may_become("refund", refund.status, domain.FAILED):
        refund.status = domain.FAILED
        outbox.record(session, RefundFailed(**_told(session, refund), error=refund.error))


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
    settlement.weigh(session, payment.sale_of_order)


def _told(session: Session, refund: Refund) -> dict[str, Any]:
    names = ("basket_id", "sale_id", "market_id", "member_id", "amount_cents", "reason")
    credited = credit.of_refund(session, refund.id)
    return {"refund_id": refund.id, "credited_cents": credited, **{name: getattr(refund, name) for name in names}}
