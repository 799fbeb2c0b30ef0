"""How far the loading of the demo market has come, kept beside the databases so that a killed start goes on."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import eventlet


class Progress:
    """`anchor`: the true time of the first start, from which all dates are counted. `facts`: ids that later chapters need."""

    def __init__(self, file: Path, size: str, anchor: datetime) -> None:
        self._file = file
        self.size, self.anchor = size, anchor
        self.done: list[str] = []
        self.facts: dict[str, Any] = {}

    @classmethod
    def read(cls, file: Path) -> "Progress":
        kept = json.loads(file.read_text("utf-8"))
        progress = cls(file, kept["size"], datetime.fromisoformat(kept["anchor"]))
        progress.done, progress.facts = kept["done"], kept["facts"]
        return progress

    def keep(self) -> None:
        kept = {"size": self.size, "anchor": self.anchor.isoformat(), "done": self.done, "facts": self.facts}
        draft = self._file.with_suffix(".draft")
        draft.write_text(json.dumps(kept, ensure_ascii=False, indent=1), "utf-8")
        draft.replace(self._file)

    def finish(self, chapter: str) -> None:
        self.done.append(chapter)
        self.keep()


AT_ONCE = 6


def each(items: Any, work: Callable[[Any], Any]) -> list[Any]:
    """`work` on every item, a few at a time; raises the first failure once all have ended."""

    def one(item: Any) -> tuple[Any, Exception | None]:
        try:
            return work(item), None
        except Exception as error:  # noqa: BLE001 - raised below, in the thread that waits
            return None, error

    ended = list(eventlet.GreenPool(AT_ONCE).imap(one, items))
    for error in (error for _, error in ended if error is not None):
        raise error
    return [made for made, _ in ended]
