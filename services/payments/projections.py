"""What payments keeps of others' facts: rates of markets, who administers them or settles a sale, producers, names."""

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.payments.models import Market, Person, Producer, Referent, Role
from shared.events.accounts import AccountDeleted, AccountRegistered
from shared.events.catalogs import ProducerChanged
from shared.events.markets import MarketChanged, ReferentAppointed, RoleGranted, RoleRevoked
from shared.messaging.inbox import insert_or_skip


def market_changed(session: Session, event: MarketChanged) -> None:
    _keep(
        session,
        Market,
        {"id": event.market_id},
        event.version,
        name=event.name[:200],
        payment_fee_bp=event.payment_fee_bp,
        commission_bp=event.commission_bp,
        time_zone=event.time_zone,
    )


def role_told(session: Session, event: RoleGranted) -> None:
    key = {"market_id": event.market_id, "account_id": event.account_id, "role": event.role}
    _keep(session, Role, key, event.version, granted=not isinstance(event, RoleRevoked))


def referent_appointed(session: Session, event: ReferentAppointed) -> None:
    _keep(session, Referent, {"sale_id": event.sale_id}, event.version, account_id=event.account_id)


def producer_changed(session: Session, event: ProducerChanged) -> None:
    _keep(
        session,
        Producer,
        {"id": event.producer_id},
        event.version,
        name=event.name[:200],
        email=event.email,
        account_ids=[str(account_id) for account_id in event.account_ids],
        commune=event.commune[:120],
        postcode=event.postcode[:10],
        siret=event.siret,
        vat_exempt=event.vat_exempt,
    )


def account_changed(session: Session, event: AccountRegistered) -> None:
    """The name that invoices and receipts bear; what is told after the deletion changes nothing."""
    name = f"{event.first_name} {event.last_name}".strip()[:250]
    facts = {"name": name, "version": event.version}
    if insert_or_skip(session, Person.__table__, id=event.account_id, deleted=False, **facts):
        return
    newer = (Person.id == event.account_id, Person.version < event.version, Person.deleted.is_(False))
    session.execute(update(Person).where(*newer).values(facts).execution_options(synchronize_session=False))


def account_deleted(session: Session, event: AccountDeleted) -> None:
    gone = {"name": "", "deleted": True}
    if insert_or_skip(session, Person.__table__, id=event.account_id, version=0, **gone):
        return
    this = update(Person).where(Person.id == event.account_id).values(gone)
    session.execute(this.execution_options(synchronize_session=False))


def _keep(session: Session, model: Any, key: dict[str, Any], version: int, **facts: Any) -> None:
    """Insert, or replace an older version."""
    if insert_or_skip(session, model.__table__, **key, **facts, version=version):
        return
    this = [getattr(model, name) == value for name, value in key.items()]
    newer = update(model).where(*this, model.version < version).values(**facts, version=version)
    session.execute(newer.execution_options(synchronize_session=False))
