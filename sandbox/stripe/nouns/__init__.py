"""The API's nouns: importing this package enters all endpoints."""

from sandbox.stripe.nouns import accounts, balance, disputes, payments, payouts, refunds, sessions, told, transfers

__all__ = ["accounts", "balance", "disputes", "payments", "payouts", "refunds", "sessions", "told", "transfers"]
