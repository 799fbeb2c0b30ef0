"""People as accounts tells them, and addresses that refuse mail."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.markets.commands.duty import free_places_of
from services.markets.commands.members import set_state
from services.markets.commands.roles import set_role
from services.markets.domain.members import GONE, MEMBER, WAITING
from services.markets.models import Bounce, Member, Person, Role
from shared import clock
from shared.events.accounts import AccountDeleted, AccountRegistered
from shared.events.notifications import DeliveryBounced
from shared.geo import plain
from shared.messaging.inbox import keep_newest

DELETED = 2**31 - 1
"""The version of a deleted account: no later word about it counts."""


def account_told(session: Session, told: AccountRegistered) -> None:
    sort_name = plain(f"{told.last_name} {told.first_name}")
    found_by = f"{plain(f'{told.first_name} {told.last_name}')} {sort_name} {told.email.lower()}"
    keep_newest(
        session,
        Person,
        {"account_id": told.account_id},
        told.version,
        email=told.email.lower(),
        phone=told.phone,
        first_name=told.first_name,
        last_name=told.last_name,
        language=told.language,
        sort_name=sort_name[:200],
        found_by=found_by[:460],
    )


def account_deleted(session: Session, told: AccountDeleted) -> None:
    """Names and addresses are forgotten; a market may be left without an administrator."""
    keep_newest(
        session,
        Person,
        {"account_id": told.account_id},
        DELETED,
        email="",
        phone=None,
        first_name="",
        last_name="",
        language="fr",
        sort_name="",
        found_by="",
    )
    for role in session.scalars(select(Role).where(Role.account_id == told.account_id, Role.held)).all():
        set_role(session, role.market_id, told.account_id, role.role, held=False)
    for market_id in _markets_of(session, told.account_id):
        set_state(session, market_id, told.account_id, GONE)
    free_places_of(session, told.account_id)


def delivery_bounced(session: Session, told: DeliveryBounced) -> None:
    email, reason = told.email.lower(), told.reason[:500]
    row = session.get(Bounce, email)
    if row is None:
        session.add(Bounce(email=email, reason=reason, bounced_at=clock.now()))
    else:
        row.reason, row.bounced_at = reason, clock.now()


def _markets_of(session: Session, account_id: UUID) -> list[UUID]:
    here = select(Member.market_id).where(Member.account_id == account_id, Member.state.in_((MEMBER, WAITING)))
    return list(session.scalars(here))
