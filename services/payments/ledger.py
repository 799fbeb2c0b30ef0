"""The journal (SPEC F2): every fact about money is one balanced entry, booked once, never changed.

Amounts are signed, debit positive: what the provider holds for us is above zero, what we owe is below.

| fact                | key                        | debit              | credit                                   |
| charge              | charge:{payment}           | provider           | sale:{id}                                |
| refund accepted     | refund:{part}              | sale:{id}          | provider                                 |
| refund sent back    | refund_returned:{part}     | provider           | sale:{id}                                |
| validation, round n | share:{sale}:{n}           | sale:{id}          | producer:{id} …, fees, commission:{market} |
| transfer            | transfer:{id}              | connected:{producer} | provider                               |
| payout              | payout:{id}:{attempt}      | producer:{id}      | connected:{producer}                     |
| payout sent back    | payout_returned:{id}:{attempt} | connected:{producer} | producer:{id}                      |

A sale's account is back at zero when its customers' charges have become refunds, shares, fees and commission.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from services.payments.models import Entry, Posting
from shared import clock
from shared.messaging import trace
from shared.messaging.inbox import insert_or_skip
from shared.money import Cents

PROVIDER, FEES = "provider", "fees"


class Unbalanced(AssertionError):
    """A bug: an entry that does not sum to zero is never booked."""


def sale(sale_id: UUID) -> str:
    return f"sale:{sale_id}"


def producer(producer_id: UUID) -> str:
    return f"producer:{producer_id}"


def connected(producer_id: UUID) -> str:
    return f"connected:{producer_id}"


def commission(market_id: UUID) -> str:
    return f"commission:{market_id}"


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
    if sum(rows.values()) != 0:
        raise Unbalanced(key)
    if not rows:
        return False
    entry_id = clock.new_id()
    entry = {
        "id": entry_id,
        "key": key,
        "kind": key.partition(":")[0],
        "sale_id": sale_id,
        "market_id": market_id,
        "cause": cause or trace.causation_id.get(),
        "at": at,
    }
    if not insert_or_skip(session, Entry.__table__, **entry):
        return False
    session.execute(
        insert(Posting),
        [
            {"id": clock.new_id(), "entry_id": entry_id, "account": account, "amount_cents": amount}
            for account, amount in rows.items()
        ],
    )
    return True


def move(debit: str, credit: str, amount: Cents) -> dict[str, Cents]:
    """The postings of a fact between two accounts."""
    return {debit: amount, credit: -amount}


def balance(session: Session, account: str) -> Cents:
    total = select(func.coalesce(func.sum(Posting.amount_cents), 0)).where(Posting.account == account)
    return int(session.execute(total).scalar_one())
