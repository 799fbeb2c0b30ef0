"""Publishing to the broker in batches: one confirm wait for all, and a list of what no queue took."""

from collections.abc import Sequence
from typing import Any

from kombu import Connection, Producer

from shared.events import BY_NAME, CONSUMERS, exchange_of

CONFIRM_SECONDS = 10


class BatchPublisher:
    """One connection, reopened after a failure. Not for use by two threads at once."""

    def __init__(self, amqp_uri: str) -> None:
        self._uri = amqp_uri
        self._connection: Connection | None = None

    def publish(self, envelopes: Sequence[dict[str, Any]]) -> set[str]:
        """Answers the ids of unroutable events. Raises OSError or kombu's errors; then nothing counts as sent."""
        try:
            return self._publish(envelopes)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._connection is not None:
            self._connection.release()
            self._connection = None

    def _publish(self, envelopes: Sequence[dict[str, Any]]) -> set[str]:
        connection = self._open()
        channel = connection.default_channel
        confirms = None if connection.transport.driver_type == "memory" else _Confirms(channel, len(envelopes))
        producer = Producer(channel, auto_declare=False)
        for envelope in envelopes:
            event = BY_NAME[envelope["type"]]
            producer.publish(
                envelope,
                serializer="json",
                delivery_mode=2,
                mandatory=bool(CONSUMERS[event]),
                exchange=exchange_of(event.emitter()),
                routing_key=event.wire_name(),
                message_id=envelope["id"],
                headers={"nameko.correlation_id": envelope["correlationid"]},
            )
        return confirms.wait(connection) if confirms else set()

    def _open(self) -> Connection:
        if self._connection is None:
            self._connection = Connection(self._uri, connect_timeout=5, heartbeat=0)
            self._connection.ensure_connection(max_retries=1)
        return self._connection


class _Confirms:
    """The broker's acks for one batch on a channel in confirm mode, and the messages that it returned."""

    def __init__(self, channel: Any, count: int) -> None:
        channel.confirm_select()
        first = getattr(channel, "clayette_tag", 0) + 1  # delivery tags go on counting over the channel's life
        channel.clayette_tag = first + count - 1
        self._open = set(range(first, first + count))
        self._returned: set[str] = set()
        channel.events["basic_ack"] = {self._ack}
        channel.events["basic_nack"] = {self._nack}
        channel.events["basic_return"] = {self._return}

    def wait(self, connection: Connection) -> set[str]:
        while self._open:
            connection.drain_events(timeout=CONFIRM_SECONDS)
        return self._returned

    def _ack(self, delivery_tag: int, multiple: bool) -> None:  # noqa: FBT001 - the signature of py-amqp
        self._open -= {tag for tag in self._open if tag <= delivery_tag} if multiple else {delivery_tag}

    def _nack(self, delivery_tag: int, multiple: bool) -> None:  # noqa: FBT001
        message = f"the broker refused message {delivery_tag} (multiple={multiple})"
        raise ConnectionError(message)

    def _return(self, _reply: Any, _exchange: str, _routing_key: str, message: Any) -> None:
        self._returned.add(message.properties["message_id"])
