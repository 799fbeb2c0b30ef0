"""The sign-off sheet as a table for spreadsheets."""

from collections.abc import Iterator
from typing import Any

from shared.tables import euros, number, plain

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
NUMERIC = {"number", "quantity", "unit_price", "amount", "total"}


def as_table(sheet: dict[str, Any], language: str) -> dict[str, Any]:
    """One row per line of a basket, or one per basket when products are left out."""
    columns = _columns(sheet["options"])
    headings = HEADINGS.get(language, HEADINGS["fr"])
    return {
        "name": f"{FILE_NAMES.get(language, FILE_NAMES['fr'])}-{sheet['day'].isoformat()}",
        "header": [headings[column] for column in columns],
        "numeric": [column in NUMERIC for column in columns],
        "rows": [[plain(row.get(column, "")) for column in columns] for row in _rows(sheet)],
    }


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
        total = {"total": euros(basket["due_cents"])}
        if not sheet["options"]["products"]:
            yield whose | total
        for index, line in enumerate(basket["lines"]):
            yield whose | _line(line) | (total if index == 0 else {})


def _line(line: dict[str, Any]) -> dict[str, str]:
    return {
        "producer": line["producer_name"],
        "product": line["name"],
        "unit": line["unit"],
        "quantity": number(line["delivered"]),
        "unit_price": euros(line["unit_price_cents"]),
        "amount": euros(line["delivered_cents"]),
    }
