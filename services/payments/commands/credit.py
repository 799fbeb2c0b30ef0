"""Refunds that become credit: what had been paid with credit, and what the provider cannot give back."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from services.payments import domain, ledger
from services.payments.commands import balances, settlement
from services.payments.models import Dispute, MemberAccount, Payment, Refund, RefundPart
from shared.money import Cents


def sources(session: Session, payments: Sequence[Payment]) -> tuple[list[domain.Source], list[domain.Source]]:
    """What is left of the payments that succeeded: of the cards, and of the credit that they used. A charge that was lost
    to the customer's bank has nothing left.
    """
    lost = _lost(session, [each.id for each in payments])
    paid = [each for each in payments if each.status == domain.SUCCEEDED and each.id not in lost]
    given = _credit_given_back(session, [each.id for each in paid if each.credit_cents])
    credit = {each.id: each.credit_cents - given.get(each.id, 0) for each in paid}
    left = {each.id: each.captured_cents - each.refunded_cents for each in paid}
    of_cards = [domain.Source(each.id, left[each.id] - credit[each.id]) for each in paid]
    return of_cards, [domain.Source(each.id, credit[each.id]) for each in paid]


def give(session: Session, payment: Payment, part: RefundPart) -> None:
    """The part is the member's credit from now on."""
    account = balances.locked(session, payment.market_id, payment.member_id)
    _book(session, account, payment, part, balances.CREDIT, part.amount_cents)
    reason = balances.CREDIT_RESTORED if part.to_credit else balances.CREDIT
    balances.moved(session, account, reason, part.amount_cents, sale_id=payment.sale_id)


def take_back(session: Session, refund: Refund) -> None:
    """Before it is asked for again: what failed is no credit any more. Refused if that has been used."""
    parts = select(RefundPart).where(RefundPart.refund_id == refund.id, RefundPart.status == domain.CREDITED)
    credited = session.scalars(parts.order_by(RefundPart.id).with_for_update()).all()
    if not credited:
        return
    ids = {part.payment_id for part in credited}
    payments = {row.id: row for row in session.scalars(select(Payment).where(Payment.id.in_(ids)))}
    account = balances.locked(session, refund.market_id, refund.member_id)
    free = max(0, balances.free(session, account))
    if free < sum(part.amount_cents for part in credited):
        raise domain.CreditUsed(credit_cents=free)
    for part in credited:
        _return(session, account, payments[part.payment_id], part)


def withdraw(session: Session, payment: Payment) -> None:
    """The customer's bank gave back the whole charge: what was credited of it would be given twice. Used meanwhile, it is a
    balance due.
    """
    which = (RefundPart.payment_id == payment.id, RefundPart.status == domain.CREDITED)
    credited = session.scalars(select(RefundPart).where(*which).order_by(RefundPart.id).with_for_update()).all()
    if credited:
        account = balances.locked(session, payment.market_id, payment.member_id)
        for part in credited:
            _return(session, account, payment, part)


def _return(session: Session, account: MemberAccount, payment: Payment, part: RefundPart) -> None:
    part.status = domain.FAILED
    payment.refunded_cents -= part.amount_cents
    _book(session, account, payment, part, balances.CREDIT_RETURNED, -part.amount_cents)
    balances.moved(session, account, balances.CREDIT_RETURNED, -part.amount_cents, sale_id=payment.sale_id)


def of_refund(session: Session, refund_id: UUID) -> Cents:
    """How much of a refund is credit."""
    session.flush()
    credited = or_(RefundPart.to_credit, RefundPart.status == domain.CREDITED)
    total = select(func.coalesce(func.sum(RefundPart.amount_cents), 0)).where(
        RefundPart.refund_id == refund_id, credited
    )
    return int(session.execute(total).scalar_one())


def _book(
    session: Session, account: MemberAccount, payment: Payment, part: RefundPart, kind: str, change: Cents
) -> None:
    assert payment.sale_id is not None
    balances.book(
        session, account, f"{kind}:{part.id}", {ledger.sale(payment.sale_id): change}, sale_id=payment.sale_id
    )
    settlement.weigh(session, payment.sale_id)


def _lost(session: Session, payments: Sequence[UUID]) -> set[UUID | None]:
    lost = select(Dispute.payment_id).where(Dispute.payment_id.in_(payments), Dispute.status == domain.LOST)
    return set(session.scalars(lost))


def _credit_given_back(session: Session, payments: Sequence[UUID]) -> dict[UUID, Cents]:
    if not payments:
        return {}
    sums = select(RefundPart.payment_id, func.sum(RefundPart.amount_cents))
    rows = session.execute(
        sums.where(RefundPart.payment_id.in_(payments), RefundPart.to_credit).group_by(RefundPart.payment_id)
    )
    return {payment_id: int(total) for payment_id, total in rows}
