"""What the audit's rules are made of: what was told or booked, as rows (subject, cents), and where the two differ."""

from typing import Any

from sqlalchemy import ColumnElement, cast, func, literal, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import String

from services.payments import domain
from services.payments.models import Dispute, Entry, MemberAccount, Payment, Posting, RefundPart, SettledBasket

Query = Any
"""A select; what its rows hold differs."""


class AsText(FunctionElement[str]):
    """A UUID as it stands in keys and accounts: with its hyphens."""

    type = String()
    inherit_cache = True


@compiles(AsText)
def _hyphens_are_there(element: Any, compiler: Any, **more: Any) -> str:
    (column,) = element.clauses
    return str(compiler.process(cast(column, String), **more))


@compiles(AsText, "sqlite")
def _hyphens_are_added(element: Any, compiler: Any, **more: Any) -> str:
    column = compiler.process(next(iter(element.clauses)), **more)
    parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    return "(" + " || '-' || ".join(f"lower(substr({column}, {start}, {size}))" for start, size in parts) + ")"


def difference(told: list[Query], booked: list[Query]) -> Query:
    """Subjects for which the sums of the two differ, by how much."""
    negative = [select(each.c.s, (-each.c.c).label("c")) for each in (query.subquery() for query in booked)]
    rows = union_all(*told, *negative).subquery()
    total = func.sum(rows.c.c)
    return select(rows.c.s.label("subject"), total.label("cents")).group_by(rows.c.s).having(total != 0)


def of_kind(kind: str, which: ColumnElement[bool], subject: Any = None, sign: int = 1) -> Query:
    """(what the key names, cents) of the postings of one kind."""
    subject = func.substr(Entry.key, len(kind) + 2) if subject is None else subject
    rows = select(subject.label("s"), (sign * Posting.amount_cents).label("c"))
    return rows.join(Entry, Entry.id == Posting.entry_id).where(Entry.kind == kind, which)


def of_parts(kind: str, sign: int, account: str = "provider") -> Query:
    return of_kind(kind, first_word(account), sign=sign)


def id_in_key(kind: str) -> Any:
    return func.substr(Entry.key, len(kind) + 2, 36)


def first_word(word: str) -> ColumnElement[bool]:
    return (Posting.account == word) | Posting.account.like(f"{word}:%")


def is_card(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return which & RefundPart.to_credit.is_(False)


def is_credit() -> ColumnElement[bool]:
    restored = RefundPart.to_credit & (RefundPart.status == domain.SUCCEEDED)
    return restored | (RefundPart.status == domain.CREDITED)


def member_account(model: type[SettledBasket] | type[Payment] | type[Dispute]) -> Any:
    return literal("member:") + AsText(model.market_id) + ":" + AsText(model.member_id)


def of_member(model: type[SettledBasket] | type[Payment]) -> tuple[ColumnElement[bool], ...]:
    return model.market_id == MemberAccount.market_id, model.member_id == MemberAccount.member_id


def per_member(query: Query) -> Any:
    return func.coalesce(query.correlate(MemberAccount).scalar_subquery(), 0)
