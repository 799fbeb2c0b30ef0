"""The columns of a catalogue's sheet: what each is called, how it is written, how it is read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.catalogs import domain, taxonomy
from services.catalogs.domain import ProductFacts
from services.catalogs.sheets import reading
from services.catalogs.sheets.writing import yes
from shared.tables import euros, language_index, number, plain


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A product with its price; `on_hand` None: unlimited. `product_id` None: not yet kept."""

    product_id: UUID | None
    facts: ProductFacts
    price_cents: int | None
    on_hand: Decimal | None
    withdrawn: bool

    @property
    def unit_price(self) -> domain.UnitPrice | None:
        if self.price_cents is None:
            return None
        return domain.unit_price(self.price_cents, self.facts.unit, self.facts.net_quantity, self.facts.net_unit)


@dataclass(frozen=True)
class Column:
    """`write`: the cell, given the entry and 0 for French or 1 for English. `read`: the value of a cell with text,
    or raises; None for what is computed. `blank`: the value of an empty cell; NEEDED when there must be one.
    """

    name: str
    fr: str
    en: str
    write: Callable[[Entry, int], str]
    read: Callable[[str], Any] | None = None
    blank: Any = None
    numeric: bool = False
    also: tuple[str, ...] = ()

    def header(self, lang: int) -> str:
        return (self.fr, self.en)[lang]


NEEDED = object()


def _unit(code: str | None, lang: int) -> str:
    return taxonomy.UNITS[code][lang] if code else ""


def _category(code: str, lang: int) -> str:
    found = taxonomy.CATEGORIES[code]
    return (found.fr, found.en)[lang]


COLUMNS = (
    Column("product_id", "Identifiant", "Id", lambda e, _: str(e.product_id or ""), reading.product_id),
    Column("name", "Nom", "Name", lambda e, _: plain(e.facts.name), reading.text, NEEDED, also=("Produit", "Product")),
    Column("category", "Catégorie", "Category", lambda e, n: _category(e.facts.category, n), reading.category, NEEDED),
    Column(
        "price_cents",
        "Prix TTC",
        "Price",
        lambda e, _: "" if e.price_cents is None else euros(e.price_cents),
        reading.cents,
        NEEDED,
        numeric=True,
        also=("Prix", "Prix TTC (€)", "Price (€)"),
    ),
    Column("unit", "Unité", "Unit", lambda e, n: _unit(e.facts.unit, n), reading.unit, NEEDED),
    Column(
        "net_quantity",
        "Contenu",
        "Net quantity",
        lambda e, _: number(e.facts.net_quantity),
        reading.quantity,
        numeric=True,
    ),
    Column("net_unit", "Unité du contenu", "Net unit", lambda e, n: _unit(e.facts.net_unit, n), reading.unit),
    Column(
        "unit_price",
        "Prix unitaire",
        "Unit price",
        lambda e, _: euros(e.unit_price.cents) if e.unit_price else "",
        numeric=True,
    ),
    Column(
        "unit_price_per",
        "Prix unitaire par",
        "Unit price per",
        lambda e, n: _unit(e.unit_price.per, n) if e.unit_price else "",
    ),
    Column(
        "vat_bp",
        "TVA %",
        "VAT %",
        lambda e, _: number(Decimal(e.facts.vat_bp) / 100),
        reading.vat,
        numeric=True,
        also=("TVA", "Taux de TVA", "VAT", "VAT rate"),
    ),
    Column("organic", "Bio", "Organic", lambda e, n: yes(e.facts.organic, n), reading.flag, blank=False),
    Column(
        "weighed",
        "Pesé à la livraison",
        "Weighed at delivery",
        lambda e, n: yes(e.facts.weighed, n),
        reading.flag,
        blank=False,
    ),
    Column("on_hand", "Stock", "Stock", lambda e, _: number(e.on_hand), reading.quantity, numeric=True),
    Column(
        "allergens",
        "Allergènes",
        "Allergens",
        lambda e, n: ", ".join(taxonomy.ALLERGENS[code][n] for code in e.facts.allergens),
        reading.allergens,
        blank=(),
    ),
    Column("ingredients", "Ingrédients", "Ingredients", lambda e, _: plain(e.facts.ingredients), reading.text, ""),
    Column("storage", "Conservation", "Storage", lambda e, _: plain(e.facts.storage), reading.text, ""),
    Column("origin", "Origine", "Origin", lambda e, _: plain(e.facts.origin), reading.text, ""),
    Column("description", "Description", "Description", lambda e, _: plain(e.facts.description), reading.text, ""),
    Column("withdrawn", "Retiré", "Withdrawn", lambda e, n: yes(e.withdrawn, n), reading.flag, blank=False),
)
"""In the order of the sheet."""

BY_HEADER = {reading.key(name): c for c in COLUMNS for name in (c.fr, c.en, *c.also, c.name)}
"""Headers without case and accents, in both languages."""


def table(entries: Iterable[Entry], language: str) -> dict[str, Any]:
    """{header, numeric: which columns hold numbers, rows}: cells as text; whoever writes the file chooses its kind."""
    lang = language_index(language)
    return {
        "header": [column.header(lang) for column in COLUMNS],
        "numeric": [column.numeric for column in COLUMNS],
        "rows": [[column.write(entry, lang) for column in COLUMNS] for entry in entries],
    }
