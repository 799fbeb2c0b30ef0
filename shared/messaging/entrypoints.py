"""The ways into a service: @query, @command, @outside (RPC), @on (events), @due and @due_outside (time).

    @command(schemas.PlaceOrder, schemas.Order)
    def place(self, session, actor, args): return commands.place(session, actor, **args)

The decorator does what is alike everywhere: parse the arguments by the first schema, open the transaction, keep the
idempotency key, run the method, dump its answer by the second schema, turn a Refusal into the wire's `Refused`.
An RPC call carries `actor` ({account_id, language}), `args` (a dict) and, for commands, `idempotency_key`.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from eventlet import sleep
from marshmallow import Schema, ValidationError
from nameko.amqp.publish import Publisher
from nameko.events import EventHandler
from nameko.rpc import Responder, Rpc, RpcConsumer
from nameko.timer import timer
from sqlalchemy.exc import DBAPIError

from shared.actor import Actor
from shared.db import Database
from shared.errors import InvalidInput, Refusal, Refused, ServiceUnavailable
from shared.events import Event
from shared.fields import flatten
from shared.logs import Log
from shared.messaging import idempotency, inbox, topology

log = Log(__name__)
Method = Callable[..., Any]
DATABASE_PAUSE_SECONDS = 1.0
RETRY_AFTER_SECONDS = 5


class _ReplyPublisher(Publisher):
    """A reply is worth nothing after its caller is gone: no confirms, nothing on disk."""

    use_confirms = False
    delivery_mode = 1


class _Responder(Responder):
    publisher_cls = _ReplyPublisher


class _RpcConsumer(RpcConsumer):
    queue: Any

    def setup(self) -> None:
        if self.queue is None:
            self.queue = topology.rpc_queue(self.container.service_name)
            self.queue_consumer.register_provider(self)
            self._registered = True

    def handle_result(self, message: Any, result: Any, exc_info: Any) -> Any:
        config = self.container.config
        responder = _Responder(config["AMQP_URI"], topology.RPC_EXCHANGE, "json", message)
        result, exc_info = responder.send_response(result, exc_info)
        self.queue_consumer.ack_message(message)
        return result, exc_info


class _Rpc(Rpc):
    rpc_consumer = _RpcConsumer()


_rpc = _Rpc.decorator


class _Handler(EventHandler):
    """nameko's handler on our own queue declaration; it requeues what raises (only: the database is down)."""

    def setup(self) -> None:
        name = f"evt-{self.source_service}-{self.event_type}--{self.container.service_name}.{self.method_name}"
        self.queue = topology.event_queue(name, self.source_service, self.event_type)
        self.queue_consumer.register_provider(self)


_event_handler = _Handler.decorator


def query(arguments: type[Schema], answer: type[Schema] | Schema) -> Callable[[Method], Method]:
    """A read: `method(self, session, actor, args)`, in a read transaction."""

    def work(service: Any, method: Method, actor: Actor, args: Any, _key: str | None, dump: Method) -> Any:
        with service.db.read() as session:
            return dump(method(service, session, actor, args))

    return _door(arguments, answer, work)


def command(arguments: type[Schema], answer: type[Schema] | Schema) -> Callable[[Method], Method]:
    """A write: `method(self, session, actor, args)`, in one transaction, done once per idempotency key."""

    def work(service: Any, method: Method, actor: Actor, args: Any, key: str | None, dump: Method) -> Any:
        with service.db.write() as session:

            def do() -> Any:
                return dump(method(service, session, actor, args))

            if key is None:
                return do()
            # a visitor without an account brings a key nobody else can guess; the method keeps two uses apart
            who = f"{actor.account_id or 'visitor'}:{method.__name__}"
            return idempotency.once(session, who[:80], key[:200], args, do)

    return _door(arguments, answer, work)


def outside(arguments: type[Schema], answer: type[Schema] | Schema) -> Callable[[Method], Method]:
    """A method that calls the outside world: `method(self, db, actor, args)` opens its own short transactions."""

    def work(service: Any, method: Method, actor: Actor, args: Any, _key: str | None, dump: Method) -> Any:
        return dump(method(service, service.db, actor, args))

    return _door(arguments, answer, work)


def on(event: type[Event]) -> Callable[[Method], Method]:
    """Handle an event: `method(self, session, event)`, once, in one transaction with its inbox row."""

    def decorate(method: Method) -> Method:
        if method.__name__ != event.handler_name():
            message = f"{method.__name__} handles {event.wire_name()}: call it {event.handler_name()}"
            raise TypeError(message)

        @wraps(method)
        def handler(self: Any, wire: dict[str, Any]) -> None:
            def handle(session: Any, arrived: Event) -> None:
                method(self, session, arrived)

            _digest_or_pause(self.db, method.__name__, handle, wire)

        handler.handles = method  # type: ignore[attr-defined]
        return _event_handler(event.emitter(), event.wire_name(), requeue_on_error=True)(handler)  # type: ignore[no-any-return]

    return decorate


def due(*, every: timedelta) -> Callable[[Method], Method]:
    """Ask `every` so often for due work: `method(self, session) -> bool` claims and does one piece in its
    transaction and says whether there may be more. A failure is logged and tried again at the next tick.
    """

    def step(db: Database, work: Callable[[Any], bool]) -> bool:
        with db.write() as session:
            return work(session)

    return _timed(every, step)


def due_outside(*, every: timedelta) -> Callable[[Method], Method]:
    """Due work that calls the outside world: `method(self, db) -> bool` opens its own short transactions."""
    return _timed(every, lambda db, work: work(db))


def _timed(every: timedelta, step: Callable[[Database, Callable[[Any], bool]], bool]) -> Callable[[Method], Method]:
    def decorate(method: Method) -> Method:
        @wraps(method)
        def tick(self: Any) -> None:
            try:
                while step(self.db, lambda scope: bool(method(self, scope))):
                    sleep(0)
            except Exception:
                log.exception("due_work_failed", work=method.__name__)

        return timer(interval=every.total_seconds())(tick)  # type: ignore[no-any-return]

    return decorate


def _door(arguments: type[Schema], answer: type[Schema] | Schema, work: Method) -> Callable[[Method], Method]:
    load = arguments().load
    dump = (answer if isinstance(answer, Schema) else answer()).dump

    def decorate(method: Method) -> Method:
        @wraps(method)
        def door(
            self: Any,
            actor: dict[str, Any] | None = None,
            args: dict[str, Any] | None = None,
            idempotency_key: str | None = None,
        ) -> Any:
            try:
                return work(self, method, _actor(actor), _load(load, args), idempotency_key, dump)
            except Refusal as refusal:
                raise Refused.of(refusal) from None
            except DBAPIError as error:
                if not inbox.database_is_down(error):
                    raise
                log.warning("database_is_down", work=method.__name__, error=str(error.orig)[:200])
                raise Refused.of(ServiceUnavailable(retry_after=RETRY_AFTER_SECONDS)) from None

        return _rpc(expected_exceptions=Refused)(door)  # type: ignore[no-any-return]

    return decorate


def _load(load: Method, args: dict[str, Any] | None) -> Any:
    try:
        return load(args or {})
    except ValidationError as error:
        raise InvalidInput(errors=flatten(error.messages)) from None


def _actor(wire: dict[str, Any] | None) -> Actor:
    wire = wire or {}
    account_id = wire.get("account_id")
    return Actor(UUID(account_id) if account_id else None, wire.get("language") or "fr")


def _digest_or_pause(db: Database, name: str, handle: Method, wire: dict[str, Any]) -> None:
    try:
        inbox.digest(db, name, handle, wire)
    except Exception:
        log.exception("event_waits_for_database", handler=name)
        sleep(DATABASE_PAUSE_SECONDS)  # then the broker gives it again
        raise
