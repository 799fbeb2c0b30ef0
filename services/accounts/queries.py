"""Reads of accounts."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Db

from services.accounts import secrets
from services.accounts.models import Account, Engagement, FarmHand, MemberBalance, Reservation, Session, SettledSale
from shared import clock
from shared.errors import LogInRequired


def authenticate(session: Db, token: str) -> dict[str, Any]:
    """Whose token this is. Refuses unknown, expired and revoked ones alike."""
    lives = (Session.revoked_at.is_(None), Session.expires_at > clock.now())
    person = (Account.id.label("account_id"), Account.first_name, Account.last_name, Account.language)
    asked = (
        select(Session.id.label("session_id"), Session.scopes, *person)
        .join(Account, Account.id == Session.account_id)
        .where(Session.token_hash == secrets.hash_token(token), *lives)
    )
    row = session.execute(asked).mappings().first()
    if row is None:
        raise LogInRequired
    return dict(row)


def me(session: Db, account_id: UUID) -> dict[str, Any]:
    row = session.get_one(Account, account_id)
    return account(row)


def account(row: Account) -> dict[str, Any]:
    names = ("id", "email", "first_name", "last_name", "phone", "language", "second_email", "version")
    return {name: getattr(row, name) for name in names} | {"email_verified": row.email_verified_at is not None}


def open_orders(session: Db, account_id: UUID) -> int:
    """Orders that may still be paid, and paid ones that are neither cancelled nor settled."""
    settled = select(SettledSale.sale_id)
    mine = (Engagement.account_id == account_id, Engagement.cancelled.is_(False), Engagement.sale_id.not_in(settled))
    unpaid = (Reservation.account_id == account_id, Reservation.over.is_(False))
    paid_count = session.scalar(select(func.count()).select_from(Engagement).where(*mine)) or 0
    return paid_count + (session.scalar(select(func.count()).select_from(Reservation).where(*unpaid)) or 0)


def open_balances(session: Db, account_id: UUID) -> list[UUID]:
    """The markets where the person owes or has something."""
    mine = (MemberBalance.account_id == account_id, MemberBalance.balance_cents != 0)
    return list(session.scalars(select(MemberBalance.market_id).where(*mine).order_by(MemberBalance.market_id)))


def farms(session: Db, account_id: UUID) -> int:
    return session.scalar(select(func.count()).select_from(FarmHand).where(FarmHand.account_id == account_id)) or 0


def sessions(session: Db, account_id: UUID) -> dict[str, Any]:
    mine = (Session.account_id == account_id, Session.revoked_at.is_(None), Session.expires_at > clock.now())
    return {"items": session.scalars(select(Session).where(*mine).order_by(Session.opened_at)).all()}
