"""Three mends that kombu's in-process transport needs before nameko can run on it (the embedded set-up)."""

from queue import Empty
from typing import Any

from eventlet import Timeout
from eventlet.event import Event
from kombu.transport import memory, virtual

from shared import clock

LONGEST_NAP_SECONDS = 0.05
"""A message may also become ready without being put: when an ack makes room in a consumer's prefetch."""


class _Bell:
    """Wakes everyone who waits for a message; kombu would look each second, or burn a core looking more often."""

    def __init__(self) -> None:
        self._event = Event()

    def ring(self) -> None:
        event, self._event = self._event, Event()
        event.send()

    def wait(self, seconds: float) -> None:
        with Timeout(seconds, exception=False):
            self._event.wait()


_bell = _Bell()
_put = memory.Channel._put


class _Message(virtual.Message):
    """nameko reads the content type of a request from its properties to encode the reply alike."""

    def __init__(self, payload: dict[str, Any], channel: Any = None, **kwargs: Any) -> None:
        payload["properties"].setdefault("content_type", payload.get("content-type"))
        payload["properties"].setdefault("content_encoding", payload.get("content-encoding"))
        super().__init__(payload, channel=channel, **kwargs)


def _put_and_ring(channel: Any, queue: str, message: Any, **kwargs: Any) -> None:
    _put(channel, queue, message, **kwargs)
    _bell.ring()


def _drain_events(transport: Any, _connection: Any, timeout: float | None = None) -> None:
    """Deliver one message, waiting up to `timeout` seconds for it (None: for ever)."""
    until = None if timeout is None else clock.monotonic() + timeout
    while True:
        try:
            transport.cycle.get(transport._deliver, timeout=timeout)
        except Empty:
            left = LONGEST_NAP_SECONDS if until is None else until - clock.monotonic()
            if left <= 0:
                raise TimeoutError from None
            _bell.wait(min(left, LONGEST_NAP_SECONDS))
        else:
            return


def mend() -> None:
    memory.Channel.Message = _Message
    memory.Channel._put = _put_and_ring
    memory.Transport.drain_events = _drain_events
