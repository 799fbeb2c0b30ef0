"""How dates, hours, amounts and quantities are written, in French and in English."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

NBSP = "\u00a0"
NARROW = "\u202f"
MINUS, DASH, TIMES = "\u2212", "\u2013", "\u00d7"

DAYS = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "fr": (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}
UNITS = {
    "fr": {"piece": "", "bunch": "botte", "kg": "kg", "g": "g", "l": "l", "ml": "ml"},
    "en": {"piece": "", "bunch": "bunch", "kg": "kg", "g": "g", "l": "l", "ml": "ml"},
}


def money(cents: int, language: str) -> str:
    """1250 is « 12,50 € » or “€12.50”."""
    sign = MINUS if cents < 0 else ""
    euros, rest = divmod(abs(cents), 100)
    if language == "fr":
        return f"{sign}{f'{euros:,}'.replace(',', NARROW)},{rest:02d}{NBSP}€"
    return f"{sign}€{euros:,}.{rest:02d}"


def day(on: date, language: str) -> str:
    """« samedi 9 septembre », « samedi 1er juillet », “Saturday 9 September”."""
    number = "1er" if language == "fr" and on.day == 1 else str(on.day)
    return f"{DAYS[language][on.weekday()]} {number} {MONTHS[language][on.month - 1]}"


def hour(at: time, language: str) -> str:
    """« 9 h », « 19 h 30 », “9:00”."""
    if language == "en":
        return f"{at.hour}:{at.minute:02d}"
    return f"{at.hour}{NBSP}h{NBSP}{at.minute:02d}" if at.minute else f"{at.hour}{NBSP}h"


def moment(at: datetime, zone: str, language: str) -> str:
    """« mercredi 6 septembre à 23 h 55 »."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{day(local.date(), language)} {'à' if language == 'fr' else 'at'} {hour(local.time(), language)}"


def slot(starts_at: datetime, ends_at: datetime, zone: str, language: str) -> str:
    """« samedi 9 septembre, 9 h … 12 h »; a slot over midnight names both days."""
    start, end = starts_at.astimezone(ZoneInfo(zone)), ends_at.astimezone(ZoneInfo(zone))
    until = hour(end.time(), language)
    if end.date() != start.date():
        until = f"{day(end.date(), language)}, {until}"
    return f"{day(start.date(), language)}, {hour(start.time(), language)}{NBSP}{DASH}{NBSP}{until}"


def quantity(value: Decimal, unit: str, language: str) -> str:
    """« 1,25 kg »; bunches are counted and named, pieces just counted."""
    number = f"{value:f}"
    number = number.rstrip("0").rstrip(".") if "." in number else number
    number = number.replace(".", ",") if language == "fr" else number
    name = UNITS[language].get(unit, unit)
    if name in {"kg", "g", "l", "ml"}:
        return f"{number}{NBSP}{name}"
    return f"{number}{NBSP}{TIMES}{NBSP}{name}" if name else f"{number}{NBSP}{TIMES}"


def french_spaces(text: str) -> str:
    """No line ends before « ; : ! ? » », nor after « « »."""
    text = re.sub(r" ([;!?])", NARROW + r"\1", text)
    text = re.sub(r" ([:»])", NBSP + r"\1", text)
    return text.replace("« ", f"«{NBSP}")
