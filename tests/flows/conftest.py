"""All services, the gateway and the stand-ins in the test process, on the embedded bus or on RabbitMQ and PostgreSQL."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clayette import up
from clayette.demo.api import World
from services.payments import service as payments
from shared import clock
from shared.config import Config
from shared.events import SERVICES
from tests.flows.embedded import free_port
from tests.flows.market import Market
from tests.support import databases
from tests.support.bus import empty_queues


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A running suite whose clock can be moved; its tests each open a market of their own."""
    folder = tmp_path_factory.mktemp("suite")
    with pytest.MonkeyPatch.context() as patch:
        config = _config(folder, patch)
        empty_queues(config.amqp_uri)
        suite = up.Suite(config)
        yield World(config.public_url, f"{config.public_url}/dev/mailbox.json")
        suite.stop()
        payments.provider.cache_clear()
        for name in SERVICES if databases.on_postgresql() else ():
            databases.drop_named(config.database_of(name))


@pytest.fixture
def market(world: World) -> Callable[..., Market]:
    """`market(members=2)`: a market with an open sale of three farms and some members."""

    def open_market(members: int = 2) -> Market:
        return Market(world, members)

    return open_market


def _config(folder: Path, patch: pytest.MonkeyPatch) -> Config:
    addresses = {
        "PUBLIC_URL": f"http://127.0.0.1:{free_port()}",
        "STRIPE_API_BASE": f"http://127.0.0.1:{free_port()}",
        "STRIPE_API_KEY": "sk_test_flows",
        "STRIPE_WEBHOOK_SECRET": "whsec_flows",
        "SMTP_URL": f"smtp://127.0.0.1:{free_port()}",
        "SECRET_KEY": "secret of the flows",
        "CLAYETTE_VAR": str(folder),
    }
    for name, value in addresses.items():
        patch.setenv(name, value)
    patch.setattr(clock, "_file", str(folder / "clock"))
    if databases.on_postgresql():
        patch.setenv("DATABASE_URL", databases.fresh_set(os.environ["DATABASE_URL"]))
    payments.provider.cache_clear()
    return Config()
