"""What the asker is in a market. Markets and sales are public: who may not act on one is told so."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.markets.domain.members import ADMINISTRATOR, CATALOG_MANAGER
from services.markets.models import ProducerPerson, Role
from shared.actor import Actor
from shared.errors import Forbidden


def roles_of(session: Session, market_id: UUID, account_id: UUID | None) -> set[str]:
    if account_id is None:
        return set()
    held = select(Role.role).where(Role.market_id == market_id, Role.account_id == account_id, Role.held)
    return set(session.scalars(held))


def may_administer(session: Session, actor: Actor, market_id: UUID) -> bool:
    return ADMINISTRATOR in roles_of(session, market_id, actor.account_id)


def must_administer(session: Session, actor: Actor, market_id: UUID) -> UUID:
    return _must_hold(session, actor, market_id, {ADMINISTRATOR})


def must_manage_catalogs(session: Session, actor: Actor, market_id: UUID) -> UUID:
    return _must_hold(session, actor, market_id, {ADMINISTRATOR, CATALOG_MANAGER})


def must_act_for(session: Session, actor: Actor, producer_id: UUID) -> None:
    if session.get(ProducerPerson, (producer_id, actor.must_be_known())) is None:
        raise Forbidden


def _must_hold(session: Session, actor: Actor, market_id: UUID, enough: set[str]) -> UUID:
    account_id = actor.must_be_known()
    if not enough & roles_of(session, market_id, account_id):
        raise Forbidden
    return account_id
