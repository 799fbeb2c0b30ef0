"""Producers take part in a sale, or not; they may be invited to (SPEC S6, S7)."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.markets import counts
from services.markets.commands.loading import lock_sale
from services.markets.domain import sales as domain
from services.markets.models import Link, Participation, Sale
from services.markets.rights import must_act_for, must_manage_catalogs
from shared import clock
from shared.actor import Actor
from shared.events.markets import ParticipationConfirmed, ParticipationWithdrawn, ProducerInvitedToSale
from shared.messaging import outbox


def participate(session: Session, actor: Actor, sale_id: UUID, catalog_id: UUID) -> Participation:
    """Products show in the shop from now on; saying yes twice is saying it once."""
    _, sale = lock_sale(session, sale_id)
    link = _link(session, sale, catalog_id)
    must_act_for(session, actor, link.producer_id)
    participation = _participation(session, sale, link)
    domain.ensure_may_participate(sale.state, sale.closes_at, participation.state, clock.now())

    if participation.state != domain.CONFIRMED:
        _answer(session, participation, domain.CONFIRMED)
        tell_participation(session, participation, sale.market_id)
    return participation


def withdraw(
    session: Session, actor: Actor, sale_id: UUID, catalog_id: UUID, *, not_delivering: bool = False
) -> Participation:
    """Also answers "no" to an invitation; of which nobody needs to be told but the market's own page."""
    _, sale = lock_sale(session, sale_id)
    participation = session.get(Participation, (sale_id, catalog_id))
    if participation is None:
        participation = _participation(session, sale, _link(session, sale, catalog_id))
    must_act_for(session, actor, participation.producer_id)
    domain.ensure_may_leave(sale.state)
    orders = counts.orders_from(session, [sale_id]).get((sale_id, participation.producer_id), 0)
    state = domain.participation_on_leaving(participation.state, orders, not_delivering=not_delivering)

    was_in = participation.state == domain.CONFIRMED
    if participation.state != state:
        _answer(session, participation, state)
    if was_in:
        tell_participation(session, participation, sale.market_id)
    return participation


def invite_producer(session: Session, actor: Actor, sale_id: UUID, catalog_ids: list[UUID] | None = None) -> list[UUID]:
    """Answers the catalogues that were invited: not those that take part, nor those asked less than a day ago."""
    market, sale = lock_sale(session, sale_id)
    must_manage_catalogs(session, actor, market.id)
    domain.ensure_may_participate(sale.state, sale.closes_at, None, clock.now())
    links = session.scalars(select(Link).where(Link.market_id == market.id, Link.active).order_by(Link.linked_at)).all()
    all_linked = {link.catalog_id for link in links}
    if set(catalog_ids or ()) - all_linked:
        raise domain.CatalogIsNotLinked("catalog_ids")

    wanted = [_participation(session, sale, link) for link in links if link.catalog_id in (catalog_ids or all_linked)]
    asked = [
        row for row in wanted if domain.may_invite(row.state, row.invited_at, clock.now(), named=bool(catalog_ids))
    ]
    for participation in asked:
        _invite(session, sale, participation)
    return [participation.catalog_id for participation in asked]


def tell_participation(session: Session, participation: Participation, market_id: UUID) -> None:
    facts = {name: getattr(participation, name) for name in ("sale_id", "catalog_id", "producer_id", "version")}
    if participation.state == domain.CONFIRMED:
        outbox.record(session, ParticipationConfirmed(market_id=market_id, **facts))
    else:
        not_delivering = participation.state == domain.NOT_DELIVERING
        outbox.record(session, ParticipationWithdrawn(market_id=market_id, not_delivering=not_delivering, **facts))


def _link(session: Session, sale: Sale, catalog_id: UUID) -> Link:
    link = session.get(Link, (sale.market_id, catalog_id))
    if link is None or not link.active:
        raise domain.CatalogIsNotLinked("catalog_id")
    return link


def _participation(session: Session, sale: Sale, link: Link) -> Participation:
    """The row, or a new one that is not kept until there is something to say."""
    row = session.get(Participation, (sale.id, link.catalog_id))
    return row or Participation(
        sale_id=sale.id,
        catalog_id=link.catalog_id,
        producer_id=link.producer_id,
        state=None,
        invited_at=None,
        answered_at=None,
        version=0,
    )


def _answer(session: Session, participation: Participation, state: str) -> None:
    participation.state, participation.answered_at = state, clock.now()
    participation.version += 1
    session.add(participation)


def _invite(session: Session, sale: Sale, participation: Participation) -> None:
    participation.state, participation.invited_at, participation.answered_at = domain.INVITED, clock.now(), None
    participation.version += 1
    session.add(participation)
    outbox.record(
        session,
        ProducerInvitedToSale(
            sale_id=sale.id,
            market_id=sale.market_id,
            catalog_id=participation.catalog_id,
            producer_id=participation.producer_id,
        ),
    )
