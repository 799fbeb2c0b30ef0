"""What may follow what, and when the provider is asked again."""

from datetime import timedelta

from services.payments.domain.disputes import FOREIGN, INQUIRY, LOST, OPEN, UNREAD, WON

LEASE = timedelta(minutes=2)
"""Longer than any call to the provider takes, repetitions included."""


AWAITING, EXPIRED = "awaiting", "expired"
WAITING, PENDING, SUCCEEDED, FAILED = "waiting", "pending", "succeeded", "failed"
CREDITED = "credited"
"""A part of a refund that failed for good: it is the member's credit, until it is asked for again."""


TRANSFERRING, PAYING, SENT, ARRIVED = "transferring", "paying", "sent", "arrived"
NEXT = {
    "payment": {AWAITING: {SUCCEEDED, EXPIRED}, EXPIRED: {SUCCEEDED}},
    "refund": {
        WAITING: {PENDING, SUCCEEDED, FAILED},
        PENDING: {SUCCEEDED, FAILED},
        FAILED: {PENDING},
        SUCCEEDED: {FAILED},
    },
    "dispute": {
        UNREAD: {FOREIGN, INQUIRY, OPEN, WON, LOST},
        FOREIGN: {INQUIRY, OPEN, WON, LOST},
        INQUIRY: {OPEN, WON, LOST},
        OPEN: {WON, LOST},
    },
    "part": {PENDING: {SUCCEEDED, CREDITED}, SUCCEEDED: {CREDITED}, CREDITED: {FAILED}},
    "transfer": {PENDING: {SENT}},
    "payout": {TRANSFERRING: {PAYING}, PAYING: {SENT}, SENT: {ARRIVED, PAYING}, ARRIVED: {PAYING}},
}
"""What may follow each state. A late payment still counts; a bank may send back a refund or a payout that succeeded."""


def may_become(kind: str, status: str, wanted: str) -> bool:
    return wanted in NEXT[kind].get(status, ())


def back_off(tries: int) -> timedelta:
    """Pause after the n-th try without an answer."""
    return timedelta(seconds=min(5 * 3 ** max(tries - 1, 0), 3600))
