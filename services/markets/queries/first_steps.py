"""The seven steps of setting up a market, told from facts: what is done is seen to be done, nobody ticks a box."""

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from services.markets.domain.sales import CANCELLED, CONFIRMED, VALIDATED
from services.markets.models import Invitation, Link, Market, Member, PaidOrder, Participation, Sale


def first_steps(session: Session, market: Market) -> dict[str, bool]:
    """Presented; organised; a catalogue linked; a sale planned; a producer in it; customers invited or there already; a
    first distribution validated.
    """
    here = Sale.market_id == market.id
    members = select(func.count()).select_from(Member).where(Member.market_id == market.id)
    customers = (
        exists().where(Invitation.market_id == market.id),
        exists().where(PaidOrder.sale_id == Sale.id, here),
        members.scalar_subquery() > 1,
    )
    facts = {
        "producers": exists().where(Link.market_id == market.id, Link.active),
        "sales": exists().where(here, Sale.state != CANCELLED),
        "participation": exists().where(Participation.sale_id == Sale.id, here, Participation.state == CONFIRMED),
        "customers": or_(*customers),
        "launched": exists().where(here, Sale.state == VALIDATED),
    }
    row = session.execute(select(*(fact.label(name) for name, fact in facts.items()))).mappings().one()
    presented = bool(market.welcome or market.logo_id)
    return {"settings": presented, "organisation": bool(market.organisation_mode), **dict(row)}
