"""`clayette up`: the whole suite in one process, with nothing but Python. Everything it keeps is under var/."""

import os
import time
from pathlib import Path
from typing import Any

import click
import eventlet

eventlet.monkey_patch()

from eventlet import wsgi  # noqa: E402 - the patch comes first

from clayette import migrations, sandboxes  # noqa: E402
from clayette.processes import Running, leave, until_stopped  # noqa: E402
from gateway.app import create_app  # noqa: E402
from sandbox.mailbox import mailbox_pages  # noqa: E402
from shared import logs  # noqa: E402
from shared.config import Config  # noqa: E402
from shared.events import SERVICES  # noqa: E402

MOST_CONNECTIONS = 256


class Suite:
    """Services, gateway and stand-ins. Ports: the gateway's from PUBLIC_URL, the stand-ins' from their addresses."""

    def __init__(self, config: Config) -> None:
        self._servers: list[Any] = []
        self._serve(config.stripe_api_base, sandboxes.stripe_app(config))
        self.mailbox = sandboxes.start_mailbox(config)
        migrations.upgrade((), config)
        self.running = Running(SERVICES, config)
        self.app = create_app(config)
        self.app.register_blueprint(mailbox_pages(self.mailbox), url_prefix="/dev/mailbox")
        self._serve(config.public_url, self.app)

    def stop(self) -> None:
        for server in self._servers:
            server.kill()
        self.running.stop()
        self.app.extensions["rpc"].close()
        self.mailbox.stop()

    def _serve(self, address: str, app: Any) -> None:
        host, _, port = address.removeprefix("http://").partition(":")
        listener = eventlet.listen((host, int(port.strip("/"))))
        self._servers.append(eventlet.spawn(wsgi.server, listener, app, log_output=False, max_size=MOST_CONNECTIONS))


def up(*, seed: bool, demo: str) -> None:
    from clayette import seed as demo_market

    var = Config().var
    var.mkdir(exist_ok=True)
    os.environ.setdefault("SECRET_KEY", _secret(var / "secret"))
    sandboxes.use_stripe_stand_in()
    logs.set_up(os.environ.get("LOG_LEVEL", "WARNING"))
    began = time.monotonic()
    config = Config()
    progress = demo_market.begin(config, demo) if seed else None
    suite = Suite(config)
    click.echo(f"Clayette is up at {config.public_url} ({time.monotonic() - began:.1f} s).")
    if progress is not None:
        eventlet.spawn(demo_market.load, config.public_url, progress)
    until_stopped(suite.stop, suite.running.wait)
    click.echo(f"Clayette has stopped; what it holds is under {var}/.")
    leave()


def _secret(file: Path) -> str:
    """Made at the first start, kept for the next ones."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(os.urandom(32).hex())
    return file.read_text()
