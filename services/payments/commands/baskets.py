"""A basket is settled: its lines are kept, and what is owed of it booked, as the last validation told."""

from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from services.payments.commands import balances
from services.payments.models import DeliveredLine, SettledBasket
from shared import clock
from shared.events.distributions import BasketValidated
from shared.messaging.inbox import insert_or_skip


def validated(session: Session, event: BasketValidated) -> None:
    """The whole of the basket each time: an older word, or the same again, changes nothing."""
    account = balances.locked(session, event.market_id, event.member_id)
    facts = {
        "number": event.basket_number,
        "sale_id": event.sale_id,
        "market_id": event.market_id,
        "member_id": event.member_id,
        "due_cents": 0,
        "owed_cents": 0,
        "settled_at": clock.now(),
        "version": 0,
    }
    insert_or_skip(session, SettledBasket.__table__, id=event.basket_id, **facts)
    basket = session.get_one(SettledBasket, event.basket_id, with_for_update=True)
    if event.version <= basket.version:
        return
    basket.version, basket.settled_at = event.version, clock.now()
    change = event.owed_cents - basket.owed_cents
    basket.due_cents, basket.owed_cents = event.due_cents, event.owed_cents
    _replace_lines(session, event)
    if change:
        balances.owe(session, account, basket, change)


def _replace_lines(session: Session, event: BasketValidated) -> None:
    former = delete(DeliveredLine).where(DeliveredLine.basket_id == event.basket_id)
    session.execute(former, execution_options={"synchronize_session": False})
    if not event.lines:
        return
    shared: dict[str, Any] = {name: getattr(event, name) for name in ("basket_id", "sale_id", "market_id", "member_id")}
    session.execute(insert(DeliveredLine), [vars(line) | shared for line in event.lines])
