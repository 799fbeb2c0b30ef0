"""What a customer may pay, until when."""

from datetime import datetime, timedelta
from decimal import Decimal

from services.payments.domain.states import EXPIRED, SUCCEEDED
from shared.errors import Refusal

LEAST_PAGE_LIFE = timedelta(minutes=31)
"""The provider wants 30 minutes from its receipt of the call."""


MEASURES = {"kg", "g", "l", "cl", "ml"}
"""Units that are written alike in all languages; the others are words."""

FIRST_LOOK = timedelta(minutes=3)
NEXT_LOOK = timedelta(minutes=10)


KEEP_PROVIDER_EVENTS = timedelta(days=60)
STAND_IN_SECRET = "whsec_clayette"  # noqa: S105 - of no worth: it is the stand-in's


class PaymentNotReady(Refusal):
    """The order has not arrived here yet; ask again in a moment."""


class AlreadyPaid(Refusal):
    """The order has been paid."""


class ReservationOver(Refusal):
    """The time to pay for the order is over."""


class AmountTooSmall(Refusal):
    """Cards can be charged 50 cents or more."""

    status = 422


class CheckoutRefused(Refusal):
    """The provider does not open a payment page. details["reason"]: its word for why."""

    status = 422


class ProviderIsUnavailable(Refusal):
    """The card provider does not answer; nothing is lost, ask again."""

    status = 503


class InvalidSignature(Refusal):
    """The webhook is not signed by the provider, or too old."""

    status = 400


class WebhookSecretMissing(RuntimeError):
    """Whoever knows the secret can say that an order is paid: set STRIPE_WEBHOOK_SECRET to the provider's own."""


def ensure_secret(api_base: str, secret: str) -> None:
    """The real provider (no `api_base`) never goes with the stand-in's published secret, or with none."""
    if not api_base and secret in {"", STAND_IN_SECRET}:
        raise WebhookSecretMissing


def ensure_payable(status: str, expires_at: datetime, now: datetime) -> None:
    if status == SUCCEEDED:
        raise AlreadyPaid
    if status == EXPIRED or now >= expires_at:
        raise ReservationOver


def line_name(product: str, quantity: Decimal, unit: str) -> str:
    """As the payment page shows it: « Tomates, 0,5 kg », « Œufs × 2 »."""
    number = f"{quantity.normalize():f}".replace(".", ",")
    return f"{product}, {number} {unit}" if unit in MEASURES else f"{product} × {number}"


def page_expiry(reserved_until: datetime, now: datetime) -> datetime:
    """The payment page closes with the reservation, or as soon after it as the provider can."""
    return max(reserved_until, now + LEAST_PAGE_LIFE)
