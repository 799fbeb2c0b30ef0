"""The calls themselves."""

from collections.abc import Sequence
from datetime import datetime

import requests
import stripe
from requests.adapters import HTTPAdapter
from stripe import RequestOptions
from stripe.params import AccountCreateParams, BalanceTransactionListParamsCreated
from stripe.params.checkout import SessionCreateParams

from services.payments.provider import answers, webhooks
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
)
from services.payments.provider.errors import asking
from shared.money import Cents

TIMEOUT = (3.05, 20.0)
RETRIES = 2


class Provider:
    """The provider's API under one key. `api_base` empty is the real one, else the address of a stand-in."""

    def __init__(self, api_key: str, api_base: str, webhook_secret: str) -> None:
        session = requests.Session()
        for scheme in ("https://", "http://"):
            session.mount(scheme, HTTPAdapter(pool_maxsize=20))
        client = stripe.StripeClient(
            api_key,
            base_addresses={"api": api_base} if api_base else {},
            max_network_retries=RETRIES,
            http_client=stripe.RequestsClient(timeout=TIMEOUT, session=session),
        )
        self._api = client.v1
        self._webhook_secret = webhook_secret

    def create_checkout(
        self,
        *,
        reference: str,
        lines: Sequence[Line],
        sale_id: str,
        expires_at: datetime,
        success_url: str,
        cancel_url: str,
        key: str,
        email: str | None = None,
        locale: str = "fr",
    ) -> Checkout:
        """Open a payment page for cards; `reference` comes back with its webhooks.

        `expires_at` must be 30 minutes to 24 hours ahead and the sum 50 cents or more (`amount_too_small`).
        The address may contain {CHECKOUT_SESSION_ID}.
        """
        names = {"reference": reference, "sale_id": sale_id, "key": key}
        params: SessionCreateParams = {
            "mode": "payment",
            "allowed_payment_method_types": ["card"],
            "client_reference_id": reference,
            "line_items": answers.line_items(lines),
            "expires_at": int(expires_at.timestamp()),
            "success_url": success_url,
            "cancel_url": cancel_url,
            "locale": locale,
            "metadata": names,
            "payment_intent_data": {"transfer_group": sale_id, "metadata": names},
        }
        if email:
            params["customer_email"] = email
        with asking():
            return answers.checkout(self._api.checkout.sessions.create(params, {"idempotency_key": key}))

    def find_checkout(self, session_id: str) -> Checkout:
        with asking():
            return answers.checkout(self._api.checkout.sessions.retrieve(session_id))

    def expire_checkout(self, session_id: str) -> Checkout:
        """Close an open page for good. Returns what it became: it may have been paid just before."""
        with asking():
            try:
                return answers.checkout(self._api.checkout.sessions.expire(session_id))
            except stripe.InvalidRequestError:
                return answers.checkout(self._api.checkout.sessions.retrieve(session_id))

    def find_payment(self, payment_intent: str) -> Payment:
        with asking():
            expand = ["latest_charge.balance_transaction"]
            return answers.payment(self._api.payment_intents.retrieve(payment_intent, {"expand": expand}))

    def refund(self, *, payment_intent: str, amount_cents: Cents, key: str, reference: str = "") -> Refund:
        """Give back a part or all; more than is left of the payment is refused."""
        names = {"reference": reference, "key": key}
        with asking():
            refund = self._api.refunds.create(
                {"payment_intent": payment_intent, "amount": amount_cents, "metadata": names},
                {"idempotency_key": key},
            )
            return answers.refund(refund)

    def find_refund(self, *, payment_intent: str, key: str) -> Refund | None:
        """Return the refund that was made with this key, however long ago."""
        with asking():
            made = self._api.refunds.list({"payment_intent": payment_intent, "limit": 100})
            found = (each for each in made.auto_paging_iter() if answers.key_of(each) == key)
            return next(map(answers.refund, found), None)

    def create_account(self, *, producer_id: str, email: str, name: str, key: str) -> str:
        """Open a payment account that is paid out only when told, and return its id."""
        params: AccountCreateParams = {
            "type": "express",
            "country": "FR",
            "email": email,
            "business_profile": {"name": name, "mcc": "5499"},
            "capabilities": {"transfers": {"requested": True}},
            "settings": {"payouts": {"schedule": {"interval": "manual"}}},
            "metadata": {"producer_id": producer_id, "key": key},
        }
        with asking():
            return self._api.accounts.create(params, {"idempotency_key": key}).id

    def onboarding_link(self, *, account_id: str, return_url: str, refresh_url: str) -> str:
        """Address of the onboarding page: for one visit within minutes, so never kept and never mailed."""
        with asking():
            link = self._api.account_links.create(
                {
                    "account": account_id,
                    "type": "account_onboarding",
                    "return_url": return_url,
                    "refresh_url": refresh_url,
                }
            )
            return link.url

    def account_state(self, account_id: str) -> AccountState:
        with asking():
            return answers.account_state(self._api.accounts.retrieve(account_id).to_dict())

    def transfer(self, *, account_id: str, amount_cents: Cents, sale_id: str, key: str) -> Transfer:
        """Move money from the platform's balance to an account; `balance_insufficient` if it is not there yet."""
        with asking():
            transfer = self._api.transfers.create(
                {
                    "amount": amount_cents,
                    "currency": "eur",
                    "destination": account_id,
                    "transfer_group": sale_id,
                    "metadata": {"key": key},
                },
                {"idempotency_key": key},
            )
            return answers.transfer(transfer)

    def find_transfer(self, *, sale_id: str, key: str) -> Transfer | None:
        """Return the transfer that was made with this key, however long ago."""
        with asking():
            made = self._api.transfers.list({"transfer_group": sale_id, "limit": 100})
            found = (each for each in made.auto_paging_iter() if answers.key_of(each) == key)
            return next(map(answers.transfer, found), None)

    def reverse_transfer(self, *, transfer_id: str, amount_cents: Cents, key: str) -> str:
        """Take back a part or all of a transfer, as far as the account still has it; returns the reversal's id."""
        with asking():
            reversal = self._api.transfers.reversals.create(
                transfer_id, {"amount": amount_cents, "metadata": {"key": key}}, {"idempotency_key": key}
            )
            return reversal.id

    def payout(self, *, account_id: str, amount_cents: Cents, key: str, statement: str = "CLAYETTE") -> Payout:
        """Send an account's money to its bank; webhooks tell whether it arrived."""
        with asking():
            payout = self._api.payouts.create(
                {
                    "amount": amount_cents,
                    "currency": "eur",
                    "statement_descriptor": statement,
                    "metadata": {"key": key},
                },
                {"idempotency_key": key, "stripe_account": account_id},
            )
            return answers.payout(payout)

    def find_payout(self, *, account_id: str, payout_id: str) -> Payout:
        with asking():
            return answers.payout(self._api.payouts.retrieve(payout_id, options={"stripe_account": account_id}))

    def find_payout_by_key(self, *, account_id: str, key: str, since: datetime) -> Payout | None:
        """Return the payout that was made with this key since that instant."""
        with asking():
            made = self._api.payouts.list(
                {"created": {"gte": int(since.timestamp())}, "limit": 100}, {"stripe_account": account_id}
            )
            found = (each for each in made.auto_paging_iter() if answers.key_of(each) == key)
            return next(map(answers.payout, found), None)

    def available(self, account_id: str | None = None) -> Cents:
        """What the platform, or an account, can spend now."""
        with asking():
            balance = self._api.balance.retrieve(options=_acting_for(account_id))
            return sum(part.amount for part in balance.available if part.currency == "eur")

    def balance(self, account_id: str | None = None) -> Cents:
        """All that lies on the balance of the platform, or of an account, whether it can be spent yet or not."""
        with asking():
            balance = self._api.balance.retrieve(options=_acting_for(account_id))
            available = sum(part.amount for part in balance.available if part.currency == "eur")
            return available + sum(part.amount for part in balance.pending if part.currency == "eur")

    def find_dispute(self, dispute_id: str) -> Dispute:
        with asking():
            return answers.dispute(self._api.disputes.retrieve(dispute_id, {"expand": ["charge"]}))

    def list_balance_transactions(
        self, since: datetime, until: datetime | None = None, account_id: str | None = None
    ) -> list[BalanceEntry]:
        """All movements from `since` (inclusive) to `until` (exclusive), oldest first, on the platform or an account."""
        window: BalanceTransactionListParamsCreated = {"gte": int(since.timestamp())}
        if until:
            window["lt"] = int(until.timestamp())
        with asking():
            page = self._api.balance_transactions.list(
                {"created": window, "limit": 100, "expand": ["data.source"]}, _acting_for(account_id)
            )
            return [answers.balance_entry(entry) for entry in page.auto_paging_iter()][::-1]

    def read_webhook(self, payload: bytes, signature: str | None) -> WebhookEvent:
        """Check the signature over the raw body and read the event; raises BadSignature."""
        return webhooks.read(payload, signature, self._webhook_secret)


def _acting_for(account_id: str | None) -> RequestOptions:
    return {"stripe_account": account_id} if account_id else {}
