"""What is printed: the services' answers, laid out. No rule is in here.

`views`, `day` and `labels` turn an answer into texts in the reader's language; a page of typst sets them: `document` for all
that concerns money, `baskets` for lists of baskets, `labels` for sheets of labels. `papers` makes answers of them.
"""

import hashlib
import json
import sys
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

Made = TypeVar("Made")
View = dict[str, Any]
HERE = Path(__file__).parent
MOST_WORD = 24
"""Longer words may be broken, since a name without a blank must not run off its column."""
BREAK = "\u200b"


class Verbatim(str):
    """Nothing to read, a drawing: its words are not broken."""

    __slots__ = ()


def pdf(view: View, made_at: datetime, page: str = "document") -> bytes:
    """A4, fonts inside, the same bytes for the same content. In a real thread where all else is green ones."""
    return in_thread(lambda: _compile(json.dumps(_breakable(view), ensure_ascii=False), made_at, page))


def fingerprint(view: View, page: str = "document") -> str:
    """The same for the same page."""
    templates = b"".join((HERE / f"{name}.typ").read_bytes() for name in ("paper", page))
    return hashlib.sha256(json.dumps(view, sort_keys=True).encode() + templates).hexdigest()[:32]


def in_thread(work: Callable[[], Made]) -> Made:
    """Under gunicorn a request has a thread; in the one-process set-up the hub must go on meanwhile."""
    patcher = sys.modules.get("eventlet.patcher")
    if patcher is None or not patcher.is_monkey_patched("thread"):
        return work()
    from eventlet import tpool

    made: Made = tpool.execute(work)
    return made


def _compile(document: str, made_at: datetime, page: str) -> bytes:
    import typst

    made = typst.compile(
        HERE / f"{page}.typ",
        root=HERE,
        font_paths=_fonts(),
        sys_inputs={"document": document},
        timestamp=made_at.replace(microsecond=0),
    )
    return bytes(made)


@cache
def _fonts() -> Any:
    """Those inside the wheel: what a machine has installed changes nothing."""
    import typst

    return typst.Fonts(include_system_fonts=False)


def _breakable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _breakable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_breakable(item) for item in value]
    if isinstance(value, str) and len(value) > MOST_WORD and not isinstance(value, Verbatim):
        return " ".join(_broken(word) for word in value.split(" "))
    return value


def _broken(word: str) -> str:
    return BREAK.join(word[at : at + MOST_WORD] for at in range(0, len(word), MOST_WORD))
