"""How dates, hours, amounts and quantities are written, in French and in English."""

from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from shared.typography import NARROW, NBSP

SEVERAL = {"fr": Decimal(2), "en": Decimal("1.001")}
"""From how many on a word is in the plural."""
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
MEASURES = {"kg", "g", "l", "cl", "ml"}
UNITS = {
    "fr": {
        "bunch": ("botte", "bottes"),
        "tray": ("barquette", "barquettes"),
        "bag": ("sachet", "sachets"),
        "box": ("caisse", "caisses"),
        "jar": ("pot", "pots"),
        "bottle": ("bouteille", "bouteilles"),
        "dozen": ("douzaine", "douzaines"),
        "portion": ("portion", "portions"),
        "basket": ("panier", "paniers"),
    },
    "en": {
        "bunch": ("bunch", "bunches"),
        "tray": ("tray", "trays"),
        "bag": ("bag", "bags"),
        "box": ("box", "boxes"),
        "jar": ("jar", "jars"),
        "bottle": ("bottle", "bottles"),
        "dozen": ("dozen", "dozen"),
        "portion": ("portion", "portions"),
        "basket": ("basket", "baskets"),
    },
}
"""{language: {unit: (one, several)}} of what is counted in words."""


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


def hours(starts_at: datetime, ends_at: datetime, zone: str, language: str) -> str:
    """« 9 h … 12 h »."""
    start, end = (hour(at.astimezone(ZoneInfo(zone)).time(), language) for at in (starts_at, ends_at))
    return f"{start}{NBSP}{DASH}{NBSP}{end}"


def quantity(value: Decimal, unit: str, language: str) -> str:
    """« 1,25 kg », « 2 bottes », and « 6 × » of what is counted by the piece."""
    number = f"{value:f}"
    number = number.rstrip("0").rstrip(".") if "." in number else number
    number = number.replace(".", ",") if language == "fr" else number
    if unit in MEASURES:
        return f"{number}{NBSP}{unit}"
    one, several = UNITS[language].get(unit, (TIMES, TIMES))
    return f"{number}{NBSP}{several if abs(value) >= SEVERAL[language] else one}"
