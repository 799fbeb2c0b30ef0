"""Granting and revoking roles; a market never loses its last administrator."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.markets.commands.loading import lock_market
from services.markets.domain import members as domain
from services.markets.models import Member, Role
from services.markets.rights import must_administer, roles_of
from shared.actor import Actor
from shared.errors import NotFound
from shared.events.markets import RoleGranted, RoleRevoked
from shared.messaging import outbox


def grant_role(session: Session, actor: Actor, market_id: UUID, account_id: UUID, role: str) -> Role:
    """To a member; roles add up."""
    lock_market(session, market_id)
    must_administer(session, actor, market_id)
    ensure_member(session, market_id, account_id)
    return set_role(session, market_id, account_id, role, held=True)


def revoke_role(session: Session, actor: Actor, market_id: UUID, account_id: UUID, role: str) -> Role:
    lock_market(session, market_id)
    must_administer(session, actor, market_id)
    if role not in roles_of(session, market_id, account_id):
        raise NotFound("role", what="role")
    if role == domain.ADMINISTRATOR:
        domain.ensure_another_administrator(_other_administrators(session, market_id, account_id))
    return set_role(session, market_id, account_id, role, held=False)


def revoke_all(session: Session, market_id: UUID, account_id: UUID) -> None:
    held = roles_of(session, market_id, account_id)
    if domain.ADMINISTRATOR in held:
        domain.ensure_another_administrator(_other_administrators(session, market_id, account_id))
    for role in sorted(held):
        set_role(session, market_id, account_id, role, held=False)


def set_role(session: Session, market_id: UUID, account_id: UUID, role: str, *, held: bool) -> Role:
    row = session.get(Role, (market_id, account_id, role))
    if row is None:
        row = Role(market_id=market_id, account_id=account_id, role=role, held=False, version=0)
        session.add(row)
    if row.held != held:
        row.held = held
        row.version += 1
        told = RoleGranted if held else RoleRevoked
        outbox.record(session, told(market_id=market_id, account_id=account_id, role=role, version=row.version))
    session.flush()
    return row


def ensure_member(session: Session, market_id: UUID, account_id: UUID) -> None:
    here = (Member.market_id == market_id, Member.account_id == account_id, Member.state == domain.MEMBER)
    if session.scalar(select(Member.id).where(*here)) is None:
        raise NotFound("account_id", what="member")


def _other_administrators(session: Session, market_id: UUID, account_id: UUID) -> int:
    others = (
        select(func.count())
        .select_from(Role)
        .where(Role.market_id == market_id, Role.role == domain.ADMINISTRATOR, Role.held, Role.account_id != account_id)
    )
    return session.scalar(others) or 0
