"""accounts: who people are, how they log in, in which language they read."""

from typing import Any

from sqlalchemy.orm import Session

from services.accounts import commands, projections, queries, schemas
from shared import events
from shared.actor import Actor
from shared.db import Database
from shared.messaging.entrypoints import command, on, outside, query
from shared.messaging.service import Service

Args = dict[str, Any]
DONE = {"done": True}


class AccountsService(Service):
    name = "accounts"

    @outside(schemas.Register, schemas.Account)
    def register(self, db: Database, actor: Actor, args: Args) -> Args:
        return queries.account(commands.register(db, **args))

    @command(schemas.Token, schemas.Account)
    def verify_email(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.account(commands.verify_email(session, **args))

    @command(schemas.Nothing, schemas.Done)
    def request_verification(self, session: Session, actor: Actor, args: Args) -> Args:
        commands.request_verification(session, actor.must_be_known())
        return DONE

    @command(schemas.RequestReset, schemas.Done)
    def request_reset(self, session: Session, actor: Actor, args: Args) -> Args:
        commands.request_reset(session, **args)
        return DONE

    @outside(schemas.Reset, schemas.Done)
    def reset_password(self, db: Database, actor: Actor, args: Args) -> Args:
        commands.reset_password(db, **args)
        return DONE

    @outside(schemas.LogIn, schemas.OpenedSession)
    def log_in(self, db: Database, actor: Actor, args: Args) -> Args:
        return commands.log_in(db, **args)

    @command(schemas.SessionId, schemas.Done)
    def log_out(self, session: Session, actor: Actor, args: Args) -> Args:
        commands.log_out(session, actor.must_be_known(), **args)
        return DONE

    @query(schemas.Token, schemas.Identity)
    def authenticate(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.authenticate(session, **args)

    @query(schemas.Nothing, schemas.Account)
    def me(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.me(session, actor.must_be_known())

    @command(schemas.ChangeMe, schemas.Account)
    def change_me(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.account(commands.change_me(session, actor.must_be_known(), **args))

    @outside(schemas.DeleteMe, schemas.Done)
    def delete_me(self, db: Database, actor: Actor, args: Args) -> Args:
        commands.delete_me(db, actor.must_be_known(), **args)
        return DONE

    @on(events.orders.OrderConfirmed)
    def on_order_confirmed(self, session: Session, event: events.orders.OrderConfirmed) -> None:
        projections.order_told(session, event, cancelled=False)
        projections.reserved(session, event, over=True)

    @on(events.orders.OrderPlaced)
    def on_order_placed(self, session: Session, event: events.orders.OrderPlaced) -> None:
        projections.reserved(session, event, over=False)

    @on(events.orders.OrderExpired)
    def on_order_expired(self, session: Session, event: events.orders.OrderExpired) -> None:
        projections.reserved(session, event, over=True)

    @on(events.payments.MemberBalanceChanged)
    def on_member_balance_changed(self, session: Session, event: events.payments.MemberBalanceChanged) -> None:
        projections.balance_changed(session, event)

    @on(events.orders.OrderCancelled)
    def on_order_cancelled(self, session: Session, event: events.orders.OrderCancelled) -> None:
        projections.order_told(session, event, cancelled=True)
        projections.reserved(session, event, over=True)

    @on(events.distributions.DistributionValidated)
    def on_distribution_validated(self, session: Session, event: events.distributions.DistributionValidated) -> None:
        projections.sale_settled(session, event.sale_id)

    @on(events.catalogs.ProducerChanged)
    def on_producer_changed(self, session: Session, event: events.catalogs.ProducerChanged) -> None:
        projections.producer_changed(session, event)

    @query(schemas.Nothing, schemas.Sessions)
    def sessions(self, session: Session, actor: Actor, args: Args) -> Args:
        return queries.sessions(session, actor.must_be_known())
