"""payments: charges, refunds, the ledger, producers' payment accounts, payouts on Monday."""

from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from services.payments import domain, projections, queries, schemas
from services.payments.commands import (
    accounts,
    amendments,
    balance_pages,
    baskets,
    checkout,
    disputes,
    documents,
    held,
    orders,
    orphans,
    payouts,
    receipts,
    reconciliation,
    refunds,
    settlement,
    webhooks,
)
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

    @outside(schemas.MarketId, schemas.BalancePage)
    def pay_balance(self, db: Database, actor: Actor, args: Args) -> Args:
        return queries.balance_page(balance_pages.open_page(db, provider(), actor, **args))

    @query(schemas.Nothing, schemas.MyBalances)
    def my_balances(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.my_balances(session, actor)

    @query(schemas.MemberBalancesOf, schemas.MemberBalances)
    def market_balances(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.market_balances(session, actor, **args)

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

    @query(schemas.SaleId, schemas.SaleRefunds)
    def sale_refunds(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.sale_refunds(session, actor, **args)

    @query(schemas.MarketId, schemas.Disputes)
    def market_disputes(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.market_disputes(session, actor, **args)

    @command(schemas.RefundId, schemas.Refund)
    def retry_refund(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.refund(session, refunds.retry(session, actor, **args))

    @query(schemas.OrderId, schemas.Receipt)
    def receipt(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.receipt(session, actor, **args)

    @query(schemas.InvoiceId, schemas.Invoice)
    def invoice(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.invoice(session, actor, **args)

    @query(schemas.InvoicesOf, schemas.Invoices)
    def invoices_of(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.invoices_of(session, actor, **args)

    @query(schemas.PageQuery, schemas.Invoices)
    def my_invoices(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.my_invoices(session, actor, **args)

    @query(schemas.PayoutId, schemas.Statement)
    def statement(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.statement(session, actor, **args)

    @query(schemas.StatementOn, schemas.Statement)
    def statement_on(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.statement_on(session, actor, **args)

    @query(schemas.StatementsOf, schemas.Statements)
    def statements_of(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.statements_of(session, actor, **args)

    @query(schemas.MarketPeriod, schemas.Accounting)
    def market_accounting(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.market_accounting(session, actor, **args)

    @query(schemas.ProducerPeriod, schemas.Accounting)
    def producer_accounting(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.producer_accounting(session, actor, **args)

    @on(events.accounts.AccountRegistered)
    def on_account_registered(self, session: Session, event: events.accounts.AccountRegistered) -> None:
        projections.account_changed(session, event)

    @on(events.accounts.AccountChanged)
    def on_account_changed(self, session: Session, event: events.accounts.AccountChanged) -> None:
        projections.account_changed(session, event)

    @on(events.accounts.AccountDeleted)
    def on_account_deleted(self, session: Session, event: events.accounts.AccountDeleted) -> None:
        projections.account_deleted(session, event)

    @on(events.markets.MarketChanged)
    def on_market_changed(self, session: Session, event: events.markets.MarketChanged) -> None:
        projections.market_changed(session, event)

    @on(events.markets.RoleGranted)
    def on_role_granted(self, session: Session, event: events.markets.RoleGranted) -> None:
        projections.role_told(session, event)

    @on(events.markets.RoleRevoked)
    def on_role_revoked(self, session: Session, event: events.markets.RoleRevoked) -> None:
        projections.role_told(session, event)

    @on(events.markets.ReferentAppointed)
    def on_referent_appointed(self, session: Session, event: events.markets.ReferentAppointed) -> None:
        projections.referent_appointed(session, event)

    @on(events.catalogs.ProducerChanged)
    def on_producer_changed(self, session: Session, event: events.catalogs.ProducerChanged) -> None:
        projections.producer_changed(session, event)

    @on(events.orders.OrderPlaced)
    def on_order_placed(self, session: Session, event: events.orders.OrderPlaced) -> None:
        orders.order_placed(session, event)

    @on(events.orders.OrderConfirmed)
    def on_order_confirmed(self, session: Session, event: events.orders.OrderConfirmed) -> None:
        receipts.confirmed(session, event)

    @on(events.orders.OrderAmended)
    def on_order_amended(self, session: Session, event: events.orders.OrderAmended) -> None:
        receipts.amended(session, event)
        amendments.order_amended(session, event)

    @on(events.orders.OrderExpired)
    def on_order_expired(self, session: Session, event: events.orders.OrderExpired) -> None:
        orders.order_expired(session, event)

    @on(events.orders.OrderCancelled)
    def on_order_cancelled(self, session: Session, event: events.orders.OrderCancelled) -> None:
        amendments.order_cancelled(session, event)

    @on(events.orders.LatePaymentRefused)
    def on_late_payment_refused(self, session: Session, event: events.orders.LatePaymentRefused) -> None:
        refunds.late_payment_refused(session, event)

    @on(events.distributions.RefundRequested)
    def on_refund_requested(self, session: Session, event: events.distributions.RefundRequested) -> None:
        refunds.refund_requested(session, event)

    @on(events.distributions.BasketValidated)
    def on_basket_validated(self, session: Session, event: events.distributions.BasketValidated) -> None:
        baskets.validated(session, event)

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
    def issue_invoices(self, session: Session) -> bool:
        return documents.issue(session)

    @due(every=SOON)
    def run_payouts(self, session: Session) -> bool:
        return payouts.run(session)

    @due(every=SOON)
    def remind_of_accounts(self, session: Session) -> bool:
        return held.remind(session)

    @due_outside(every=SOON)
    def send_transfers(self, db: Database) -> bool:
        return payouts.transfer(db, provider())

    @due_outside(every=SOON)
    def send_payouts(self, db: Database) -> bool:
        return payouts.pay(db, provider())

    @due_outside(every=SOON)
    def look_at_disputes(self, db: Database) -> bool:
        return disputes.look(db, provider())

    @due(every=SOON)
    def share_lost_disputes(self, session: Session) -> bool:
        return disputes.share_loss(session)

    @due_outside(every=SOON)
    def refund_orphans(self, db: Database) -> bool:
        return orphans.refund(db, provider())

    @due_outside(every=timedelta(minutes=1))
    def reconcile_nightly(self, db: Database) -> bool:
        return reconciliation.nightly(db, provider())

    @due(every=timedelta(minutes=1))
    def weigh_short_sales(self, session: Session) -> bool:
        return settlement.weigh_short(session)

    @due(every=timedelta(hours=1))
    def forget_provider_events(self, session: Session) -> bool:
        return webhooks.forget_old(session)
