"""Golden files: what each event looked like when it was first told. Run as a module to write those of new events.

    python -m tests.contracts.golden

An existing file is never overwritten: a change that does not fit it is a new event with a new name.
"""

import json
from pathlib import Path
from typing import Any

from clayette.documents import json_schema
from shared.events import CONSUMERS, Event

FOLDER = Path(__file__).parent / "golden"
SAMPLES = {
    "uuid": "01890a5d-ac96-774b-bcce-b302099a8057",
    "date-time": "2023-09-09T10:00:00+00:00",
    "date": "2023-09-18",
}


def sample(shape: dict[str, Any]) -> Any:
    """A value of a JSON Schema as clayette.documents writes them."""
    if "anyOf" in shape:
        return sample(shape["anyOf"][0])
    kind = shape["type"]
    if kind == "object":
        return {name: sample(inner) for name, inner in shape["properties"].items()}
    if kind == "array":
        return [sample(shape["items"])]
    if kind == "string":
        return SAMPLES.get(shape.get("format", ""), "1.25" if "pattern" in shape else "text")
    return {"integer": 7, "boolean": True}[kind]


def file_of(event: type[Event]) -> Path:
    return FOLDER / f"{event.wire_name()}.json"


def read(event: type[Event]) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(file_of(event).read_text("utf-8"))
    return kept


def write_missing() -> None:
    FOLDER.mkdir(exist_ok=True)
    for event in CONSUMERS:
        if not file_of(event).exists():
            schema = json_schema(event.schema())
            kept = {"emitter": event.emitter(), "subject": event.subject, "schema": schema, "data": sample(schema)}
            file_of(event).write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


def breaks(before: dict[str, Any], now: dict[str, Any], path: str = "") -> list[str]:
    """What of `now` would not be understood by, or from, a program that knows `before`."""
    if before.get("type") != "object":
        return [] if before == now or _inner_fits(before, now, path) else [f"{path}: {before} became {now}"]
    found = [f"{path}.{name} is gone" for name in before["properties"] if name not in now["properties"]]
    found += [f"{path}.{name} became required" for name in now["required"] if name not in before["required"]]
    found += [f"{path}.{name} is no longer promised" for name in before["required"] if name not in now["required"]]
    for name, shape in before["properties"].items():
        if name in now["properties"]:
            found += breaks(shape, now["properties"][name], f"{path}.{name}")
    return found


def _inner_fits(before: dict[str, Any], now: dict[str, Any], path: str) -> bool:
    if before.get("type") == now.get("type") == "array":
        return not breaks(before["items"], now["items"], path)
    return False


if __name__ == "__main__":
    write_missing()
