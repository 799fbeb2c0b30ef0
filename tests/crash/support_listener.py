"""A stranger on the bus: plain kombu on an own queue, knowing nothing of the suite but the names of exchange and event."""

import uuid
from datetime import datetime
from typing import Any

import eventlet
from kombu import Connection, Consumer, Exchange, Queue

from shared import clock


class Listener:
    """`heard`: (instant of arrival, envelope) of each message, doubles included."""

    def __init__(self, broker: str, exchange: str, *event_names: str) -> None:
        self.heard: list[tuple[datetime, dict[str, Any]]] = []
        self._listening = True
        self._connection = Connection(broker, connect_timeout=30)
        bus = Exchange(exchange, type="topic", durable=True)
        queues = [
            Queue(
                f"stranger-{name}-{uuid.uuid4().hex}", exchange=bus, routing_key=name, durable=False, auto_delete=True
            )
            for name in event_names
        ]
        self._consumer = Consumer(
            self._connection.channel(), queues, callbacks=[self._take], accept=["json"], no_ack=True
        )
        self._consumer.consume()
        self._thread = eventlet.spawn(self._listen)

    def of(self, event_name: str, sale_id: str) -> list[tuple[datetime, dict[str, Any]]]:
        return [
            (at, each) for at, each in self.heard if each["type"] == event_name and each["data"]["sale_id"] == sale_id
        ]

    def close(self) -> None:
        self._listening = False
        self._thread.wait()
        self._connection.release()

    def _listen(self) -> None:
        while self._listening:
            try:
                self._connection.drain_events(timeout=0.3)
            except TimeoutError:
                continue

    def _take(self, body: dict[str, Any], _message: Any) -> None:
        self.heard.append((clock.now(), body))
