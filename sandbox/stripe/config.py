"""What the stand-in is told when it starts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    """Settings of one stand-in.

    `fee_basis_points` and `fee_fixed_cents` make up the provider's own fee per charge, `dispute_fee_cents` is its fee
    per dispute, which stays whatever becomes of it. `pending_seconds` (of the suite's clock) pass before charged money may be transferred. `payout_seconds`, `retry_seconds` and
    `retry_ceiling_seconds` are wall time: how long a payout takes to arrive, and the first and the longest pause
    between two attempts to deliver a webhook. `public_url` is the address at which a browser reaches the pages,
    where it differs from the one that the API client uses.
    """

    db: str = ":memory:"
    api_key: str = "sk_test_sandbox"
    webhook_url: str | None = None
    webhook_secret: str = "whsec_sandbox"  # noqa: S105 - of a sandbox
    public_url: str | None = None
    fee_basis_points: int = 0
    fee_fixed_cents: int = 0
    dispute_fee_cents: int = 0
    pending_seconds: int = 0
    payout_seconds: float = 1.0
    retry_seconds: float = 1.0
    retry_ceiling_seconds: float = 300.0
    couriers: int = 2
