"""A sale's ledger."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.payments import rights
from services.payments.models import Entry, Posting, SettledBasket, Settlement
from shared.actor import Actor
from shared.money import Cents

FIGURES = tuple(
    f"{name}_cents"
    for name in (
        *("charges", "balances", "refunds", "producers", "commission", "fees", "disputes", "unsettled"),
        *("disputed", "provider_fees"),
    )
)
DEBITS = {"refunds", "provider_fees"}
SHARED_OUT = {"producer": "producers", "commission": "commission", "fees": "fees"}


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
        "open_balances_cents": _open_balances(session, sale_id),
        "accounts": _by_account(postings),
        "entries": _entries(entries, postings),
    }


def _open_balances(session: Session, sale_id: UUID) -> Cents:
    still_open = func.sum(SettledBasket.owed_cents - SettledBasket.balance_paid_cents)
    total = select(func.coalesce(still_open, 0)).where(SettledBasket.sale_id == sale_id)
    return int(session.execute(total).scalar_one())


def figures(entries: Iterable[Entry], postings: Iterable[Posting]) -> dict[str, Cents]:
    """The sums of SPEC F2; `unsettled` is what is left on the sale's account, `disputed` what banks hold for the time."""
    kinds = {entry.id: entry.kind for entry in entries}
    total = dict.fromkeys(FIGURES, 0)
    for each in postings:
        kind, account = kinds[each.entry_id], each.account.partition(":")[0]
        if account == "sale":
            total["unsettled_cents"] -= each.amount_cents
        if account == "disputed":
            total["disputed_cents"] += each.amount_cents
        name = IN_FIGURES.get((kind, account)) or ALWAYS_IN.get(account)
        if name is not None:
            total[f"{name}_cents"] += each.amount_cents if name in DEBITS else -each.amount_cents
    return total


ALWAYS_IN = {"provider_fees": "provider_fees"}
IN_FIGURES = {
    ("charge", "sale"): "charges",
    ("balance_due", "sale"): "balances",
    **dict.fromkeys(((kind, "sale") for kind in ("refund", "refund_returned", "credit", "credit_returned")), "refunds"),
    **{(kind, name): figure for kind in ("share", "dispute_lost") for name, figure in SHARED_OUT.items()},
    ("dispute_lost", "disputed"): "disputes",
}
"""Which postings (kind of the entry, first word of the account) make up which figure."""


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
