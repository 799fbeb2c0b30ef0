"""RULES of notifications: which kinds of telling exist, when a try is repeated, what is no longer worth sending."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

WAITING, SENT, BOUNCED, DROPPED = "waiting", "sent", "bounced", "dropped"

FIRST, BULK = 0, 1
"""Priorities: what one person waits for goes before what a whole market is told."""

SALE_CANCELLED = "sale_cancelled"
REFUNDED_BEFORE = {"adjusted", "missing_product", "not_delivering", "too_late", "not_collected", "amended"}
"""Reasons of refunds of which the total of an order knows nothing."""

MINUTES = (1, 2, 5, 10, 15, 20, 30)
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in MINUTES)
GIVE_UP_AFTER = timedelta(hours=24)

HOUSEHOLD = "/household"
"""Marks the delivery to the second address of an account."""

OPENING = "opening"
"""What a person can turn off per market: the mails to everybody, that invite to order or to lend a hand."""


@dataclass(frozen=True)
class Kind:
    """One thing that people are told.

    `optional`: bulk mail with an unsubscribe link. `household`: the second address of the account gets it too.
    `secret`: its facts hold a token that must not outlive the sending. `delay`: time for it to become moot.
    """

    name: str
    mail: bool = True
    notice: bool = True
    optional: bool = False
    household: bool = False
    secret: bool = False
    delay: timedelta = timedelta(0)

    @property
    def priority(self) -> int:
        return BULK if self.optional else FIRST


_ALL = (
    Kind("verification", notice=False, secret=True),
    Kind("password_reset", notice=False, secret=True),
    Kind("invitation", secret=True),
    Kind("order_confirmed"),
    Kind("order_changed"),
    Kind("order_cancelled"),
    Kind("sale_refunded", delay=timedelta(seconds=5)),
    Kind("order_expired"),
    Kind("late_payment_refused"),
    Kind("payment_failed", delay=timedelta(minutes=2)),
    Kind("refund"),
    Kind("refund_failed"),
    Kind("balance_due"),
    Kind("credit"),
    Kind("sale_opened", optional=True),
    Kind("sale_closing", optional=True),
    Kind("duty_vacancies", optional=True),
    Kind("duty_reminder"),
    Kind("duty_cancelled"),
    Kind("sale_rescheduled"),
    Kind("sale_cancelled"),
    Kind("sale_blocked"),
    Kind("sale_invitation"),
    Kind("order_sheet"),
    Kind("pickup_reminder", household=True),
    Kind("pickup_reminder_4h", household=True),
    Kind("basket_settled"),
    Kind("basket_not_collected", delay=timedelta(hours=1)),
    Kind("distribution_to_validate"),
    Kind("producer_not_delivering"),
    Kind("payment_account", notice=True),
    Kind("payment_account_missing"),
    Kind("payout_sent"),
    Kind("payout_failed"),
    Kind("payout_held"),
    Kind("dispute_opened"),
    Kind("dispute_closed"),
    Kind("dispute_loss"),
    Kind("ledger_mismatch", notice=False),
    Kind("role_granted", mail=False),
    Kind("referent_appointed", mail=False),
    Kind("catalog_linked", mail=False),
    Kind("catalog_unlinked", mail=False),
    Kind("participation_confirmed", mail=False),
    Kind("participation_withdrawn", mail=False),
)
KINDS = {kind.name: kind for kind in _ALL}

PICKUP_LEADS = {"pickup_reminder": timedelta(hours=24), "pickup_reminder_4h": timedelta(hours=4)}
LEAD_SLACK = timedelta(hours=1)


def next_try(attempts: int, first_tried_at: datetime, now: datetime) -> datetime | None:
    """When to try again after the `attempts`-th temporary failure; None: given up (SPEC N4)."""
    if now - first_tried_at >= GIVE_UP_AFTER:
        return None
    return now + BACK_OFF[min(attempts, len(BACK_OFF)) - 1]


@dataclass(frozen=True)
class SaleDates:
    closes_at: datetime
    starts_at: datetime
    cancelled: bool


@dataclass(frozen=True)
class Circumstances:
    """What has become of the matter between the fact and the sending of its mail."""

    sale: SaleDates | None = None
    has_order_in_sale: bool = False
    order_is_confirmed: bool = False
    opted_out: bool = False
    payable: bool = False


def is_moot(kind: str, seen: Circumstances, now: datetime) -> bool:
    """The mail would tell something untrue, or something that the person does not want any more."""
    if kind in PICKUP_LEADS:
        return not seen.has_order_in_sale or not _is_ahead(seen.sale, PICKUP_LEADS[kind], now)
    if kind == "sale_opened":
        return seen.opted_out or not _is_open(seen.sale, now)
    if kind == "sale_closing":
        return seen.opted_out or seen.has_order_in_sale or not _is_open(seen.sale, now)
    if kind in {"duty_vacancies", "duty_reminder"}:
        return (seen.opted_out and KINDS[kind].optional) or not _is_coming(seen.sale, now)
    if kind in {"payment_failed", "order_expired"}:
        return seen.order_is_confirmed
    return kind in {"payment_account_missing", "payout_held"} and seen.payable


def _is_open(sale: SaleDates | None, now: datetime) -> bool:
    return sale is not None and not sale.cancelled and now < sale.closes_at


def _is_coming(sale: SaleDates | None, now: datetime) -> bool:
    return sale is not None and not sale.cancelled and now < sale.starts_at


def _is_ahead(sale: SaleDates | None, lead: timedelta, now: datetime) -> bool:
    """False also when the date was moved away after the reminder had been prepared."""
    return sale is not None and not sale.cancelled and now < sale.starts_at <= now + lead + LEAD_SLACK


@dataclass(frozen=True)
class Subscription:
    """What an unsubscribe link is about."""

    account_id: UUID
    market_id: UUID


SIGNATURE_BYTES = 16
TOKEN_BYTES = 16 + 16 + SIGNATURE_BYTES


def sign(subscription: Subscription, secret: str) -> str:
    """A token for a link: nobody can make one for somebody else."""
    body = subscription.account_id.bytes + subscription.market_id.bytes
    return base64.urlsafe_b64encode(body + _signature(body, secret)).decode().rstrip("=")


def read_token(token: str, secret: str) -> Subscription | None:
    """None when the token is not one of ours."""
    try:
        raw = base64.b64decode(token.encode() + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    body, signature = raw[:32], raw[32:]
    if len(raw) != TOKEN_BYTES or not hmac.compare_digest(signature, _signature(body, secret)):
        return None
    return Subscription(UUID(bytes=body[:16]), UUID(bytes=body[16:]))


def _signature(body: bytes, secret: str) -> bytes:
    return hmac.new(secret.encode(), b"unsubscribe:" + body, hashlib.sha256).digest()[:SIGNATURE_BYTES]


def fingerprint(token: str) -> str:
    """Names a secret token without telling it."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def without(people: Sequence[UUID], others: set[UUID]) -> list[UUID]:
    return [person for person in people if person not in others]
