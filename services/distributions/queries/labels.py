"""Lot labels: what each producer writes on the lots of a market that composes baskets DURING the distribution (SPEC D5, M6)."""

from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.distributions import domain
from services.distributions.models import Basket, BasketLine, Person, Producer
from services.distributions.queries.distribution import head
from services.distributions.rights import may_settle, own_producers
from services.distributions.sales import find_sale, slot_of
from shared.actor import Actor
from shared.errors import NotFound


def lot_labels(session: Session, actor: Actor, *, sale_id: UUID, producer_id: UUID | None) -> dict[str, Any]:
    """One lot per producer and basket. A producer sees the own ones; whoever settles the sale sees all."""
    sale = find_sale(session, sale_id)
    settles = may_settle(session, actor.must_be_known(), sale)
    own = own_producers(session, actor)
    if not settles and (not own or producer_id not in {None, *own}):
        raise NotFound(what="sale")
    chosen = (
        select(BasketLine, Basket.number, Person.first_name, Person.last_name, Producer.name.label("producer_name"))
        .join(Basket, Basket.id == BasketLine.basket_id)
        .outerjoin(Person, Person.account_id == Basket.member_id)
        .outerjoin(Producer, Producer.producer_id == BasketLine.producer_id)
        .where(BasketLine.sale_id == sale_id, BasketLine.delivered > 0)
    )
    if producer_id is not None:
        chosen = chosen.where(BasketLine.producer_id == producer_id)
    if not settles:
        chosen = chosen.where(BasketLine.producer_id.in_(own))
    rows = sorted(session.execute(chosen), key=_in_order)
    if not rows and not settles:
        raise NotFound(what="sale")
    return head(session, sale, slot_of(session, sale)) | {
        "items": [_lot(list(lot)) for _, lot in groupby(rows, _which)]
    }


def _which(row: Any) -> tuple[Any, ...]:
    return row.BasketLine.producer_id, row.number


def _in_order(row: Any) -> tuple[Any, ...]:
    """By producer, then by basket number: in the order in which lots are put down."""
    line = row.BasketLine
    return domain.folded(row.producer_name or ""), line.producer_id, row.number, domain.folded(line.name), line.id


def _lot(rows: list[Any]) -> dict[str, Any]:
    first = rows[0]
    return {
        "basket_id": first.BasketLine.basket_id,
        "basket_number": first.number,
        "first_name": first.first_name or "",
        "last_name": first.last_name or "",
        "producer_id": first.BasketLine.producer_id,
        "producer_name": first.producer_name or "",
        "lines": [
            {"name": row.BasketLine.name, "quantity": row.BasketLine.delivered, "unit": row.BasketLine.unit}
            for row in rows
        ],
    }
