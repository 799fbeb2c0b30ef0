"""READS of notifications: what a person is told, what a person wants, which mails did not arrive."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session as Db

from services.notifications import domain
from services.notifications.letters import writing
from services.notifications.letters.world import NotKnownYet, World, load
from services.notifications.models import Account, Delivery, Market, Member, Notice, OptOut, Preference, Role
from services.notifications.tokens import read_link
from shared.errors import NotFound

Answer = dict[str, Any]


def my_notices(session: Db, account_id: UUID, language: str, limit: int, after: UUID | None = None) -> Answer:
    """Newest first, each as a sentence in the reader's language."""
    mine = select(Notice).where(Notice.account_id == account_id).order_by(Notice.id.desc()).limit(limit + 1)
    rows = session.scalars(mine.where(Notice.id < after) if after else mine).all()
    world = load(session, rows)
    shown = (_notice(row, world, language) for row in rows[:limit])
    return {
        "items": [notice for notice in shown if notice],
        "next": _next(rows, limit),
        "unread": unread(session, account_id),
    }


def unread(session: Db, account_id: UUID) -> int:
    mine = select(func.count()).where(Notice.account_id == account_id, Notice.read_at.is_(None))
    return session.execute(mine).scalar_one()


def _notice(row: Notice, world: World, language: str) -> Answer | None:
    """None as long as it speaks of something whose event has not arrived."""
    try:
        market = world.market(row)
        return {
            "id": row.id,
            "kind": row.kind,
            "text": writing.sentence(row, world, language),
            "path": writing.path(row, world),
            "market": market.name if market else None,
            "market_id": row.market_id,
            "sale_id": row.sale_id,
            "created_at": row.created_at,
            "read": row.read_at is not None,
        }
    except NotKnownYet:
        return None


def preferences(session: Db, account_id: UUID) -> Answer:
    out = exists().where(OptOut.account_id == account_id, OptOut.market_id == Market.id, OptOut.kind == domain.OPENING)
    mine = (
        select(Market.id.label("market_id"), Market.name, Market.number, (~out).label("opening"))
        .join(Member, Member.market_id == Market.id)
        .where(Member.account_id == account_id, Member.joined)
        .order_by(Market.name)
    )
    choice = session.get(Preference, account_id)
    return {
        "pickup_4h": choice is not None and choice.pickup_4h,
        "markets": [dict(row) for row in session.execute(mine).mappings()],
    }


def subscription(session: Db, token: str) -> Answer:
    """What an unsubscribe link is about; asking changes nothing (SPEC N3)."""
    return subscription_of(session, read_link(session, token))


def subscription_of(session: Db, link: domain.Subscription) -> Answer:
    account = session.get(Account, link.account_id)
    out = session.get(OptOut, (link.account_id, link.market_id, domain.OPENING))
    return {
        "market": session.get_one(Market, link.market_id).name,
        "kind": domain.OPENING,
        "subscribed": out is None,
        "language": account.language if account else "fr",
    }


def deliveries(session: Db, account_id: UUID, market_id: UUID, limit: int, after: UUID | None = None) -> Answer:
    """The market's mails that came back or are still to go out after a failure, newest first; administrators only."""
    _ensure_administrator(session, account_id, market_id)
    troubled = or_(Delivery.state == domain.BOUNCED, Delivery.state == domain.WAITING)
    asked = select(Delivery, Account).outerjoin(Account, Account.id == Delivery.account_id)
    asked = asked.where(Delivery.market_id == market_id, troubled).order_by(Delivery.id.desc()).limit(limit + 1)
    rows = session.execute(asked.where(Delivery.id < after) if after else asked).all()
    return {
        "items": [_delivery(delivery, account) for delivery, account in rows[:limit]],
        "next": _next([row[0] for row in rows], limit),
    }


def _ensure_administrator(session: Db, account_id: UUID, market_id: UUID) -> None:
    role = session.get(Role, (market_id, account_id, "administrator"))
    if role is None or not role.granted:
        raise NotFound("market_id", what="market")


def _delivery(row: Delivery, account: Account | None) -> Answer:
    second = row.person.endswith(domain.HOUSEHOLD)
    own = (account.second_email if second else account.email) if account else None
    names = ("id", "kind", "state", "account_id", "sale_id", "attempts", "error", "created_at")
    return {name: getattr(row, name) for name in names} | {
        "email": row.email or own,
        "name": f"{account.first_name} {account.last_name}".strip() if account else None,
        "retry_at": row.due_at if row.state == domain.WAITING else None,
    }


def _next(rows: Sequence[Any], limit: int) -> UUID | None:
    return rows[limit - 1].id if len(rows) > limit else None
