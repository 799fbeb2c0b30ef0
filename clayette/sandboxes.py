"""The stand-ins of outside services, set up for this suite."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

from sandbox import mailbox
from sandbox.mailbox import Mailbox
from shared.config import Config

STRIPE_DEFAULTS = {
    "STRIPE_API_KEY": "sk_test_clayette",
    "STRIPE_API_BASE": "http://127.0.0.1:8001",
    "STRIPE_WEBHOOK_SECRET": "whsec_clayette",
}


def use_stripe_stand_in() -> None:
    """Without keys of Stripe, the environment names the stand-in (its keys open nothing else)."""
    for name, value in STRIPE_DEFAULTS.items():
        os.environ.setdefault(name, value)


def stripe_app(config: Config) -> Flask:
    """The stand-in of Stripe's API, sending its webhooks to the gateway."""
    from sandbox.stripe import Config as StripeConfig
    from sandbox.stripe import create_app

    file = os.environ.get("STRIPE_DB", str(config.var / "stripe.sqlite"))
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    webhook_base = os.environ.get("STRIPE_WEBHOOK_BASE", config.public_url)
    return create_app(
        StripeConfig(
            db=file,
            api_key=config.stripe_api_key,
            webhook_secret=config.stripe_webhook_secret,
            webhook_url=f"{webhook_base}/api/v1/webhooks/stripe",
            public_url=os.environ.get("STRIPE_PUBLIC_BASE", config.stripe_api_base),
            fee_basis_points=int(os.environ.get("STRIPE_FEE_BASIS_POINTS", "0")),
            fee_fixed_cents=int(os.environ.get("STRIPE_FEE_FIXED_CENTS", "0")),
            dispute_fee_cents=int(os.environ.get("STRIPE_DISPUTE_FEE_CENTS", "0")),
        )
    )


def start_mailbox(config: Config) -> Mailbox:
    """The SMTP sink of the embedded set-up, on the port that the suite sends to."""
    port = urlsplit(config.smtp_url).port or 1025
    return mailbox.start(config.var / "mailbox.sqlite", smtp_port=port, host="127.0.0.1")


def serve_mailbox() -> None:
    """SMTP and the pages that show what came, as a process of its own."""
    from sandbox.mailbox.__main__ import serve

    serve(
        smtp_port=int(os.environ.get("MAILBOX_SMTP_PORT", "1025")),
        web_port=int(os.environ.get("MAILBOX_WEB_PORT", "8025")),
        db=os.environ.get("MAILBOX_DB", str(Config().var / "mailbox.sqlite")),
        host=os.environ.get("MAILBOX_HOST", "0.0.0.0"),  # noqa: S104 - a container's own network
    )
