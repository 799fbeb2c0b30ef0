"""Who may see and do what: the member's own orders, a market's administrators, a producer's people."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.payments.models import Payment, Producer, Referent, Role, Settlement
from shared.actor import Actor
from shared.errors import NotFound

ADMINISTRATOR = "administrator"


def is_administrator(session: Session, actor: Actor, market_id: UUID) -> bool:
    role = session.get(Role, (market_id, actor.must_be_known(), ADMINISTRATOR))
    return role is not None and role.granted


def must_administer(session: Session, actor: Actor, market_id: UUID | None, what: str) -> None:
    if market_id is None or not is_administrator(session, actor, market_id):
        raise NotFound(what=what)


def must_settle(session: Session, actor: Actor, market_id: UUID, sale_id: UUID) -> None:
    """An administrator of the market, or the referent of this one sale."""
    referent = session.get(Referent, sale_id)
    if referent is not None and referent.account_id == actor.must_be_known():
        return
    must_administer(session, actor, market_id, "sale")


def market_of_sale(session: Session, sale_id: UUID) -> UUID | None:
    """None for a sale without any order."""
    paid = session.scalar(select(Payment.market_id).where(Payment.sale_id == sale_id).limit(1))
    return paid or session.scalar(select(Settlement.market_id).where(Settlement.sale_id == sale_id))


def must_act_for(session: Session, actor: Actor, producer_id: UUID) -> Producer:
    """The producer, if the actor is one of its people."""
    account_id = str(actor.must_be_known())
    row = session.get(Producer, producer_id)
    if row is None or account_id not in row.account_ids:
        raise NotFound(what="producer")
    return row
