"""distributions: baskets of the day, what was really handed over, and the validation that pays producers."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from services.distributions import commands, projections, queries, schemas
from shared import events
from shared.actor import Actor
from shared.messaging.entrypoints import command, due, on, query
from shared.messaging.service import Service
from shared.tables import Table

Args = dict[str, Any]


class DistributionsService(Service):
    name = "distributions"

    @query(schemas.SaleId, schemas.Distribution)
    def distribution(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.distribution(session, actor, **args)

    @query(schemas.TurnoversOf, schemas.Turnovers)
    def turnovers(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.turnovers(session, actor, **args)

    @query(schemas.Baskets, schemas.BasketList)
    def baskets(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.baskets(session, actor, **args)

    @query(schemas.BasketId, schemas.Basket)
    def basket(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.basket(session, actor, **args)

    @query(schemas.BasketId, schemas.Trail)
    def trail(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.trail(session, actor, **args)

    @query(schemas.SaleId, schemas.Declarations)
    def declarations(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.declarations(session, actor, **args)

    @query(schemas.Sheet, schemas.SignOffSheet)
    def sign_off_sheet(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.sign_off_sheet(session, actor, **args)

    @query(schemas.Sheet, Table)
    def sign_off_table(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.sign_off_table(session, actor, **args)

    @query(schemas.LabelsOf, schemas.Labels)
    def lot_labels(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.lot_labels(session, actor, **args)

    @command(schemas.Adjust, schemas.Basket)
    def adjust(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.settled_basket(session, commands.adjust(session, actor, **args))

    @command(schemas.OneBasket, schemas.Basket)
    def refund(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.settled_basket(session, commands.refund(session, actor, **args))

    @command(schemas.OneBasket, schemas.Basket)
    def validate_basket(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.settled_basket(session, commands.validate_basket(session, actor, **args))

    @command(schemas.OneBasket, schemas.Basket)
    def reopen_basket(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.settled_basket(session, commands.reopen_basket(session, actor, **args))

    @command(schemas.OneBasket, schemas.Basket)
    def mark_not_collected(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.settled_basket(session, commands.mark_not_collected(session, actor, **args))

    @command(schemas.OneBasket, schemas.Basket)
    def mark_collected(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.settled_basket(session, commands.mark_collected(session, actor, **args))

    @command(schemas.OneBasket, schemas.Basket)
    def refund_not_collected(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.settled_basket(session, commands.refund_not_collected(session, actor, **args))

    @command(schemas.SaleId, schemas.Distribution)
    def validate_distribution(self, session: Session, actor: Actor, args: Args) -> Args:
        sale = commands.validate_distribution(session, actor, **args)
        return queries.settled_distribution(session, sale, actor.must_be_known())

    @command(schemas.MissingProduct, schemas.Done)
    def missing_product(self, session: Session, actor: Actor, args: Args) -> Args:
        return commands.missing_product(session, actor, **args)

    @command(schemas.Declare, schemas.Declarations)
    def declare(self, session: Session, actor: Actor, args: Args) -> Args:
        commands.declare(session, actor, **args)
        return queries.declarations(session, actor, sale_id=args["sale_id"])

    @command(schemas.Confirm, schemas.Done)
    def confirm_declarations(self, session: Session, actor: Actor, args: Args) -> Args:
        return commands.confirm_declarations(session, actor, **args)

    @due(every=timedelta(seconds=1))
    def look_after_distributions(self, session: Session) -> bool:
        return commands.look_after(session)

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
        projections.role_changed(session, event)

    @on(events.markets.RoleRevoked)
    def on_role_revoked(self, session: Session, event: events.markets.RoleRevoked) -> None:
        projections.role_changed(session, event)

    @on(events.markets.SalePlanned)
    def on_sale_planned(self, session: Session, event: events.markets.SalePlanned) -> None:
        projections.sale_planned(session, event)

    @on(events.markets.SaleRescheduled)
    def on_sale_rescheduled(self, session: Session, event: events.markets.SaleRescheduled) -> None:
        projections.sale_planned(session, event)

    @on(events.markets.SaleCancelled)
    def on_sale_cancelled(self, session: Session, event: events.markets.SaleCancelled) -> None:
        projections.sale_cancelled(session, event)

    @on(events.markets.ParticipationWithdrawn)
    def on_participation_withdrawn(self, session: Session, event: events.markets.ParticipationWithdrawn) -> None:
        projections.participation_withdrawn(session, event)

    @on(events.markets.ReferentAppointed)
    def on_referent_appointed(self, session: Session, event: events.markets.ReferentAppointed) -> None:
        projections.referent_appointed(session, event)

    @on(events.catalogs.ProducerChanged)
    def on_producer_changed(self, session: Session, event: events.catalogs.ProducerChanged) -> None:
        projections.producer_changed(session, event)

    @on(events.orders.OrderConfirmed)
    def on_order_confirmed(self, session: Session, event: events.orders.OrderConfirmed) -> None:
        projections.order_confirmed(session, event)

    @on(events.orders.OrderCancelled)
    def on_order_cancelled(self, session: Session, event: events.orders.OrderCancelled) -> None:
        projections.order_cancelled(session, event)

    @on(events.orders.OrderAmended)
    def on_order_amended(self, session: Session, event: events.orders.OrderAmended) -> None:
        projections.order_amended(session, event)

    @on(events.orders.AbsenceRecorded)
    def on_absence_recorded(self, session: Session, event: events.orders.AbsenceRecorded) -> None:
        projections.absence_recorded(session, event)

    @on(events.orders.SaleOrdersSettled)
    def on_sale_orders_settled(self, session: Session, event: events.orders.SaleOrdersSettled) -> None:
        projections.sale_orders_settled(session, event)

    @on(events.payments.RefundSucceeded)
    def on_refund_succeeded(self, session: Session, event: events.payments.RefundSucceeded) -> None:
        projections.refund_succeeded(session, event)

    @on(events.payments.RefundFailed)
    def on_refund_failed(self, session: Session, event: events.payments.RefundFailed) -> None:
        projections.refund_failed(session, event)

    @on(events.payments.PayoutSent)
    def on_payout_sent(self, session: Session, event: events.payments.PayoutSent) -> None:
        projections.payout_sent(session, event)
