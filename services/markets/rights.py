"""What the asker is in a market. Markets and sales are public: who may not act on one is told so."""

from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from services.markets.domain.members import ADMINISTRATOR, CATALOG_MANAGER, MEMBER
from services.markets.domain.sales import CONFIRMED
from services.markets.models import Member, Participation, ProducerPerson, Role, Sale
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


def helps_at_sale(account_id: UUID) -> ColumnElement[bool]:
    """Of a Sale in a query: the person may take duty there, as a member of its market or for a farm that takes part."""
    member = exists().where(Member.market_id == Sale.market_id, Member.account_id == account_id, Member.state == MEMBER)
    farmer = exists().where(
        Participation.sale_id == Sale.id,
        Participation.state == CONFIRMED,
        ProducerPerson.producer_id == Participation.producer_id,
        ProducerPerson.account_id == account_id,
    )
    return or_(member, farmer)


def may_help(session: Session, actor: Actor, sale_id: UUID) -> bool:
    if actor.account_id is None:
        return False
    here = select(Sale.id).where(Sale.id == sale_id, helps_at_sale(actor.account_id))
    return session.scalar(here) is not None


def must_help(session: Session, actor: Actor, sale_id: UUID) -> UUID:
    account_id = actor.must_be_known()
    if not may_help(session, actor, sale_id):
        raise Forbidden
    return account_id


def _must_hold(session: Session, actor: Actor, market_id: UUID, enough: set[str]) -> UUID:
    account_id = actor.must_be_known()
    if not enough & roles_of(session, market_id, account_id):
        raise Forbidden
    return account_id
