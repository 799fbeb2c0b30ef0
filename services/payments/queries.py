"""Reads of payments: an order's payment, a sale's ledger, what producers are paid and when."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.payments import domain, ledger, rights
from services.payments.models import (
    Account,
    Entry,
    Payment,
    Payout,
    Posting,
    Producer,
    Refund,
    RefundPart,
    Settlement,
    Share,
)
from shared import clock
from shared.actor import Actor
from shared.errors import NotFound
from shared.money import Cents

FIGURES = ("gross_cents", "fee_cents", "commission_cents", "amount_cents")
ATTENTION = (domain.FAILED, domain.WAITING)


def checkout(payment: Payment) -> dict[str, Any]:
    return {
        "payment_id": payment.id,
        "order_id": payment.order_id,
        "status": payment.status,
        "amount_cents": payment.amount_cents,
        "url": payment.session_url,
        "page_expires_at": payment.session_expires_at,
        "reserved_until": payment.expires_at,
    }


def payment(session: Session, actor: Actor, order_id: UUID) -> dict[str, Any]:
    """For its member and the market's administrators."""
    account_id = actor.must_be_known()
    row = session.scalar(select(Payment).where(Payment.order_id == order_id))
    if row is None:
        raise domain.PaymentNotReady
    is_mine = row.member_id == account_id
    if not is_mine and not rights.is_administrator(session, actor, row.market_id):
        raise NotFound(what="order")
    names = (
        "order_id",
        "basket_id",
        "sale_id",
        "status",
        "amount_cents",
        "captured_cents",
        "refunded_cents",
        "captured_at",
        "last_failure",
    )
    return {
        "payment_id": row.id,
        "reserved_until": row.expires_at,
        "url": row.session_url if is_mine else None,
        **{name: getattr(row, name) for name in names},
    }


def refunds_needing_attention(session: Session, actor: Actor, market_id: UUID) -> dict[str, Any]:
    """Refunds that failed or wait for a payment, newest first."""
    rights.must_administer(session, actor, market_id, "market")
    which = (Refund.market_id == market_id, Refund.status.in_(ATTENTION))
    rows = session.scalars(select(Refund).where(*which).order_by(Refund.created_at.desc()).limit(200)).all()
    parts = session.scalars(select(RefundPart).where(RefundPart.refund_id.in_([row.id for row in rows]))).all()
    return {"items": [_refund(row, [part for part in parts if part.refund_id == row.id]) for row in rows]}


def refund(session: Session, row: Refund) -> dict[str, Any]:
    session.flush()
    return _refund(row, session.scalars(select(RefundPart).where(RefundPart.refund_id == row.id)).all())


def _refund(row: Refund, parts: Sequence[RefundPart]) -> dict[str, Any]:
    names = ("basket_id", "sale_id", "market_id", "member_id", "amount_cents", "reason", "status", "error")
    return {
        "refund_id": row.id,
        "asked_at": row.created_at,
        "parts": parts,
        **{name: getattr(row, name) for name in names},
    }


def sale_ledger(session: Session, actor: Actor, sale_id: UUID) -> dict[str, Any]:
    """The sale's entries and the sum per account, for the market's administrators."""
    market_id = rights.market_of_sale(session, sale_id)
    rights.must_administer(session, actor, market_id, "sale")
    entries = session.scalars(select(Entry).where(Entry.sale_id == sale_id).order_by(Entry.at, Entry.id)).all()
    # of these entries, not of the sale: a fact booked between the two statements would have postings without an entry
    of_entries = select(Posting).where(Posting.entry_id.in_([entry.id for entry in entries]))
    postings = session.scalars(of_entries.order_by(Posting.account)).all()
    settled = session.get(Settlement, sale_id)
    return {
        "sale_id": sale_id,
        **figures(entries, postings),
        "missing_cents": settled.missing_cents if settled else 0,
        "accounts": _by_account(postings),
        "entries": _entries(entries, postings),
    }


def figures(entries: Iterable[Entry], postings: Iterable[Posting]) -> dict[str, Cents]:
    """The sums of SPEC F2; `unsettled` is what is left on the sale's account."""
    kinds = {entry.id: entry.kind for entry in entries}
    total = dict.fromkeys(
        ("charges_cents", "refunds_cents", "producers_cents", "commission_cents", "fees_cents", "unsettled_cents"), 0
    )
    for each in postings:
        name = _figure(kinds[each.entry_id], each.account)
        if each.account.startswith("sale:"):
            total["unsettled_cents"] -= each.amount_cents
        if name is not None:
            total[name] += each.amount_cents if name == "charges_cents" else -each.amount_cents
    return total


def _figure(kind: str, account: str) -> str | None:
    if account == ledger.PROVIDER:
        return {"charge": "charges_cents", "refund": "refunds_cents", "refund_returned": "refunds_cents"}.get(kind)
    if kind != "share":
        return None
    return {"producer": "producers_cents", "commission": "commission_cents", "fees": "fees_cents"}.get(
        account.partition(":")[0]
    )


def _by_account(postings: Iterable[Posting]) -> list[dict[str, Any]]:
    sums: dict[str, Cents] = {}
    for each in postings:
        sums[each.account] = sums.get(each.account, 0) + each.amount_cents
    return [{"account": account, "amount_cents": amount} for account, amount in sorted(sums.items())]


def _entries(entries: Iterable[Entry], postings: Iterable[Posting]) -> list[dict[str, Any]]:
    of: dict[UUID, list[Posting]] = {}
    for each in postings:
        of.setdefault(each.entry_id, []).append(each)
    return [
        {
            "entry_id": row.id,
            "key": row.key,
            "kind": row.kind,
            "at": row.at,
            "cause": row.cause,
            "postings": of.get(row.id, []),
        }
        for row in entries
    ]


def account(row: Account) -> dict[str, Any]:
    names = ("producer_id", "active", "details_submitted", "due", "disabled_reason")
    return {name: getattr(row, name) for name in names}


def payouts_of(session: Session, actor: Actor, producer_id: UUID, after: UUID | None, limit: int) -> dict[str, Any]:
    """A producer's payouts, newest first, and what is owed beside them."""
    rights.must_act_for(session, actor, producer_id)
    mine = select(Payout).where(Payout.producer_id == producer_id).order_by(Payout.id.desc()).limit(limit + 1)
    rows = session.scalars(mine.where(Payout.id < after) if after else mine).all()
    shares = session.scalars(select(Share).where(Share.payout_id.in_([row.id for row in rows]))).all()
    expected = _expected(session, Share.producer_id == producer_id)
    return {
        "items": [_payout(row, [each for each in shares if each.payout_id == row.id]) for row in rows[:limit]],
        "next": rows[limit - 1].id if len(rows) > limit else None,
        "expected": expected,
        "expected_cents": sum(each["amount_cents"] for each in expected),
    }


def payout(session: Session, actor: Actor, payout_id: UUID) -> dict[str, Any]:
    row = session.get(Payout, payout_id)
    if row is None:
        raise NotFound(what="payout")
    rights.must_act_for(session, actor, row.producer_id)
    return _payout(row, session.scalars(select(Share).where(Share.payout_id == payout_id)).all())


def _payout(row: Payout, shares: Sequence[Share]) -> dict[str, Any]:
    names = ("producer_id", "paid_on", "amount_cents", "status", "error", "sent_at")
    return {
        "payout_id": row.id,
        "sales": _summed(shares, "sale_id", "market_id"),
        **{name: getattr(row, name) for name in names},
    }


def _summed(shares: Iterable[Share], *names: str) -> list[dict[str, Any]]:
    """Shares of the same `names` added up over the rounds."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for each in sorted(shares, key=lambda share: share.id):
        key = tuple(getattr(each, name) for name in names)
        row = rows.setdefault(key, dict(zip(names, key, strict=True)) | dict.fromkeys(FIGURES, 0))
        for figure in FIGURES:
            row[figure] += getattr(each, figure)
    return list(rows.values())


def _expected(session: Session, which: Any) -> list[dict[str, Any]]:
    unpaid = session.scalars(select(Share).where(which, Share.payout_id.is_(None))).all()
    sales = {
        row.sale_id: row
        for row in session.scalars(select(Settlement).where(Settlement.sale_id.in_({each.sale_id for each in unpaid})))
    }
    producers = {each.producer_id for each in unpaid}
    able = set(session.scalars(select(Account.producer_id).where(Account.producer_id.in_(producers), Account.active)))
    names = ("sale_id", "market_id", "producer_id", "available_at", "pay_on")
    owed = _owed(session, producers)
    return [row | {"waits_for": _waits_for(row, sales[row["sale_id"]], able, owed)} for row in _summed(unpaid, *names)]


def _owed(session: Session, producers: set[UUID]) -> dict[UUID, Cents]:
    sums = select(Share.producer_id, func.sum(Share.amount_cents)).group_by(Share.producer_id)
    rows = session.execute(sums.where(Share.producer_id.in_(producers), Share.payout_id.is_(None)))
    return {producer: int(total) for producer, total in rows}


def _waits_for(row: dict[str, Any], settled: Settlement, able: set[UUID], owed: dict[UUID, Cents]) -> str:
    if settled.round <= settled.reopened_round:
        return "validation"
    if settled.short:
        return "money"
    if row["producer_id"] not in able:
        return "account"
    return "balance" if owed[row["producer_id"]] <= 0 else "date"


def sale_payouts(session: Session, actor: Actor, sale_id: UUID) -> dict[str, Any]:
    """When each producer of a sale is paid how much, for the market's administrators."""
    rights.must_administer(session, actor, rights.market_of_sale(session, sale_id), "sale")
    settled = session.get(Settlement, sale_id)
    items = [_sale_payout(row, None) for row in _expected(session, Share.sale_id == sale_id)] + _taken(session, sale_id)
    ids = {row["producer_id"] for row in items}
    names = session.execute(select(Producer.id, Producer.name).where(Producer.id.in_(ids))).all()
    known = {row.id: row.name for row in names}
    return {
        "sale_id": sale_id,
        "round": settled.round if settled else 0,
        "validated_at": settled.validated_at if settled else None,
        "reopened": settled is not None and settled.round <= settled.reopened_round,
        "items": [row | {"producer_name": known.get(row["producer_id"])} for row in items],
        "if_validated_now": payout_date(None),
    }


def _taken(session: Session, sale_id: UUID) -> list[dict[str, Any]]:
    paid = select(Share).where(Share.sale_id == sale_id, Share.payout_id.is_not(None))
    rows = _summed(session.scalars(paid), "sale_id", "market_id", "producer_id", "available_at", "pay_on", "payout_id")
    which = Payout.id.in_({row["payout_id"] for row in rows})
    payouts = {row.id: row for row in session.scalars(select(Payout).where(which))}
    return [_sale_payout(row, payouts[row["payout_id"]]) for row in rows]


def _sale_payout(row: dict[str, Any], taken_by: Payout | None) -> dict[str, Any]:
    if taken_by is None:
        return row | {"status": "expected", "paid_on": None, "error": None}
    return row | {"status": taken_by.status, "paid_on": taken_by.paid_on, "error": taken_by.error, "waits_for": None}


def payout_date(validated_at: datetime | None) -> dict[str, Any]:
    at = validated_at or clock.now()
    available = domain.available_at(at)
    return {"validated_at": at, "available_at": available, "pay_on": domain.pay_on(available)}
