"""Orders that were cancelled: they end together, and all that is left of their payments goes back with that (SPEC O8)."""

from collections.abc import Iterable
from uuid import UUID, uuid5

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from services.payments import domain
from services.payments.models import Payment, Refund


def refund_of(order_id: UUID) -> UUID:
    """The id of the refund that its cancellation is."""
    return uuid5(order_id, "cancelled")


def is_void(session: Session, orders: Iterable[UUID | str]) -> bool:
    """One of the orders of a basket was cancelled, so all of them are."""
    ids = [refund_of(UUID(str(order_id))) for order_id in orders]
    return bool(session.scalar(select(exists().where(Refund.id.in_(ids)))))


def is_given_back(session: Session, payments: list[Payment]) -> bool:
    """All orders were cancelled: nothing is left that a refund of the basket could be part of."""
    paid = [each for each in payments if each.status == domain.SUCCEEDED]
    ids = [each.order_id for each in paid]
    whole = select(Refund.order_id).where(Refund.order_id.in_(ids), Refund.status != domain.FAILED)
    is_empty = all(each.captured_cents == each.refunded_cents for each in payments)
    return bool(paid) and is_empty and set(ids) == set(session.scalars(whole))
