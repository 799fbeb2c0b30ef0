"""The sign-off sheet as spreadsheets read it: semicolons, decimal commas, no cell that a program could run."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from typing import Any

from services.distributions import domain

HEADINGS = {
    "fr": {
        "number": "N° panier",
        "last_name": "Nom",
        "first_name": "Prénom",
        "phone": "Téléphone",
        "producer": "Producteur",
        "product": "Produit",
        "quantity": "Quantité",
        "unit": "Unité",
        "unit_price": "Prix unitaire (€)",
        "amount": "Montant (€)",
        "total": "Total panier (€)",
        "signature": "Signature",
        "notes": "Notes",
    },
    "en": {
        "number": "Basket no.",
        "last_name": "Last name",
        "first_name": "First name",
        "phone": "Phone",
        "producer": "Producer",
        "product": "Product",
        "quantity": "Quantity",
        "unit": "Unit",
        "unit_price": "Unit price (€)",
        "amount": "Amount (€)",
        "total": "Basket total (€)",
        "signature": "Signature",
        "notes": "Notes",
    },
}
FILE_NAMES = {"fr": "emargement", "en": "sign-off"}
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(sheet: dict[str, Any], language: str) -> str:
    """One row per line of a basket, or one per basket when products are left out. The caller encodes (utf-8-sig)."""
    columns = _columns(sheet["options"])
    written = StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    headings = HEADINGS.get(language, HEADINGS["fr"])
    writer.writerow([headings[column] for column in columns])
    for row in _rows(sheet):
        writer.writerow([harmless(row.get(column, "")) for column in columns])
    return written.getvalue()


def file_name(sheet: dict[str, Any], language: str) -> str:
    return f"{FILE_NAMES.get(language, FILE_NAMES['fr'])}-{sheet['day'].isoformat()}.csv"


def harmless(cell: str) -> str:
    """A cell that a spreadsheet would take for a formula is written as text."""
    return f"'{cell}" if cell.startswith(RISKY) else cell


def _columns(options: dict[str, Any]) -> list[str]:
    wanted = [("number", True), ("last_name", True), ("first_name", True), ("phone", options["phones"])]
    wanted += [(column, options["products"]) for column in ("producer", "product", "quantity", "unit")]
    wanted += [(column, options["products"] and options["prices"]) for column in ("unit_price", "amount")]
    wanted += [("total", options["prices"]), ("signature", options["signature"]), ("notes", options["notes"])]
    return [column for column, is_wanted in wanted if is_wanted]


def _rows(sheet: dict[str, Any]) -> Iterator[dict[str, str]]:
    for basket in sheet["baskets"]:
        whose = {
            "number": str(basket["number"]),
            "last_name": basket["last_name"],
            "first_name": basket["first_name"],
            "phone": basket["phone"] or "",
        }
        total = {"total": _euros(basket["due_cents"])}
        if not sheet["options"]["products"]:
            yield whose | total
        for index, line in enumerate(basket["lines"]):
            yield whose | _line(line) | (total if index == 0 else {})


def _line(line: dict[str, Any]) -> dict[str, str]:
    return {
        "producer": line["producer_name"],
        "product": line["name"],
        "unit": line["unit"],
        "quantity": domain.plain(line["delivered"]).replace(".", ","),
        "unit_price": _euros(line["unit_price_cents"]),
        "amount": _euros(line["delivered_cents"]),
    }


def _euros(cents: int | None) -> str:
    return "" if cents is None else f"{Decimal(cents) / 100:.2f}".replace(".", ",")
