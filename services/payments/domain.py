"""Rules of payments: when producers are paid, how refunds and shares are split, what may follow what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.errors import Refusal
from shared.money import Cents, portion, share

ZONE = ZoneInfo("Europe/Paris")
AVAILABLE_AFTER = timedelta(days=3)
RUN_TIME = time(6)
WEEK = timedelta(days=7)

LEAST_PAGE_LIFE = timedelta(minutes=31)
"""The provider wants 30 minutes from its receipt of the call."""
REFUND_WAIT = timedelta(days=1)
FIRST_LOOK = timedelta(minutes=3)
NEXT_LOOK = timedelta(minutes=10)
KEEP_PROVIDER_EVENTS = timedelta(days=60)
LEASE = timedelta(minutes=2)
"""Longer than any call to the provider takes, repetitions included."""

STAND_IN_SECRET = "whsec_clayette"  # noqa: S105 - of no worth: it is the stand-in's

AWAITING, EXPIRED = "awaiting", "expired"
WAITING, PENDING, SUCCEEDED, FAILED = "waiting", "pending", "succeeded", "failed"
TRANSFERRING, PAYING, SENT, ARRIVED = "transferring", "paying", "sent", "arrived"

NEXT = {
    "payment": {AWAITING: {SUCCEEDED, EXPIRED}, EXPIRED: {SUCCEEDED}},
    "refund": {
        WAITING: {PENDING, SUCCEEDED, FAILED},
        PENDING: {SUCCEEDED, FAILED},
        FAILED: {PENDING},
        SUCCEEDED: {FAILED},
    },
    "part": {PENDING: {SUCCEEDED, FAILED}, SUCCEEDED: {FAILED}},
    "transfer": {PENDING: {SENT}},
    "payout": {TRANSFERRING: {PAYING}, PAYING: {SENT}, SENT: {ARRIVED, PAYING}, ARRIVED: {PAYING}},
}
"""What may follow each state. A late payment still counts; a bank may send back a refund or a payout that succeeded."""


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


class RefundNotFailed(Refusal):
    """Only a refund that failed can be tried again."""


class RefundExceedsPaid(Refusal):
    """More than is left of the payments. details["left_cents"]."""


class WebhookSecretMissing(RuntimeError):
    """Whoever knows the secret can say that an order is paid: set STRIPE_WEBHOOK_SECRET to the provider's own."""


def ensure_secret(api_base: str, secret: str) -> None:
    """The real provider (no `api_base`) never goes with the stand-in's published secret, or with none."""
    if not api_base and secret in {"", STAND_IN_SECRET}:
        raise WebhookSecretMissing


def may_become(kind: str, status: str, wanted: str) -> bool:
    return wanted in NEXT[kind].get(status, ())


def ensure_payable(status: str, expires_at: datetime, now: datetime) -> None:
    if status == SUCCEEDED:
        raise AlreadyPaid
    if status == EXPIRED or now >= expires_at:
        raise ReservationOver


def page_expiry(reserved_until: datetime, now: datetime) -> datetime:
    """The payment page closes with the reservation, or as soon after it as the provider can."""
    return max(reserved_until, now + LEAST_PAGE_LIFE)


def back_off(tries: int) -> timedelta:
    """Pause after the n-th try without an answer."""
    return timedelta(seconds=min(5 * 3 ** max(tries - 1, 0), 3600))


def account_look(looks: int) -> timedelta:
    """Pause until an account that is not active yet is asked about again, should its webhook be lost."""
    return timedelta(hours=min(2 ** min(looks, 5), 24))


def available_at(validated_at: datetime) -> datetime:
    """Three days later at the same time on the wall (SPEC F5)."""
    return (validated_at.astimezone(ZONE) + AVAILABLE_AFTER).astimezone(UTC)


def run_at(monday: date) -> datetime:
    return datetime.combine(monday, RUN_TIME, ZONE).astimezone(UTC)


def pay_on(available: datetime) -> date:
    """The first Monday whose run is at or after the money is available."""
    day = available.astimezone(ZONE).date()
    monday = day + timedelta(days=-day.weekday() % 7)
    return monday if run_at(monday) >= available else monday + WEEK


def last_run(now: datetime) -> date:
    """The Monday of the latest run that is due."""
    day = now.astimezone(ZONE).date()
    monday = day - timedelta(days=day.weekday())
    return monday if run_at(monday) <= now else monday - WEEK


def next_run(now: datetime) -> datetime:
    return run_at(last_run(now) + WEEK)


@dataclass(frozen=True)
class Source:
    """A payment that can give back `left_cents`."""

    payment_id: UUID
    left_cents: Cents


def allocate(amount: Cents, sources: Sequence[Source]) -> list[tuple[UUID, Cents]]:
    """Parts that sum to the amount, taken from the payment with most left first (SPEC F4)."""
    left = sum(source.left_cents for source in sources)
    if amount > left:
        raise RefundExceedsPaid(left_cents=left)
    parts = []
    for source in sorted(sources, key=lambda each: (-each.left_cents, each.payment_id)):
        part = min(amount, source.left_cents)
        if part > 0:
            parts.append((source.payment_id, part))
        amount -= part
    return parts


@dataclass(frozen=True)
class Figures:
    """What a producer gets of a sale."""

    gross_cents: Cents = 0
    fee_cents: Cents = 0
    commission_cents: Cents = 0

    @property
    def amount_cents(self) -> Cents:
        return self.gross_cents - self.fee_cents - self.commission_cents

    def minus(self, former: "Figures") -> "Figures":
        return Figures(
            self.gross_cents - former.gross_cents,
            self.fee_cents - former.fee_cents,
            self.commission_cents - former.commission_cents,
        )

    def __bool__(self) -> bool:
        return bool(self.gross_cents or self.fee_cents or self.commission_cents)


def split_sale(delivered: Mapping[UUID, Cents], money: Cents, fee_bp: int, commission_bp: int) -> dict[UUID, Figures]:
    """Share out a sale by what each producer delivered; fee and commission are borne in proportion (SPEC F7).

    Never more than the `money` its customers paid: what they owe yet is shared out in a later round.
    """
    producers = sorted(producer for producer, gross in delivered.items() if gross > 0)
    weights = [delivered[producer] for producer in producers]
    net = min(sum(weights), money)
    if net <= 0:
        return {}
    gross = share(net, weights)
    fees, commissions = share(portion(net, fee_bp), gross), share(portion(net, commission_bp), gross)
    rows = zip(gross, fees, commissions, strict=True)
    return {producer: Figures(*row) for producer, row in zip(producers, rows, strict=True)}


def net_transfers(by_sale: Mapping[UUID, Cents]) -> dict[UUID, Cents]:
    """What to transfer for each sale, so that it sums to the balance over all of them.

    A sale that came out negative (corrected after it was paid) is taken from the largest others.
    """
    owed = -sum(amount for amount in by_sale.values() if amount < 0)
    transfers = {}
    for sale, amount in sorted(by_sale.items(), key=lambda item: (-item[1], item[0])):
        taken = min(owed, max(amount, 0))
        owed -= taken
        if amount - taken > 0:
            transfers[sale] = amount - taken
    return transfers
