"""Days off in France, by the market's place: overseas departments and Alsace-Moselle have more of them."""

from collections.abc import Iterable
from datetime import date

import holidays

_BY_POSTCODE = {
    "971": "971",
    "972": "972",
    "973": "973",
    "974": "974",
    "975": "PM",
    "976": "976",
    "977": "BL",
    "978": "MF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
    "57": "57",
    "67": "6AE",
    "68": "6AE",
    "97133": "BL",
    "97150": "MF",
}
"""The library's subdivision by the longest beginning of a postcode."""
_LANGUAGES = {"fr": "fr", "en": "en_US"}


def of(postcode: str, dates: Iterable[date], language: str) -> dict[date, str]:
    """Those of `dates` that are off, with the name of the day."""
    wanted = set(dates)
    off = holidays.country_holidays(
        "FR", subdiv=_subdivision(postcode), years={on.year for on in wanted}, language=_LANGUAGES.get(language, "fr")
    )
    return {on: name for on, name in off.items() if on in wanted}


def _subdivision(postcode: str) -> str | None:
    beginnings = (postcode[:length] for length in (5, 3, 2))
    return next((_BY_POSTCODE[start] for start in beginnings if start in _BY_POSTCODE), None)
