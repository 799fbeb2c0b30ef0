"""Lists: newest first, cursors, filters by a field's value and by time, as every list of the API has them."""

from typing import Any

from flask import request

from sandbox.stripe.dispatch import Call
from sandbox.stripe.errors import Body, bad_parameter, missing
from sandbox.stripe.present import listed

PAGING = "limit starting_after ending_before"
_SIGNS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_LARGEST = 100


def page(call: Call, kind: str, fields: str = "", *, among: dict[str, list[str]] | None = None) -> Body:
    """One page of the account's objects of a kind.

    `fields` names the parameters that filter by equality, `among` the values that a field may have.
    """
    clauses, values = ["kind = ?", "account = ?"], [kind, call.account]
    wanted = {name: [call.params[name]] for name in fields.split() if name in call.params} | (among or {})
    for name, accepted in wanted.items():
        clauses.append(f"json_extract(body, '$.{name}') IN ({', '.join('?' * len(accepted))})")
        values.extend(accepted)
    _during(call.params.get("created"), clauses, values)
    limit = call.params.get("limit", 10)
    if not 1 <= limit <= _LARGEST:
        raise bad_parameter("Invalid limit: must be between 1 and 100", "limit", "parameter_invalid_integer")
    backwards = _cursor(call, clauses, values)
    tail = f"ORDER BY seq {'ASC' if backwards else 'DESC'} LIMIT {limit + 1}"
    found = call.tx.select(" AND ".join(clauses), values, tail)
    data = found[:limit]
    return listed(request.path, data[::-1] if backwards else data, has_more=len(found) > limit)


def _during(created: Any, clauses: list[str], values: list[Any]) -> None:
    if created is None:
        return
    bounds = {"gte": created, "lte": created} if isinstance(created, int) else created
    for name, bound in bounds.items():
        clauses.append(f"created {_SIGNS[name]} ?")
        values.append(bound)


def _cursor(call: Call, clauses: list[str], values: list[Any]) -> bool:
    for name, sign in (("starting_after", "<"), ("ending_before", ">")):
        if name in call.params:
            if call.tx.find(call.params[name]) is None:
                raise missing("object", call.params[name], name)
            clauses.append(f"seq {sign} (SELECT seq FROM objects WHERE id = ?)")  # noqa: S608 - our own sign
            values.append(call.params[name])
            return name == "ending_before"
    return False


def metadata(given: Any, before: Body | None = None) -> Body:
    """Merge metadata as the API does (an empty value unsets a name, an empty whole unsets all) within its limits."""
    if given == "":
        return {}
    merged = {**(before or {}), **(given or {})}
    kept = {name: value for name, value in merged.items() if value != ""}
    if len(kept) > 50:
        raise bad_parameter("You can have up to 50 metadata keys.", "metadata")
    for name, value in kept.items():
        if len(name) > 40 or len(value) > 500:
            raise bad_parameter(f"Metadata {name}: at most 40 characters of name and 500 of value", f"metadata[{name}]")
    return kept
