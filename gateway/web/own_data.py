"""What is kept of a person, to take away: one file of JSON, whole however much it is (SPEC P5)."""

import json
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Any

from flask import Blueprint, send_file

from gateway.backend import ask
from gateway.web.pages import Answer, ensure_known

blp = Blueprint("own_data", __name__)
PER_PAGE = 200
"""As many as the services answer at once."""
IN_MEMORY_BYTES = 1_000_000
LISTS = {"orders": "orders.my_orders", "notices": "notifications.my_notices"}


@blp.get("/account/export")
def export() -> Answer:
    """Kept until it is whole, on disk if it is long: a service that is away makes a page of trouble, not half a file."""
    ensure_known()
    file = SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115 - closed with the answer
    file.writelines(part.encode() for part in _parts())
    file.seek(0)
    answer = send_file(file, "application/json", as_attachment=True, download_name="clayette.json")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _parts() -> Iterator[str]:
    yield f'{{"account": {_json(ask("accounts.me", {}))}'
    for name, method in LISTS.items():
        yield f',\n"{name}": ['
        for index, item in enumerate(_items(method)):
            yield f"{',' if index else ''}\n{_json(item)}"
        yield "]"
    yield "}\n"


def _items(method: str) -> Iterator[Any]:
    """Page after page, so that no more than one is in memory: the only place where a page asks as often as there is more."""
    after = None
    while True:
        found = ask(method, {"limit": PER_PAGE} | ({"after": after} if after else {}))
        yield from found["items"]
        after = found["next"]
        if after is None:
            return


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
