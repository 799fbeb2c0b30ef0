"""Exchanges and queues, declared before any service starts, so that no event is published into the void."""

from kombu import Connection, Exchange, Queue

from shared.events import CONSUMERS, SERVICES, exchange_of, queue_of

QUORUM = {"x-queue-type": "quorum"}
CLASSIC = {"x-queue-type": "classic"}
RPC_EXCHANGE = Exchange("nameko-rpc", type="topic", durable=True)


def event_exchange(service: str) -> Exchange:
    return Exchange(exchange_of(service), type="topic", durable=True)


def event_queue(name: str, emitter: str, routing_key: str) -> Queue:
    """Quorum: an event survives the loss of a broker's node."""
    return Queue(name, exchange=event_exchange(emitter), routing_key=routing_key, durable=True, queue_arguments=QUORUM)


def rpc_queue(service: str) -> Queue:
    """Classic: a request is worth nothing once its caller has given up."""
    return Queue(
        f"rpc-{service}", exchange=RPC_EXCHANGE, routing_key=f"{service}.*", durable=True, queue_arguments=CLASSIC
    )


def declare(amqp_uri: str) -> None:
    with Connection(amqp_uri) as connection:
        connection.ensure_connection(max_retries=None, interval_start=0.2, interval_step=0.5, interval_max=5)
        channel = connection.channel()
        for service in SERVICES:
            event_exchange(service)(channel).declare()
            rpc_queue(service)(channel).declare()
        for event, consumers in CONSUMERS.items():
            for consumer in consumers:
                event_queue(queue_of(event, consumer), event.emitter(), event.wire_name())(channel).declare()
