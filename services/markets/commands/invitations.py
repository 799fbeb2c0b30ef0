"""Inviting people by e-mail: nobody is ever added without having followed the link (SPEC N6)."""

import hashlib
import secrets
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.markets.commands.loading import lock_market
from services.markets.commands.members import set_state
from services.markets.domain import members as domain
from services.markets.models import Invitation, Member, Person
from services.markets.rights import must_administer
from shared import clock
from shared.actor import Actor
from shared.errors import NotFound
from shared.events.markets import MemberInvited
from shared.messaging import outbox


def invite(
    session: Session,
    actor: Actor,
    market_id: UUID,
    addresses: list[str],
    consent: bool,  # noqa: FBT001 - the wire's name
    language: str | None = None,
) -> dict[str, Any]:
    """Every address gets its own answer. Inviting again renews the link."""
    lock_market(session, market_id)
    account_id = must_administer(session, actor, market_id)
    if not consent:
        raise domain.ConsentMissing("consent")
    read = domain.read_addresses(addresses)
    domain.ensure_not_too_many(read)

    people = {person.email: person for person in session.scalars(select(Person).where(Person.email.in_(read.valid)))}
    members = _members(session, market_id, people)
    for email in (email for email in read.valid if email not in members):
        name = read.valid[email].split(" ")[0]
        _invite(session, market_id, account_id, email, name, people.get(email), language or actor.language)
    return _answer(read, members)


def accept_invitation(session: Session, actor: Actor, token: str) -> Member:
    """Whoever holds the link joins, under the account that is logged in; it works once."""
    account_id = actor.must_be_known()
    found = select(Invitation).where(Invitation.token_hash == _hash(token)).with_for_update()
    invitation = session.scalar(found)
    if invitation is None:
        raise NotFound("token", what="invitation")
    if invitation.accepted_by != account_id:
        domain.ensure_invitation_is_good(invitation.accepted_at, invitation.expires_at, clock.now())
        invitation.accepted_at, invitation.accepted_by = clock.now(), account_id
    return set_state(session, invitation.market_id, account_id, domain.MEMBER)


def _members(session: Session, market_id: UUID, people: dict[str, Person]) -> set[str]:
    """The addresses among those of `people` that belong to members already."""
    ids = {person.account_id: email for email, person in people.items()}
    here = select(Member.account_id).where(
        Member.market_id == market_id, Member.state == domain.MEMBER, Member.account_id.in_(ids)
    )
    return {ids[account_id] for account_id in session.scalars(here)}


def _invite(
    session: Session, market_id: UUID, by: UUID, email: str, name: str, person: Person | None, language: str
) -> None:
    token, now = secrets.token_urlsafe(32), clock.now()
    invitation = session.scalar(select(Invitation).where(Invitation.market_id == market_id, Invitation.email == email))
    if invitation is None:
        invitation = Invitation(id=clock.new_id(), market_id=market_id, email=email)
        session.add(invitation)
    invitation.token_hash, invitation.invited_by, invitation.invited_at = _hash(token), by, now
    invitation.expires_at, invitation.accepted_at, invitation.accepted_by = now + domain.INVITATION_LIFE, None, None
    outbox.record(
        session,
        MemberInvited(
            invitation_id=invitation.id,
            market_id=market_id,
            email=email,
            token=token,
            has_account=person is not None,
            first_name=(person.first_name if person else name) or None,
            language=person.language if person else language,
        ),
    )


def _answer(read: domain.Addresses, members: set[str]) -> dict[str, Any]:
    items = [{"email": email, "outcome": "already_member" if email in members else "invited"} for email in read.valid]
    items += [{"email": written, "outcome": "invalid"} for written in read.invalid]
    return {"invited": len(read.valid) - len(members), "items": items}


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
