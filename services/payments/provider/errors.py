"""The two ways in which the provider says no, and the webhook that is none of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

import stripe


class ProviderUnavailable(Exception):
    """No answer, or none that says whether it was done: ask again with the same key."""


class ProviderRefused(Exception):
    """A final no; `code` is the provider's word for the reason (`balance_insufficient`, `charge_already_refunded`…)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class BadSignature(Exception):
    """A webhook without a signature, with a wrong one, or with one that is too old."""


@contextmanager
def asking() -> Iterator[None]:
    """Turn what the SDK raises into our two words for it."""
    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.AuthenticationError) as error:
        raise ProviderUnavailable(type(error).__name__) from error
    except stripe.IdempotencyError as error:
        raise ProviderRefused("idempotency_key_reused") from error
    except (stripe.CardError, stripe.InvalidRequestError, stripe.PermissionError) as error:
        raise ProviderRefused(error.code or _word(error)) from error
    except stripe.StripeError as error:  # 409, 5xx, or an answer that is none
        raise ProviderUnavailable(type(error).__name__) from error


def _word(error: stripe.StripeError) -> str:
    code = error.error.code if error.error else None
    return code or "refused"
