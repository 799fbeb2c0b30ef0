"""Invoices, receipts and statements: VAT by rate, numbers, what a validation makes due, what a Monday covers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.payments.domain.payouts import WEEK, run_at
from shared.errors import Refusal
from shared.money import Cents, vat_within

INVOICE, CREDIT_NOTE = "invoice", "credit_note"
SALE, CORRECTION, BALANCE, DISPUTE = "sale", "correction", "balance", "dispute"
WAIT_FOR_NAME = timedelta(hours=1)
"""How long an invoice waits for its buyer's name, should accounts be late to tell it."""


class ReceiptNotReady(Refusal):
    """The order is not paid for, or was a moment ago."""


@dataclass(frozen=True)
class Rate:
    """What goods at one VAT rate come to: gross - vat = net."""

    vat_bp: int
    gross_cents: Cents
    vat_cents: Cents

    @property
    def net_cents(self) -> Cents:
        return self.gross_cents - self.vat_cents


def rates(lines: Iterable[Mapping[str, Any]]) -> list[Rate]:
    """VAT is extracted per rate group from its gross, half up (SPEC O9): one rounding per rate, lowest rate first."""
    gross: dict[int, Cents] = {}
    for line in lines:
        gross[line["vat_bp"]] = gross.get(line["vat_bp"], 0) + line["gross_cents"]
    return [Rate(bp, gross[bp], vat_within(gross[bp], bp)) for bp in sorted(gross)]


def summed(groups: Iterable[Iterable[Rate]]) -> list[Rate]:
    """Rates of several sellers added up, so that their sum is that of the sellers' invoices."""
    sums: dict[int, Rate] = {}
    for each in (rate for group in groups for rate in group):
        former = sums.get(each.vat_bp, Rate(each.vat_bp, 0, 0))
        sums[each.vat_bp] = Rate(each.vat_bp, former.gross_cents + each.gross_cents, former.vat_cents + each.vat_cents)
    return [sums[bp] for bp in sorted(sums)]


def number(producer_id: UUID, year: int, sequence: int) -> str:
    """The series of a producer and year. Its prefix stays when the farm is renamed, and tells farms apart."""
    return f"{str(producer_id)[-6:].upper()}-{year}-{sequence:06d}"


def pseudonym(account_id: UUID) -> str:
    """Who has deleted the account (SPEC P5)."""
    return f"Membre {str(account_id)[-6:].upper()}"


def is_changed(former: Mapping[str, Any] | None, lines: Sequence[Mapping[str, Any]]) -> bool:
    """Whether what is delivered now differs from what the former invoice says."""
    return former is None or former["lines"] != list(lines)


def taken_back(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a credit note: that of the invoice with everything below zero."""
    lines = [
        line | {"quantity": f"-{line['quantity']}", "gross_cents": -line["gross_cents"]} for line in content["lines"]
    ]
    amounts = ("gross_cents", "vat_cents", "net_cents")
    negated = [rate | {name: -rate[name] for name in amounts} for rate in content["rates"]]
    return dict(content) | {"lines": lines, "rates": negated, "replaces": None}


def kind_of_share(number: int, first: int, balance_round: int = 0, dispute_id: str | None = None) -> str:
    """Why a share is there: a lost dispute, a balance due that a customer paid later, the sale's first validation, or what
    a later one changed.
    """
    if dispute_id is not None:
        return DISPUTE
    if balance_round:
        return BALANCE
    return SALE if number == first else CORRECTION


def covered_on(issued_at: datetime, mondays: Sequence[date]) -> date | None:
    """The Monday whose statement names an invoice: the first that pays for its sale after it was issued, or the last."""
    later = [monday for monday in sorted(mondays) if run_at(monday) >= issued_at]
    return later[0] if later else max(mondays, default=None)


@dataclass(frozen=True)
class Claim:
    """A share as a statement sees it: payable from `pay_on`, paid on `paid_on` or not yet."""

    amount_cents: Cents
    pay_on: date
    paid_on: date | None


def carried(claims: Iterable[Claim], last: date) -> dict[date, Cents]:
    """{Monday: what was due and not paid}, up to the run of `last` (SPEC F6)."""
    sums: dict[date, Cents] = {}
    for claim in claims:
        monday = claim.pay_on
        until = claim.paid_on or last + WEEK
        while monday < until:
            sums[monday] = sums.get(monday, 0) + claim.amount_cents
            monday += WEEK
    return sums
