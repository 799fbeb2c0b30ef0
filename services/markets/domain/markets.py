"""What a market is made of, and how the answers of the creation form preset its parameters (SPEC M1, M6, M8)."""

from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.errors import Refusal

KINDS = ("producers", "local_authority", "company", "association")
BEFORE, DURING = "before", "during"
ORGANISATION_MODES = (BEFORE, DURING)
OPEN, CLOSED, WAITING_LIST = "open", "closed", "waiting_list"
REGISTRATIONS = (OPEN, CLOSED, WAITING_LIST)
REMINDER_HOURS = (0, 24, 48)

METROPOLE = "Europe/Paris"
OVERSEAS_ZONES = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}
"""Time zone by the first three digits of a postcode."""


class UnknownTimeZone(Refusal):
    status = 422


class CatalogIsParticipating(Refusal):
    """It is in a coming sale that people have ordered from. details["sale_ids"]."""


@dataclass(frozen=True)
class Preset:
    organisation_mode: str
    reminder_hours: int


PRESETS = {
    "producers": Preset(DURING, 0),
    "local_authority": Preset(BEFORE, 24),
    "company": Preset(BEFORE, 24),
    "association": Preset(BEFORE, 24),
}
"""By kind: producers bring lots that they label; the others have a team that composes the baskets."""

DEFAULTS = {
    "registration": OPEN,
    "welcome": "",
    "contact_name": "",
    "contact_email": None,
    "contact_phone": None,
    "payment_fee_bp": 300,
    "commission_bp": 0,
    "reservation_minutes": 35,
    "unvalidated_limit": 4,
}

ORGANISATION = {
    ("before", "fr"): "Les producteurs livrent à l’avance et une équipe compose les paniers avant la distribution : "
    "le vôtre vous attend, complet.",
    ("before", "en"): "Producers deliver in advance and a team puts the baskets together before the distribution: "
    "yours is ready, complete.",
    ("during", "fr"): "Chaque producteur apporte des lots étiquetés au numéro de commande du client ; l’équipe les "
    "rassemble pour composer le panier à l’arrivée de chacun, pendant la distribution.",
    ("during", "en"): "Each producer brings lots labelled with the customer’s order number; the team gathers them "
    "into the basket as each customer arrives, during the distribution.",
}
"""How distributions go, told plainly to customers and producers, by mode and language (SPEC M6)."""


def settings(kind: str, postcode: str, given: dict[str, Any]) -> dict[str, Any]:
    """What was answered, completed by the preset of the kind of market and by the defaults (SPEC M1)."""
    return {**DEFAULTS, **asdict(PRESETS[kind]), "time_zone": zone_of(postcode), **given}


def zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownTimeZone("time_zone", time_zone=name) from None


def zone_of(postcode: str) -> str:
    """97133 and 97150 are Saint-Barthélemy and Saint-Martin; they keep the time of Guadeloupe."""
    return OVERSEAS_ZONES.get(postcode[:3], METROPOLE)
