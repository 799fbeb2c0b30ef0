"""Who people, markets and farms are, and who may do what."""

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from services.distributions.models import Administrator, Market, Person, Producer, ProducerAccount, Referent
from shared.events.accounts import AccountDeleted, AccountRegistered
from shared.events.catalogs import ProducerChanged
from shared.events.markets import MarketChanged, ReferentAppointed, RoleGranted, RoleRevoked
from shared.messaging.inbox import keep_newest

FOR_EVER = 2**31 - 1
"""The version of somebody who is gone: no later word brings the name back."""


def account_changed(session: Session, event: AccountRegistered) -> None:
    keep_newest(
        session,
        Person,
        {"account_id": event.account_id},
        event.version,
        first_name=event.first_name,
        last_name=event.last_name,
        phone=event.phone,
    )


def account_deleted(session: Session, event: AccountDeleted) -> None:
    keep_newest(session, Person, {"account_id": event.account_id}, FOR_EVER, first_name="", last_name="", phone=None)


def market_changed(session: Session, event: MarketChanged) -> None:
    keep_newest(
        session,
        Market,
        {"market_id": event.market_id},
        event.version,
        name=event.name,
        time_zone=event.time_zone,
        organisation_mode=event.organisation_mode,
    )


def role_changed(session: Session, event: RoleGranted) -> None:
    """Granted or revoked; only administrators matter on the day."""
    if event.role == "administrator":
        keep_newest(
            session,
            Administrator,
            {"market_id": event.market_id, "account_id": event.account_id},
            event.version,
            granted=not isinstance(event, RoleRevoked),
        )


def referent_appointed(session: Session, event: ReferentAppointed) -> None:
    keep_newest(session, Referent, {"sale_id": event.sale_id}, event.version, account_id=event.account_id)


def producer_changed(session: Session, event: ProducerChanged) -> None:
    if keep_newest(session, Producer, {"producer_id": event.producer_id}, event.version, name=event.name):
        session.execute(delete(ProducerAccount).where(ProducerAccount.producer_id == event.producer_id))
        for account_id in set(event.account_ids):
            session.execute(insert(ProducerAccount).values(account_id=account_id, producer_id=event.producer_id))
