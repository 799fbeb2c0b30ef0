"""orders: the shop, stock, carts, orders and basket numbers."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from services.orders import commands, projections, queries, schemas
from shared.actor import Actor
from shared.events import accounts, catalogs, distributions, markets, payments
from shared.messaging.entrypoints import command, due, on, query
from shared.messaging.service import Service
from shared.tables import Table

Args = dict[str, Any]


class OrdersService(Service):
    name = "orders"

    @query(schemas.ShopOf, schemas.Shop)
    def shop(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.shop(session, **args)

    @query(schemas.RunningOutOf, schemas.RunningOut)
    def running_out(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.running_out(session, **args)

    @command(schemas.PutCart, schemas.Cart)
    def put_cart(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.cart_answer(session, commands.put_cart(session, **args))

    @command(schemas.ChangeCart, schemas.Cart)
    def change_cart(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.cart_answer(session, commands.change_cart(session, **args))

    @query(schemas.CartId, schemas.Cart)
    def cart(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.cart(session, **args)

    @command(schemas.PlaceOrder, schemas.Order)
    def place(self, session: Session, actor: Actor, args: Args) -> Args:
        place = commands.place_cart if "cart_id" in args else commands.place
        return place(session, actor, **args)

    @command(schemas.OrderId, schemas.Order)
    def give_up(self, session: Session, actor: Actor, args: Args) -> Args:
        commands.give_up(session, actor, **args)
        return queries.order(session, actor, **args)

    @query(schemas.SaleId, schemas.MyBasket)
    def my_basket(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.my_basket(session, actor, **args)

    @command(schemas.AmendBasket, schemas.MyBasket)
    def amend_basket(self, session: Session, actor: Actor, args: Args) -> Args:
        commands.amend_basket(session, actor, **args)
        return queries.my_basket(session, actor, args["sale_id"])

    @command(schemas.AmendBasket, schemas.BasketPreview)
    def preview_basket(self, session: Session, actor: Actor, args: Args) -> Args:
        """Writes nothing, but reckons under the locks of the change."""
        return commands.preview_basket(session, actor, **args)

    @command(schemas.CancelBasket, schemas.MyBasket)
    def cancel_basket(self, session: Session, actor: Actor, args: Args) -> Args:
        commands.cancel_basket(session, actor, **args)
        return queries.my_basket(session, actor, args["sale_id"])

    @query(schemas.OrderId, schemas.Order)
    def order(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.order(session, actor, **args)

    @query(schemas.MyOrders, schemas.Orders)
    def my_orders(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.my_orders(session, actor, **args)

    @query(schemas.SaleOrders, schemas.SaleBaskets)
    def sale_orders(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.sale_orders(session, actor, **args)

    @query(schemas.SheetOf, schemas.OrderSheet)
    def order_sheet(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.order_sheet(session, actor, **args)

    @query(schemas.VoidingOf, schemas.Voiding)
    def voiding(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.voiding(session, actor, **args)

    @query(schemas.SheetOf, Table)
    def export_order_sheet(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.export_order_sheet(session, actor, **args)

    @due(every=timedelta(seconds=0.5))
    def expire_orders(self, session: Session) -> bool:
        return commands.expire_orders(session)

    @due(every=timedelta(seconds=0.5))
    def void_cancelled_sales(self, session: Session) -> bool:
        return commands.void_cancelled_sales(session)

    @due(every=timedelta(seconds=0.5))
    def tell_absences(self, session: Session) -> bool:
        return commands.tell_absences(session)

    @due(every=timedelta(seconds=0.5))
    def settle_sales(self, session: Session) -> bool:
        return commands.settle_sales(session)

    @due(every=timedelta(hours=1))
    def forget_old_carts(self, session: Session) -> bool:
        return commands.forget_old_carts(session)

    @on(payments.PaymentSucceeded)
    def on_payment_succeeded(self, session: Session, event: payments.PaymentSucceeded) -> None:
        commands.payment_succeeded(session, event)

    @on(distributions.DistributionValidated)
    def on_distribution_validated(self, session: Session, event: distributions.DistributionValidated) -> None:
        commands.distribution_validated(session, event)

    @on(catalogs.StockSet)
    def on_stock_set(self, session: Session, event: catalogs.StockSet) -> None:
        projections.stock_set(session, event)

    @on(catalogs.ProducerChanged)
    def on_producer_changed(self, session: Session, event: catalogs.ProducerChanged) -> None:
        projections.producer_changed(session, event)

    @on(catalogs.ProductChanged)
    def on_product_changed(self, session: Session, event: catalogs.ProductChanged) -> None:
        projections.product_changed(session, event)

    @on(catalogs.ProductWithdrawn)
    def on_product_withdrawn(self, session: Session, event: catalogs.ProductWithdrawn) -> None:
        projections.product_withdrawn(session, event)

    @on(catalogs.CatalogChanged)
    def on_catalog_changed(self, session: Session, event: catalogs.CatalogChanged) -> None:
        projections.catalog_changed(session, event)

    @on(markets.MarketChanged)
    def on_market_changed(self, session: Session, event: markets.MarketChanged) -> None:
        projections.market_changed(session, event)

    @on(markets.MemberJoined)
    def on_member_joined(self, session: Session, event: markets.MemberJoined) -> None:
        projections.member_changed(session, event)

    @on(markets.MemberLeft)
    def on_member_left(self, session: Session, event: markets.MemberLeft) -> None:
        projections.member_changed(session, event)

    @on(markets.RoleGranted)
    def on_role_granted(self, session: Session, event: markets.RoleGranted) -> None:
        projections.role_changed(session, event)

    @on(markets.RoleRevoked)
    def on_role_revoked(self, session: Session, event: markets.RoleRevoked) -> None:
        projections.role_changed(session, event)

    @on(markets.SalePlanned)
    def on_sale_planned(self, session: Session, event: markets.SalePlanned) -> None:
        projections.sale_planned(session, event)

    @on(markets.SaleRescheduled)
    def on_sale_rescheduled(self, session: Session, event: markets.SaleRescheduled) -> None:
        projections.sale_planned(session, event)

    @on(markets.SaleOpened)
    def on_sale_opened(self, session: Session, event: markets.SaleOpened) -> None:
        projections.sale_opened(session, event)

    @on(markets.SaleClosed)
    def on_sale_closed(self, session: Session, event: markets.SaleClosed) -> None:
        projections.sale_closed(session, event)

    @on(markets.SaleCancelled)
    def on_sale_cancelled(self, session: Session, event: markets.SaleCancelled) -> None:
        projections.sale_cancelled(session, event)

    @on(markets.ParticipationConfirmed)
    def on_participation_confirmed(self, session: Session, event: markets.ParticipationConfirmed) -> None:
        projections.participation_changed(session, event)

    @on(markets.ParticipationWithdrawn)
    def on_participation_withdrawn(self, session: Session, event: markets.ParticipationWithdrawn) -> None:
        projections.participation_changed(session, event)

    @on(markets.ReferentAppointed)
    def on_referent_appointed(self, session: Session, event: markets.ReferentAppointed) -> None:
        projections.referent_appointed(session, event)

    @on(accounts.AccountRegistered)
    def on_account_registered(self, session: Session, event: accounts.AccountRegistered) -> None:
        projections.account_changed(session, event)

    @on(accounts.AccountChanged)
    def on_account_changed(self, session: Session, event: accounts.AccountChanged) -> None:
        projections.account_changed(session, event)

    @on(accounts.AccountDeleted)
    def on_account_deleted(self, session: Session, event: accounts.AccountDeleted) -> None:
        projections.account_deleted(session, event)
