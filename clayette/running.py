"""`clayette run NAME …`: services on the bus that AMQP_URI names, or one of the other processes of a set-up."""

import os
import sys
from collections.abc import Sequence

import click

from shared import logs
from shared.events import SERVICES

GATEWAY_WORKERS = "2"
GATEWAY_THREADS = "16"


def run(names: Sequence[str]) -> None:
    others = {"gateway": _gateway, "stripe": _stripe, "mailbox": _mailbox}
    if len(names) == 1 and names[0] in others:
        others[names[0]]()
        return
    unknown = sorted(set(names) - set(SERVICES))
    if unknown:
        raise click.UsageError(f"no such service: {', '.join(unknown)}. There are: {', '.join([*SERVICES, *others])}")
    _services(names)


def _services(names: Sequence[str]) -> None:
    import eventlet

    eventlet.monkey_patch()
    from clayette import migrations
    from clayette.processes import Running, leave, until_stopped
    from shared.config import Config

    logs.set_up()
    config = Config()
    if config.embedded:
        raise click.UsageError("one service alone needs a broker: set AMQP_URI, or use `clayette up`")
    for name in names:
        migrations.wait_until_current(name, config)
    running = Running(names, config)
    logs.Log(__name__).info("services_started", names=list(names), pid=os.getpid())
    until_stopped(running.stop, running.wait)
    leave()


def _gateway() -> None:
    """Gunicorn with real threads; each worker has its own RPC client."""
    bind = os.environ.get("GATEWAY_BIND", "0.0.0.0:8000")
    os.execv(  # noqa: S606 - our own interpreter, fixed arguments
        sys.executable,
        [
            sys.executable,
            "-m",
            "gunicorn",
            "--worker-class",
            "gthread",
            "--bind",
            bind,
            "--workers",
            os.environ.get("GATEWAY_WORKERS", GATEWAY_WORKERS),
            "--threads",
            os.environ.get("GATEWAY_THREADS", GATEWAY_THREADS),
            "--graceful-timeout",
            "10",
            "gateway.app:create_app()",
        ],
    )


def _stripe() -> None:
    from werkzeug.serving import run_simple

    from clayette.sandboxes import stripe_app
    from shared.config import Config

    logs.set_up()
    run_simple("0.0.0.0", int(os.environ.get("STRIPE_PORT", "8001")), stripe_app(Config()), threaded=True)  # noqa: S104


def _mailbox() -> None:
    from clayette.sandboxes import serve_mailbox

    logs.set_up()
    serve_mailbox()
