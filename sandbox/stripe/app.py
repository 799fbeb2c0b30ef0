"""The stand-in as a Flask app."""

from flask import Flask

import sandbox.stripe.nouns  # noqa: F401 - enters the endpoints
from sandbox.stripe import dispatch, replies
from sandbox.stripe.chores import do_due
from sandbox.stripe.config import Config
from sandbox.stripe.control import control
from sandbox.stripe.courier import Courier
from sandbox.stripe.dispatch import Desk
from sandbox.stripe.pages.views import pages
from sandbox.stripe.store import Store


def create_app(config: Config | None = None) -> Flask:
    """Build the app on its file and start delivering what an earlier process left."""
    config = config or Config()
    app = Flask("sandbox.stripe", static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    store = Store(config)
    courier = Courier(store, config, do_due)
    app.extensions["stand_in"] = Desk(config, store, courier, replies.InFlight())
    dispatch.install(app)
    app.register_blueprint(control)
    app.register_blueprint(pages)
    app.add_url_rule("/health", "health", lambda: {"status": "ok"})
    courier.start()
    return app


def stop(app: Flask) -> None:
    """End the deliveries and close the file."""
    parts: Desk = app.extensions["stand_in"]
    parts.courier.stop()
    parts.store.close()
