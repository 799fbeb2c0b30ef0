"""Lines as producers may see them: of a customer only the name and the basket's number (SPEC P3)."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from services.distributions import domain
from services.distributions.models import Basket, BasketLine, Person, Producer
from services.distributions.rights import may_settle, own_producers
from services.distributions.sales import find_sale
from shared.actor import Actor
from shared.errors import NotFound


def declarations(session: Session, actor: Actor, *, sale_id: UUID) -> dict[str, Any]:
    """A producer sees all own lines; whoever settles the sale sees the lines on which somebody declared something."""
    sale = find_sale(session, sale_id)
    own = BasketLine.producer_id.in_(own_producers(session, actor))
    settles = may_settle(session, actor.must_be_known(), sale)
    rows = _rows(session, sale_id, or_(own, BasketLine.declared.is_not(None)) if settles else own)
    if not rows and not settles:
        raise NotFound(what="sale")
    return {"items": [_seen(row) for row in sorted(rows, key=_in_order)]}


def _rows(session: Session, sale_id: UUID, which: ColumnElement[bool]) -> list[Any]:
    chosen = (
        select(
            BasketLine,
            Basket.number,
            Basket.state,
            Person.first_name,
            Person.last_name,
            Producer.name.label("producer_name"),
        )
        .join(Basket, Basket.id == BasketLine.basket_id)
        .outerjoin(Person, Person.account_id == Basket.member_id)
        .outerjoin(Producer, Producer.producer_id == BasketLine.producer_id)
        .where(BasketLine.sale_id == sale_id, which)
    )
    return list(session.execute(chosen))


def _in_order(row: Any) -> tuple[Any, ...]:
    line = row.BasketLine
    who = domain.alphabetical(row.last_name or "", row.first_name or "", row.number)
    return domain.folded(row.producer_name or ""), domain.folded(line.name), line.product_id, who, line.id


def _seen(row: Any) -> dict[str, Any]:
    line = row.BasketLine
    return {
        "line_id": line.id,
        "product_id": line.product_id,
        "producer_id": line.producer_id,
        "producer_name": row.producer_name or "",
        "name": line.name,
        "unit": line.unit,
        "by_weight": line.by_weight,
        "weighed": line.weighed,
        "ordered": line.ordered,
        "delivered": line.delivered,
        "declared": line.declared,
        "basket_number": row.number,
        "basket_state": row.state,
        "first_name": row.first_name or "",
        "last_name": row.last_name or "",
    }
