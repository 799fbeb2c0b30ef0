"""The bracket syntax of request bodies: `a[b][0][c]=1` is {"a": {"b": {"0": {"c": "1"}}}}.

Lists stay dicts with digits as keys: only the parameter's type tells a list from a hash with such keys.
"""

import re
from collections.abc import Iterable
from typing import Any

from sandbox.stripe.errors import Body, bad_parameter

_KEY = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")


def decode(pairs: Iterable[tuple[str, str]]) -> Body:
    """Nest flat pairs; a key that is not in the syntax is refused, and so is one that is both value and hash."""
    root: Body = {}
    for key, value in pairs:
        _place(root, _parts(key), value, key)
    return root


def _parts(key: str) -> list[str]:
    match = _KEY.match(key)
    if match is None:
        raise bad_parameter(f"Received unknown parameter: {key}", key, "parameter_unknown")
    return [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]


def _place(root: Body, parts: list[str], value: str, key: str) -> None:
    here: Any = root
    for part in parts[:-1]:
        here = here.setdefault(part or str(len(here)), {})
        if not isinstance(here, dict):
            raise bad_parameter(f"Invalid hash: {key}", key)
    here[parts[-1] or str(len(here))] = value
