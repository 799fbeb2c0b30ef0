"""The gateway's RPC client: nameko's wire format, any number of threads, always a timeout.

One connection publishes (behind a lock), one thread drains the replies of the whole process. Requests are
transient and expire with their caller's patience, so that nothing runs long after its caller gave up.
"""

import threading
from typing import Any
from uuid import uuid4

from kombu import Connection, Consumer, Producer, Queue

from shared.errors import Refused
from shared.logs import Log
from shared.messaging.topology import RPC_EXCHANGE

log = Log(__name__)
TIMEOUT_SECONDS = 10.0
RECONNECT_PAUSE_SECONDS = 0.5


class ServiceUnavailable(Exception):
    """The bus cannot be reached, or went away while waiting. A write may or may not have happened."""


class ServiceTimeout(ServiceUnavailable):
    """No answer in time. A write may or may not have happened: ask again with the same idempotency key."""


class RpcFailed(Exception):
    """The service raised something that is not a refusal: a bug. Its log has the trace."""


class _Call:
    def __init__(self) -> None:
        self.done = threading.Event()
        self.reply: dict[str, Any] | None = None


class RpcClient:
    def __init__(self, amqp_uri: str, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._uri = amqp_uri
        self._timeout = timeout
        self._reply_key = str(uuid4())
        self._calls: dict[str, _Call] = {}
        self._listening = threading.Event()
        self._closed = False
        self._publishing = threading.Lock()
        self._publisher: Connection | None = None
        self._listener = threading.Thread(target=self._listen, name="rpc-replies", daemon=True)
        self._listener.start()

    def call(self, method: str, *, headers: dict[str, str], timeout: float | None = None, **kwargs: Any) -> Any:
        """`call("orders.place", …)`. Raises Refused, ServiceUnavailable, ServiceTimeout or RpcFailed."""
        timeout = self._timeout if timeout is None else timeout
        if not self._listening.wait(timeout=min(timeout, 2.0)):
            raise ServiceUnavailable(method)
        call, call_id = _Call(), uuid4().hex
        self._calls[call_id] = call
        try:
            self._publish(method, call_id, {"args": [], "kwargs": kwargs}, headers, timeout)
            if not call.done.wait(timeout):
                raise ServiceTimeout(method)
        finally:
            self._calls.pop(call_id, None)
        return _result(method, call.reply)

    def close(self) -> None:
        self._closed = True
        self._listener.join(timeout=3)
        if self._publisher is not None:
            self._publisher.release()

    def _publish(self, method: str, call_id: str, body: Any, headers: dict[str, str], timeout: float) -> None:
        with self._publishing:
            for last_try in (False, True):
                try:
                    self._publish_now(method, call_id, body, headers, timeout)
                except Exception as error:
                    self._drop_publisher()
                    if last_try:
                        raise ServiceUnavailable(method) from error
                else:
                    return

    def _publish_now(self, method: str, call_id: str, body: Any, headers: dict[str, str], timeout: float) -> None:
        if self._publisher is None:
            self._publisher = Connection(self._uri, connect_timeout=2, heartbeat=0)
            self._publisher.ensure_connection(max_retries=1)
        Producer(self._publisher.default_channel, auto_declare=False).publish(
            body,
            serializer="json",
            exchange=RPC_EXCHANGE,
            routing_key=method,
            correlation_id=call_id,
            reply_to=self._reply_key,
            delivery_mode=1,
            expiration=timeout,
            headers=headers,
        )

    def _drop_publisher(self) -> None:
        if self._publisher is not None:
            self._publisher.release()
            self._publisher = None

    def _listen(self) -> None:
        while not self._closed:
            try:
                self._drain()
            except Exception as error:  # noqa: BLE001 - the bus is away: fail who waits, try again
                log.warning("rpc_replies_interrupted", error=str(error))
            self._listening.clear()
            self._fail_waiting()
            if not self._closed:
                threading.Event().wait(RECONNECT_PAUSE_SECONDS)

    def _drain(self) -> None:
        with Connection(self._uri, connect_timeout=2, heartbeat=20) as connection:
            queue = Queue(
                f"rpc.reply-gateway-{self._reply_key}",
                exchange=RPC_EXCHANGE,
                routing_key=self._reply_key,
                durable=False,
                auto_delete=True,
                exclusive=True,
            )
            with Consumer(connection.default_channel, [queue], callbacks=[self._take], accept=["json"], no_ack=True):
                self._listening.set()
                while not self._closed:
                    _drain_once(connection)

    def _take(self, body: dict[str, Any], message: Any) -> None:
        call = self._calls.get(message.properties.get("correlation_id"))
        if call is not None:
            call.reply = body
            call.done.set()

    def _fail_waiting(self) -> None:
        for call in list(self._calls.values()):
            call.done.set()


def _drain_once(connection: Connection) -> None:
    try:
        connection.drain_events(timeout=0.2)
    except TimeoutError:
        connection.heartbeat_check()


def _result(method: str, reply: dict[str, Any] | None) -> Any:
    if reply is None:
        raise ServiceUnavailable(method)
    error = reply.get("error")
    if error is None:
        return reply["result"]
    if error["exc_type"] == Refused.__name__:
        raise Refused(error["exc_args"][0])
    raise RpcFailed(f"{method}: {error['exc_type']}: {error['value']}")
