"""The provider's objects in our own words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import stripe
from stripe.params.checkout import SessionCreateParamsLineItem

from shared.money import Cents

MOST_LINES = 100
_LONGEST_NAME = 250


@dataclass(frozen=True)
class Line:
    """One line of the payment page, quantity included in its name."""

    name: str
    amount_cents: Cents


@dataclass(frozen=True)
class Checkout:
    """A payment page. `status` is open, complete or expired; `url` is None once it is not open."""

    session_id: str
    url: str | None
    expires_at: datetime
    status: str
    paid: bool
    amount_cents: Cents
    payment_intent: str | None
    reference: str | None


@dataclass(frozen=True)
class Payment:
    """A payment as the provider books it. Without a charge that succeeded, `charge_id` and `paid_at` are None, the fee 0.
    `entry_id` is the movement on the balance that the fee belongs to.
    """

    payment_intent: str
    status: str
    amount_cents: Cents
    charge_id: str | None
    fee_cents: Cents
    refunded_cents: Cents
    paid_at: datetime | None = None
    entry_id: str | None = None


@dataclass(frozen=True)
class Refund:
    """`status` is pending, succeeded or failed; one that succeeded may still fail later."""

    refund_id: str
    status: str
    amount_cents: Cents


@dataclass(frozen=True)
class AccountState:
    """`active`: may receive transfers and be paid out. `due` names what the provider still asks of its holder."""

    account_id: str
    active: bool
    details_submitted: bool
    due: tuple[str, ...]
    due_by: datetime | None
    disabled_reason: str | None


@dataclass(frozen=True)
class Transfer:
    transfer_id: str
    amount_cents: Cents
    reversed_cents: Cents


@dataclass(frozen=True)
class Payout:
    """`status` is pending, in_transit, paid, failed or canceled; one that was paid may still fail later."""

    payout_id: str
    status: str
    amount_cents: Cents
    arrives_at: datetime


@dataclass(frozen=True)
class BalanceEntry:
    """One movement on a balance: net = amount less fee, signed; `source` is the id of what caused it.

    Of the source itself, where it has them: the `key` and `reference` that we gave it, its payment intent, its status, the
    transfer that it came from.
    """

    entry_id: str
    kind: str
    amount_cents: Cents
    fee_cents: Cents
    net_cents: Cents
    source: str | None
    created_at: datetime
    key: str | None = None
    reference: str | None = None
    payment_intent: str | None = None
    status: str | None = None
    transfer: str | None = None


@dataclass(frozen=True)
class Dispute:
    """A charge that its customer's bank takes back, and the charge. `moves`: what was withdrawn and given back so far."""

    dispute_id: str
    status: str
    reason: str
    amount_cents: Cents
    opened_at: datetime
    charge_id: str
    payment_intent: str | None
    reference: str | None
    charged_cents: Cents
    charged_at: datetime
    moves: tuple[BalanceEntry, ...]


@dataclass(frozen=True)
class WebhookEvent:
    """What a webhook says: `body` is the object as it was when the event happened, `account` its connected account."""

    event_id: str
    kind: str
    created_at: datetime
    account: str | None
    object_id: str
    body: dict[str, Any]


def line_items(lines: Sequence[Line]) -> list[SessionCreateParamsLineItem]:
    """The page shows 100 lines at most: those beyond are summed up in the last."""
    shown = list(lines[:MOST_LINES])
    if len(lines) > MOST_LINES:
        rest = sum(line.amount_cents for line in lines[MOST_LINES - 1 :])
        shown[-1] = Line("…", rest)
    return [_line_item(line) for line in shown]


def _line_item(line: Line) -> SessionCreateParamsLineItem:
    return {
        "quantity": 1,
        "price_data": {
            "currency": "eur",
            "unit_amount": line.amount_cents,
            "product_data": {"name": line.name[:_LONGEST_NAME]},
        },
    }


def checkout(session: stripe.checkout.Session) -> Checkout:
    return Checkout(
        session_id=session.id,
        url=session.url,
        expires_at=instant(session.expires_at),
        status=session.status or "",
        paid=session.payment_status == "paid",
        amount_cents=session.amount_total or 0,
        payment_intent=_id(session.payment_intent),
        reference=session.client_reference_id,
    )


def payment(intent: stripe.PaymentIntent) -> Payment:
    """Read an intent whose charge and balance entry are expanded."""
    charge = intent.latest_charge
    paid = charge if isinstance(charge, stripe.Charge) and charge.paid else None
    entry = paid.balance_transaction if paid else None
    return Payment(
        payment_intent=intent.id,
        status=intent.status,
        amount_cents=intent.amount,
        charge_id=paid.id if paid else None,
        fee_cents=entry.fee if isinstance(entry, stripe.BalanceTransaction) else 0,
        entry_id=_id(entry),
        refunded_cents=paid.amount_refunded if paid else 0,
        paid_at=instant(paid.created) if paid else None,
    )


def refund(made: stripe.Refund) -> Refund:
    return Refund(made.id, made.status or "pending", made.amount)


def transfer(made: stripe.Transfer) -> Transfer:
    return Transfer(made.id, made.amount, made.amount_reversed)


def payout(made: stripe.Payout) -> Payout:
    return Payout(made.id, made.status, made.amount, instant(made.arrival_date))


def account_state(account: dict[str, Any]) -> AccountState:
    """Read an account, from an answer or from the body of its `account.updated`."""
    asked = account.get("requirements") or {}
    receives = (account.get("capabilities") or {}).get("transfers") == "active"
    return AccountState(
        account_id=account["id"],
        active=receives and bool(account.get("payouts_enabled")),
        details_submitted=bool(account.get("details_submitted")),
        due=tuple(asked.get("currently_due") or ()),
        due_by=instant(asked["current_deadline"]) if asked.get("current_deadline") else None,
        disabled_reason=asked.get("disabled_reason"),
    )


def balance_entry(entry: stripe.BalanceTransaction) -> BalanceEntry:
    return BalanceEntry(
        entry_id=entry.id,
        kind=entry.type,
        amount_cents=entry.amount,
        fee_cents=entry.fee,
        net_cents=entry.net,
        source=_id(entry.source),
        created_at=instant(entry.created),
        **_of_source(entry.source),
    )


def _of_source(source: Any) -> dict[str, Any]:
    """What an expanded source says; nothing of one that is an id or none."""
    body = source.to_dict() if isinstance(source, stripe.StripeObject) else {}
    metadata = body.get("metadata") or {}
    return {
        "key": metadata.get("key"),
        "reference": metadata.get("reference"),
        "payment_intent": _id(body.get("payment_intent")),
        "status": body.get("status"),
        "transfer": _id(body.get("source_transfer")),
    }


def dispute(made: stripe.Dispute) -> Dispute:
    """Read a dispute whose charge is expanded."""
    charge = made.charge
    assert isinstance(charge, stripe.Charge)
    return Dispute(
        dispute_id=made.id,
        status=made.status,
        reason=made.reason,
        amount_cents=made.amount,
        opened_at=instant(made.created),
        charge_id=charge.id,
        payment_intent=_id(charge.payment_intent),
        reference=(charge.metadata.to_dict() if charge.metadata else {}).get("reference"),
        charged_cents=charge.amount_captured,
        charged_at=instant(charge.created),
        moves=tuple(balance_entry(entry) for entry in made.balance_transactions),
    )


def key_of(made: stripe.Refund | stripe.Transfer | stripe.Payout) -> str | None:
    """The key that a thing was made with, as its metadata keeps it."""
    return (made.metadata.to_dict() if made.metadata else {}).get("key")


def instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _id(reference: Any) -> str | None:
    return reference if isinstance(reference, str) or reference is None else reference.id
