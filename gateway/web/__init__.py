"""The pages: one module per noun, each with a blueprint `blp` without prefix. How they are made: docs/pages.md."""

import importlib
import pkgutil

from flask import Flask

from gateway.web import administration, assets, formats, frame, goods, session, words
from shared.config import Config


def register(app: Flask, config: Config) -> None:
    session.register(app, config)
    words.register(app)
    formats.register(app)
    goods.register(app)
    assets.register(app)
    frame.register(app, config)
    administration.register(app)
    for module in pkgutil.iter_modules(__path__):
        blueprint = getattr(importlib.import_module(f"gateway.web.{module.name}"), "blp", None)
        if blueprint is not None:
            app.register_blueprint(blueprint)
