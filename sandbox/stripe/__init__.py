"""A stand-in of Stripe's HTTP API for the demo and the tests: real SDK, own port, no money."""

from sandbox.stripe.app import create_app, stop
from sandbox.stripe.config import Config

__all__ = ["Config", "create_app", "stop"]
