"""The card provider: the few calls of its API that the suite makes, in our own words.

Every call leaves the process: no lock and no transaction may be held around one. Each that changes something takes a
key that can be computed again; the provider answers the same key with the same result for 24 hours, refusals
included, so a refused call that is worth trying again needs another key. The key also travels in the metadata, by
which the `find_…` calls recognise after longer what was done.
"""

from services.payments.provider.answers import (
    AccountState,
    BalanceEntry,
    Checkout,
    Dispute,
    Line,
    Payment,
    Payout,
    Refund,
    Transfer,
    WebhookEvent,
    account_state,
)
from services.payments.provider.client import Provider
from services.payments.provider.errors import BadSignature, ProviderRefused, ProviderUnavailable

__all__ = [
    "AccountState",
    "BadSignature",
    "BalanceEntry",
    "Checkout",
    "Dispute",
    "Line",
    "Payment",
    "Payout",
    "Provider",
    "ProviderRefused",
    "ProviderUnavailable",
    "Refund",
    "Transfer",
    "WebhookEvent",
    "account_state",
]
