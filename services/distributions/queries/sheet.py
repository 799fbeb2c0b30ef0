"""« Liste d'émargement » (SPEC D5): what is printed or exported for a distribution without a network."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.distributions import domain
from services.distributions.models import BasketLine, Producer
from services.distributions.queries.baskets import full_name, named_baskets
from services.distributions.queries.distribution import head
from services.distributions.rights import ensure_may_settle
from services.distributions.sales import find_sale, slot_of
from services.distributions.sheet_table import as_table
from shared.actor import Actor


def sign_off_sheet(session: Session, actor: Actor, *, sale_id: UUID, **options: Any) -> dict[str, Any]:
    """What the options leave out is None (empty for products); the options are told back for the page that prints."""
    sale = find_sale(session, sale_id)
    ensure_may_settle(session, actor, sale)
    lines = _lines(session, sale_id) if options["products"] else {}
    return head(session, sale, slot_of(session, sale)) | {
        "options": options,
        "baskets": [_basket(row, lines.get(row.Basket.id, []), options) for row in named_baskets(session, sale_id)],
    }


def sign_off_table(session: Session, actor: Actor, *, sale_id: UUID, **options: Any) -> dict[str, Any]:
    sheet = sign_off_sheet(session, actor, sale_id=sale_id, **options)
    return as_table(sheet, actor.language)


def _lines(session: Session, sale_id: UUID) -> dict[UUID, list[Any]]:
    chosen = (
        select(BasketLine, Producer.name.label("producer_name"))
        .outerjoin(Producer, Producer.producer_id == BasketLine.producer_id)
        .where(BasketLine.sale_id == sale_id)
    )
    by_basket: dict[UUID, list[Any]] = defaultdict(list)
    for row in sorted(
        session.execute(chosen),
        key=lambda row: (domain.folded(row.producer_name or ""), domain.folded(row.BasketLine.name), row.BasketLine.id),
    ):
        by_basket[row.BasketLine.basket_id].append(row)
    return by_basket


def _basket(row: Any, lines: list[Any], options: dict[str, Any]) -> dict[str, Any]:
    found, prices = row.Basket, options["prices"]
    return {
        "basket_id": found.id,
        "number": found.number,
        "first_name": row.first_name or "",
        "last_name": row.last_name or "",
        "name": full_name(row.first_name, row.last_name),
        "phone": row.phone if options["phones"] else None,
        "state": found.state,
        "due_cents": found.due_cents if prices else None,
        "lines": [_line(line, prices=prices) for line in lines],
    }


def _line(row: Any, *, prices: bool) -> dict[str, Any]:
    line = row.BasketLine
    return {
        "product_id": line.product_id,
        "producer_name": row.producer_name or "",
        "name": line.name,
        "unit": line.unit,
        "ordered": line.ordered,
        "delivered": line.delivered,
        "unit_price_cents": line.unit_price_cents if prices else None,
        "delivered_cents": line.delivered_cents if prices else None,
    }
