"""What a batch of mails or notices is about, loaded with one query per table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Db

from services.notifications import domain
from services.notifications.models import (
    Account,
    Delivery,
    Market,
    Notice,
    OptOut,
    Order,
    PaymentAccount,
    Producer,
    Refund,
    Sale,
)

Subject = Delivery | Notice


class NotKnownYet(Exception):
    """The event that tells this has not arrived."""


@dataclass(frozen=True)
class World:
    accounts: dict[UUID, Account]
    markets: dict[UUID, Market]
    sales: dict[UUID, Sale]
    producers: dict[UUID, Producer]
    orders: Sequence[Order]
    opted_out: set[tuple[UUID, UUID]]
    payable: set[UUID]
    returned: dict[tuple[UUID, UUID], int]

    def account(self, subject: Subject) -> Account | None:
        """None for an address without an account."""
        if subject.account_id is None or getattr(subject, "email", None):
            return self.accounts.get(subject.account_id) if subject.account_id else None
        account: Account = _known(self.accounts, subject.account_id, "account")
        return account

    def market(self, subject: Subject) -> Market | None:
        return _known(self.markets, subject.market_id, "market") if subject.market_id else None

    def sale(self, subject: Subject) -> Sale | None:
        return self.sale_of(subject.sale_id) if subject.sale_id else None

    def sale_of(self, sale_id: UUID) -> Sale:
        sale: Sale = _known(self.sales, sale_id, "sale")
        if sale.version == 0:
            raise NotKnownYet("sale")
        return sale

    def producer(self, subject: Subject) -> Producer | None:
        producer_id = subject.facts.get("producer_id")
        return _known(self.producers, UUID(producer_id), "producer") if producer_id else None

    def returned_to(self, subject: Subject) -> int:
        """Cents that come back to the person because the sale is cancelled; known once all orders in it are void."""
        key = (subject.sale_id, subject.account_id)
        if any((order.sale_id, order.member_id) == key for order in self.orders):
            raise NotKnownYet("cancellation")
        return self.returned.get(key, 0)  # type: ignore[arg-type]

    def circumstances(self, subject: Subject) -> domain.Circumstances:
        sale = self.sale(subject)
        order_id, producer_id = subject.facts.get("order_id"), subject.facts.get("producer_id")
        return domain.Circumstances(
            sale=_dates(sale),
            has_order_in_sale=any(
                order.sale_id == subject.sale_id and order.member_id == subject.account_id for order in self.orders
            ),
            order_is_confirmed=any(str(order.id) == order_id for order in self.orders),
            opted_out=(subject.account_id, subject.market_id) in self.opted_out,
            payable=producer_id is not None and UUID(producer_id) in self.payable,
        )


def _dates(sale: Sale | None) -> domain.SaleDates | None:
    if sale is None or sale.closes_at is None or sale.starts_at is None:
        return None
    return domain.SaleDates(sale.closes_at, sale.starts_at, sale.cancelled)


def load(session: Db, subjects: Sequence[Subject]) -> World:
    accounts = _ids(subject.account_id for subject in subjects) | _fact_ids(subjects, "member_id")
    markets = _ids(subject.market_id for subject in subjects)
    sales = _ids(subject.sale_id for subject in subjects) | _listed_ids(subjects, "sale_ids")
    producers = _fact_ids(subjects, "producer_id")
    lives = (Order.confirmed_at.is_not(None), Order.cancelled.is_(False))
    orders = select(Order).where(Order.sale_id.in_(sales), Order.member_id.in_(accounts), *lives)
    opted_out = select(OptOut.account_id, OptOut.market_id).where(OptOut.account_id.in_(accounts))
    payable = select(PaymentAccount.producer_id).where(PaymentAccount.producer_id.in_(producers), PaymentAccount.active)
    return World(
        accounts=_by_id(session, Account, accounts),
        markets=_by_id(session, Market, markets),
        sales=_by_id(session, Sale, sales),
        producers=_by_id(session, Producer, producers),
        orders=session.scalars(orders).all(),
        opted_out={(row[0], row[1]) for row in session.execute(opted_out)},
        payable=set(session.scalars(payable)),
        returned=_returned(session, [subject for subject in subjects if subject.kind == "sale_refunded"]),
    )


def _returned(session: Db, subjects: Sequence[Subject]) -> dict[tuple[UUID, UUID], int]:
    """By sale and member: what void orders had cost, less what was given back of them before."""
    cents: dict[tuple[UUID, UUID], int] = {}
    sales, members = _ids(each.sale_id for each in subjects), _ids(each.account_id for each in subjects)
    if not subjects:
        return cents
    for table, amount in ((Order, Order.void_cents), (Refund, -Refund.amount_cents)):
        which = (table.sale_id.in_(sales), table.member_id.in_(members))
        sums = select(table.sale_id, table.member_id, func.sum(amount)).where(*which)
        for sale_id, member_id, total in session.execute(sums.group_by(table.sale_id, table.member_id)):
            cents[sale_id, member_id] = cents.get((sale_id, member_id), 0) + int(total)
    return cents


def _by_id(session: Db, table: Any, ids: set[UUID]) -> dict[UUID, Any]:
    return {row.id: row for row in session.scalars(select(table).where(table.id.in_(ids)))} if ids else {}


def _ids(values: Iterable[UUID | None]) -> set[UUID]:
    return {value for value in values if value is not None}


def _fact_ids(subjects: Sequence[Subject], name: str) -> set[UUID]:
    return {UUID(subject.facts[name]) for subject in subjects if subject.facts.get(name)}


def _listed_ids(subjects: Sequence[Subject], name: str) -> set[UUID]:
    return {UUID(value) for subject in subjects for value in subject.facts.get(name, ())}


def _known(rows: dict[UUID, Any], key: UUID, what: str) -> Any:
    if key not in rows:
        raise NotKnownYet(what)
    return rows[key]
