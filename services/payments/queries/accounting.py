"""What an accountant asks for: a period's invoices by producer, VAT rate and day, and the ledger by day.

`sold` comes from invoices and credit notes by their day of issue; `shared` and `money` from the journal by the day of
its entries, in the market's zone (a producer's, who may serve many markets: Europe/Paris).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.payments import domain, ledger, rights
from services.payments.models import Entry, Invoice, InvoiceRate, Market, Posting, Producer, Share
from services.payments.queries.payouts import FIGURES
from shared.actor import Actor
from shared.money import Cents

MOVES = {
    "charge": "charges_cents",
    "refund": "refunds_cents",
    "refund_returned": "refunds_cents",
    "payout": "payouts_cents",
    "payout_returned": "payouts_cents",
}
"""Kinds of entries that moved money, and the figure that each counts in."""
AMOUNTS = ("gross_cents", "net_cents", "vat_cents")


def market_accounting(session: Session, actor: Actor, market_id: UUID, since: date, until: date) -> dict[str, Any]:
    rights.must_administer(session, actor, market_id, "market")
    market = session.get_one(Market, market_id)
    zone = ZoneInfo(market.time_zone)
    money = _moves(session, zone, since, until, Entry.market_id == market_id, Posting.account == ledger.PROVIDER)
    shared = _shared(session, zone, since, until, Entry.market_id == market_id, Share.market_id == market_id)
    sold = _sold(session, since, until, Invoice.market_id == market_id)
    return _answer(session, zone, (since, until), market.name, (sold, shared, money))


def producer_accounting(session: Session, actor: Actor, producer_id: UUID, since: date, until: date) -> dict[str, Any]:
    seller = rights.must_act_for(session, actor, producer_id)
    mine = Posting.account == ledger.producer(producer_id)
    money = _moves(session, domain.ZONE, since, until, mine)
    sales = select(Share.sale_id).where(Share.producer_id == producer_id)
    shared = _shared(session, domain.ZONE, since, until, Entry.sale_id.in_(sales), Share.producer_id == producer_id)
    sold = _sold(session, since, until, Invoice.producer_id == producer_id)
    return _answer(session, domain.ZONE, (since, until), seller.name, (sold, shared, money))


def _answer(
    session: Session,
    zone: ZoneInfo,
    period: tuple[date, date],
    name: str,
    parts: tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]],
) -> dict[str, Any]:
    sold, shared, money = parts
    ids = {row["producer_id"] for row in sold + shared}
    farms = {row.id: row for row in session.scalars(select(Producer).where(Producer.id.in_(ids)))}
    for row in sold + shared:
        farm = farms.get(row["producer_id"])
        row |= {"producer_name": farm.name if farm else "", "siret": farm.siret if farm else None}
    return {
        "name": name,
        "since": period[0],
        "until": period[1],
        "time_zone": str(zone),
        "sold": sorted(
            sold, key=lambda row: (row["day"], row["producer_name"], str(row["producer_id"]), row["vat_bp"])
        ),
        "shared": sorted(shared, key=lambda row: (row["day"], row["producer_name"], str(row["producer_id"]))),
        "money": money,
        "totals": _totals(sold, AMOUNTS)
        | {f"shared_{name}": cents for name, cents in _totals(shared, FIGURES).items()}
        | _totals(money, ("charges_cents", "refunds_cents", "payouts_cents")),
    }


def _totals(rows: Iterable[Mapping[str, Any]], names: Sequence[str]) -> dict[str, Cents]:
    every = list(rows)
    return {name: sum(row[name] for row in every) for name in names}


def _sold(session: Session, since: date, until: date, which: Any) -> list[dict[str, Any]]:
    keys = (Invoice.issued_on, Invoice.producer_id, InvoiceRate.vat_bp)
    sums = select(*keys, func.sum(InvoiceRate.gross_cents), func.sum(InvoiceRate.vat_cents)).join(
        InvoiceRate, InvoiceRate.invoice_id == Invoice.id
    )
    rows = session.execute(sums.where(which, Invoice.issued_on.between(since, until)).group_by(*keys)).all()
    return [
        {
            "day": day,
            "producer_id": producer_id,
            "vat_bp": vat_bp,
            "gross_cents": int(gross),
            "net_cents": int(gross) - int(vat),
            "vat_cents": int(vat),
        }
        for day, producer_id, vat_bp, gross, vat in rows
    ]


def _shared(
    session: Session, zone: ZoneInfo, since: date, until: date, entries: Any, shares: Any
) -> list[dict[str, Any]]:
    """Producers' shares by the day on which the journal booked them."""
    within = select(Entry.key, Entry.at, Entry.sale_id).where(
        entries, Entry.kind.in_(("share", "dispute_lost")), *_between(zone, since, until)
    )
    booked = session.execute(within).all()
    days = {row.key: row.at.astimezone(zone).date() for row in booked}
    rows = session.scalars(select(Share).where(shares, Share.sale_id.in_({row.sale_id for row in booked}))).all()
    sums: dict[tuple[date, UUID], dict[str, Any]] = {}
    for each in rows:
        day = days.get(_entry_key(each))
        if day is None:
            continue
        none = {"day": day, "producer_id": each.producer_id} | dict.fromkeys(FIGURES, 0)
        row = sums.setdefault((day, each.producer_id), none)
        for name in FIGURES:
            row[name] += getattr(each, name)
    return list(sums.values())


def _entry_key(share: Share) -> str:
    """Of the entry that booked it."""
    if share.dispute_id is not None:
        return f"dispute_lost:{share.dispute_id}"
    later = f":{share.balance_round}" if share.balance_round else ""
    return f"share:{share.sale_id}:{share.round}{later}"


def _moves(session: Session, zone: ZoneInfo, since: date, until: date, *which: Any) -> list[dict[str, Any]]:
    """Per day: charged to customers, given back to them, paid out to producers. All above zero, what came back less."""
    moved = select(Entry.at, Entry.kind, Posting.amount_cents).join(Posting, Posting.entry_id == Entry.id)
    moved = moved.where(*which, Entry.kind.in_(MOVES), *_between(zone, since, until))
    sums: dict[date, dict[str, Any]] = {}
    for at, kind, amount in session.execute(moved):
        day = at.astimezone(zone).date()
        row = sums.setdefault(day, {"day": day} | dict.fromkeys(set(MOVES.values()), 0))
        row[MOVES[kind]] += -amount if MOVES[kind] == "refunds_cents" else amount
    return [sums[day] for day in sorted(sums)]


def _between(zone: ZoneInfo, since: date, until: date) -> tuple[Any, Any]:
    begin, end = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (since, until + timedelta(days=1)))
    return Entry.at >= begin, Entry.at < end
