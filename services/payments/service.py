"""payments: charges, refunds, the ledger, producers' payment accounts, payouts on Monday."""

from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from services.payments import domain, projections, queries, schemas
from services.payments.commands import accounts, checkout, orders, payouts, refunds, settlement, webhooks
from services.payments.provider import Provider
from shared import events
from shared.actor import Actor
from shared.config import Config
from shared.db import Database
from shared.messaging.entrypoints import command, due, due_outside, on, outside, query
from shared.messaging.service import Service

Args = dict[str, Any]
SOON = timedelta(seconds=1)


@cache
def provider() -> Provider:
    """Made at the first call: the runner may set the environment after this module is imported."""
    config = Config()
    if config.stripe_api_key:
        domain.ensure_secret(config.stripe_api_base, config.stripe_webhook_secret)
    return Provider(config.stripe_api_key, config.stripe_api_base, config.stripe_webhook_secret)


class PaymentsService(Service):
    name = "payments"

    @outside(schemas.OrderId, schemas.Checkout)
    def checkout(self, db: Database, actor: Actor, args: Args) -> Args:
        return queries.checkout(checkout.open_page(db, provider(), actor, **args))

    @query(schemas.OrderId, schemas.Payment)
    def payment(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.payment(session, actor, **args)

    @outside(schemas.Webhook, schemas.Received)
    def webhook(self, db: Database, actor: Actor, args: Args) -> Args:
        webhooks.receive(db, provider(), **args)
        return {"received": True}

    @query(schemas.SaleId, schemas.Ledger)
    def sale_ledger(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.sale_ledger(session, actor, **args)

    @query(schemas.SaleId, schemas.SalePayouts)
    def sale_payouts(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.sale_payouts(session, actor, **args)

    @query(schemas.PayoutDateQuery, schemas.PayoutDate)
    def payout_date(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.payout_date(**args)

    @outside(schemas.ProducerId, schemas.OpenedAccount)
    def open_account(self, db: Database, actor: Actor, args: Args) -> Args:
        opened = accounts.open_account(db, provider(), actor, **args)
        return queries.account(opened["account"]) | {"url": opened["url"]}

    @outside(schemas.ProducerId, schemas.PaymentAccount)
    def account_state(self, db: Database, actor: Actor, args: Args) -> Args:
        return queries.account(accounts.state(db, provider(), actor, **args))

    @query(schemas.PayoutsOf, schemas.Payouts)
    def my_payouts(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.payouts_of(session, actor, **args)

    @query(schemas.PayoutId, schemas.Payout)
    def payout(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.payout(session, actor, **args)

    @query(schemas.MarketId, schemas.Refunds)
    def refunds_needing_attention(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.refunds_needing_attention(session, actor, **args)

    @command(schemas.RefundId, schemas.Refund)
    def retry_refund(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.refund(session, refunds.retry(session, actor, **args))

    @on(events.markets.MarketChanged)
    def on_market_changed(self, session: Session, event: events.markets.MarketChanged) -> None:
        projections.market_changed(session, event)

    @on(events.markets.RoleGranted)
    def on_role_granted(self, session: Session, event: events.markets.RoleGranted) -> None:
        projections.role_told(session, event)

    @on(events.markets.RoleRevoked)
    def on_role_revoked(self, session: Session, event: events.markets.RoleRevoked) -> None:
        projections.role_told(session, event)

    @on(events.catalogs.ProducerChanged)
    def on_producer_changed(self, session: Session, event: events.catalogs.ProducerChanged) -> None:
        projections.producer_changed(session, event)

    @on(events.orders.OrderPlaced)
    def on_order_placed(self, session: Session, event: events.orders.OrderPlaced) -> None:
        orders.order_placed(session, event)

    @on(events.orders.OrderExpired)
    def on_order_expired(self, session: Session, event: events.orders.OrderExpired) -> None:
        orders.order_expired(session, event)

    @on(events.orders.OrderCancelled)
    def on_order_cancelled(self, session: Session, event: events.orders.OrderCancelled) -> None:
        refunds.order_cancelled(session, event)

    @on(events.orders.LatePaymentRefused)
    def on_late_payment_refused(self, session: Session, event: events.orders.LatePaymentRefused) -> None:
        refunds.late_payment_refused(session, event)

    @on(events.distributions.RefundRequested)
    def on_refund_requested(self, session: Session, event: events.distributions.RefundRequested) -> None:
        refunds.refund_requested(session, event)

    @on(events.distributions.DistributionValidated)
    def on_distribution_validated(self, session: Session, event: events.distributions.DistributionValidated) -> None:
        settlement.validated(session, event)

    @on(events.distributions.DistributionReopened)
    def on_distribution_reopened(self, session: Session, event: events.distributions.DistributionReopened) -> None:
        payouts.reopened(session, event)

    @due_outside(every=SOON)
    def look_at_payments(self, db: Database) -> bool:
        return checkout.look(db, provider())

    @due_outside(every=SOON)
    def look_at_accounts(self, db: Database) -> bool:
        return accounts.look(db, provider())

    @due(every=SOON)
    def take_up_refunds(self, session: Session) -> bool:
        return refunds.take_up(session)

    @due_outside(every=SOON)
    def send_refunds(self, db: Database) -> bool:
        return refunds.send(db, provider())

    @due(every=SOON)
    def run_payouts(self, session: Session) -> bool:
        return payouts.run(session)

    @due_outside(every=SOON)
    def send_transfers(self, db: Database) -> bool:
        return payouts.transfer(db, provider())

    @due_outside(every=SOON)
    def send_payouts(self, db: Database) -> bool:
        return payouts.pay(db, provider())

    @due(every=timedelta(minutes=1))
    def weigh_short_sales(self, session: Session) -> bool:
        return settlement.weigh_short(session)

    @due(every=timedelta(hours=1))
    def forget_provider_events(self, session: Session) -> bool:
        return webhooks.forget_old(session)
