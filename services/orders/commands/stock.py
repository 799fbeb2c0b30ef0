"""Stock of members' orders: reserve, release, deliver. Each is one statement that locks its rows by product id.

Two orders that want the same products in any order of lines therefore queue instead of blocking each other for good.
PostgreSQL checks the condition again on the row as the former transaction left it, so `committed` never passes what is on hand.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from uuid import UUID

from sqlalchemy import TextClause, Uuid, bindparam, select, text
from sqlalchemy.orm import Session

from services.orders.models import StockLevel
from shared.db import Quantity

Quantities = Mapping[UUID, Decimal]

_MOVE = """
WITH wanted (product_id, quantity) AS (VALUES {rows}),
locked AS MATERIALIZED (
    SELECT s.product_id, w.quantity FROM stock_levels s JOIN wanted w ON w.product_id = s.product_id
    ORDER BY s.product_id {lock}
)
UPDATE stock_levels SET {change} FROM locked
WHERE stock_levels.product_id = locked.product_id {only_if}
RETURNING stock_levels.product_id
"""
_AVAILABLE = "AND (supplied IS NULL OR supplied - delivered - committed >= locked.quantity)"


def reserve(session: Session, quantities: Quantities) -> set[UUID]:
    """Commit what is available of each product; answers for which. Roll back unless that is all of them."""
    return _move(session, quantities, "committed = committed + locked.quantity", _AVAILABLE)


def release(session: Session, quantities: Quantities) -> None:
    """Give back what orders held that will not be delivered, or that has been."""
    _move(session, quantities, "committed = committed - locked.quantity")


def deliver(session: Session, quantities: Quantities) -> None:
    """Goods that left the stock on hand; a negative quantity puts them back."""
    _move(session, quantities, "delivered = delivered + locked.quantity")


def hold(session: Session, product_ids: Iterable[UUID]) -> None:
    """Lock rows that several statements of this transaction will touch."""
    rows = select(StockLevel.product_id).where(StockLevel.product_id.in_(list(product_ids)))
    session.execute(rows.order_by(StockLevel.product_id).with_for_update())


def _move(session: Session, quantities: Quantities, change: str, only_if: str = "") -> set[UUID]:
    if not quantities:
        return set()
    statement = _statement(len(quantities), change, only_if, on_postgresql=session.get_bind().dialect.name != "sqlite")
    values: dict[str, object] = {}
    for index, (product_id, quantity) in enumerate(quantities.items()):
        values |= {f"id{index}": product_id, f"q{index}": quantity}
    return set(session.scalars(statement, values))


@cache
def _statement(count: int, change: str, only_if: str, *, on_postgresql: bool) -> TextClause:
    cast = "CAST(:id{0} AS uuid), CAST(:q{0} AS bigint)" if on_postgresql else ":id{0}, :q{0}"
    rows = ", ".join(f"({cast.format(index)})" for index in range(count))
    lock = "FOR UPDATE OF s" if on_postgresql else ""
    statement = text(_MOVE.format(rows=rows, lock=lock, change=change, only_if=only_if))
    typed = [
        bindparam(f"{name}{index}", type_=kind)
        for index in range(count)
        for name, kind in (("id", Uuid()), ("q", Quantity()))
    ]
    return statement.bindparams(*typed).columns(product_id=Uuid())  # type: ignore[return-value]
