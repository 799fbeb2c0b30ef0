"""The journal (SPEC F2): every fact about money is one balanced entry, booked once, never changed.

Amounts are signed, debit positive: what the provider holds for us is above zero, what we owe is below.

| fact                | key                        | debit              | credit                                   |
| charge              | charge:{payment}           | provider, member (credit used) | sale:{id}, member (balance paid) |
| refund accepted     | refund:{part}              | sale:{id}          | provider                                 |
| refund sent back    | refund_returned:{part}     | provider           | sale:{id}                                |
| balance due         | balance_due:{basket}:{version} | member         | sale:{id}                                |
| refund as a credit  | credit:{part}              | sale:{id}          | member                                   |
| credit taken back   | credit_returned:{part}     | member             | sale:{id}                                |
| validation, round n | share:{sale}:{n}           | sale:{id}          | producer:{id} …, fees, commission:{market} |
| balance paid later  | share:{sale}:{n}:{m}       | sale:{id}          | producer:{id} …, fees, commission:{market} |
| transfer            | transfer:{id}              | connected:{producer} | provider                               |
| payout              | payout:{id}:{attempt}      | producer:{id}      | connected:{producer}                     |
| payout sent back    | payout_returned:{id}:{attempt} | connected:{producer} | producer:{id}                      |
| provider's fee      | provider_fee:{transaction} | provider_fees      | provider                                 |
| dispute opened      | dispute:{id}               | disputed:{sale}    | provider                                 |
| dispute won         | dispute_won:{id}           | provider           | disputed:{sale}                          |
| dispute lost        | dispute_lost:{id}          | producer:{id} …, sale:{id}, fees | disputed:{sale}            |
| that had paid a balance due | dispute_owed:{id}  | member             | disputed:{sale, or payment without one}  |
| charge of nobody    | orphan:{charge}            | provider           | orphans                                  |
| it is given back    | orphan_refund:{charge}     | orphans            | provider                                 |
| that is sent back   | orphan_returned:{charge}   | provider           | orphans                                  |
| operator's own bank | withdrawal:{payout}, withdrawal_returned:{payout}, topup:{id} | bank or provider | the other |

`member` stands for member:{market}:{member}: above zero a balance due, below a credit. A sale's account is back at zero
when its customers' charges and balances due have become refunds, credits, shares, fees and commission.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from services.payments.models import Entry, Posting
from shared import clock
from shared.messaging import trace
from shared.messaging.inbox import insert_or_skip, skipping_insert
from shared.money import Cents

PROVIDER, FEES = "provider", "fees"
CONNECTED = "connected:"
PROVIDER_FEES, ORPHANS, BANK = "provider_fees", "orphans", "bank"


@dataclass(frozen=True)
class Fact:
    """What is booked as one entry; its kind is the first word of its key."""

    key: str
    postings: Mapping[str, Cents]
    at: datetime
    sale_id: UUID | None = None
    market_id: UUID | None = None
    cause: str | None = None


class Unbalanced(AssertionError):
    """A bug: an entry that does not sum to zero is never booked."""


def sale(sale_id: UUID) -> str:
    return f"sale:{sale_id}"


def member(market_id: UUID, member_id: UUID) -> str:
    return f"member:{market_id}:{member_id}"


def producer(producer_id: UUID) -> str:
    return f"producer:{producer_id}"


def connected(producer_id: UUID) -> str:
    return f"{CONNECTED}{producer_id}"


def commission(market_id: UUID) -> str:
    return f"commission:{market_id}"


def disputed(about: UUID) -> str:
    """Of a sale; of a payment that paid a balance due."""
    return f"disputed:{about}"


def book(
    session: Session,
    key: str,
    postings: Mapping[str, Cents],
    *,
    at: datetime,
    sale_id: UUID | None = None,
    market_id: UUID | None = None,
    cause: str | None = None,
) -> bool:
    """Book a fact in the transaction of its effects; its kind is the first word of its key. False if it is booked."""
    rows = {account: amount for account, amount in postings.items() if amount}
    entry = _entry(Fact(key, rows, at, sale_id, market_id, cause))
    if not rows or not insert_or_skip(session, Entry.__table__, **entry):
        return False
    session.execute(
        insert(Posting),
        [
            {"id": clock.new_id(), "entry_id": entry["id"], "account": account, "amount_cents": amount}
            for account, amount in rows.items()
        ],
    )
    return True


def book_many(session: Session, facts: Sequence[Fact]) -> None:
    """Of many facts, whose keys have been looked up before: one statement for the entries and one for the postings."""
    entries = [_entry(fact) for fact in facts]
    if not entries:
        return
    new = set(session.scalars(skipping_insert(Entry.__table__, session).returning(Entry.__table__.c.id), entries))
    rows = [
        {"id": clock.new_id(), "entry_id": entry["id"], "account": account, "amount_cents": amount}
        for entry, fact in zip(entries, facts, strict=True)
        if entry["id"] in new
        for account, amount in fact.postings.items()
        if amount
    ]
    if rows:
        session.execute(insert(Posting), rows)


def _entry(fact: Fact) -> dict[str, Any]:
    if sum(fact.postings.values()) != 0:
        raise Unbalanced(fact.key)
    return {
        "id": clock.new_id(),
        "key": fact.key,
        "kind": fact.key.partition(":")[0],
        "sale_id": fact.sale_id,
        "market_id": fact.market_id,
        "cause": fact.cause or trace.causation_id.get(),
        "at": fact.at,
    }


def move(debit: str, credit: str, amount: Cents) -> dict[str, Cents]:
    """The postings of a fact between two accounts."""
    return {debit: amount, credit: -amount}


def balance(session: Session, account: str) -> Cents:
    total = select(func.coalesce(func.sum(Posting.amount_cents), 0)).where(Posting.account == account)
    return int(session.execute(total).scalar_one())
