"""What a member owes or has in a market: booked under the lock of the member's account, then shared out and told.

Locks are taken in this order: payment, member's account, settled basket, settlement.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from services.payments import domain, ledger
from services.payments.commands import settlement
from services.payments.models import MemberAccount, Payment, SettledBasket
from shared import clock
from shared.events.payments import MemberBalanceChanged
from shared.messaging import outbox
from shared.messaging.inbox import insert_or_skip
from shared.money import Cents

BALANCE_DUE, PAYMENT = "balance_due", "payment"
CREDIT, CREDIT_RESTORED, CREDIT_RETURNED = "credit", "credit_restored", "credit_returned"
DISPUTE_OWED = "dispute_owed"


def locked(session: Session, market_id: UUID, member_id: UUID) -> MemberAccount:
    account = ledger.member(market_id, member_id)
    insert_or_skip(
        session, MemberAccount.__table__, market_id=market_id, member_id=member_id, account=account, version=0
    )
    return session.get_one(MemberAccount, (market_id, member_id), with_for_update=True)


def balance(session: Session, account: MemberAccount) -> Cents:
    """As members see it: above zero a credit."""
    return -ledger.balance(session, account.account)


def free(session: Session, account: MemberAccount) -> Cents:
    """What a payment page that is prepared now may use of it."""
    session.flush()
    return domain.free_balance(balance(session, account), *_held(session, account))


def owe(session: Session, account: MemberAccount, basket: SettledBasket, change: Cents) -> None:
    """A validation says that so much more of the basket, or less, is not paid for."""
    book(
        session,
        account,
        f"{BALANCE_DUE}:{basket.id}:{basket.version}",
        {ledger.sale(basket.sale_id): -change},
        sale_id=basket.sale_id,
    )
    moved(session, account, BALANCE_DUE, -change, sale_id=basket.sale_id, basket_number=basket.number)


def book(
    session: Session, account: MemberAccount, key: str, others: Mapping[str, Cents], *, sale_id: UUID | None
) -> None:
    """`others`: the postings of the other accounts; the member's is what balances them."""
    ledger.book(
        session,
        key,
        {**others, account.account: -sum(others.values())},
        at=clock.now(),
        sale_id=sale_id,
        market_id=account.market_id,
    )


def moved(session: Session, account: MemberAccount, reason: str, change: Cents, **about: Any) -> None:
    """After it was booked: tell it, and share out what it pays of balances due."""
    settle(session, account)
    account.version += 1
    outbox.record(
        session,
        MemberBalanceChanged(
            market_id=account.market_id,
            member_id=account.member_id,
            balance_cents=balance(session, account),
            version=account.version,
            change_cents=change,
            reason=reason,
            **about,
        ),
    )


def settle(session: Session, account: MemberAccount) -> None:
    """Which balances due are paid by the balance as it is now; a credit that a page holds counts as used."""
    session.flush()
    held_credit, _ = _held(session, account)
    dues = _baskets(session, account)
    still_open = min(max(0, held_credit - balance(session, account)), sum(due.owed_cents for due in dues))
    paid = domain.pay_dues([domain.Due(due.id, due.owed_cents, due.balance_paid_cents) for due in dues], still_open)
    sales = sorted({due.sale_id for due in dues if due.balance_paid_cents != paid[due.id]})
    for due in dues:
        due.balance_paid_cents = paid[due.id]
    session.flush()
    for sale_id in sales:
        settlement.share_out_balances(session, sale_id)


def _baskets(session: Session, account: MemberAccount) -> list[SettledBasket]:
    """Those that owe or did, oldest first, locked."""
    which = (SettledBasket.market_id == account.market_id, SettledBasket.member_id == account.member_id)
    owing = or_(SettledBasket.owed_cents > 0, SettledBasket.balance_paid_cents > 0)
    oldest = select(SettledBasket).where(*which, owing).order_by(SettledBasket.settled_at, SettledBasket.id)
    return list(session.scalars(oldest.with_for_update()))


def _held(session: Session, account: MemberAccount) -> tuple[Cents, Cents]:
    """Credit and balance due that are on payment pages which may still be paid."""
    sums = [func.coalesce(func.sum(column), 0) for column in (Payment.credit_cents, Payment.balance_cents)]
    row = session.execute(select(*sums).where(*open_pages(account))).one()
    return int(row[0]), int(row[1])


def open_pages(account: MemberAccount) -> tuple[Any, ...]:
    return (
        Payment.market_id == account.market_id,
        Payment.member_id == account.member_id,
        *Payment.page_is_open(),
    )
