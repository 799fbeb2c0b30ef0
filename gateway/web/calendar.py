"""The pickup as an entry of a calendar (RFC 5545)."""

from datetime import UTC
from typing import Any

from flask_babel import gettext as _

from gateway.web.formats import instant
from shared import clock

STAMP = "%Y%m%dT%H%M%SZ"
MOST_OCTETS = 74


def pickup(order: dict[str, Any]) -> str:
    sale, place = order["sale"], order["sale"]["place"] or {}
    where = ", ".join(part for part in (place.get("name"), place.get("address"), place.get("commune")) if part)
    title = _("Retrait : %(market)s", market=sale["market_name"])
    about = _("Panier n° %(number)s", number=order["basket_number"] or "–")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Clayette//FR",
        "BEGIN:VEVENT",
        f"UID:{order['order_id']}@clayette",
        f"DTSTAMP:{clock.now().strftime(STAMP)}",
        f"DTSTART:{_utc(sale['starts_at'])}",
        f"DTEND:{_utc(sale['ends_at'])}",
        f"SUMMARY:{_escaped(title)}",
        f"LOCATION:{_escaped(where)}",
        f"DESCRIPTION:{_escaped(about)}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_escaped(about)}",
        "TRIGGER:-PT1H",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{part}\r\n" for line in lines for part in folded(line))


def folded(line: str) -> list[str]:
    """In pieces of at most 75 octets, never within a character; all but the first begin with a blank."""
    pieces, piece = [], ""
    for sign in line:
        if len((piece + sign).encode()) > MOST_OCTETS:
            pieces.append(piece)
            piece = " "
        piece += sign
    return [*pieces, piece]


def _utc(at: str) -> str:
    return instant(at).astimezone(UTC).strftime(STAMP)


def _escaped(text: str) -> str:
    """What ends a line for any program is written as text: a name cannot smuggle a property in."""
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(escaped.splitlines())
