"""A foreign program on the bus: plain kombu, nothing of ours but the names."""

import time
import uuid
from typing import Any

from kombu import Connection, Exchange, Queue

from shared.events import BY_NAME, Event


class Listener:
    """Hears everything that the named services tell, from its making on."""

    def __init__(self, amqp_uri: str, services: tuple[str, ...]) -> None:
        self.envelopes: list[dict[str, Any]] = []
        self._connection = Connection(amqp_uri)
        name = f"foreign-{uuid.uuid4().hex}"
        queues = [
            Queue(
                f"{name}-{service}",
                Exchange(f"{service}.events", type="topic"),
                routing_key="#",
                auto_delete=True,
                durable=False,
            )
            for service in services
        ]
        self._consumer = self._connection.Consumer(queues, callbacks=[self._take], accept=["json"])
        self._consumer.consume()

    def _take(self, body: dict[str, Any], message: Any) -> None:
        self.envelopes.append(body)
        message.ack()

    def wait_for(self, kind: type[Event], count: int = 1, seconds: float = 10) -> list[Any]:
        """The events of this class, once there are `count`; fewer when the time is over."""
        until = time.monotonic() + seconds
        while len(self._of(kind)) < count and time.monotonic() < until:
            try:
                self._connection.drain_events(timeout=0.1)
            except TimeoutError:
                continue
        return [BY_NAME[envelope["type"]].load(envelope["data"]) for envelope in self._of(kind)]

    def _of(self, kind: type[Event]) -> list[dict[str, Any]]:
        return [envelope for envelope in self.envelopes if envelope["type"] == kind.wire_name()]

    def close(self) -> None:
        self._connection.release()
