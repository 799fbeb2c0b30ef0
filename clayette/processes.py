"""Running services in this process, until told to stop. Import only after eventlet.monkey_patch()."""

import importlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partialmethod
from typing import Any, NoReturn

import eventlet
from nameko.messaging import QueueConsumer
from nameko.runners import ServiceRunner

from shared.config import Config
from shared.logs import Log
from shared.messaging import embedded, topology
from shared.messaging.service import Service, container_config

log = Log(__name__)
# how often a consumer that hears nothing looks whether it shall stop (kombu's default is 1 s, twice per stop)
QueueConsumer.consume = partialmethod(QueueConsumer.consume, safety_interval=0.2)


@contextmanager
def _establish_connection(self: Any) -> Iterator[Any]:
    """As kombu's own, whose pauses between two tries grow up to 30 s: too long once the broker is back."""
    with self.create_connection() as connection:
        connection.ensure_connection(self.on_connection_error, interval_start=0.5, interval_step=0.5, interval_max=2)
        yield connection


QueueConsumer.establish_connection = _establish_connection


def service_class(name: str) -> type[Service]:
    """services.<name>.service.<Name>Service."""
    module = importlib.import_module(f"services.{name}.service")
    found: type[Service] = getattr(module, f"{name.capitalize()}Service")
    return found


class Running:
    """Containers of some services; each gets its own configuration (database) and the common bus."""

    def __init__(self, names: Iterable[str], config: Config) -> None:
        if config.embedded:
            embedded.mend()
        topology.declare(config.amqp_uri)
        self._runner = ServiceRunner({"AMQP_URI": config.amqp_uri})
        for name in names:
            container = self._runner.container_cls(service_class(name), container_config(name, config))
            self._runner.service_map[name] = container
        self._runner.start()

    def stop(self) -> None:
        self._runner.stop()

    def kill(self) -> None:
        self._runner.kill()

    def wait(self) -> None:
        self._runner.wait()


def until_stopped(stop: Callable[[], Any], wait: Callable[[], Any]) -> None:
    """Wait; the first SIGTERM or SIGINT stops in order, further ones change nothing (nameko hangs on a second)."""
    stopping = threading.Event()

    def on_signal(_number: int, _frame: Any) -> None:
        if not stopping.is_set():
            stopping.set()
            eventlet.spawn_n(stop)

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    wait()


def leave() -> NoReturn:
    """End at once: all is stopped, and the interpreter's farewell to its green threads can take many seconds."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
