"""markets: where people meet, who belongs and may do what, when sales take place and which producers take part."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from services.markets import commands, projections, queries, schemas
from shared.actor import Actor
from shared.db import Database
from shared.events import accounts, catalogs, distributions, notifications, orders
from shared.messaging.entrypoints import command, due, on, outside, query
from shared.messaging.service import Service
from shared.tables import Table

Args = dict[str, Any]
TICK = timedelta(seconds=0.5)


class MarketsService(Service):
    name = "markets"

    # ---- the market

    @command(schemas.CreateMarket, schemas.Market)
    def create_market(self, session: Session, actor: Actor, args: Args) -> Any:
        return commands.create_market(session, actor, **args)

    @command(schemas.ChangeMarket, schemas.Market)
    def change_market(self, session: Session, actor: Actor, args: Args) -> Any:
        return commands.change_market(session, actor, **args)

    @outside(schemas.LogoOf, schemas.Market)
    def set_logo(self, db: Database, actor: Actor, args: Args) -> Any:
        return commands.set_logo(db, actor, **args)

    @command(schemas.MarketId, schemas.Market)
    def remove_logo(self, session: Session, actor: Actor, args: Args) -> Any:
        return commands.remove_logo(session, actor, **args)

    @command(schemas.LogoBack, schemas.Market)
    def restore_logo(self, session: Session, actor: Actor, args: Args) -> Any:
        return commands.restore_logo(session, actor, **args)

    @query(schemas.LogoId, schemas.Logo)
    def logo(self, session: Session, actor: Actor, args: Args) -> Any:
        return queries.logo(session, **args)

    @query(schemas.WhichMarket, schemas.MarketHome)
    def market(self, session: Session, actor: Actor, args: Args) -> Any:
        return queries.market(session, actor, **args)

    @query(schemas.SearchMarkets, schemas.FoundMarkets)
    def search_markets(self, session: Session, actor: Actor, args: Args) -> Any:
        return queries.search_markets(session, **args)

    @query(schemas.Nothing, schemas.MarketMap)
    def market_map(self, session: Session, actor: Actor, args: Args) -> Any:
        return queries.market_map(session)

    @query(schemas.Nothing, schemas.MyMarkets)
    def my_markets(self, session: Session, actor: Actor, args: Args) -> Any:
        return queries.my_markets(session, actor)

    # ---- members, roles, invitations

    @command(schemas.MarketId, schemas.Joined)
    def join(self, session: Session, actor: Actor, args: Args) -> Any:
        return commands.join(session, actor, **args)

    @command(schemas.MarketId, schemas.Joined)
    def leave(self, session: Session, actor: Actor, args: Args) -> Any:
        return commands.leave(session, actor, **args)

    @query(schemas.MembersAsked, schemas.Members)
    def members(self, session: Session, actor: Actor, args: Args) -> Any:
        return queries.members(session, actor, **args)

    @query(schemas.ExportMembers, Table)
    def export_members(self, session: Session, actor: Actor, args: Args) -> Any:
        return queries.export_members(session, actor, **args)

    @command(schemas.DecideWaiting, schemas.Joined)
    def decide_waiting(self, session: Session, actor: Actor, args: Args) -> Any:
        return commands.decide_waiting(session, actor, **args)

    @command(schemas.Invite, schemas.Invited)
    def invite(self, session: Session, actor: Actor, args: Args) -> Any:
        return commands.invite(session, actor, **args)

    @query(schemas.InvitationsAsked, schemas.Invitations)
    def invitations(self, session: Session, actor: Actor, args: Args) -> Any:
        return queries.invitations(session, actor, **args)

    @command(schemas.AcceptInvitation, schemas.Joined)
    def accept_invitation(self, session: Session, actor: Actor, args: Args) -> Any:
        return commands.accept_invitation(session, actor, **args)

    @command(schemas.RoleOf, schemas.RoleHeld)
    def grant_role(self, session: Session, actor: Actor, args: Args) -> Any:
        return commands.grant_role(session, actor, **args)

    @command(schemas.RoleOf, schemas.RoleHeld)
    def revoke_role(self, session: Session, actor: Actor, args: Args) -> Any:
        return commands.revoke_role(session, actor, **args)

    # ---- catalogues

    @query(schemas.CatalogNumber, schemas.FoundCatalog)
    def find_catalog(self, session: Session, actor: Actor, args: Args) -> Any:
        return queries.find_catalog(session, actor, **args)

    @command(schemas.LinkCatalog, schemas.Link)
    def link_catalog(self, session: Session, actor: Actor, args: Args) -> Any:
        return commands.link_catalog(session, actor, **args)

    @command(schemas.UnlinkCatalog, schemas.Link)
    def unlink_catalog(self, session: Session, actor: Actor, args: Args) -> Any:
        return commands.unlink_catalog(session, actor, **args)

    @query(schemas.LinkedCatalogsOf, schemas.LinkedCatalogs)
    def linked_catalogs(self, session: Session, actor: Actor, args: Args) -> Any:
        return queries.linked_catalogs(session, **args)

    @query(schemas.Nothing, schemas.MyLinks)
    def my_links(self, session: Session, actor: Actor, args: Args) -> Any:
        return queries.my_links(session, actor)

    # ---- sales

    @query(schemas.MarketId, schemas.SaleDefaults)
    def sale_defaults(self, session: Session, actor: Actor, args: Args) -> Any:
        return queries.sale_defaults(session, actor, **args)

    @command(schemas.PlanSale, schemas.Sale)
    def plan_sale(self, session: Session, actor: Actor, args: Args) -> Any:
        return commands.plan_sale(session, actor, **args)

    @query(schemas.Cycle, schemas.CyclePreview)
    def preview_cycle(self, session: Session, actor: Actor, args: Args) -> Any:
        return queries.preview_cycle(session, actor, **args)

    @command(schemas.Cycle, schemas.PlannedCycle)
    def plan_cycle(self, session: Session, actor: Actor, args: Args) -> Any:
        return commands.plan_cycle(session, actor, **args)

    @query(schemas.SaleId, schemas.SalePage)
    def sale(self, session: Session, actor: Actor, args: Args) -> Any:
        return queries.sale(session, actor, **args)

    @query(schemas.SalesAsked, schemas.Sales)
    def sales(self, session: Session, actor: Actor, args: Args) -> Any:
        return queries.sales(session, actor, **args)

    @command(schemas.RescheduleSale, schemas.Sale)
    def reschedule_sale(self, session: Session, actor: Actor, args: Args) -> Any:
        return commands.reschedule_sale(session, actor, **args)

    @command(schemas.CancelSale, schemas.Sale)
    def cancel_sale(self, session: Session, actor: Actor, args: Args) -> Any:
        return commands.cancel_sale(session, actor, **args)

    @command(schemas.AppointReferent, schemas.Sale)
    def appoint_referent(self, session: Session, actor: Actor, args: Args) -> Any:
        return commands.appoint_referent(session, actor, **args)

    # ---- producers in a sale

    @command(schemas.InviteProducer, schemas.InvitedCatalogs)
    def invite_producer(self, session: Session, actor: Actor, args: Args) -> Any:
        return {"invited": commands.invite_producer(session, actor, **args)}

    @query(schemas.ProducerSalesAsked, schemas.ProducerSales)
    def producer_sales(self, session: Session, actor: Actor, args: Args) -> Any:
        return queries.producer_sales(session, actor, **args)

    @command(schemas.Participate, schemas.Participation)
    def participate(self, session: Session, actor: Actor, args: Args) -> Any:
        return commands.participate(session, actor, **args)

    @command(schemas.Withdraw, schemas.Participation)
    def withdraw(self, session: Session, actor: Actor, args: Args) -> Any:
        return commands.withdraw(session, actor, **args)

    # ---- duty shifts

    @query(schemas.SaleId, schemas.DutyShifts)
    def duty_shifts(self, session: Session, actor: Actor, args: Args) -> Any:
        return queries.duty_shifts(session, actor, **args)

    @query(schemas.WhichDuty, schemas.MyDuty)
    def my_duty(self, session: Session, actor: Actor, args: Args) -> Any:
        return queries.my_duty(session, actor, **args)

    @command(schemas.SetDutyShifts, schemas.DutyShifts)
    def set_duty_shifts(self, session: Session, actor: Actor, args: Args) -> Any:
        commands.set_duty_shifts(session, actor, **args)
        return queries.duty_shifts(session, actor, args["sale_id"])

    @command(schemas.DutyShiftOfSale, schemas.DutyShifts)
    def sign_up_for_duty(self, session: Session, actor: Actor, args: Args) -> Any:
        commands.sign_up_for_duty(session, actor, **args)
        return queries.duty_shifts(session, actor, args["sale_id"])

    @command(schemas.DutyShiftOfSale, schemas.DutyShifts)
    def withdraw_from_duty(self, session: Session, actor: Actor, args: Args) -> Any:
        commands.withdraw_from_duty(session, actor, **args)
        return queries.duty_shifts(session, actor, args["sale_id"])

    # ---- what time does

    @due(every=TICK)
    def open_due_sales(self, session: Session) -> bool:
        return commands.open_due(session)

    @due(every=TICK)
    def close_due_sales(self, session: Session) -> bool:
        return commands.close_due(session)

    @due(every=TICK)
    def finish_due_distributions(self, session: Session) -> bool:
        return commands.finish_due(session)

    @due(every=timedelta(minutes=1))
    def release_blocked_sales(self, session: Session) -> bool:
        return commands.release_blocked(session)

    @due(every=timedelta(minutes=10))
    def forget_removed_logos(self, session: Session) -> bool:
        return commands.forget_removed_logos(session)

    @due(every=timedelta(seconds=10))
    def call_duty_vacancies(self, session: Session) -> bool:
        return commands.call_vacancies(session)

    @due(every=timedelta(seconds=10))
    def remind_of_duty(self, session: Session) -> bool:
        return commands.remind_of_duty(session)

    # ---- what others tell

    @on(accounts.AccountRegistered)
    def on_account_registered(self, session: Session, event: accounts.AccountRegistered) -> None:
        projections.account_told(session, event)

    @on(accounts.AccountChanged)
    def on_account_changed(self, session: Session, event: accounts.AccountChanged) -> None:
        projections.account_told(session, event)

    @on(accounts.AccountDeleted)
    def on_account_deleted(self, session: Session, event: accounts.AccountDeleted) -> None:
        projections.account_deleted(session, event)

    @on(catalogs.ProducerChanged)
    def on_producer_changed(self, session: Session, event: catalogs.ProducerChanged) -> None:
        projections.producer_changed(session, event)

    @on(catalogs.CatalogChanged)
    def on_catalog_changed(self, session: Session, event: catalogs.CatalogChanged) -> None:
        projections.catalog_changed(session, event)

    @on(orders.OrderConfirmed)
    def on_order_confirmed(self, session: Session, event: orders.OrderConfirmed) -> None:
        projections.order_confirmed(session, event)

    @on(orders.OrderCancelled)
    def on_order_cancelled(self, session: Session, event: orders.OrderCancelled) -> None:
        projections.order_cancelled(session, event)

    @on(orders.OrderAmended)
    def on_order_amended(self, session: Session, event: orders.OrderAmended) -> None:
        projections.order_amended(session, event)

    @on(distributions.DistributionValidated)
    def on_distribution_validated(self, session: Session, event: distributions.DistributionValidated) -> None:
        projections.distribution_validated(session, event)

    @on(distributions.DistributionReopened)
    def on_distribution_reopened(self, session: Session, event: distributions.DistributionReopened) -> None:
        projections.distribution_reopened(session, event)

    @on(notifications.DeliveryBounced)
    def on_delivery_bounced(self, session: Session, event: notifications.DeliveryBounced) -> None:
        projections.delivery_bounced(session, event)
