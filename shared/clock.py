"""The only reader of time. Everything else asks here, so that tests and the demo can move it.

`CLAYETTE_CLOCK_FILE` names a file that holds a number of seconds to add to the wall clock. Every process of
the suite that is given the same file sees the same moved time, and a restart keeps it. Without the variable
(production) the wall clock is used as it is.
"""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

_file = os.environ.get("CLAYETTE_CLOCK_FILE") or None
_seen: tuple[int, float] = (0, 0.0)
_stamp = 0
_last_id = 0


def now() -> datetime:
    """Now: aware, UTC."""
    return datetime.fromtimestamp(time.time() + offset(), UTC)


def monotonic() -> float:
    """Seconds for measuring durations; not moved by the demo."""
    return time.monotonic()


def wall_seconds() -> float:
    """The machine's own time, not moved: to compare with the times of files."""
    return time.time()


def offset() -> float:
    """Seconds by which the clock is moved ahead of the wall clock."""
    global _seen  # noqa: PLW0603 - a cache of one file's content, keyed by its change time
    if _file is None:
        return 0.0
    try:
        changed = os.stat(_file).st_mtime_ns  # noqa: PTH116 - asked several times a request; a Path costs more
    except FileNotFoundError:
        return 0.0
    if changed != _seen[0]:
        _seen = (changed, float(Path(_file).read_text() or 0))
    return _seen[1]


def can_move() -> bool:
    return _file is not None


def move_to(instant: datetime) -> None:
    """Move the clock of every process that shares the clock file forward to `instant`; never back."""
    if _file is None:
        message = "the clock is fixed to the wall clock: CLAYETTE_CLOCK_FILE is not set"
        raise RuntimeError(message)
    ahead = (instant - now()) / timedelta(seconds=1)
    if ahead > 0:
        _write(Path(_file), offset() + ahead)


def begin_at(instant: datetime) -> None:
    """Let the time of a suite that has no past yet begin before now; once it has begun, it is never moved back."""
    if _file is None or Path(_file).exists():
        message = "time has begun already"
        raise RuntimeError(message)
    _write(Path(_file), (instant - now()) / timedelta(seconds=1))


def _write(file: Path, seconds: float) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".draft")
    draft.write_text(str(seconds))
    draft.replace(file)


def new_id() -> UUID:
    """A version 7 UUID (RFC 9562): sorts by the time of its making, in one process strictly."""
    global _stamp  # noqa: PLW0603 - 12 bits below the milliseconds count the ids of one millisecond
    _stamp = max(int((time.time() + offset()) * 1000) << 12, _stamp + 1)
    value = (_stamp >> 12 << 80) | (0x7 << 76) | ((_stamp & 0xFFF) << 64)
    return UUID(int=value | (0x2 << 62) | (int.from_bytes(os.urandom(8), "big") >> 2))
