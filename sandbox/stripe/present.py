"""Objects as the API shows them: private names gone, the state of money by the hour, and what was asked to expand."""

import copy
from collections.abc import Callable, Sequence
from typing import Any

from sandbox.stripe.errors import Body, bad_parameter
from sandbox.stripe.store import Tx


def listed(url: str, data: list[Body], *, has_more: bool = False) -> Body:
    """Wrap one page of a list."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def expanded(tx: Tx, body: Body, paths: Sequence[str]) -> Body:
    """Show an object (or a list) with the ids at `paths` replaced by the objects that they name."""
    shown = copy.deepcopy(body)
    for path in paths:
        _expand(tx, shown, path.split("."), path)
    clean: Body = public(shown, tx.now)
    return clean


def public(value: Any, now: int) -> Any:
    """Drop the stand-in's own names, at any depth."""
    if isinstance(value, list):
        return [public(item, now) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: item if key == "metadata" else public(item, now) for key, item in value.items() if key[:1] != "_"}
    if kept.get("object") == "balance_transaction":
        kept["status"] = "available" if kept["available_on"] <= now else "pending"
    return kept


def _expand(tx: Tx, here: Any, parts: list[str], path: str) -> None:
    if isinstance(here, list):
        for item in here:
            _expand(tx, item, parts, path)
        return
    name, rest = parts[0], parts[1:]
    here[name] = _looked_up(tx, here, name, path)
    if rest and here[name] is not None:
        _expand(tx, here[name], rest, path)


def _looked_up(tx: Tx, here: Any, name: str, path: str) -> Any:
    hidden = _HIDDEN.get((here.get("object"), name))
    if hidden is not None and name not in here:
        return hidden(tx, here)
    value = here.get(name)
    found = tx.find(value) if isinstance(value, str) else value
    if name not in here or (value is not None and not isinstance(found, dict | list)):
        raise bad_parameter(f"This property cannot be expanded ({path}).", "expand[0]")
    return found


def _line_items(_: Tx, session: Body) -> Body:
    return listed(f"/v1/checkout/sessions/{session['id']}/line_items", session["_lines"])


def _refunds(tx: Tx, charge: Body) -> Body:
    newest = "kind = 'refund' AND json_extract(body, '$.charge') = ?"
    return listed(
        f"/v1/charges/{charge['id']}/refunds", tx.select(newest, [charge["id"]], "ORDER BY seq DESC LIMIT 10")
    )


_HIDDEN: dict[tuple[str | None, str], Callable[[Tx, Body], Body]] = {
    ("checkout.session", "line_items"): _line_items,
    ("charge", "refunds"): _refunds,
}
