"""Who may see and settle what (SPEC P3): administrators of the market and the referent of the one sale."""

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from services.distributions.models import Administrator, Distribution, ProducerAccount, Referent
from shared.actor import Actor
from shared.errors import Forbidden, NotFound


def is_administrator(session: Session, account_id: UUID, market_id: UUID) -> bool:
    role = session.get(Administrator, (market_id, account_id))
    return role is not None and role.granted


def ensure_may_settle(session: Session, actor: Actor, sale: Distribution, what: str = "sale") -> UUID:
    """Answers the account; whoever has no right does not learn that the object exists."""
    account_id = actor.must_be_known()
    if not may_settle(session, account_id, sale):
        raise NotFound(what=what)
    return account_id


def may_settle(session: Session, account_id: UUID, sale: Distribution) -> bool:
    is_referent = select(exists().where(Referent.sale_id == sale.sale_id, Referent.account_id == account_id))
    return is_administrator(session, account_id, sale.market_id) or bool(session.scalar(is_referent))


def ensure_administrator(session: Session, actor: Actor, sale: Distribution, what: str = "sale") -> UUID:
    """A referent knows of the object but may not."""
    account_id = ensure_may_settle(session, actor, sale, what)
    if not is_administrator(session, account_id, sale.market_id):
        raise Forbidden
    return account_id


def own_producers(session: Session, actor: Actor) -> list[UUID]:
    """The farms that the actor acts for."""
    account_id = actor.must_be_known()
    return list(session.scalars(select(ProducerAccount.producer_id).where(ProducerAccount.account_id == account_id)))
