"""A market's public home, and the markets of a person."""

import base64
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from services.markets import counts
from services.markets.domain.markets import ORGANISATION
from services.markets.domain.members import ADMINISTRATOR, MEMBER, WAITING
from services.markets.domain.sales import COMING
from services.markets.models import Catalog, Link, Logo, Market, Member, Producer, Role, Sale
from services.markets.queries.first_steps import first_steps
from services.markets.rights import roles_of
from shared import clock
from shared.actor import Actor
from shared.errors import NotFound

PLANNED_ON_HOME = 20
HOME = (
    "id",
    "number",
    "name",
    "kind",
    "time_zone",
    "place",
    "welcome",
    "contact_name",
    "contact_email",
    "contact_phone",
    "registration",
    "organisation_mode",
    "logo_id",
    "version",
)


def market(session: Session, actor: Actor, market_id: UUID | None = None, number: int | None = None) -> dict[str, Any]:
    row = session.scalar(select(Market).where(Market.id == market_id if market_id else Market.number == number))
    if row is None:
        raise NotFound("market_id" if market_id else "number", what="market")
    mine = _mine(session, row.id, actor)
    administered = ADMINISTRATOR in mine["roles"]
    planning = _planning(session, row.id)
    return {
        **{name: getattr(row, name) for name in HOME},
        "organisation": organisation(row.organisation_mode, actor.language),
        "producers": producers_of(session, row.id),
        "planning": planning,
        "blocking": _blocking(session, row.id, planning) if administered else None,
        "mine": mine,
        "settings": row if administered else None,
        "first_steps": first_steps(session, row) if administered else None,
    }


def logo(session: Session, logo_id: UUID) -> dict[str, Any]:
    found = session.get(Logo, logo_id)
    if found is None or found.removed_at is not None:
        raise NotFound("logo_id", what="logo")
    return {"logo_id": found.id, "content": base64.b64encode(found.content).decode()}


def my_markets(session: Session, actor: Actor) -> dict[str, Any]:
    """Those that the asker administers, and those joined (or waited for), each by name."""
    account_id = actor.must_be_known()
    roles, membership = _roles(session, account_id), _memberships(session, account_id)
    rows = session.scalars(select(Market).where(Market.id.in_({*roles, *membership})).order_by(Market.name)).all()
    coming = next_sales(session, [row.id for row in rows])
    cards = [
        {**card(row, coming.get(row.id)), "roles": sorted(roles[row.id]), "membership": membership.get(row.id)}
        for row in rows
    ]
    return {
        "administered": [each for each in cards if ADMINISTRATOR in each["roles"]],
        "joined": [each for each in cards if each["membership"]],
    }


def organisation(mode: str, language: str) -> str:
    return ORGANISATION.get((mode, language)) or ORGANISATION[mode, "fr"]


def card(row: Market, next_sale: Sale | None) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in ("id", "number", "name", "kind", "place", "logo_id", "time_zone")},
        "next_sale": next_sale,
    }


def next_sales(session: Session, market_ids: Iterable[UUID]) -> dict[UUID, Sale]:
    """The first distribution to come of each market that has one."""
    coming = (Sale.market_id.in_(list(market_ids)), Sale.state.in_(COMING), Sale.ends_at > clock.now())
    rank = func.row_number().over(partition_by=Sale.market_id, order_by=(Sale.starts_at, Sale.id)).label("rank")
    ranked = select(Sale, rank).where(*coming).subquery()
    first = aliased(Sale, ranked)
    return {row.market_id: row for row in session.scalars(select(first).where(ranked.c.rank == 1))}


def producers_of(session: Session, market_id: UUID) -> list[dict[str, Any]]:
    """Producers with a linked catalogue, by name, each with these catalogues."""
    linked = (
        select(
            Catalog.id,
            Catalog.number,
            Catalog.name,
            Link.producer_id,
            Producer.name.label("producer"),
            Producer.commune,
            Producer.postcode,
            Producer.photo_id,
        )
        .select_from(Link)
        .join(Catalog, Catalog.id == Link.catalog_id)
        .outerjoin(Producer, Producer.id == Link.producer_id)
        .where(Link.market_id == market_id, Link.active)
        .order_by(Producer.name, Catalog.number)
    )
    found: dict[UUID, dict[str, Any]] = {}
    for row in session.execute(linked):
        facts = {
            "producer_id": row.producer_id,
            "name": row.producer or "",
            "commune": row.commune or "",
            "postcode": row.postcode or "",
            "photo_id": row.photo_id,
            "catalogs": [],
        }
        catalogs = found.setdefault(row.producer_id, facts)["catalogs"]
        catalogs.append({"catalog_id": row.id, "number": row.number, "name": row.name})
    return list(found.values())


def _planning(session: Session, market_id: UUID) -> list[Sale]:
    coming = (Sale.market_id == market_id, Sale.state.in_(COMING), Sale.ends_at > clock.now())
    return list(session.scalars(select(Sale).where(*coming).order_by(Sale.starts_at).limit(PLANNED_ON_HOME)))


def _blocking(session: Session, market_id: UUID, planning: list[Sale]) -> list[Sale]:
    """What is to be validated before the sales that should be open can be (SPEC S9); oldest first."""
    if not any(sale.blocked_at for sale in planning):
        return []
    ids = counts.unvalidated_sales(session, market_id, clock.now())
    return list(session.scalars(select(Sale).where(Sale.id.in_(ids)).order_by(Sale.starts_at)))


def _mine(session: Session, market_id: UUID, actor: Actor) -> dict[str, Any]:
    if actor.account_id is None:
        return {"membership": None, "roles": []}
    state = select(Member.state).where(Member.market_id == market_id, Member.account_id == actor.account_id)
    membership = session.scalar(state.where(Member.state.in_((MEMBER, WAITING))))
    return {"membership": membership, "roles": sorted(roles_of(session, market_id, actor.account_id))}


def _roles(session: Session, account_id: UUID) -> dict[UUID, set[str]]:
    held: dict[UUID, set[str]] = defaultdict(set)
    for market_id, role in session.execute(
        select(Role.market_id, Role.role).where(Role.account_id == account_id, Role.held)
    ):
        held[market_id].add(role)
    return held


def _memberships(session: Session, account_id: UUID) -> dict[UUID, str]:
    here = select(Member.market_id, Member.state).where(
        Member.account_id == account_id, Member.state.in_((MEMBER, WAITING))
    )
    return dict(session.execute(here).tuples().all())
