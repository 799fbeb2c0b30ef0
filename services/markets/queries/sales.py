"""Sales as customers, administrators and producers see them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, select, tuple_
from sqlalchemy.orm import Session

from services.markets import counts
from services.markets.domain import sales as domain
from services.markets.domain.markets import zone
from services.markets.domain.members import ADMINISTRATOR, CATALOG_MANAGER
from services.markets.models import Catalog, Link, Market, Participation, Person, Producer, ProducerPerson, Sale
from services.markets.queries.markets import organisation
from services.markets.rights import may_administer, roles_of
from shared import clock
from shared.actor import Actor
from shared.errors import NotFound

FACTS = (
    "id",
    "market_id",
    "state",
    "opens_at",
    "closes_at",
    "starts_at",
    "ends_at",
    "place",
    "cancel_reason",
    "version",
)
MARKET = ("time_zone", "organisation_mode")


def sale(session: Session, actor: Actor, sale_id: UUID) -> dict[str, Any]:
    row = session.get(Sale, sale_id)
    if row is None:
        raise NotFound("sale_id", what="sale")
    market = session.get_one(Market, row.market_id)
    catalogs = _catalogs(session, [row])[row.id]
    roles = roles_of(session, market.id, actor.account_id)
    return {
        **_facts(row),
        **{name: getattr(market, name) for name in MARKET},
        "market_name": market.name,
        "market_number": market.number,
        "organisation": organisation(market.organisation_mode, actor.language),
        "producers": _taking_part(session, catalogs),
        "administration": _administration(session, row, catalogs) if roles & {ADMINISTRATOR, CATALOG_MANAGER} else None,
    }


def sales(
    session: Session,
    actor: Actor,
    market_id: UUID,
    state: list[str],
    newest_first: bool,  # noqa: FBT001
    after: UUID | None,
    limit: int,
) -> dict[str, Any]:
    administers = may_administer(session, actor, market_id)
    asked = select(Sale).where(Sale.market_id == market_id)
    if state:
        asked = asked.where(Sale.state.in_(state))
    rows = session.scalars(_page(session, asked, after, limit, newest_first=newest_first)).all()
    orders = counts.orders_of(session, [row.id for row in rows]) if administers else {}
    catalogs = _catalogs(session, rows[:limit]) if administers else {}
    buttons = _buttons(session, market_id, rows[:limit]) if administers else {}
    items = [
        {
            **_facts(row),
            "order_count": orders.get(row.id, 0) if administers else None,
            "blocked_at": row.blocked_at if administers else None,
            "referent_id": row.referent_id if administers else None,
            "button": buttons.get(row.id),
            "catalogs": catalogs.get(row.id),
        }
        for row in rows[:limit]
    ]
    return {"items": items, "next": rows[limit - 1].id if len(rows) > limit else None}


def _buttons(session: Session, market_id: UUID, rows: Sequence[Sale]) -> dict[UUID, str]:
    here, now = zone(session.get_one(Market, market_id).time_zone), clock.now()
    return {row.id: domain.button(row.state, row.closes_at, row.starts_at, here, now) for row in rows}


def producer_sales(session: Session, actor: Actor, after: UUID | None, limit: int) -> dict[str, Any]:
    """VENTES: sales to come of the markets that the asker's catalogues serve, with where each catalogue stands."""
    mine = set(
        session.scalars(select(ProducerPerson.producer_id).where(ProducerPerson.account_id == actor.must_be_known()))
    )
    served = exists().where(Link.market_id == Sale.market_id, Link.active, Link.producer_id.in_(mine))
    taking = exists().where(Participation.sale_id == Sale.id, Participation.producer_id.in_(mine))
    asked = select(Sale).where(Sale.state.in_(domain.COMING), Sale.ends_at > clock.now(), served | taking)
    rows = session.scalars(_page(session, asked, after, limit)).all()
    catalogs = _catalogs(session, rows[:limit])
    markets = {m.id: m for m in session.scalars(select(Market).where(Market.id.in_({row.market_id for row in rows})))}
    items = [
        {
            **_facts(row),
            **{name: getattr(markets[row.market_id], name) for name in MARKET},
            "blocked_at": row.blocked_at,
            "market_name": markets[row.market_id].name,
            "market_number": markets[row.market_id].number,
            "catalogs": [each for each in catalogs[row.id] if each["producer_id"] in mine],
        }
        for row in rows[:limit]
    ]
    return {"items": items, "next": rows[limit - 1].id if len(rows) > limit else None}


def _page(
    session: Session, asked: Select[Any], after: UUID | None, limit: int, *, newest_first: bool = False
) -> Select[Any]:
    """By date of distribution, from behind the sale `after`; one more than asked for."""
    key = tuple_(Sale.starts_at, Sale.id)
    last = session.get(Sale, after) if after else None
    if last is not None:
        passed = tuple_(last.starts_at, last.id)
        asked = asked.where(key < passed if newest_first else key > passed)
    order = (Sale.starts_at.desc(), Sale.id.desc()) if newest_first else (Sale.starts_at, Sale.id)
    return asked.order_by(*order).limit(limit + 1)


def _facts(row: Sale) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FACTS}


def _catalogs(session: Session, rows: Iterable[Sale]) -> dict[UUID, list[dict[str, Any]]]:
    """Per sale: the catalogues that serve its market or have answered, and their state in it."""
    rows = list(rows)
    ids = [row.id for row in rows]
    parts = {
        (p.sale_id, p.catalog_id): p
        for p in session.scalars(select(Participation).where(Participation.sale_id.in_(ids)))
    }
    linked: dict[UUID, set[UUID]] = defaultdict(set)
    for market_id, catalog_id in session.execute(
        select(Link.market_id, Link.catalog_id).where(Link.market_id.in_({r.market_id for r in rows}), Link.active)
    ):
        linked[market_id].add(catalog_id)
    named = _named(session, {c for group in linked.values() for c in group} | {catalog_id for _, catalog_id in parts})
    orders = counts.orders_from(session, ids)
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        answered = {catalog_id for sale_id, catalog_id in parts if sale_id == row.id}
        here = [named[c] for c in linked[row.market_id] | answered if c in named]
        found[row.id] = [
            _stand(each, parts.get((row.id, each["catalog_id"])), orders.get((row.id, each["producer_id"]), 0))
            for each in sorted(here, key=lambda each: (each["producer_name"], each["number"]))
        ]
    return found


def _named(session: Session, ids: set[UUID]) -> dict[UUID, dict[str, Any]]:
    asked = (
        select(
            Catalog.id.label("catalog_id"),
            Catalog.number,
            Catalog.name.label("catalog_name"),
            Catalog.producer_id,
            func.coalesce(Producer.name, "").label("producer_name"),
            Producer.photo_id,
        )
        .select_from(Catalog)
        .outerjoin(Producer, Producer.id == Catalog.producer_id)
        .where(Catalog.id.in_(ids))
    )
    return {row["catalog_id"]: dict(row) for row in session.execute(asked).mappings()}


def _stand(catalog: dict[str, Any], part: Participation | None, orders: int) -> dict[str, Any]:
    return {
        **catalog,
        "state": part.state if part else None,
        "invited_at": part.invited_at if part else None,
        "answered_at": part.answered_at if part else None,
        "order_count": orders,
    }


def _taking_part(session: Session, catalogs: list[dict[str, Any]]) -> list[Producer]:
    ids = {each["producer_id"] for each in catalogs if each["state"] == domain.CONFIRMED}
    rows = select(Producer.id.label("producer_id"), Producer.name, Producer.commune).where(Producer.id.in_(ids))
    return session.execute(rows.order_by(Producer.name)).mappings().all()  # type: ignore[return-value]


def _administration(session: Session, row: Sale, catalogs: list[dict[str, Any]]) -> dict[str, Any]:
    referent = session.get(Person, row.referent_id)
    blocking = counts.unvalidated_sales(session, row.market_id, clock.now()) if row.blocked_at else []
    return {
        "cycle_id": row.cycle_id,
        "referent_id": row.referent_id,
        "blocked_at": row.blocked_at,
        "referent_name": f"{referent.first_name} {referent.last_name}".strip() if referent else "",
        "unvalidated": blocking,
        "order_count": counts.orders_of(session, [row.id]).get(row.id, 0),
        "catalogs": catalogs,
    }
