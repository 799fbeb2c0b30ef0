"""Faults of fields in French. Schemas (marshmallow's and ours) speak English; each sentence has its twin here."""

import json
import re
from functools import cache
from pathlib import Path

from shared.typography import french_spaces

TWINS = Path(__file__).with_name("field_sentences.json")
OTHERWISE = "Cette valeur ne convient pas."


def in_french(text: str) -> str:
    """A sentence, or several after one another; what has no twin is told in general words."""
    found: list[str] = []
    rest = text.strip()
    while rest:
        for pattern, french in _twins():
            if match := pattern.match(rest):
                found.append(french.format(**match.groupdict()))
                rest = rest[match.end() :].lstrip()
                break
        else:
            return OTHERWISE
    return " ".join(found) or OTHERWISE


@cache
def _twins() -> list[tuple[re.Pattern[str], str]]:
    """[(pattern of the English sentence, French)]: a {word} in both is what the sentence quotes."""
    pairs: dict[str, str] = json.loads(TWINS.read_text("utf-8"))
    return [(_pattern(english), french_spaces(french)) for english, french in pairs.items()]


def _pattern(english: str) -> re.Pattern[str]:
    quoted = re.split(r"{(\w+)}", english)
    parts = [f"(?P<{part}>.+?)" if index % 2 else re.escape(part) for index, part in enumerate(quoted)]
    return re.compile("".join(parts) + r"(?=\s|$)", re.DOTALL)
