"""Joining, leaving, and deciding on who waits."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.markets.commands.duty import free_places_of
from services.markets.commands.loading import lock_market
from services.markets.commands.roles import revoke_all
from services.markets.domain import members as domain
from services.markets.models import Market, Member
from services.markets.rights import must_administer
from shared import clock
from shared.actor import Actor
from shared.errors import NotFound
from shared.events.markets import MemberJoined, MemberLeft
from shared.messaging import outbox
from shared.messaging.inbox import insert_or_skip


def join(session: Session, actor: Actor, market_id: UUID) -> Member:
    """Asking twice is asking once."""
    account_id = actor.must_be_known()
    market = session.get(Market, market_id)
    if market is None:
        raise NotFound("market_id", what="market")
    here = (Member.market_id == market_id, Member.account_id == account_id)
    state = domain.state_on_joining(market.registration, session.scalar(select(Member.state).where(*here)))
    return set_state(session, market_id, account_id, state)


def leave(session: Session, actor: Actor, market_id: UUID) -> Member:
    """Roles go with membership; the last administrator stays."""
    account_id = actor.must_be_known()
    lock_market(session, market_id)
    member = session.scalar(select(Member).where(Member.market_id == market_id, Member.account_id == account_id))
    if member is None or member.state not in {domain.MEMBER, domain.WAITING}:
        raise NotFound("market_id", what="member")
    revoke_all(session, market_id, account_id)
    free_places_of(session, account_id, market_id)
    return set_state(session, market_id, account_id, domain.GONE)


def decide_waiting(session: Session, actor: Actor, market_id: UUID, account_id: UUID, *, accept: bool) -> Member:
    lock_market(session, market_id)
    must_administer(session, actor, market_id)
    waiting = select(Member.id).where(
        Member.market_id == market_id, Member.account_id == account_id, Member.state == domain.WAITING
    )
    if session.scalar(waiting) is None:
        raise domain.NotWaiting("account_id")
    return set_state(session, market_id, account_id, domain.MEMBER if accept else domain.TURNED_AWAY)


def set_state(session: Session, market_id: UUID, account_id: UUID, state: str) -> Member:
    """Tells joining and leaving, once each, whoever else does the same at the same time."""
    insert_or_skip(
        session,
        Member.__table__,
        id=clock.new_id(),
        market_id=market_id,
        account_id=account_id,
        state=domain.GONE,
        joined_at=clock.now(),
        version=0,
    )
    here = select(Member).where(Member.market_id == market_id, Member.account_id == account_id)
    member = session.scalars(here.with_for_update().execution_options(populate_existing=True)).one()
    before, member.state = member.state, state
    if before != state and domain.MEMBER in {before, state}:
        member.version += 1
        told = MemberJoined if state == domain.MEMBER else MemberLeft
        outbox.record(session, told(market_id=market_id, account_id=account_id, version=member.version))
    if before != state:
        member.joined_at = clock.now()
    session.flush()
    return member
