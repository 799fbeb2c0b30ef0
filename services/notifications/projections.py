"""What others told, kept in the form that mails and rights need. A row ignores what is older than its version."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session as Db

from services.notifications import domain
from services.notifications.models import (
    Account,
    CatalogLink,
    Delivery,
    Market,
    Member,
    Notice,
    OptOut,
    Order,
    Participation,
    PaymentAccount,
    Preference,
    Producer,
    Referent,
    Refund,
    Role,
    Sale,
)
from shared import events
from shared.messaging.inbox import insert_or_skip, keep_newest


def account_changed(session: Db, event: events.accounts.AccountRegistered) -> None:
    facts = {name: getattr(event, name) for name in ("email", "first_name", "last_name", "language", "second_email")}
    lives = Account.deleted.is_(False)
    keep_newest(session, Account, {"id": event.account_id}, event.version, lives, **facts, deleted=False)


def account_deleted(session: Db, event: events.accounts.AccountDeleted) -> None:
    """Nothing more is sent to the person, and what names the person goes."""
    nobody = {"email": "", "first_name": "", "last_name": "", "second_email": None, "deleted": True}
    if not insert_or_skip(session, Account.__table__, id=event.account_id, language="fr", version=0, **nobody):
        session.execute(update(Account).where(Account.id == event.account_id).values(**nobody))
    mine = Delivery.account_id == event.account_id
    session.execute(update(Delivery).where(mine, Delivery.state == domain.WAITING).values(state=domain.DROPPED))
    session.execute(update(Delivery).where(mine).values(email=None, facts={}))
    for owned in (Notice, Preference, OptOut):
        session.execute(delete(owned).where(owned.account_id == event.account_id))


def market_changed(session: Db, event: events.markets.MarketChanged) -> None:
    names = ("number", "name", "time_zone", "reminder_hours", "contact_email")
    keep_newest(
        session, Market, {"id": event.market_id}, event.version, **{name: getattr(event, name) for name in names}
    )


def member_joined(session: Db, event: events.markets.MemberJoined) -> None:
    _member(session, event, joined=True)


def member_left(session: Db, event: events.markets.MemberLeft) -> None:
    _member(session, event, joined=False)


def _member(session: Db, event: events.markets.MemberJoined | events.markets.MemberLeft, *, joined: bool) -> None:
    key = {"market_id": event.market_id, "account_id": event.account_id}
    keep_newest(session, Member, key, event.version, joined=joined)


def role_changed(session: Db, event: events.markets.RoleGranted, *, granted: bool) -> bool:
    key = {"market_id": event.market_id, "account_id": event.account_id, "role": event.role}
    return keep_newest(session, Role, key, event.version, granted=granted)


def sale_planned(session: Db, event: events.markets.SalePlanned) -> bool:
    """True when this is newer than what was known."""
    facts = {name: getattr(event, name) for name in ("market_id", "opens_at", "closes_at", "starts_at", "ends_at")}
    _mention_sale(session, event.sale_id, event.market_id)
    newer = update(Sale).where(Sale.id == event.sale_id, Sale.version < event.version)
    return _count(session, newer.values(**facts, place=event.place.dump(), version=event.version)) > 0


def sale_opened(session: Db, event: events.markets.SaleOpened) -> None:
    _mention_sale(session, event.sale_id, event.market_id)
    session.execute(update(Sale).where(Sale.id == event.sale_id).values(opened=True))


def sale_cancelled(session: Db, event: events.markets.SaleCancelled) -> None:
    _mention_sale(session, event.sale_id, event.market_id)
    session.execute(update(Sale).where(Sale.id == event.sale_id).values(cancelled=True, cancel_reason=event.reason))


def _mention_sale(session: Db, sale_id: UUID, market_id: UUID) -> None:
    insert_or_skip(session, Sale.__table__, id=sale_id, market_id=market_id, version=0, opened=False, cancelled=False)


def referent_appointed(session: Db, event: events.markets.ReferentAppointed) -> bool:
    return keep_newest(session, Referent, {"sale_id": event.sale_id}, event.version, account_id=event.account_id)


def catalog_linked(session: Db, event: events.markets.CatalogLinked, *, linked: bool) -> bool:
    key = {"market_id": event.market_id, "catalog_id": event.catalog_id}
    return keep_newest(session, CatalogLink, key, event.version, producer_id=event.producer_id, linked=linked)


def participation(session: Db, event: events.markets.ParticipationConfirmed, *, confirmed: bool) -> bool:
    key = {"sale_id": event.sale_id, "catalog_id": event.catalog_id}
    facts = {"producer_id": event.producer_id, "confirmed": confirmed}
    return keep_newest(session, Participation, key, event.version, **facts)


def producer_changed(session: Db, event: events.catalogs.ProducerChanged) -> None:
    facts = {"name": event.name, "email": event.email, "account_ids": [str(person) for person in event.account_ids]}
    keep_newest(session, Producer, {"id": event.producer_id}, event.version, **facts)


def payment_account_changed(session: Db, event: events.payments.PaymentAccountChanged) -> bool:
    """True when the account was usable and is not any more, or the other way round."""
    before = session.get(PaymentAccount, event.producer_id)
    was_active = before is not None and before.active
    newer = keep_newest(session, PaymentAccount, {"producer_id": event.producer_id}, event.version, active=event.active)
    return newer and was_active != event.active


def order_confirmed(session: Db, event: events.orders.OrderConfirmed) -> None:
    facts = {"basket_number": event.basket_number, "confirmed_at": event.confirmed_at}
    if not _mention_order(session, event, cancelled=False, **facts):
        session.execute(update(Order).where(Order.id == event.order_id).values(**facts))


def order_cancelled(session: Db, event: events.orders.OrderCancelled) -> None:
    facts = {"cancelled": True, "void_cents": event.total_cents if event.reason == domain.SALE_CANCELLED else 0}
    if not _mention_order(session, event, **facts):
        session.execute(update(Order).where(Order.id == event.order_id).values(**facts))
    if event.amendment is not None:  # what its member cancelled has nothing to do with orders that may follow
        of_it = (Refund.sale_id == event.sale_id, Refund.member_id == event.member_id)
        session.execute(delete(Refund).where(*of_it))


def refund_succeeded(session: Db, event: events.payments.RefundSucceeded) -> None:
    if event.reason in domain.REFUNDED_BEFORE:
        facts = {"sale_id": event.sale_id, "member_id": event.member_id, "amount_cents": event.amount_cents}
        insert_or_skip(session, Refund.__table__, id=event.refund_id, **facts)


def refund_failed(session: Db, event: events.payments.RefundFailed) -> None:
    """Also one that had succeeded: the bank has sent it back."""
    session.execute(delete(Refund).where(Refund.id == event.refund_id))


def _mention_order(session: Db, event: Any, **facts: Any) -> bool:
    return insert_or_skip(
        session, Order.__table__, id=event.order_id, sale_id=event.sale_id, member_id=event.member_id, **facts
    )


def _count(session: Db, statement: Any) -> int:
    return session.execute(statement).rowcount  # type: ignore[attr-defined,no-any-return]
