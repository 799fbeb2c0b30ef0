"""What accounts keeps of others' facts: whose money or goods are under way."""

from uuid import UUID

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session as Db

from services.accounts.models import Engagement, Farm, FarmHand, MemberBalance, Reservation, SettledSale
from shared.events.catalogs import ProducerChanged
from shared.events.orders import OrderCancelled, OrderConfirmed, OrderExpired, OrderPlaced
from shared.events.payments import MemberBalanceChanged
from shared.messaging.inbox import insert_or_skip, keep_newest


def order_told(session: Db, event: OrderConfirmed | OrderCancelled, *, cancelled: bool) -> None:
    """A cancelled order stays cancelled, in whatever order the two are heard."""
    facts = {"order_id": event.order_id, "account_id": event.member_id, "sale_id": event.sale_id}
    is_new = insert_or_skip(session, Engagement.__table__, **facts, cancelled=cancelled)
    if cancelled and not is_new:
        session.execute(update(Engagement).where(Engagement.order_id == event.order_id).values(cancelled=True))


def reserved(session: Db, event: OrderPlaced | OrderConfirmed | OrderExpired | OrderCancelled, *, over: bool) -> None:
    """An order that is paid or expired waits for no payment any more, in whatever order that is heard."""
    facts = {"order_id": event.order_id, "account_id": event.member_id}
    is_new = insert_or_skip(session, Reservation.__table__, **facts, over=over)
    if over and not is_new:
        session.execute(update(Reservation).where(Reservation.order_id == event.order_id).values(over=True))


def balance_changed(session: Db, event: MemberBalanceChanged) -> None:
    key = {"market_id": event.market_id, "account_id": event.member_id}
    keep_newest(session, MemberBalance, key, event.version, balance_cents=event.balance_cents)


def sale_settled(session: Db, sale_id: UUID) -> None:
    insert_or_skip(session, SettledSale.__table__, sale_id=sale_id)


def producer_changed(session: Db, event: ProducerChanged) -> None:
    if not keep_newest(session, Farm, {"producer_id": event.producer_id}, event.version):
        return
    session.execute(delete(FarmHand).where(FarmHand.producer_id == event.producer_id))
    rows = [{"producer_id": event.producer_id, "account_id": account_id} for account_id in event.account_ids]
    if rows:
        session.execute(insert(FarmHand), rows)
