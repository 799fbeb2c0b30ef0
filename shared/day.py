"""The day of a distribution: markets shows beside a sale what distributions answers and holds to (SPEC D1)."""

from datetime import datetime
from zoneinfo import ZoneInfo

SEE_ORDERS, VALIDATE_DISTRIBUTION = "see_orders", "validate_distribution"


def has_come(starts_at: datetime, zone: ZoneInfo, now: datetime) -> bool:
    """From midnight of the day of the distribution, by the market's own clock."""
    return now.astimezone(zone).date() >= starts_at.astimezone(zone).date()


def button(closes_at: datetime, starts_at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """« Voir les commandes » or « Valider la distribution », of a sale that is neither validated nor cancelled."""
    return VALIDATE_DISTRIBUTION if closes_at <= now and has_come(starts_at, zone, now) else SEE_ORDERS
