"""How many changes of a basket have arrived (SPEC O8): what was told behind a change is taken up behind it.

So a basket is always what it was in orders at some moment, and what has to be given back of it can be reckoned.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.distributions.models import BasketChanges, PaidOrder
from shared.events.orders import ChangedBasket, OrderCancelled
from shared.messaging.inbox import insert_or_skip

UNCOUNTED = 2**31 - 1
"""Known of a basket that was begun before its changes were counted: whatever there is."""


class ChangesNotToldYet(LookupError):
    """It came before changes of the basket that were told before it: it is tried again."""


def held(session: Session, basket_id: UUID, *, counted: bool = True) -> BasketChanges:
    """Ours until the end, also while there is no basket yet; locked before it."""
    known = 0 if counted else UNCOUNTED
    insert_or_skip(session, BasketChanges.__table__, basket_id=basket_id, known=known, begun=0)
    return session.get_one(BasketChanges, basket_id, with_for_update=True, populate_existing=True)


def ensure_known(changes: BasketChanges, count: int) -> None:
    if changes.known < count:
        raise ChangesNotToldYet(changes.basket_id)


def begin(changes: BasketChanges, change: int | None) -> None:
    """A part of it has arrived: an order that it added, or the end of one order of several."""
    changes.begun = max(changes.begun, change or 0)


def complete(changes: BasketChanges, change: int) -> None:
    changes.known = max(changes.known, change)


def order_ended(session: Session, changes: BasketChanges, event: OrderCancelled) -> None:
    """A member's cancellation is one change, told order by order."""
    if event.amendment is None:
        return
    begin(changes, event.amendment)
    ended = (PaidOrder.basket_id == event.basket_id, PaidOrder.cancelled, PaidOrder.amendment == event.amendment)
    if event.orders is None:
        complete(changes, UNCOUNTED)
    elif session.scalar(select(func.count()).where(*ended)) == event.orders:
        complete(changes, event.amendment)


def is_whole(changes: BasketChanges) -> bool:
    return changes.known >= changes.begun


def ensure_all_known(session: Session, changed: Sequence[ChangedBasket]) -> None:
    ids = [basket.basket_id for basket in changed]
    counted = select(BasketChanges.basket_id, BasketChanges.known).where(BasketChanges.basket_id.in_(ids))
    known = dict(session.execute(counted).tuples().all())
    lacking = [basket.basket_id for basket in changed if known.get(basket.basket_id, 0) < basket.amendment]
    if lacking:
        raise ChangesNotToldYet(lacking)


def ensure_all_whole(session: Session, baskets: Collection[UUID]) -> None:
    half = select(BasketChanges.basket_id).where(BasketChanges.known < BasketChanges.begun)
    if lacking := session.scalars(half.where(BasketChanges.basket_id.in_(baskets))).all():
        raise ChangesNotToldYet(lacking)
