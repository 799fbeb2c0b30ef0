"""Amounts, quantities, dates and hours as people of the page's language write them: filters of the templates.

Each takes the template's context, so that Jinja never folds a call with a literal into the text of one language.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates, numbers
from flask import Flask, g
from flask_babel import gettext as _
from flask_babel import ngettext
from jinja2 import pass_context

from services.catalogs import taxonomy
from shared import clock
from shared.typography import NBSP

PARIS = "Europe/Paris"
DASH = "\u2013"
HONEY, TOMATO = timedelta(hours=24), timedelta(hours=2)


def register(app: Flask) -> None:
    told = {
        "money": money,
        "euros": euros,
        "quantity": quantity,
        "per": per,
        "unit_name": unit_name,
        "percent": percent,
        "day": day,
        "hour": hour,
        "moment": moment,
        "when": when,
        "short_day": short_day,
        "time_left": time_left,
        "phone": phone,
        "km": km,
        "category_name": category_name,
        "group_name": group_name,
        "allergen_name": allergen_name,
        "label_name": label_name,
    }
    for name, function in told.items():
        app.jinja_env.filters[name] = _unfolded(function)
    app.jinja_env.filters["field_id"] = lambda name: "f-" + re.sub(r"[^A-Za-z0-9]+", "-", name)
    app.jinja_env.globals["now"] = clock.now


def _unfolded(function: Any) -> Any:
    @pass_context
    @wraps(function)
    def filtered(_context: Any, *args: Any, **options: Any) -> Any:
        return function(*args, **options)

    return filtered


# ---- amounts and quantities


def money(cents: int) -> str:
    """1250 is « 12,50 € » or “€12.50”."""
    return numbers.format_currency(Decimal(cents) / 100, "EUR", locale=_locale())


def euros(cents: int | None) -> str:
    """As one types it in a field: « 12,50 »."""
    return "" if cents is None else numbers.format_decimal(Decimal(cents) / 100, "0.00", locale=_locale())


def quantity(value: Any, unit: str = "piece") -> str:
    """« 1,5 kg », « 2 bottes », and « 2 » of what is counted by the piece."""
    number = Decimal(str(value))
    text = numbers.format_decimal(number, "#,##0.###", locale=_locale())
    if unit == "piece":
        return text
    many = abs(number) >= 2 and unit not in MEASURES
    return f"{text}{NBSP}{unit_name(unit)}{'s' if many and not unit_name(unit).endswith('x') else ''}"


def per(unit: str) -> str:
    """What a price is for: « le kg », « la botte », « la pièce »."""
    if g.get("language") == "en":
        return f"per {unit_name(unit)}"
    return f"{'le' if unit in LE else 'la'} {unit_name(unit)}"


def unit_name(unit: str) -> str:
    return _named(taxonomy.UNITS, unit)


def percent(basis_points: int) -> str:
    """550 is « 5,5 % »."""
    return numbers.format_percent(Decimal(basis_points) / 10_000, "#,##0.##%", locale=_locale()).replace(
        "%", "%" if g.get("language") == "en" else f"{NBSP}%"
    )


def km(distance: float | None) -> str:
    if distance is None:
        return ""
    text = numbers.format_decimal(round(distance, 1 if distance < 10 else None), locale=_locale())
    return f"{text}{NBSP}km"


# ---- dates and hours, in the zone of the market


def day(at: Any, zone: str | None = PARIS) -> str:
    """« samedi 9 septembre », with the year when it is another one."""
    on = _local(at, zone)
    this_year = clock.now().astimezone(ZoneInfo(zone or PARIS)).year == on.year
    if g.get("language") == "en":
        return dates.format_date(on, "EEEE d MMMM" if this_year else "EEEE d MMMM y", locale="en_GB")
    text = dates.format_date(on, "EEEE d MMMM" if this_year else "EEEE d MMMM y", locale="fr")
    return text.replace(" 1 ", " 1er ", 1)


def short_day(at: Any, zone: str | None = PARIS) -> dict[str, str]:
    """For a calendar leaf: {weekday, number, month}."""
    on = _local(at, zone)
    named = {"weekday": "EEE", "number": "d", "month": "MMM"}
    return {part: dates.format_date(on, pattern, locale=_locale()) for part, pattern in named.items()}


def hour(at: Any, zone: str | None = PARIS) -> str:
    """« 9 h », « 19 h 30 », “9:00”."""
    then = _local(at, zone)
    if g.get("language") == "en":
        return f"{then.hour}:{then.minute:02d}"
    return f"{then.hour}{NBSP}h" + (f"{NBSP}{then.minute:02d}" if then.minute else "")


def moment(at: Any, zone: str | None = PARIS) -> str:
    """« samedi 9 septembre à 19 h 30 »."""
    return str(_("%(day)s à %(hour)s", day=day(at, zone), hour=hour(at, zone)))


def when(start: Any, end: Any, zone: str | None = PARIS) -> str:
    """« samedi 9 septembre, 9 h – 12 h »; over midnight, both days."""
    if _local(start, zone).date() != _local(end, zone).date():
        return f"{moment(start, zone)} {DASH} {moment(end, zone)}"
    return f"{day(start, zone)}, {hour(start, zone)}{NBSP}{DASH}{NBSP}{hour(end, zone)}"


def time_left(until: Any) -> dict[str, str]:
    """{text, tone}: « encore 3 jours »; tone honey below a day, tomato below two hours, over when nothing is left."""
    left = instant(until) - clock.now()
    if left <= timedelta(0):
        return {"text": _("terminé"), "tone": "over"}
    tone = "tomato" if left < TOMATO else "honey" if left < HONEY else ""
    minutes = max(1, int(left.total_seconds() // 60))
    if left >= timedelta(days=2):
        return {"text": ngettext("encore %(num)s jour", "encore %(num)s jours", left.days), "tone": tone}
    if minutes >= 120:
        return {"text": _("encore %(hours)s h", hours=minutes // 60), "tone": tone}
    return {"text": _("encore %(minutes)s min", minutes=minutes), "tone": tone}


def instant(value: Any) -> datetime:
    """An answer's instant, in whatever way it was written."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _local(value: Any, zone: str | None) -> datetime:
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=ZoneInfo(zone or PARIS))
    return instant(value).astimezone(ZoneInfo(zone or PARIS))


# ---- names


def category_name(code: str) -> str:
    """« Salades et légumes-feuilles » of vegetables.leafy."""
    known = taxonomy.CATEGORIES.get(code)
    return code if known is None else (known.en if g.get("language") == "en" else known.fr)


def group_name(code: str) -> str:
    """« Légumes » of vegetables, or of any of its categories."""
    known = GROUPS.get(code.partition(".")[0])
    return code if known is None else (known.en if g.get("language") == "en" else known.fr)


def allergen_name(code: str) -> str:
    return _named(taxonomy.ALLERGENS, code)


def label_name(code: str) -> str:
    return _named(taxonomy.LABELS, code)


def phone(number: str | None) -> str:
    """For a link: digits and the plus alone."""
    return "".join(sign for sign in number or "" if sign.isdigit() or sign == "+")


def _named(names: dict[str, tuple[str, str]], code: str) -> str:
    french, english = names.get(code, (code, code))
    return english if g.get("language") == "en" else french


def _locale() -> str:
    return "en_GB" if g.get("language") == "en" else "fr_FR"


GROUPS = {group.code: group for group in taxonomy.GROUPS}
MEASURES = {"kg", "g", "l", "cl", "ml"}
LE = {"kg", "g", "l", "cl", "ml", "bag", "jar", "basket"}
