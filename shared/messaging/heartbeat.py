"""A service says that it lives: its green threads turn and its database answers."""

import tempfile
from pathlib import Path

from shared import clock

LATEST_SECONDS = 30


def _file(service: str) -> Path:
    return Path(tempfile.gettempdir()) / f"clayette-{service}.alive"


def beat(service: str) -> None:
    _file(service).touch()


def is_fresh(service: str) -> bool:
    """Whether a process of this service, on this machine or in this container, beat lately (by the machine's clock)."""
    try:
        return clock.wall_seconds() - _file(service).stat().st_mtime < LATEST_SECONDS
    except FileNotFoundError:
        return False
