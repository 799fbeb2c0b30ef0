"""A catalogue as CSV for a spreadsheet: `;` between cells, decimal commas, quotes where needed."""

import csv
import io
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from services.catalogs import taxonomy

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
Item = dict[str, Any]

COLUMNS: list[tuple[tuple[str, str], Callable[[Item, int], str]]] = [
    (("Identifiant", "Id"), lambda item, _: str(item["product_id"])),
    (("Nom", "Name"), lambda item, _: plain(item["name"])),
    (("Catégorie", "Category"), lambda item, _: item["category"]),
    (("Prix TTC", "Price"), lambda item, _: euros(item["price_cents"])),
    (("Unité", "Unit"), lambda item, lang: taxonomy.UNITS[item["unit"]][lang]),
    (("Contenu", "Net quantity"), lambda item, _: number(item["net_quantity"])),
    (
        ("Unité du contenu", "Net unit"),
        lambda item, lang: taxonomy.UNITS[item["net_unit"] or "piece"][lang] if item["net_unit"] else "",
    ),
    (("Prix unitaire", "Unit price"), lambda item, _: euros(item["unit_price"].cents) if item["unit_price"] else ""),
    (
        ("Prix unitaire par", "Unit price per"),
        lambda item, lang: taxonomy.UNITS[item["unit_price"].per][lang] if item["unit_price"] else "",
    ),
    (("TVA %", "VAT %"), lambda item, _: number(Decimal(item["goods_vat_bp"]) / 100)),
    (("Bio", "Organic"), lambda item, lang: _yes(item["organic"], lang)),
    (("Pesé à la livraison", "Weighed at delivery"), lambda item, lang: _yes(item["weighed"], lang)),
    (("Stock", "Stock"), lambda item, _: number(item["stock"]["on_hand"])),
    (
        ("Allergènes", "Allergens"),
        lambda item, lang: ", ".join(taxonomy.ALLERGENS[code][lang] for code in item["allergens"]),
    ),
    (("Ingrédients", "Ingredients"), lambda item, _: plain(item["ingredients"])),
    (("Conservation", "Storage"), lambda item, _: plain(item["storage"])),
    (("Origine", "Origin"), lambda item, _: plain(item["origin"])),
    (("Description", "Description"), lambda item, _: plain(item["description"])),
    (("Retiré", "Withdrawn"), lambda item, lang: _yes(item["withdrawn"], lang)),
]
"""Header in French and English; the cell, given the item and 0 for French or 1 for English."""


def catalog(items: Iterable[Item], language: str) -> str:
    """Without byte order mark: whoever writes the file encodes it as utf-8-sig."""
    lang = 1 if language == "en" else 0
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(header[lang] for header, _ in COLUMNS)
    writer.writerows([cell(item, lang) for _, cell in COLUMNS] for item in items)
    return text.getvalue()


def plain(text: str) -> str:
    """Text that a spreadsheet would calculate is marked as text."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def euros(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d}"


def number(value: Decimal | None) -> str:
    if value is None:
        return ""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def _yes(value: bool, lang: int) -> str:  # noqa: FBT001 - the value is the subject
    return ("oui", "yes")[lang] if value else ("non", "no")[lang]
