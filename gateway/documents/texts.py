"""Amounts, days and quantities as the reader writes them; words of documents."""

import json
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from services.catalogs import taxonomy
from shared.typography import french_spaces

LOCALES = {"fr": Locale.parse("fr_FR"), "en": Locale.parse("en_GB")}
"""Read once: what babel looks up by name it looks up behind a lock, which a thread beside the hub must not wait for."""
CENTS = Decimal(100)
PARIS = "Europe/Paris"
MEASURES = {"kg", "g", "l", "cl", "ml"}
PLURAL = 2


@cache
def _words() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("words.json").read_text("utf-8"))
    return words


class Reader:
    """Writes for somebody who reads French or English."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LOCALES else "fr"
        self._locale = LOCALES[self.language]

    def word(self, key: str, default: str | None = None) -> str:
        texts = _words().get(key)
        if texts is None:
            return self.word(default) if default else key
        return french_spaces(texts["fr"]) if self.language == "fr" else texts["en"]

    def money(self, cents: int) -> str:
        return format_currency(Decimal(cents) / CENTS, "EUR", locale=self._locale)

    def day(self, value: str | None, zone: str = PARIS) -> str:
        day = day_of(value, zone)
        return format_date(day, "long", locale=self._locale) if day else ""

    def rate(self, vat_bp: int) -> str:
        return f"{format_decimal(Decimal(vat_bp) / CENTS, locale=self._locale)}\u00a0%"

    def quantity(self, quantity: str, unit: str) -> str:
        """« 1,5 kg », « 2 bottes », and « 2 » of what is counted by the piece."""
        number = format_decimal(Decimal(quantity), format="#,##0.###", locale=self._locale)
        if unit == "piece":
            return number
        french, english = taxonomy.UNITS.get(unit, (unit, unit))
        name = english if self.language == "en" else french
        is_many = abs(Decimal(quantity)) >= PLURAL and unit not in MEASURES and not name.endswith("x")
        return f"{number}\u00a0{name}{'s' if is_many else ''}"

    def seller(self, seller: dict[str, Any]) -> list[str]:
        """Name, commune, SIRET and VAT status, as the law wants them."""
        place = f"{seller['postcode']} {seller['commune']}".strip()
        siret = f"{self.word('siret')} {_grouped(seller['siret'])}" if seller["siret"] else self.word("no_siret")
        exempt = [self.word("vat_exempt")] if seller["vat_exempt"] else []
        return [line for line in (seller["name"], place, siret, *exempt) if line]


def _grouped(siret: str) -> str:
    """73282932000074 is read 732 829 320 00074."""
    return f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}".strip()


def day_of(value: str | None, zone: str = PARIS) -> date | None:
    """Of a date, or of an instant as the clocks of the zone showed it."""
    if value is None:
        return None
    return (
        datetime.fromisoformat(value).astimezone(ZoneInfo(zone)).date() if "T" in value else date.fromisoformat(value)
    )
