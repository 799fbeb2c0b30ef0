"""Receipts of orders, and invoices as they were issued."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.payments import domain, rights
from services.payments.models import (
    DeliveredLine,
    Entry,
    Invoice,
    Market,
    PaidOrder,
    Payment,
    Person,
    Producer,
    Refund,
    RefundPart,
    SettledBasket,
)
from shared.actor import Actor
from shared.errors import NotFound
from shared.money import Cents

CARD, CREDIT = "card", "credit"
DELIVERED, ORDERED, CANCELLED = "delivered", "ordered", "cancelled"
LISTED = ("kind", "number", "issued_on", "gross_cents", "vat_cents", "producer_id", "basket_id", "sale_id", "market_id")


def invoice(session: Session, actor: Actor, invoice_id: UUID) -> dict[str, Any]:
    """For its buyer, its seller's people and the market's administrators: word for word what was issued."""
    row = session.get(Invoice, invoice_id)
    if row is None or not _may_see(session, actor, row):
        raise NotFound(what="invoice")
    return {"invoice_id": row.id, **{name: getattr(row, name) for name in LISTED}, **row.content}


def invoices_of(session: Session, actor: Actor, producer_id: UUID, after: UUID | None, limit: int) -> dict[str, Any]:
    rights.must_act_for(session, actor, producer_id)
    return _page(session, Invoice.producer_id == producer_id, after, limit)


def my_invoices(session: Session, actor: Actor, after: UUID | None, limit: int) -> dict[str, Any]:
    return _page(session, Invoice.member_id == actor.must_be_known(), after, limit)


def receipt(session: Session, actor: Actor, order_id: UUID) -> dict[str, Any]:
    """For the order's member and the market's administrators: what it holds, what was paid, what was given back."""
    payment = session.scalar(select(Payment).where(Payment.order_id == order_id))
    if payment is None or not _may_see_payment(session, actor, payment):
        raise NotFound(what="order")
    order = session.get(PaidOrder, order_id)
    if order is None or payment.status != domain.SUCCEEDED:
        raise domain.ReceiptNotReady
    refunds = _refunds(session, payment)
    state, delivered_at, lines = _lines(session, order, payment)
    sellers = _sellers(session, lines)
    total = sum(seller["gross_cents"] for seller in sellers)
    refunded = sum(each["amount_cents"] for each in refunds)
    market = session.get(Market, payment.market_id)
    person = session.get(Person, payment.member_id)
    return {
        **{name: getattr(payment, name) for name in ("order_id", "basket_id", "sale_id", "market_id")},
        "basket_number": order.basket_number,
        "market_name": market.name if market else "",
        "time_zone": market.time_zone if market else str(domain.ZONE),
        "buyer": {"name": person.name if person and person.name else domain.pseudonym(payment.member_id)},
        "ordered_at": order.confirmed_at,
        "state": state,
        "delivered_at": delivered_at,
        "sellers": sellers,
        "rates": domain.summed(seller["rates"] for seller in sellers),
        "total_cents": total,
        "payments": _paid(payment),
        "paid_cents": payment.captured_cents,
        "refunds": refunds,
        "refunded_cents": refunded,
        "elsewhere_cents": total - (payment.captured_cents - refunded),
        "invoices": _page(session, Invoice.basket_id == payment.basket_id, None, 200)["items"],
    }


def _may_see(session: Session, actor: Actor, row: Invoice) -> bool:
    account_id = actor.must_be_known()
    if row.member_id == account_id or rights.is_administrator(session, actor, row.market_id):
        return True
    seller = session.get(Producer, row.producer_id)
    return seller is not None and str(account_id) in seller.account_ids


def _may_see_payment(session: Session, actor: Actor, payment: Payment) -> bool:
    return payment.member_id == actor.must_be_known() or rights.is_administrator(session, actor, payment.market_id)


def _page(session: Session, which: Any, after: UUID | None, limit: int) -> dict[str, Any]:
    """Newest first, without the contents."""
    columns = (Invoice.id, *(getattr(Invoice, name) for name in LISTED), Invoice.content["seller"]["name"].as_string())
    chosen = select(*columns).where(which).order_by(Invoice.id.desc()).limit(limit + 1)
    rows = session.execute(chosen.where(Invoice.id < after) if after else chosen).all()
    items = [
        {"invoice_id": row[0], **dict(zip(LISTED, row[1:-1], strict=True)), "producer_name": row[-1]}
        for row in rows[:limit]
    ]
    return {"items": items, "next": rows[limit - 1][0] if len(rows) > limit else None}


def _paid(payment: Payment) -> list[dict[str, Any]]:
    """What was paid for the order, by card and with the member's credit; an order that cost nothing was not paid for. A
    balance due that the card paid beside it is not the order's.
    """
    card = payment.captured_cents - payment.credit_cents
    ways = ((CARD, card, payment.payment_intent), (CREDIT, payment.credit_cents, None))
    return [
        {"kind": kind, "amount_cents": cents, "at": payment.captured_at, "reference": reference}
        for kind, cents, reference in ways
        if cents
    ]


def _refunds(session: Session, payment: Payment) -> list[dict[str, Any]]:
    """What this payment gave back or is giving back, with the day on which the provider accepted it or it became credit."""
    states = (domain.PENDING, domain.SUCCEEDED, domain.CREDITED)
    standing = (RefundPart.payment_id == payment.id, RefundPart.status.in_(states))
    both = select(RefundPart, Refund).join(Refund, Refund.id == RefundPart.refund_id).where(*standing)
    rows = session.execute(both.order_by(Refund.created_at, RefundPart.id)).all()
    keys = {part.id: f"{_way(part)}:{part.id}" for part, _ in rows}
    given = {
        row.key: row.at for row in session.execute(select(Entry.key, Entry.at).where(Entry.key.in_(keys.values())))
    }
    return [
        {
            "refund_id": refund.id,
            "amount_cents": part.amount_cents,
            "reason": refund.reason,
            "kind": CREDIT if _way(part) == CREDIT else CARD,
            "status": part.status,
            "asked_at": refund.created_at,
            "at": given.get(keys[part.id]),
        }
        for part, refund in rows
    ]


def _way(part: RefundPart) -> str:
    """The kind of the entry that gave it back."""
    return CREDIT if part.to_credit or part.status == domain.CREDITED else "refund"


def _lines(session: Session, order: PaidOrder, payment: Payment) -> tuple[str, Any, list[dict[str, Any]]]:
    """As delivered once the basket is settled, before that as ordered, and nothing of an order that is void."""
    is_void = select(Refund.id).where(Refund.basket_id == order.basket_id, Refund.order_id == order.id).limit(1)
    if session.scalar(is_void) is not None:
        return CANCELLED, None, []
    settled = session.get(SettledBasket, order.basket_id)
    if settled is None or not settled.version:
        return ORDERED, None, order.lines
    handed_over = select(DeliveredLine).where(DeliveredLine.basket_id == settled.id, DeliveredLine.order_id == order.id)
    names = ("producer_id", "name", "unit", "quantity", "unit_price_cents", "vat_bp", "gross_cents")
    rows = session.scalars(handed_over.order_by(DeliveredLine.line_id)).all()
    return DELIVERED, settled.settled_at, [{name: getattr(row, name) for name in names} for row in rows]


def _sellers(session: Session, lines: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Lines by producer, each with its identity and its VAT; none for sellers who are exempt."""
    by_producer: dict[UUID, list[dict[str, Any]]] = {}
    for line in lines:
        by_producer.setdefault(UUID(str(line["producer_id"])), []).append(dict(line))
    known = {row.id: row for row in session.scalars(select(Producer).where(Producer.id.in_(by_producer)))}
    sellers = [_seller(producer_id, known.get(producer_id), mine) for producer_id, mine in by_producer.items()]
    return sorted(sellers, key=lambda seller: (seller["name"].casefold(), str(seller["producer_id"])))


def _seller(producer_id: UUID, row: Producer | None, lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    exempt = row is not None and row.vat_exempt
    mine = [line | {"vat_bp": 0} for line in lines] if exempt else list(lines)
    gross: Cents = sum(line["gross_cents"] for line in mine)
    return {
        "producer_id": producer_id,
        "name": row.name if row else "",
        "commune": row.commune if row else "",
        "postcode": row.postcode if row else "",
        "siret": row.siret if row else None,
        "vat_exempt": exempt,
        "lines": mine,
        "rates": domain.rates(mine),
        "gross_cents": gross,
    }
