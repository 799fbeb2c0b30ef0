"""What members owe or have, read from the journal."""

from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from services.payments import domain, rights
from services.payments.models import Entry, MemberAccount, Payment, Posting
from shared.actor import Actor
from shared.money import Cents

MOST_ENTRIES = 200
REASONS = {"charge": "payment"}


def balance_page(payment: Payment) -> dict[str, Any]:
    return {
        "payment_id": payment.id,
        "market_id": payment.market_id,
        "status": payment.status,
        "balance_cents": payment.balance_cents,
        "url": payment.session_url,
        "page_expires_at": payment.session_expires_at,
    }


def my_balances(session: Session, actor: Actor) -> dict[str, Any]:
    """The caller's own, with what they are made of."""
    mine = (
        select(MemberAccount).where(MemberAccount.member_id == actor.must_be_known()).order_by(MemberAccount.market_id)
    )
    accounts = session.scalars(mine).all()
    names = [account.account for account in accounts]
    sums = select(Posting.account, func.sum(Posting.amount_cents)).where(Posting.account.in_(names))
    balances = {name: -int(total) for name, total in session.execute(sums.group_by(Posting.account))}
    held, entries = _held(session, actor.must_be_known()), _entries(session, names)
    return {
        "items": [
            {
                "market_id": account.market_id,
                "balance_cents": balances[account.account],
                "payable_cents": -domain.free_balance(
                    min(0, balances[account.account]), 0, held.get(account.market_id, 0)
                ),
                "entries": [_seen(entry, cents) for entry, name, cents in entries if name == account.account],
            }
            for account in accounts
            if account.account in balances
        ]
    }


def market_balances(
    session: Session, actor: Actor, market_id: UUID, member_ids: list[UUID] | None, after: UUID | None, limit: int
) -> dict[str, Any]:
    """The members of a market who owe or have something, for its administrators. `member_ids`: of these only."""
    rights.must_administer(session, actor, market_id, "market")
    balance = -func.sum(Posting.amount_cents)
    sums = (
        select(MemberAccount.member_id, balance.label("cents"))
        .join(Posting, Posting.account == MemberAccount.account)
        .where(MemberAccount.market_id == market_id)
        .group_by(MemberAccount.member_id)
        .having(balance != 0)
    )
    every = sums.subquery()
    due, credit = (func.coalesce(func.sum(case((which, every.c.cents), else_=0)), 0) for which in _signs(every.c.cents))
    totals = session.execute(select(due, credit)).one()
    page = sums.where(MemberAccount.member_id > after) if after else sums
    page = page if member_ids is None else page.where(MemberAccount.member_id.in_(member_ids))
    rows = session.execute(page.order_by(MemberAccount.member_id).limit(limit + 1)).all()
    return {
        "items": [{"member_id": row.member_id, "balance_cents": int(row.cents)} for row in rows[:limit]],
        "next": rows[limit - 1].member_id if len(rows) > limit else None,
        "due_cents": -int(totals[0]),
        "credit_cents": int(totals[1]),
    }


def _signs(cents: Any) -> tuple[Any, Any]:
    return cents < 0, cents > 0


def _held(session: Session, member_id: UUID) -> dict[UUID, Cents]:
    """{market: balance due that is on open payment pages}."""
    sums = select(Payment.market_id, func.sum(Payment.balance_cents))
    rows = session.execute(
        sums.where(Payment.member_id == member_id, *Payment.page_is_open()).group_by(Payment.market_id)
    )
    return {market_id: int(total) for market_id, total in rows}


def _entries(session: Session, accounts: list[str]) -> list[Any]:
    newest = (
        select(Entry, Posting.account, Posting.amount_cents)
        .join(Posting, Posting.entry_id == Entry.id)
        .where(Posting.account.in_(accounts))
        .order_by(Entry.id.desc())
        .limit(MOST_ENTRIES)
    )
    return list(session.execute(newest))


def _seen(entry: Entry, cents: Cents) -> dict[str, Any]:
    return {
        "at": entry.at,
        "reason": REASONS.get(entry.kind, entry.kind),
        "sale_id": entry.sale_id,
        "amount_cents": -cents,
    }
