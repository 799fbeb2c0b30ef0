"""Statements and accounts for a spreadsheet: semicolons, decimal commas, UTF-8 with a mark."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from gateway.documents import views
from gateway.documents.texts import Reader, day_of
from gateway.sheets import as_csv
from shared.tables import euros, number, plain

FIGURES = ("gross_cents", "fee_cents", "commission_cents", "amount_cents")
RATE = ("gross_cents", "net_cents", "vat_cents")


def statement(answer: dict[str, Any], reader: Reader) -> bytes:
    """One row per item, then their sum."""
    word = reader.word
    names = ("monday", "market", "validated_on", "kind", "gross", "fee", "commission", "share")
    rows = [
        [
            answer["monday"],
            plain(item["market_name"] or ""),
            str(day_of(item["validated_at"]) or ""),
            views.kind(reader, item),
            *(euros(item[name]) for name in FIGURES),
        ]
        for item in answer["items"]
    ]
    sums = [answer["monday"], "", "", word("csv.total"), *(euros(answer[name]) for name in FIGURES)]
    return as_csv([[word(name) for name in names], *rows, sums])


def accounting(answer: dict[str, Any], reader: Reader) -> bytes:
    """One row per day, producer and VAT rate, per day and producer's share, per day and kind of money moved."""
    word = reader.word
    names = (
        "day",
        "kind",
        "producer",
        "siret",
        "vat_rate",
        "gross",
        "net",
        "vat",
        "fee",
        "commission",
        "share",
        "amount",
    )
    rows: list[Sequence[str]] = [[word(name) for name in names]]
    for row in answer["sold"]:
        rate = number(Decimal(row["vat_bp"]) / 100)
        rows.append([*_who(word("csv.sold"), row), rate, *(euros(row[name]) for name in RATE), "", "", "", ""])
    for row in answer["shared"]:
        gross, *rest = (euros(row[name]) for name in FIGURES)
        rows.append([*_who(word("csv.shared"), row), "", gross, "", "", *rest, ""])
    for row in answer["money"]:
        moved = {name: row[f"{name}_cents"] for name in ("charges", "refunds", "payouts")}
        rows += [[row["day"], word(f"csv.{name}"), *[""] * 9, euros(cents)] for name, cents in moved.items() if cents]
    return as_csv(rows)


def _who(what: str, row: dict[str, Any]) -> list[str]:
    return [row["day"], what, plain(row["producer_name"] or ""), row["siret"] or ""]
