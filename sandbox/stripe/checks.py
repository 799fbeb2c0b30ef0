"""Parameters checked against the typed dictionaries of the SDK, which come from the API's own description."""

import re
import sys
from collections.abc import Iterable
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from stripe import RequestOptions
from typing_extensions import is_typeddict

from sandbox.stripe.errors import ApiError, Body, bad_parameter

_OPTIONS = frozenset(RequestOptions.__annotations__)
_INTEGER = re.compile(r"^-?\d{1,15}$")


def checked(params: Any, raw: Body, known: frozenset[str]) -> Body:
    """Give `raw` the types that the class `params` names.

    Unknown, missing and ill-typed ones are refused as the real API does. What the real API takes but the stand-in
    does not imitate (not in `known`: dotted paths) is refused too, rather than ignored in silence.
    """
    values = _hash(params, raw, "")
    for path in _paths(values):
        if not _is_known(path, known):
            raise ApiError(f"The stand-in does not imitate the parameter {path}", code="not_imitated", saved=False)
    return values


def _paths(value: Any, path: str = "") -> Iterable[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner, path)
    else:
        yield path


def _is_known(path: str, known: frozenset[str]) -> bool:
    parts = path.split(".")
    return any(".".join(parts[:n]) in known for n in range(1, len(parts) + 1))


@cache
def _hints(params: Any) -> dict[str, Any]:
    own = {name: hint for name, hint in params.__annotations__.items() if name not in _OPTIONS}
    shell = type("Shell", (), {"__annotations__": own, "__module__": params.__module__})
    return get_type_hints(shell, vars(sys.modules[params.__module__]))


def _hash(params: Any, raw: Body, path: str) -> Body:
    hints = _hints(params)
    for name in raw:
        if name not in hints:
            full = _join(path, name)
            raise bad_parameter(f"Received unknown parameter: {full}", full, "parameter_unknown")
    for name in params.__required_keys__ - _OPTIONS - raw.keys():
        full = _join(path, name)
        raise bad_parameter(f"Missing required param: {full}.", full, "parameter_missing")
    return {name: _value(hints[name], value, _join(path, name)) for name, value in raw.items()}


def _join(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


def _value(hint: Any, value: Any, path: str) -> Any:
    members = _members(hint)
    if isinstance(value, dict):
        return _nested(members, value, path)
    choices = [choice for member in members if get_origin(member) is Literal for choice in get_args(member)]
    if value in choices:
        return value
    if any(choices):  # beside a mere "" (which unsets), str stands for choices that the SDK does not know yet
        raise bad_parameter(f"Invalid {path}: must be one of {', '.join(map(str, choices))}", path)
    return _scalar(members, value, path)


def _members(hint: Any) -> list[Any]:
    origin = get_origin(hint)
    if origin is Union or type(hint).__name__ == "UnionType":
        return [inner for member in get_args(hint) for inner in _members(member)]
    return [hint]


def _nested(members: list[Any], value: Body, path: str) -> Any:
    for member in members:
        if is_typeddict(member):
            return _hash(member, value, path)
        if get_origin(member) is list:
            return _list(get_args(member)[0], value, path)
        if get_origin(member) is dict:
            inner = get_args(member)[1]
            return {key: _value(inner, item, _join(path, key)) for key, item in value.items()}
    raise bad_parameter(f"Invalid string: {value}", path)


def _list(item: Any, value: Body, path: str) -> list[Any]:
    if not all(key.isdigit() for key in value):
        raise bad_parameter("Invalid array", path)
    ordered = sorted(value.items(), key=lambda pair: int(pair[0]))
    return [_value(item, inner, f"{path}[{index}]") for index, inner in ordered]


def _scalar(members: list[Any], value: str, path: str) -> Any:
    if bool in members and value in ("true", "false"):
        return value == "true"
    if int in members and _INTEGER.match(value):
        return int(value)
    if str in members:
        return value
    if int in members:
        raise bad_parameter(f"Invalid integer: {value}", path, "parameter_invalid_integer")
    kind = "boolean" if bool in members else "hash or array"
    raise bad_parameter(f"Invalid {kind}: {value}", path)
