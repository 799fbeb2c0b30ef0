"""One town for all tests of this folder: seven services, the gateway on a port, the stand-in of Stripe, a mail server."""

import eventlet
import pytest
from eventlet import wsgi

from clayette.sandboxes import STRIPE_DEFAULTS
from sandbox.stripe import Config as StripeConfig
from sandbox.stripe import create_app as create_stand_in
from sandbox.stripe import stop as stop_stand_in
from services.payments.service import provider
from shared import clock
from shared.events import SERVICES
from tests.gateway.town import Town
from tests.support.smtp import mail_server
from tests.support.suite import Suite


@pytest.fixture(scope="package")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    listeners = {name: eventlet.listen(("127.0.0.1", 0)) for name in ("gateway", "stripe")}
    addresses = {name: f"http://127.0.0.1:{one.getsockname()[1]}" for name, one in listeners.items()}
    stand_in = create_stand_in(
        StripeConfig(
            api_key=STRIPE_DEFAULTS["STRIPE_API_KEY"],
            webhook_secret=STRIPE_DEFAULTS["STRIPE_WEBHOOK_SECRET"],
            webhook_url=f"{addresses['gateway']}/api/v1/webhooks/stripe",
            public_url=addresses["stripe"],
            payout_seconds=0.1,
            retry_seconds=0.1,
        )
    )
    with pytest.MonkeyPatch.context() as patch, mail_server() as mails:
        _settings(patch, folder, addresses, mails)
        suite = Suite(SERVICES, folder)
        servers = [_serve(listeners["gateway"], suite.app), _serve(listeners["stripe"], stand_in)]
        yield Town(suite, mails).build()
        suite.stop()
        for server in servers:
            server.kill()
        stop_stand_in(stand_in)
    provider.cache_clear()


def _settings(patch, folder, addresses, mails):
    for name, value in STRIPE_DEFAULTS.items():
        patch.setenv(name, value)
    patch.setenv("STRIPE_API_BASE", addresses["stripe"])
    patch.setenv("PUBLIC_URL", addresses["gateway"])
    patch.setenv("SMTP_URL", mails.url)
    patch.setattr(clock, "_file", str(folder / "clock"))
    patch.setattr(clock, "_seen", (0, 0.0))
    provider.cache_clear()


def _serve(listener, app):
    return eventlet.spawn(wsgi.server, listener, app, log_output=False, debug=False)
