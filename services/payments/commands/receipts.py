"""What receipts are made of follows the orders: confirmed, then amended."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.payments.models import PaidOrder
from shared import clock
from shared.events.orders import OrderAmended, OrderConfirmed, OrderLine
from shared.messaging.inbox import insert_or_skip


class ConfirmedMeanwhile(LookupError):
    """Its confirmation was handled at this moment: the event is tried again."""


def confirmed(session: Session, event: OrderConfirmed) -> None:
    """What a change of it told before has the lines already; when it was confirmed is known only here."""
    if not _keep(session, event, event.order_id, event.lines, confirmed_at=event.confirmed_at, amendment=0):
        known = update(PaidOrder).where(PaidOrder.id == event.order_id).values(confirmed_at=event.confirmed_at)
        session.execute(known, execution_options={"synchronize_session": False})


def amended(session: Session, event: OrderAmended) -> None:
    """The whole lines of each order that changed; an older word changes nothing."""
    ids = [each.order_id for each in event.orders]
    kept = session.scalars(select(PaidOrder).where(PaidOrder.id.in_(ids)).order_by(PaidOrder.id).with_for_update())
    orders = {row.id: row for row in kept}
    for each in event.orders:
        known = orders.get(each.order_id)
        if known is None:
            if not _keep(
                session, event, each.order_id, each.lines, confirmed_at=clock.now(), amendment=event.amendment
            ):
                raise ConfirmedMeanwhile(each.order_id)
        elif known.amendment < event.amendment:
            known.amendment, known.lines = event.amendment, _ordered(each.lines)


def _keep(session: Session, event: Any, order_id: UUID, lines: Iterable[OrderLine], **facts: Any) -> bool:
    return insert_or_skip(
        session,
        PaidOrder.__table__,
        id=order_id,
        basket_id=event.basket_id,
        basket_number=event.basket_number,
        lines=_ordered(lines),
        **facts,
    )


def _ordered(lines: Iterable[OrderLine]) -> list[dict[str, Any]]:
    names = ("name", "unit", "unit_price_cents", "vat_bp", "gross_cents")
    return [
        {name: getattr(line, name) for name in names}
        | {"producer_id": str(line.producer_id), "quantity": f"{line.quantity.normalize():f}"}
        for line in lines
    ]
