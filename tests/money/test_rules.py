"""docs/money.md says what the rules do: its tables are run against them."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.distributions import domain as distributions
from services.payments import domain as payments
from shared.money import line_total, vat_within
from tests.money.tables import cents, several, tables
from tests.money.test_journal import STORIES

Row = dict[str, str]
PARIS = ZoneInfo("Europe/Paris")


def ids(count: int) -> list[UUID]:
    return [UUID(int=n + 1) for n in range(count)]


def line(row: Row) -> None:  # SPEC O9
    assert line_total(cents(row["price"]), Decimal(row["quantity"])) == cents(row["line"])


def vat(row: Row) -> None:  # SPEC O9
    gross = cents(row["gross"])
    within = vat_within(gross, int(Decimal(row["rate %"]) * 100))
    assert (within, gross - within) == (cents(row["VAT"]), cents(row["net"]))


def delivered(row: Row) -> None:  # SPEC C2 D2
    price, ordered = cents(row["price"]), Decimal(row["ordered"])
    terms = distributions.LineTerms(
        name="Poulet",
        by_weight=row["weighed at delivery"] == "yes",
        weighed=row["weighed at delivery"] == "yes",
        unit_price_cents=price,
        ordered=ordered,
        ordered_cents=line_total(price, ordered),
    )
    due = distributions.delivered_cents(terms, Decimal(row["delivered"]))
    purse = distributions.Purse(paid_cents=terms.ordered_cents, refunded_cents=0, due_cents=due)
    assert (due, purse.to_refund_cents) == (cents(row["to pay"]), cents(row["to give back"]))


def refund(row: Row) -> None:  # SPEC F4
    left, amount = several(row["left of the payments"]), cents(row["to give back"])
    sources = [payments.Source(one, each) for one, each in zip(ids(len(left)), left, strict=True)]
    if row["taken"] == "refused":
        with pytest.raises(payments.RefundExceedsPaid):
            payments.allocate(amount, sources)
        return
    taken = dict(payments.allocate(amount, sources))
    assert [taken.get(one, 0) for one in ids(len(left))] == several(row["taken"])


def share(row: Row) -> None:  # SPEC F1 F7
    gross = several(row["delivered"])
    rates = [int(Decimal(row[name]) * 100) for name in ("fee %", "commission %")]
    figures = payments.split_sale(
        dict(zip(ids(len(gross)), gross, strict=True)), cents(row["customers' money"]), *rates
    ).values()
    assert [each.gross_cents for each in figures] == several(row["gross shares"])
    assert [each.fee_cents for each in figures] == several(row["fees"])
    assert [each.commission_cents for each in figures] == several(row["commissions"])
    assert [each.amount_cents for each in figures] == several(row["producers get"])


def payout_date(row: Row) -> None:  # SPEC F5
    validated, available = (
        datetime.fromisoformat(row[name]).replace(tzinfo=PARIS) for name in ("validated", "available")
    )
    assert payments.available_at(validated) == available.astimezone(UTC)
    assert payments.pay_on(available.astimezone(UTC)) == date.fromisoformat(row["paid on"])


def transfers(row: Row) -> None:  # SPEC F6
    owed = several(row["owed by sale"])
    made = payments.net_transfers(dict(zip(ids(len(owed)), owed, strict=True)))
    assert [made.get(sale, 0) for sale in ids(len(owed))] == several(row["transfers"])


RULES: dict[str, Callable[[Row], None]] = {
    "line": line,
    "vat": vat,
    "delivered": delivered,
    "refund": refund,
    "share": share,
    "payout date": payout_date,
    "transfers": transfers,
}


@pytest.mark.parametrize(("name", "row"), [(name, row) for name in RULES for row in tables()[name]])
def test_a_worked_row_is_what_the_rule_says(name: str, row: Row) -> None:
    RULES[name](row)


def test_every_table_of_the_page_is_run() -> None:
    assert set(tables()) == set(RULES) | set(STORIES)
