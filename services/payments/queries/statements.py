"""A producer's statement of a Monday: which sales are paid, what they were, what is carried over and why (SPEC F6)."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.payments import domain, rights
from services.payments.models import (
    Account,
    Invoice,
    InvoiceRate,
    Market,
    Payout,
    Producer,
    Settlement,
    Share,
)
from services.payments.queries.payouts import FIGURES
from shared import clock
from shared.actor import Actor
from shared.errors import NotFound

CARRIED_OVER = "carried_over"


def statement(session: Session, actor: Actor, payout_id: UUID) -> dict[str, Any]:
    payout = session.get(Payout, payout_id)
    if payout is None:
        raise NotFound(what="payout")
    seller = rights.must_act_for(session, actor, payout.producer_id)
    return _statement(session, seller, payout.paid_on, payout)


def statement_on(session: Session, actor: Actor, producer_id: UUID, monday: date) -> dict[str, Any]:
    """Also for a Monday that paid nothing."""
    seller = rights.must_act_for(session, actor, producer_id)
    payout = session.scalar(select(Payout).where(Payout.producer_id == producer_id, Payout.paid_on == monday))
    return _statement(session, seller, monday, payout)


def statements_of(session: Session, actor: Actor, producer_id: UUID, before: date | None, limit: int) -> dict[str, Any]:
    """Newest first: Mondays that paid, and those that carried a balance over."""
    rights.must_act_for(session, actor, producer_id)
    carried = _carried(session, producer_id)
    payouts = {row.paid_on: row for row in session.scalars(select(Payout).where(Payout.producer_id == producer_id))}
    days = sorted(day for day in payouts.keys() | carried.keys() if before is None or day < before)
    chosen = list(reversed(days))[:limit]
    items = [_listed(day, payouts.get(day), carried.get(day, 0)) for day in chosen]
    return {"items": items, "next": chosen[-1] if len(days) > limit else None}


def _listed(day: date, payout: Payout | None, carried: int) -> dict[str, Any]:
    return {
        "monday": day,
        "payout_id": payout.id if payout else None,
        "status": payout.status if payout else CARRIED_OVER,
        "amount_cents": payout.amount_cents if payout else 0,
        "carried_over_cents": carried,
    }


def _carried(session: Session, producer_id: UUID) -> dict[date, int]:
    """What each Monday left unpaid."""
    late = select(Share.amount_cents, Share.pay_on, Payout.paid_on).join(Payout, isouter=True)
    late = late.where(Share.producer_id == producer_id, or_(Payout.id.is_(None), Payout.paid_on > Share.pay_on))
    return domain.carried((domain.Claim(*row) for row in session.execute(late)), domain.last_run(clock.now()))


def _statement(session: Session, seller: Producer, monday: date, payout: Payout | None) -> dict[str, Any]:
    shares = _taken(session, payout) if payout else _due(session, seller.id, monday)
    if not shares:
        raise NotFound(what="statement")
    carried = _carried(session, seller.id).get(monday, 0)
    sales = {each.sale_id for each in shares}
    invoices = _covered(session, seller.id, sales, monday) if payout else []
    names = ("producer_id", "name", "commune", "postcode", "siret", "vat_exempt")
    identity = {"producer_id": seller.id} | {name: getattr(seller, name) for name in names[1:]}
    return {
        **_listed(monday, payout, carried),
        "seller": identity,
        "sent_at": payout.sent_at if payout else None,
        "error": payout.error if payout else None,
        "carried_because": None if payout else _reason(session, seller.id, monday, carried),
        "next_run_on": None if payout else max(monday + domain.WEEK, domain.last_run(clock.now()) + domain.WEEK),
        "items": _items(session, seller.id, shares, monday),
        **{name: sum(getattr(each, name) for each in shares) for name in FIGURES},
        "amount_cents": sum(each.amount_cents for each in shares),
        "paid_cents": payout.amount_cents if payout else 0,
        "invoices": invoices,
        "rates": _rates(session, [each["invoice_id"] for each in invoices]),
    }


def _taken(session: Session, payout: Payout) -> Sequence[Share]:
    return session.scalars(select(Share).where(Share.payout_id == payout.id).order_by(Share.id)).all()


def _due(session: Session, producer_id: UUID, monday: date) -> Sequence[Share]:
    """What was due on that Monday and no payout had taken by then."""
    if monday > domain.last_run(clock.now()):
        return []
    open_then = select(Share).join(Payout, isouter=True).where(Share.producer_id == producer_id, Share.pay_on <= monday)
    return session.scalars(open_then.where(or_(Payout.id.is_(None), Payout.paid_on > monday)).order_by(Share.id)).all()


def _reason(session: Session, producer_id: UUID, monday: date, carried: int) -> str:
    """balance: not above zero; account: it could not be paid; sale: reopened, or short of its customers' money."""
    if carried <= 0:
        return "balance"
    account = session.get(Account, producer_id)
    since = account.active_since if account is not None and account.active else None
    return "account" if since is None or since > domain.run_at(monday) else "sale"


def _items(session: Session, producer_id: UUID, shares: Sequence[Share], monday: date) -> list[dict[str, Any]]:
    sales = {each.sale_id for each in shares}
    settled = {row.sale_id: row for row in session.scalars(select(Settlement).where(Settlement.sale_id.in_(sales)))}
    markets = select(Market.id, Market.name).where(Market.id.in_({each.market_id for each in shares}))
    names = {row.id: row.name for row in session.execute(markets)}
    rounds = select(Share.sale_id, Share.round).where(Share.producer_id == producer_id, Share.sale_id.in_(sales))
    rounds = rounds.where(Share.dispute_id.is_(None))
    first: dict[UUID, int] = {}
    for row in session.execute(rounds):
        first[row.sale_id] = min(row.round, first.get(row.sale_id, row.round))
    return [
        {
            "sale_id": each.sale_id,
            "market_id": each.market_id,
            "market_name": names.get(each.market_id, ""),
            "validated_at": settled[each.sale_id].validated_at,
            "kind": domain.kind_of_share(each.round, first.get(each.sale_id, 0), each.balance_round, each.dispute_id),
            "due_since": each.pay_on if each.pay_on < monday else None,
            **{name: getattr(each, name) for name in FIGURES},
        }
        for each in shares
    ]


def _covered(session: Session, producer_id: UUID, sales: set[UUID], monday: date) -> list[dict[str, Any]]:
    """Invoices and credit notes of these sales that no other Monday's statement names."""
    paid = select(Share.sale_id, Payout.paid_on).join(Payout).where(Share.producer_id == producer_id)
    mondays: dict[UUID, list[date]] = {}
    for row in session.execute(paid.where(Share.sale_id.in_(sales))):
        mondays.setdefault(row.sale_id, []).append(row.paid_on)
    names = ("kind", "number", "issued_on", "issued_at", "gross_cents", "vat_cents", "sale_id")
    columns = (Invoice.id.label("invoice_id"), *(getattr(Invoice, name) for name in names))
    mine = select(*columns).where(Invoice.producer_id == producer_id, Invoice.sale_id.in_(sales))
    rows = session.execute(mine.order_by(Invoice.year, Invoice.sequence)).mappings().all()
    return [dict(row) for row in rows if domain.covered_on(row["issued_at"], mondays[row["sale_id"]]) == monday]


def _rates(session: Session, invoice_ids: Sequence[UUID]) -> list[domain.Rate]:
    rows = session.scalars(select(InvoiceRate).where(InvoiceRate.invoice_id.in_(invoice_ids))).all()
    return domain.summed([[domain.Rate(row.vat_bp, row.gross_cents, row.vat_cents) for row in rows]])
