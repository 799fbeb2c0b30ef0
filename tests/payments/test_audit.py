"""`clayette ledger check`: silent over honest books, and each rule names the rows at fault (SPEC F2 X2)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, delete, insert, text, update
from sqlalchemy.exc import DBAPIError

from clayette.__main__ import main
from services.payments import append_only, audit, domain
from services.payments.models import (
    Entry,
    Movement,
    Payment,
    Payout,
    Posting,
    RefundPart,
    SettledBasket,
    Settlement,
    Share,
    Transfer,
)
from shared import clock
from shared.db import Database
from tests.payments.conftest import Till, validated
from tests.payments.test_balances import fail_to_refund, owing, pay_balance
from tests.support.fixtures import Moment


@pytest.fixture
def books(till: Till, together: Moment) -> Database:
    """A sale with a refund, a balance due paid by link and one still open, a credit used by an order, and a payout."""
    farm, sale, other = till.producer(), uuid4(), uuid4()
    basket, second = uuid4(), uuid4()
    till.paid(1000, sale=sale, basket=basket)
    till.paid(2000, sale=other, basket=other)
    till.deliver(owing(sale, basket, 300))
    pay_balance(till)
    fail_to_refund(till, other, other, 400)
    till.deliver(till.refund(other, other, 250))
    till.paid(1000, sale=other)
    till.deliver(owing(sale, second, 60), validated(sale, {farm: 1360}, at=clock.now(), paid=1000))
    together.set(domain.run_at(domain.pay_on(domain.available_at(clock.now()))))
    till.work()
    till.stand_in.wait("payout.paid")
    till.stand_in.take = None  # a later word of the provider's would put a planted fault right
    return till.db


def faults(db: Database) -> dict[str, list[dict[str, Any]]]:
    with db.read() as session:
        return {rule: rows for rule, rows in audit.audit(session) if rows}


def check(db: Database) -> tuple[int, str]:
    url = db.url.render_as_string(hide_password=False)
    answer = CliRunner().invoke(main, ["ledger", "check", "--url", url])
    return answer.exit_code, answer.output


@contextmanager
def unprotected(db: Database) -> Iterator[Connection]:
    """A forger's way in: the rules of the database are off for a moment."""
    with db.engine.connect() as connection:
        if db.is_sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            for table in append_only.TABLES:
                for verb in ("UPDATE", "DELETE"):
                    connection.exec_driver_sql(f"DROP TRIGGER {table}_refuse_{verb}")
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        else:
            connection.execute(text("SET session_replication_role = replica"))
            for name in ("refunded_within_captured", "positive"):
                for table in ("payments", "payouts", "transfers"):
                    connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS ck_{table}_{name}"))
        yield connection
        connection.commit()
        if db.is_sqlite:
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = OFF")
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        else:
            connection.execute(text("SET session_replication_role = DEFAULT"))


def book(account: str, other: str, cents: int, key: str, kind: str) -> list[Any]:
    entry = {"id": uuid4(), "key": key, "kind": kind, "at": clock.now()}
    rows = [
        {"id": uuid4(), "entry_id": entry["id"], "account": name, "amount_cents": amount}
        for name, amount in ((account, cents), (other, -cents))
    ]
    return [insert(Entry).values(**entry), insert(Posting).values(rows)]


def listed(transaction: str, cents: int) -> Any:
    row = {"id": f"{transaction}:fee", "transaction_id": transaction, "account": "provider", "kind": "fee"}
    facts = {"entry_key": f"provider_fee:{transaction}", "amount_cents": cents, "matched": True}
    return insert(Movement).values(**row, **facts, created_at=clock.now())


def of_kind(kind: str) -> Any:
    return Posting.entry_id.in_(Entry.__table__.select().with_only_columns(Entry.id).where(Entry.kind == kind))


FARM = UUID(int=1)
FAULTS: dict[str, tuple[str, Callable[[], list[Any]]]] = {
    "an entry was changed": ("every entry", lambda: [update(Posting).values(amount_cents=7).where(of_kind("charge"))]),
    "an entry lost its postings": ("every entry", lambda: [delete(Posting).where(of_kind("refund"))]),
    "a charge was removed": (
        "payments: captured",
        lambda: [delete(Posting).where(of_kind("charge")), delete(Entry).where(Entry.kind == "charge")],
    ),
    "a charge was booked that nobody paid": (
        "payments: captured",
        lambda: book("provider", f"sale:{FARM}", 100, f"charge:{FARM}", "charge"),
    ),
    "a payment was not booked": ("payments: captured", lambda: [update(Payment).values(captured_cents=5)]),
    "more was given back than paid": (
        "payments: no more",
        lambda: [update(Payment).values(refunded_cents=Payment.captured_cents + 1)],
    ),
    "a part of a refund is forgotten": ("payments: no more", lambda: [delete(RefundPart)]),
    "a refund was booked twice": (
        "refunds:",
        lambda: book(f"sale:{FARM}", "provider", 250, f"refund:{FARM}", "refund"),
    ),
    "a refund was not booked": ("refunds:", lambda: [update(RefundPart).values(amount_cents=1, status="succeeded")]),
    "a credit out of nothing": (
        "credits:",
        lambda: book(f"sale:{FARM}", f"member:{FARM}:{FARM}", 500, f"credit:{FARM}", "credit"),
    ),
    "a balance due is forgotten": ("balances due:", lambda: [update(SettledBasket).values(owed_cents=0)]),
    "a member's account was moved by hand": (
        "members: each account",
        lambda: book("fees", f"member:{FARM}:{FARM}", 500, f"gift:{FARM}", "gift"),
    ),
    "a balance due counts as paid that is not": (
        "members: balances due",
        lambda: [update(SettledBasket).values(balance_paid_cents=SettledBasket.owed_cents)],
    ),
    "a sale has shared out what it has not": ("sales: charges", lambda: [update(Share).values(gross_cents=99)]),
    "a dispute was booked that no bank has opened": (
        "disputes: taken",
        lambda: book(f"disputed:{FARM}", "provider", 100, "dispute:dp_1", "dispute"),
    ),
    "a loss was booked that no dispute has": (
        "disputes: lost",
        lambda: book(f"member:{FARM}:{FARM}", f"disputed:{FARM}", 100, "dispute_owed:dp_1", "dispute_owed"),
    ),
    "an orphan is kept": (
        "orphans:",
        lambda: book("provider", "orphans", 100, "orphan:ch_1", "orphan"),
    ),
    "a provider's fee was changed": (
        "provider:",
        lambda: [*book("provider_fees", "provider", 25, "provider_fee:txn_1", "provider_fee"), listed("txn_1", -26)],
    ),
    "a producer bears a dispute that nobody lost": (
        "disputes: what",
        lambda: book(f"producer:{FARM}", f"disputed:{FARM}", 100, "dispute_lost:dp_1", "dispute_lost"),
    ),
    "a sale is overdrawn and not held": (
        "sales: whoever",
        lambda: [
            update(Settlement).values(short=False),
            text("UPDATE postings SET amount_cents = 99999 WHERE account LIKE 'sale:%' AND amount_cents > 0"),
        ],
    ),
    "a share was raised": ("shares:", lambda: [update(Share).values(amount_cents=Share.amount_cents + 1)]),
    "a payout is not its shares": ("payouts: made of the shares", lambda: [update(Share).values(payout_id=None)]),
    "a payout is not its transfers": ("payouts: made of their", lambda: [update(Payout).values(amount_cents=1)]),
    "a transfer was not booked": ("transfers:", lambda: [update(Transfer).values(amount_cents=1)]),
    "a payout was not booked": ("payouts: sent", lambda: [update(Payout).values(status="paying")]),
    "a farm was paid more than it had": (
        "connected accounts",
        lambda: book("fees", f"connected:{FARM}", 1, f"payout:{FARM}:9", "payout"),
    ),
}


def test_honest_books_have_no_fault(books: Database) -> None:  # SPEC F2
    code, output = check(books)

    assert code == 0, output
    assert output.count("ok ") == len(audit.rules())
    assert "FAULT" not in output


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_and_its_rows_are_named(books: Database, fault: str) -> None:  # SPEC F2
    rule, statements = FAULTS[fault]
    with unprotected(books) as connection:
        for statement in statements():
            connection.execute(statement)

    found = faults(books)
    code, output = check(books)

    assert [name for name in found if name.startswith(rule)], found
    assert code == 1
    assert "FAULT" in output


def test_every_rule_has_a_fault_that_it_finds() -> None:
    for rule in audit.rules():
        assert any(rule.startswith(start) for start, _ in FAULTS.values()), rule


@pytest.mark.parametrize("statement", ["UPDATE postings SET amount_cents = 1", "DELETE FROM entries"])
def test_the_database_itself_refuses_to_change_the_journal(books: Database, statement: str) -> None:  # SPEC F2
    with pytest.raises(DBAPIError, match="append-only"), books.engine.begin() as connection:
        connection.execute(text(statement))
