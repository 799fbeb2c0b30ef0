"""Structured logs: one JSON object a line, an event name and keys; ids, never people."""

import json
import logging
import sys
from typing import Any

from shared import clock


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {"at": clock.now().isoformat(), "level": record.levelname, "log": record.name}
        entry |= {"event": record.getMessage()} | getattr(record, "keys", {})
        if record.exc_info:
            entry["trace"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


class Log:
    """`log.info("order_confirmed", order_id=…)`."""

    def __init__(self, name: str) -> None:
        self._log = logging.getLogger(name)

    def info(self, event: str, **keys: Any) -> None:
        self._log.info(event, extra={"keys": keys})

    def warning(self, event: str, **keys: Any) -> None:
        self._log.warning(event, extra={"keys": keys})

    def exception(self, event: str, error: BaseException | None = None, **keys: Any) -> None:
        """With the trace of `error`, or of the exception being handled."""
        self._log.error(event, exc_info=error or True, extra={"keys": keys})


def set_up(level: str = "INFO") -> None:
    out = logging.StreamHandler(sys.stderr)
    out.setFormatter(_Json())
    logging.basicConfig(level=level, handlers=[out], force=True)
    for noisy in ("nameko", "amqp", "kombu", "stripe", "urllib3", "alembic"):
        logging.getLogger(noisy).setLevel("WARNING")
    logging.getLogger("nameko.containers").setLevel("ERROR")  # at WARNING it logs every refusal with its trace
