"""notifications: tells people, by mail and in the application, what concerns them; once each, whatever is retried."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from services.notifications import commands, projections, queries, schemas
from services.notifications.commands import disputes, duty, members, sales
from shared import events
from shared.actor import Actor
from shared.config import Config
from shared.db import Database
from shared.messaging.entrypoints import command, due, due_outside, on, query
from shared.messaging.service import Service

Args = dict[str, Any]


class NotificationsService(Service):
    name = "notifications"

    # what people ask

    @query(schemas.Page, schemas.Notices)
    def my_notices(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.my_notices(session, actor.must_be_known(), actor.language, **args)

    @command(schemas.MarkRead, schemas.Unread)
    def mark_read(self, session: Session, actor: Actor, args: Args) -> Args:
        commands.mark_read(session, actor.must_be_known(), **args)
        return {"unread": queries.unread(session, actor.must_be_known())}

    @query(schemas.Nothing, schemas.Preferences)
    def preferences(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.preferences(session, actor.must_be_known())

    @command(schemas.ChangePreferences, schemas.Preferences)
    def change_preferences(self, session: Session, actor: Actor, args: Args) -> Args:
        commands.change_preferences(session, actor.must_be_known(), **args)
        return queries.preferences(session, actor.must_be_known())

    @query(schemas.Token, schemas.Subscription)
    def subscription(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.subscription(session, **args)

    @command(schemas.Token, schemas.Subscription)
    def unsubscribe(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.subscription_of(session, commands.unsubscribe(session, **args))

    @query(schemas.Deliveries, schemas.DeliveryPage)
    def deliveries(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.deliveries(session, actor.must_be_known(), **args)

    # what time asks

    @due_outside(every=timedelta(seconds=1))
    def send_mails(self, db: Database) -> bool:
        return commands.send_batch(db, Config())

    @due(every=timedelta(seconds=1))
    def work_announcements(self, session: Session) -> bool:
        return commands.work_one(session)

    @due(every=timedelta(seconds=10))
    def remind_of_pickup(self, session: Session) -> bool:
        return commands.remind_of_pickup(session)

    @due(every=timedelta(seconds=10))
    def remind_of_closing(self, session: Session) -> bool:
        return commands.remind_of_closing(session)

    # accounts tells

    @on(events.accounts.AccountRegistered)
    def on_account_registered(self, session: Session, event: events.accounts.AccountRegistered) -> None:
        projections.account_changed(session, event)

    @on(events.accounts.AccountChanged)
    def on_account_changed(self, session: Session, event: events.accounts.AccountChanged) -> None:
        projections.account_changed(session, event)

    @on(events.accounts.AccountDeleted)
    def on_account_deleted(self, session: Session, event: events.accounts.AccountDeleted) -> None:
        projections.account_deleted(session, event)

    @on(events.accounts.EmailVerificationRequested)
    def on_email_verification_requested(
        self, session: Session, event: events.accounts.EmailVerificationRequested
    ) -> None:
        members.verification_requested(session, event)

    @on(events.accounts.PasswordResetRequested)
    def on_password_reset_requested(self, session: Session, event: events.accounts.PasswordResetRequested) -> None:
        members.password_reset_requested(session, event)

    # markets tells

    @on(events.markets.MarketChanged)
    def on_market_changed(self, session: Session, event: events.markets.MarketChanged) -> None:
        projections.market_changed(session, event)

    @on(events.markets.MemberJoined)
    def on_member_joined(self, session: Session, event: events.markets.MemberJoined) -> None:
        projections.member_joined(session, event)

    @on(events.markets.MemberLeft)
    def on_member_left(self, session: Session, event: events.markets.MemberLeft) -> None:
        projections.member_left(session, event)

    @on(events.markets.MemberInvited)
    def on_member_invited(self, session: Session, event: events.markets.MemberInvited) -> None:
        members.member_invited(session, event)

    @on(events.markets.RoleGranted)
    def on_role_granted(self, session: Session, event: events.markets.RoleGranted) -> None:
        sales.role_granted(session, event)

    @on(events.markets.RoleRevoked)
    def on_role_revoked(self, session: Session, event: events.markets.RoleRevoked) -> None:
        projections.role_changed(session, event, granted=False)

    @on(events.markets.SalePlanned)
    def on_sale_planned(self, session: Session, event: events.markets.SalePlanned) -> None:
        projections.sale_planned(session, event)

    @on(events.markets.SaleRescheduled)
    def on_sale_rescheduled(self, session: Session, event: events.markets.SaleRescheduled) -> None:
        sales.sale_rescheduled(session, event)

    @on(events.markets.SaleCancelled)
    def on_sale_cancelled(self, session: Session, event: events.markets.SaleCancelled) -> None:
        projections.sale_cancelled(session, event)
        sales.sale_cancelled(session, event)

    @on(events.markets.SaleOpened)
    def on_sale_opened(self, session: Session, event: events.markets.SaleOpened) -> None:
        projections.sale_opened(session, event)
        sales.sale_opened(session, event)

    @on(events.markets.SaleBlocked)
    def on_sale_blocked(self, session: Session, event: events.markets.SaleBlocked) -> None:
        sales.sale_blocked(session, event)

    @on(events.markets.CatalogLinked)
    def on_catalog_linked(self, session: Session, event: events.markets.CatalogLinked) -> None:
        sales.catalog_linked(session, event)

    @on(events.markets.CatalogUnlinked)
    def on_catalog_unlinked(self, session: Session, event: events.markets.CatalogUnlinked) -> None:
        sales.catalog_unlinked(session, event)

    @on(events.markets.ProducerInvitedToSale)
    def on_producer_invited_to_sale(self, session: Session, event: events.markets.ProducerInvitedToSale) -> None:
        sales.producer_invited(session, event)

    @on(events.markets.ParticipationConfirmed)
    def on_participation_confirmed(self, session: Session, event: events.markets.ParticipationConfirmed) -> None:
        sales.participation_confirmed(session, event)

    @on(events.markets.ParticipationWithdrawn)
    def on_participation_withdrawn(self, session: Session, event: events.markets.ParticipationWithdrawn) -> None:
        sales.participation_withdrawn(session, event)

    @on(events.markets.ReferentAppointed)
    def on_referent_appointed(self, session: Session, event: events.markets.ReferentAppointed) -> None:
        sales.referent_appointed(session, event)

    @on(events.markets.DutyVacanciesCalled)
    def on_duty_vacancies_called(self, session: Session, event: events.markets.DutyVacanciesCalled) -> None:
        duty.vacancies_called(session, event)

    @on(events.markets.DutyReminderDue)
    def on_duty_reminder_due(self, session: Session, event: events.markets.DutyReminderDue) -> None:
        duty.reminder_due(session, event)

    # catalogs tells

    @on(events.catalogs.ProducerChanged)
    def on_producer_changed(self, session: Session, event: events.catalogs.ProducerChanged) -> None:
        projections.producer_changed(session, event)

    # orders tells

    @on(events.orders.OrderConfirmed)
    def on_order_confirmed(self, session: Session, event: events.orders.OrderConfirmed) -> None:
        projections.order_confirmed(session, event)
        members.order_confirmed(session, event)

    @on(events.orders.OrderExpired)
    def on_order_expired(self, session: Session, event: events.orders.OrderExpired) -> None:
        members.order_expired(session, event)

    @on(events.orders.OrderAmended)
    def on_order_amended(self, session: Session, event: events.orders.OrderAmended) -> None:
        members.order_changed(session, event)

    @on(events.orders.OrderCancelled)
    def on_order_cancelled(self, session: Session, event: events.orders.OrderCancelled) -> None:
        projections.order_cancelled(session, event)
        members.order_cancelled(session, event)

    @on(events.orders.LatePaymentRefused)
    def on_late_payment_refused(self, session: Session, event: events.orders.LatePaymentRefused) -> None:
        members.late_payment_refused(session, event)

    @on(events.orders.SaleOrdersSettled)
    def on_sale_orders_settled(self, session: Session, event: events.orders.SaleOrdersSettled) -> None:
        sales.sale_orders_settled(session, event)

    # distributions tells

    @on(events.distributions.BasketValidated)
    def on_basket_validated(self, session: Session, event: events.distributions.BasketValidated) -> None:
        members.basket_validated(session, event)

    @on(events.distributions.BasketNotCollected)
    def on_basket_not_collected(self, session: Session, event: events.distributions.BasketNotCollected) -> None:
        members.basket_not_collected(session, event)

    @on(events.distributions.BasketCollected)
    def on_basket_collected(self, session: Session, event: events.distributions.BasketCollected) -> None:
        members.basket_collected(session, event)

    @on(events.distributions.DistributionOverdue)
    def on_distribution_overdue(self, session: Session, event: events.distributions.DistributionOverdue) -> None:
        sales.distribution_overdue(session, event)

    @on(events.distributions.DistributionValidated)
    def on_distribution_validated(self, session: Session, event: events.distributions.DistributionValidated) -> None:
        sales.distribution_validated(session, event)

    # payments tells

    @on(events.payments.PaymentFailed)
    def on_payment_failed(self, session: Session, event: events.payments.PaymentFailed) -> None:
        members.payment_failed(session, event)

    @on(events.payments.RefundSucceeded)
    def on_refund_succeeded(self, session: Session, event: events.payments.RefundSucceeded) -> None:
        projections.refund_succeeded(session, event)
        members.refund_succeeded(session, event)

    @on(events.payments.MemberBalanceChanged)
    def on_member_balance_changed(self, session: Session, event: events.payments.MemberBalanceChanged) -> None:
        members.member_balance_changed(session, event)

    @on(events.payments.RefundFailed)
    def on_refund_failed(self, session: Session, event: events.payments.RefundFailed) -> None:
        projections.refund_failed(session, event)
        members.refund_failed(session, event)

    @on(events.payments.PaymentAccountChanged)
    def on_payment_account_changed(self, session: Session, event: events.payments.PaymentAccountChanged) -> None:
        sales.payment_account_changed(session, event)

    @on(events.payments.PayoutSent)
    def on_payout_sent(self, session: Session, event: events.payments.PayoutSent) -> None:
        sales.payout_sent(session, event)

    @on(events.payments.PayoutFailed)
    def on_payout_failed(self, session: Session, event: events.payments.PayoutFailed) -> None:
        sales.payout_failed(session, event)

    @on(events.payments.PayoutHeld)
    def on_payout_held(self, session: Session, event: events.payments.PayoutHeld) -> None:
        sales.payout_held(session, event)

    @on(events.payments.DisputeOpened)
    def on_dispute_opened(self, session: Session, event: events.payments.DisputeOpened) -> None:
        disputes.dispute_opened(session, event)

    @on(events.payments.DisputeClosed)
    def on_dispute_closed(self, session: Session, event: events.payments.DisputeClosed) -> None:
        disputes.dispute_closed(session, event)

    @on(events.payments.DisputeLossShared)
    def on_dispute_loss_shared(self, session: Session, event: events.payments.DisputeLossShared) -> None:
        disputes.dispute_loss_shared(session, event)

    @on(events.payments.LedgerMismatchFound)
    def on_ledger_mismatch_found(self, session: Session, event: events.payments.LedgerMismatchFound) -> None:
        disputes.ledger_mismatch_found(session, event, Config().operator_email)
